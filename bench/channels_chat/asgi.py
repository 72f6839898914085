"""What daphne serves."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "channels_chat.settings")
http = get_asgi_application()

from django.urls import path  # noqa: E402 - Django must be set up first

from channels_chat.consumers import Chat, Dashboard  # noqa: E402 - the same

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [path("ws/chat/<str:room>/<str:author>/", Chat.as_asgi()), path("ws/all/", Dashboard.as_asgi())]
        ),
    }
)
