"""Readers by the thousand: what each of them has been shown, with as little work for each frame as can be.

Readers who are shown the same are sent the very same bytes, so a frame is looked into once for all of them.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from floor_wire import Listener

MARK = re.compile(rb"change (\d+) of the board")
FIRST_PAUSE, MOST_PAUSE = 0.5, 8.0
"""As the console's: full jitter up to the first pause, and twice as much after each failure."""
_MOST_KEPT = 400
T = TypeVar("T")


class Item(msgspec.Struct, frozen=True):
    """What is read of an item."""

    id: str = ""
    kind: str = ""
    version: int = 0
    seq: int = 0
    removed: bool = False


class Frame(msgspec.Struct, frozen=True):
    """What is read of a frame."""

    op: str
    topic: str = ""
    at: int = 0
    more: bool = False
    data: list[Item] = []


_DECODER = msgspec.json.Decoder(Frame)


class Looked:
    """What was found in payloads, by payload."""

    def __init__(self) -> None:
        self._marks: OrderedDict[bytes, tuple[int, ...]] = OrderedDict()
        self._frames: OrderedDict[bytes, Frame] = OrderedDict()

    def marks(self, payload: bytes) -> tuple[int, ...]:
        """Numbers of the changes that it shows."""
        return self._kept(self._marks, payload, lambda text: tuple(map(int, MARK.findall(text))))

    def frame(self, payload: bytes) -> Frame:
        """The frame."""
        return self._kept(self._frames, payload, _DECODER.decode)

    def _kept(self, kept: OrderedDict[bytes, T], payload: bytes, look: Callable[[bytes], T]) -> T:
        if (found := kept.get(payload)) is None:
            text = gzip.decompress(payload) if payload[:2] == b"\x1f\x8b" else payload
            found = kept[payload] = look(text)
            if len(kept) > _MOST_KEPT:
                kept.popitem(last=False)
        return found


@dataclass(slots=True, eq=False)
class Reader:
    """A client with its topics. `at` are the numbers from which they are resumed, `rows` those of `board` if kept.

    `waiting` are topics that have not been answered since the last beginning, `faults` what must not be.
    """

    port: int
    path: str
    headers: dict[str, str]
    topics: tuple[str, ...]
    looked: Looked
    accept: dict[str, str] = field(default_factory=dict)
    marked: Callable[[tuple[int, ...], float], None] | None = None
    keeps: bool = False
    at: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    whole_at: float = 0.0
    faults: int = 0
    frames: int = 0
    size: int = 0
    snapshots: int = 0
    socket: Listener | None = None
    token: str = ""

    async def begin(self) -> None:
        """Connect and watch everything, from where it was if it was somewhere."""
        self.waiting = set(self.topics)
        self.socket = await Listener.connect(self.port, self.path, self.headers, self._heard)
        if self.token:
            self.socket.say({"op": "hello", "token": self.token})
        for topic in self.topics:
            since = {"since": self.at[topic]} if topic in self.at else {}
            self.socket.say({"op": "watch", "topic": topic, **since, **self.accept})

    async def come_back(self) -> None:
        """As a client does: not at once, and later each time that it fails."""
        for failures in range(20):
            await asyncio.sleep(random.uniform(0, min(MOST_PAUSE, FIRST_PAUSE * 2**failures)))
            try:
                await self.begin()
            except (OSError, TimeoutError):
                continue
            return

    def _heard(self, payload: bytes, at: float) -> None:
        self.frames += 1
        self.size += len(payload)
        if payload.startswith(b'{"op":"lag"'):
            return
        if self.marked is not None and (marks := self.looked.marks(payload)):
            self.marked(marks, at)
        if not self.waiting and not self.keeps:
            self._resume_from(payload)
            return
        self._take(self.looked.frame(payload), at)

    def _resume_from(self, payload: bytes) -> None:
        frame = self.looked.frame(payload)
        if frame.topic in self.at:
            self._number(frame)

    def _take(self, frame: Frame, at: float) -> None:
        if not frame.topic:
            return
        if frame.op == "refused":
            raise AssertionError(f"{self.path} {frame.topic} was refused")
        self.snapshots += frame.op == "snapshot"
        self._number(frame)
        if self.keeps and frame.topic == "board":
            self._show(frame)
        if not frame.more:
            self.waiting.discard(frame.topic)
            if not self.waiting:
                self.whole_at = at

    def _number(self, frame: Frame) -> None:
        before = self.at.get(frame.topic, 0)
        if frame.topic.startswith("conversation"):
            for item in frame.data:
                if item.kind == "message":
                    self.faults += before > 0 and item.seq != before + 1
                    before = max(before, item.seq)
        self.at[frame.topic] = frame.at if frame.op == "snapshot" else max(before, frame.at)

    def _show(self, frame: Frame) -> None:
        if frame.op == "snapshot":
            self.rows.clear()
        for item in frame.data:
            if item.removed:
                self.rows.pop(item.id, None)
            else:
                self.faults += item.version < self.rows.get(item.id, 0)
                self.rows[item.id] = item.version


async def begin_all(readers: Iterable[Reader], at_a_time: int = 50, patience: float = 300.0) -> float:
    """Everybody comes, some at a time, and has everything; the seconds that it took."""
    began, turns, everybody = time.perf_counter(), asyncio.Semaphore(at_a_time), list(readers)

    async def one(reader: Reader) -> None:
        async with turns:
            await reader.begin()

    async with asyncio.TaskGroup() as group:
        for reader in everybody:
            group.create_task(one(reader))
    await whole(everybody, patience)
    return time.perf_counter() - began


async def whole(readers: Iterable[Reader], patience: float) -> None:
    """Wait until everybody has everything. Raises TimeoutError with how many have not."""
    until, left = time.perf_counter() + patience, list(readers)
    while left := [one for one in left if one.waiting]:
        if time.perf_counter() > until:
            raise TimeoutError(f"{len(left)} readers have not been answered, the first {left[0].waiting}")
        await asyncio.sleep(0.02)
