"""A room whose clock and feed are moved by hand, and readers that keep what they were told."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sample_floor import HOUSE, Floor

from valvomo.db.ids import new_id
from valvomo.domain.access.actor import Actor
from valvomo.live.connection import Connection
from valvomo.live.room import Room
from valvomo.protocol.frames import Frame

CLOCKS = ("ms", "time")


@dataclass(eq=False)
class Reader:
    """A client: what it was sent, and what it makes of it. `full` pretends that nothing gets through.

    One that `packs` takes compressed frames; `packed` counts them.
    """

    room: Room
    actor: Actor
    frames: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    full: bool = False
    closed: int | None = None
    was_cut: bool = False
    packs: bool = False
    packed: int = 0

    def __post_init__(self) -> None:
        self.connection = Connection(id=new_id(), actor=self.actor, sink=self)
        self.room.connections.add(self.connection)

    def write(self, frame: Frame) -> None:
        self.packed += frame.binary
        said = msgspec.json.decode(gzip.decompress(frame.payload) if frame.binary else frame.payload)
        self.frames.append(said)
        if "topic" in said and said["op"] in {"snapshot", "changes"}:
            self._take(said)

    def buffered(self) -> int:
        return 1 << 30 if self.full else 0

    def close(self, code: int) -> None:
        self.closed = code

    def cut(self) -> None:
        self.was_cut = True

    async def watch(self, topic: str, since: int | None = None) -> None:
        await self.room.watch(self.connection, topic, since, packs=self.packs)

    def leave(self) -> None:
        self.room.leave(self.connection)

    def told(self, topic: str) -> list[dict[str, Any]]:
        """Every item of the topic in the order in which it came."""
        return [
            item for frame in self.frames if frame.get("topic") == topic for item in frame.get("data", ())
        ]

    def timeless(self) -> bytes:
        """Everything that was sent, but for what the clock says."""
        kept = [{name: value for name, value in frame.items() if name not in CLOCKS} for frame in self.frames]
        return msgspec.json.encode(kept)

    def _take(self, frame: dict[str, Any]) -> None:
        topic = frame["topic"]
        rows = self.rows.setdefault(topic, {})
        if frame["op"] == "snapshot":
            rows.clear()
        if frame.get("more"):
            # Not all of it is here yet: there is nothing to come back to, and the last part has the number.
            assert frame["at"] == 0
            self.at.setdefault(topic, 0)
        else:
            assert frame["at"] >= self.at.get(topic, 0)
            self.at[topic] = frame["at"]
        for item in frame["data"]:
            one = str(item.get("id", ""))
            if item.get("removed"):
                rows.pop(one, None)
            elif one:
                before = rows.get(one, {}).get("version", 0)
                assert item.get("version", before) >= before, "a row's version only grows"
                rows[one] = item


@dataclass
class Stage:
    """The organization at work, with its room."""

    floor: Floor
    room: Room

    @classmethod
    async def open(cls, floor: Floor) -> Stage:
        return cls(floor, await new_room(floor))

    def reader(self, actor: Actor, *, packs: bool = False) -> Reader:
        return Reader(self.room, actor, packs=packs)

    async def settle(self) -> None:
        """Everything committed so far has reached every reader."""
        await self.room.feed.read_on()
        self.room._catch_up()
        await self.room.show_again()
        self.room.subscriptions.fanout.publish_figures()


async def new_room(floor: Floor) -> Room:
    """A room that begins now."""
    room = Room(HOUSE, floor.database, floor.clock)
    await room.feed.load()
    return room
