"""A bare WebSocket echo under the server's own protocol and loop: what frames cost before anything is done.

python bench/floor_echo.py PORT
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvicorn
import uvloop

from valvomo.edge.ws.frames import SharedFrames


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


def main() -> None:
    config = uvicorn.Config(
        echo,
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
