"""The sockets: one for each side of a conversation, and one for whoever watches all of them."""

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from channels_chat.models import Message

EVERYTHING = "all"


class Chat(AsyncJsonWebsocketConsumer):
    """A side of a conversation. What it says is kept first, and then told to the room and to whoever watches."""

    async def connect(self) -> None:
        """Into the room that the address names."""
        names = self.scope["url_route"]["kwargs"]
        self.room, self.author = names["room"], names["author"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        """Out of it."""
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content: dict[str, str]) -> None:
        """Somebody says something."""
        message = await database_sync_to_async(Message.objects.create)(
            room=self.room, author=self.author, text=content["text"]
        )
        told = {
            "type": "said", "id": message.id, "room": self.room, "author": self.author, "text": message.text,
            "at": message.at.isoformat(),
        }  # fmt: skip
        for group in (self.room, EVERYTHING):
            await self.channel_layer.group_send(group, told)

    async def said(self, event: dict[str, str]) -> None:
        """Something was said in the room."""
        await self.send_json(event)


class Dashboard(AsyncJsonWebsocketConsumer):
    """Whoever watches all conversations."""

    async def connect(self) -> None:
        """Into the group of all."""
        await self.channel_layer.group_add(EVERYTHING, self.channel_name)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        """Out of it."""
        await self.channel_layer.group_discard(EVERYTHING, self.channel_name)

    async def said(self, event: dict[str, str]) -> None:
        """Something was said anywhere."""
        await self.send_json(event)
