"""A bare relay: what one socket of a room says, all of them hear, under the server's own WebSocket protocol and loop.

python bench/peers_relay.py PORT
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from bare import serve

Send = Callable[[dict[str, Any]], Awaitable[None]]
_ROOMS: dict[str, list[Send]] = defaultdict(list)


async def relay(scope: Any, receive: Any, send: Send) -> None:
    """The ASGI application. The first part of the path is the room."""
    if scope["type"] != "websocket":
        return
    room = _ROOMS[scope["path"].split("/")[1]]
    await receive()
    await send({"type": "websocket.accept"})
    room.append(send)
    while (event := await receive())["type"] == "websocket.receive":
        for one in room:
            await one({"type": "websocket.send", "text": event["text"]})
    room.remove(send)


if __name__ == "__main__":
    serve(relay)
