"""Snapshots of a large floor: encoded and compressed once for everybody who is shown the same.

A snapshot stays good for a while: who comes later gets the same bytes, and then what has changed since. Encoding goes
on a little at a time, and putting together and compressing happen in a thread, so that nobody waits for them who did
not ask. Rows that mean something to a reader in person are in no snapshot that others get: such a reader has their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.live.audience import ROW_TOPICS, Encoder, candidates
from valvomo.live.connection import Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.floor import LiveFloor
from valvomo.protocol.frames import Frame, part_frame, topic_frame

SMALL = 200
"""Ongoing conversations up to which a snapshot is made in passing, for each reader anew."""
MOST_ROWS = 2_000
"""Rows of one frame."""
MOST_PACKED_ROWS = 500
"""Rows of one compressed frame: so many that a browser takes them in without a stutter."""
WARM = 50
"""Rows that are encoded at a time; others have their turn in between."""
KEPT_SECONDS = 10.0
MOST_CHANGED = 0.1
"""The share of its rows that may have changed since before a snapshot is made anew."""

_Key = tuple[str, object, bool]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`number` is the position as its readers count, `at` when it was made, by the timer. `frames` say it all.

    One that is `personal` has rows that only this one reader may be shown.
    """

    number: int
    at: float
    rows: int
    frames: tuple[Frame, ...]
    personal: bool


class Snapshots:
    """Those of one organization. `timer` counts seconds."""

    def __init__(
        self,
        floor: Callable[[], LiveFloor],
        encoder: Callable[[], Encoder],
        delivery: Delivery,
        timer: Callable[[], float],
    ) -> None:
        self._floor = floor
        self._encoder = encoder
        self._delivery = delivery
        self._timer = timer
        self._kept: dict[_Key, Snapshot] = {}
        self._making: dict[_Key, asyncio.Lock] = {}

    async def of(self, subscription: Subscription, least: int) -> Snapshot:
        """A snapshot for this reader that is not older than the number `least`, made now or lately."""
        actor, topic = subscription.connection.actor, subscription.topic
        key = (topic, self._encoder().class_of(actor), subscription.packs)
        # Everybody else who wants the same meanwhile waits for it, and does not make it too.
        if not self._personal(actor):
            async with self._making.setdefault(key, asyncio.Lock()):
                # Who waited for their turn may have become somebody in it meanwhile.
                if not self._personal(actor):
                    kept = self._kept.get(key)
                    if kept is not None and kept.number >= least and self._good(kept, actor):
                        return kept
                    floor = self._floor()
                    made = await self._make(topic, actor, packed=subscription.packs)
                    if self._floor() is floor and not made.personal:
                        self._kept[key] = made
                    return made
        return await self._make(topic, actor, packed=subscription.packs)

    def _personal(self, actor: Actor) -> bool:
        return actor.id in self._floor().personal

    def forget(self) -> None:
        """The floor was read anew: whatever was made of the old one does not go on."""
        self._kept.clear()

    def prune(self) -> None:
        """Forget what is too old."""
        now = self._timer()
        self._kept = {key: one for key, one in self._kept.items() if now - one.at <= KEPT_SECONDS}
        self._making = {key: lock for key, lock in self._making.items() if lock.locked() or key in self._kept}

    def _good(self, kept: Snapshot, actor: Actor) -> bool:
        if self._timer() - kept.at > KEPT_SECONDS:
            return False
        changes = self._floor().changes_since(kept.number, actor)
        return changes is not None and len({one.after.id for one in changes}) <= kept.rows * MOST_CHANGED

    async def _make(self, topic: str, actor: Actor, *, packed: bool) -> Snapshot:
        await self._warm(topic, actor)
        floor = self._floor()
        rows = self._encoder().rows(topic, actor)
        personal = self._personal(actor)
        number, ms = floor.number(actor), self._delivery.age_ms()
        frames = await asyncio.to_thread(snapshot_frames, topic, rows, (number, ms), packed=packed)
        return Snapshot(number=number, at=self._timer(), rows=len(rows), frames=frames, personal=personal)

    async def _warm(self, topic: str, actor: Actor) -> None:
        """Encode what will be needed, a little at a time: a large floor must not hold everybody else up."""
        floor, sees = self._floor(), ROW_TOPICS[topic]
        ids = [one.id for one in candidates(actor, floor)]
        for begin in range(0, len(ids), WARM):
            encoder = self._encoder()
            for one in ids[begin : begin + WARM]:
                conversation = floor.conversation(one)
                if conversation is not None and sees(actor, conversation, floor.lookups):
                    encoder.row(actor, conversation)
            await asyncio.sleep(0)


def snapshot_frames(
    topic: str, rows: Sequence[msgspec.Raw], at: tuple[int, int], *, packed: bool
) -> tuple[Frame, ...]:
    """All frames; only the last one has the number `at` which a reader can resume. `at[1]` is the age of it all."""
    number, ms = at
    size = MOST_PACKED_ROWS if packed else MOST_ROWS
    frames: list[Frame] = []
    for begin in range(0, max(1, len(rows)), size):
        part, op = rows[begin : begin + size], "changes" if begin else "snapshot"
        if begin + size < len(rows):
            frame = part_frame(topic, op, part, ms=ms)
        else:
            frame = topic_frame(topic, op, number, part, ms=ms)
        frames.append(frame.packed() if packed else frame)
    return tuple(frames)
