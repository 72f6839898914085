"""A bare WebSocket echo under the server's own protocol and loop: what frames cost before anything is done.

python bench/floor_echo.py PORT
"""

from __future__ import annotations

from typing import Any

from bare import serve


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


if __name__ == "__main__":
    serve(echo)
