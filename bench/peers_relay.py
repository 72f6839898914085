"""A bare relay: what one socket of a room says, all of them hear, under the server's own WebSocket protocol and loop.

python bench/peers_relay.py PORT
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
import uvloop

from valvomo.edge.ws.frames import SharedFrames

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


def main() -> None:
    config = uvicorn.Config(
        relay,
        port=int(sys.argv[1]),
        http="httptools",
        ws=SharedFrames,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
