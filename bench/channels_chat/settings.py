"""Settings: PostgreSQL for what is kept, Redis between consumers. The environment says where they are."""

import os

SECRET_KEY = os.environ["CHAT_SECRET"]
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["daphne", "channels", "channels_chat"]
ROOT_URLCONF = "channels_chat.urls"
ASGI_APPLICATION = "channels_chat.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["CHAT_DATABASE_HOST"],
        "NAME": os.environ["CHAT_DATABASE"],
        "USER": os.environ["CHAT_DATABASE_USER"],
        "PASSWORD": os.environ["CHAT_DATABASE_PASSWORD"],
        "CONN_MAX_AGE": 60,
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # Without this sockets are lost at rest: redis-py 8 gives up after the very five seconds that a channel waits.
        "CONFIG": {"hosts": [{"address": os.environ["CHAT_REDIS"], "socket_timeout": None}]},
    }
}
