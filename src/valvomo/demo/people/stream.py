"""The live stream as a client holds it: it comes back by itself and asks for what it has missed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

Frame = Mapping[str, Any]
LEAST_PAUSE = 0.25
MOST_PAUSE = 8.0
MOST_BYTES = 8 * 1024 * 1024


class Stream:
    """One connection at a time. `hello` gives the frames to begin each connection with, `heard` takes what comes."""

    def __init__(
        self,
        url: str,
        hello: Callable[[], Iterable[Frame]],
        heard: Callable[[Frame], None],
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._url = url.replace("http", "ws", 1)
        self._hello = hello
        self._heard = heard
        self._headers = headers
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Listen until cancelled."""
        failures = 0
        while True:
            try:
                await self._listen()
                failures = 0
            except (OSError, WebSocketException, TimeoutError):
                failures += 1
            pause = min(MOST_PAUSE, LEAST_PAUSE * 2**failures)
            await asyncio.sleep(LEAST_PAUSE + random.random() * pause)

    async def send(self, frame: Frame) -> None:
        """Say something that may be lost."""
        socket = self._socket
        if socket is not None:
            try:
                await socket.send(msgspec.json.encode(frame), text=True)
            except (OSError, WebSocketException):
                return

    async def drop(self) -> None:
        """Break the connection; `run` makes a new one."""
        if self._socket is not None:
            await self._socket.close()

    async def _listen(self) -> None:
        async with connect(
            self._url,
            additional_headers=dict(self._headers()),
            proxy=None,
            compression=None,
            max_size=MOST_BYTES,
            close_timeout=1,
        ) as socket:
            self._socket = socket
            try:
                for frame in list(self._hello()):
                    await socket.send(msgspec.json.encode(frame), text=True)
                async for data in socket:
                    self._heard(msgspec.json.decode(data))
            finally:
                self._socket = None
