"""The server of the benchmark of the console: the built console, one supervisor, a large floor that changes.

It speaks the live protocol by the server's own encoders and writes frames as the server does: at most twenty-five a
second, snapshots in parts, a lag frame every second. What it leaves out is everything behind the screen: no database,
no commands. `POST /rate` sets how many changes a second there are.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from console_floor import WATCHER, BigFloor
from valvomo.domain.access.supervision import Right
from valvomo.edge.files import Files
from valvomo.edge.ws.frames import DirectSink, SharedFrames, sink_of
from valvomo.live.connection import HIGH_WATER
from valvomo.live.gathering import LEAST_PAUSE
from valvomo.live.room import TICK_SECONDS
from valvomo.live.snapshots import snapshot_frames
from valvomo.protocol.frames import GZIP, PONG, Ping, Watch, client_frame, lag_frame, raw, topic_frame

ME = {
    "id": WATCHER.id,
    "name": WATCHER.name,
    "email": "saara@example.com",
    "roles": ["supervisor"],
    "organization": {"id": "o", "name": "Large"},
    "rights": [one.value for one in Right],
    "queues": [],
    "supervised": [],
    "supervises_all": True,
    "language": "en",
    "acknowledgements": [],
}


class Server:
    """Everything in one process, for one browser."""

    def __init__(self, rows: int, web: Path) -> None:
        self.floor = BigFloor(rows, datetime.now(UTC))
        self.files = Files(web)
        self.rate = 0
        self.readers: dict[DirectSink, set[str]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """As ASGI wants it."""
        if scope["type"] == "websocket":
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def changing(self) -> None:
        """Changes and signs of life, for ever."""
        owed, ticks = 0.0, 0
        while True:
            await asyncio.sleep(LEAST_PAUSE)
            ticks += 1
            owed += self.rate * LEAST_PAUSE
            now = datetime.now(UTC)
            count, owed = int(owed), owed % 1
            if count:
                data = list(self.floor.changes(count, now))
                frame = topic_frame("board", "changes", self.floor.at, data, time=now)
                for sink, topics in self.readers.items():
                    if "board" in topics:
                        sink.write(frame)
            if ticks % 25 == 0:
                for sink in self.readers:
                    sink.write(lag_frame(0, now))

    async def _live(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sink = sink_of(scope)
        if not isinstance(sink, DirectSink):
            raise TypeError("frames are written as the server writes them")
        self.readers[sink] = set()
        try:
            while (event := await receive())["type"] != "websocket.disconnect":
                match client_frame(event["text"]):
                    case Watch() as watch:
                        await self._everything(sink, watch)
                    case Ping():
                        sink.write(PONG)
                    case _:
                        pass
        finally:
            del self.readers[sink]

    async def _everything(self, sink: DirectSink, watch: Watch) -> None:
        """In parts and compressed, about as fast as the reader takes them."""
        data = [one if isinstance(one, msgspec.Raw) else raw(one) for one in self._all(watch.topic)]
        self.readers[sink].add(watch.topic)
        for frame in snapshot_frames(watch.topic, data, (self.floor.at, 0), packed=watch.accept == GZIP):
            sink.write(frame)
            if sink.buffered() > HIGH_WATER:
                await asyncio.sleep(TICK_SECONDS)

    def _all(self, topic: str) -> list[object]:
        if topic == "board":
            return list(self.floor.rows.values())
        return self.floor.agent_rows() if topic == "agents" else []

    async def _http(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path == "/rate":
            self.rate = int((await receive())["body"])
            await _answer(send, 200, {})
        elif path == "/api/v1/me":
            await _answer(send, 200, ME)
        elif path.startswith("/api/"):
            await _answer(send, 200, {"items": []})
        elif (asset := self.files.find(scope)) is not None:
            await asset.answer(scope, send)
        else:
            await _answer(send, 404, {})


async def _answer(send: Any, status: int, body: object) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})


async def main(port: int, rows: int, web: Path) -> None:
    """Serve on loopback until killed."""
    app = Server(rows, web)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, ws=SharedFrames, ws_per_message_deflate=False, lifespan="off",
        log_level="warning", loop="uvloop", http="httptools",
    )  # fmt: skip
    async with asyncio.TaskGroup() as group:
        group.create_task(app.changing())
        group.create_task(uvicorn.Server(config).serve())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
