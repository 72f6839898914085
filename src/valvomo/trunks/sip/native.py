"""What the stack can do and its Python side has no word for: refuse with any status, and hold with music.

What is called are functions that baresip has for it, in the library that is loaded already. They may be called by the
stack's own thread alone: from any other, even one that holds its lock, they tear its memory. That thread comes into
Python with each event, so what is to be done waits for the next one, which is asked for at once.
"""

from __future__ import annotations

import asyncio
import ctypes
from collections import deque
from collections.abc import Callable

from baresip import Call, Event, Runtime, StackEvent, _events, _native

_SENDS_ONLY, _SENDS_AND_HEARS, _NO_VIDEO = 2, 3, 0
"""Directions of media, as libre counts them."""


class Native:
    """The stack of this process, which has just been started."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: deque[Callable[[], None]] = deque()
        self._offered: set[int] = set()
        self._library = ctypes.CDLL(_native.__file__)
        for name, gives, takes in (
            ("uag_call_find", ctypes.c_void_p, [ctypes.c_char_p]),
            ("call_get_ua", ctypes.c_void_p, [ctypes.c_void_p]),
            ("ua_hangup", None, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint16, ctypes.c_char_p]),
            ("call_set_media_direction", None, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]),
            ("call_modify", ctypes.c_int, [ctypes.c_void_p]),
        ):
            function = getattr(self._library, name)
            function.restype, function.argtypes = gives, takes
        told = _events.set_sink(None)  # type: ignore[no-untyped-call]

        def also(event: int, handle: int, payload: bytes | None) -> None:
            while self._waiting:
                self._waiting.popleft()()
            told(event, handle, payload)

        _events.set_sink(also)  # type: ignore[no-untyped-call]
        runtime.subscribe(self._happened)

    async def answers(self, within: float) -> None:
        """Ask the stack for nothing but an answer. Raises `BaresipError` where none comes in so many seconds."""
        await self._runtime.cmd(_native.lib.BP_CMD_PING, timeout=within)

    async def refuse(self, call: Call, status: int, reason: str) -> None:
        """Answer the call that rings so. Raises `BaresipError`."""

        def work(found: int) -> None:
            self._library.ua_hangup(self._library.call_get_ua(found), found, status, reason.encode())

        await self._do(call, work)

    async def hold(self, call: Call, *, held: bool) -> bool:
        """Say to the other side that it is on hold, and that it still hears us; or that it is not any more.

        False where that could not be said now, since the two sides are about to agree on something else. Raises
        `BaresipError`.
        """
        self._offered.discard(call.handle)

        def work(found: int) -> None:
            direction = _SENDS_ONLY if held else _SENDS_AND_HEARS
            self._library.call_set_media_direction(found, direction, _NO_VIDEO)
            self._library.call_modify(found)

        await self._do(call, work)
        # The stack has told of its offer by then, if it has made one.
        return call.handle in self._offered

    async def _do(self, call: Call, work: Callable[[int], None]) -> None:
        """By the stack's thread; nothing where the call is gone."""
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def once() -> None:
            found = self._library.uag_call_find((call.call_id or "").encode())
            if found:
                work(found)
            loop.call_soon_threadsafe(done.set)

        self._waiting.append(once)
        await self._runtime.cmd(_native.lib.BP_CMD_PING)
        await done.wait()

    def _happened(self, event: StackEvent) -> None:
        if event.event is Event.CALL_LOCAL_SDP and event.text == "offer":
            self._offered.add(event.call)
        elif event.event is Event.CALL_CLOSED:
            self._offered.discard(event.call)
