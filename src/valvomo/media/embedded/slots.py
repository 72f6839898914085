"""Slots: in which of the few streams that a browser takes it hears whom.

A browser has as many streams as it has offered. Each stays with its source, and where more are to be heard than there
are streams, whoever speaks takes the one of who has been silent for longest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf

from valvomo.media.embedded.rtp import Stream


@dataclass(slots=True)
class Slot:
    """One stream and its source's id, None while it is free; `heard` is when the source last spoke, in seconds."""

    stream: Stream
    source: str | None = None
    heard: float = -inf


@dataclass(slots=True)
class Slots:
    """The streams of one kind that go to one leg."""

    slots: list[Slot] = field(default_factory=list)
    wanted: frozenset[str] = frozenset()

    def assign(self, wanted: Collection[str]) -> None:
        """From now on these are to be heard, and nobody else."""
        self.wanted = frozenset(wanted)
        for slot in self.slots:
            if slot.source is not None and slot.source not in self.wanted:
                slot.source, slot.heard = None, -inf
                # Who comes again later follows on: what was not to be heard meanwhile is not lost on the way.
                slot.stream.source = None
        shown = {slot.source for slot in self.slots}
        free = [slot for slot in self.slots if slot.source is None]
        for slot, source in zip(free, sorted(self.wanted - shown), strict=False):
            slot.source = source

    def of(self, source: str, now: float, *, loud: bool) -> Slot | None:
        """Where a packet of this source goes: None where it is not to be heard, or has no stream while it is silent."""
        if source not in self.wanted:
            return None
        slot = next((one for one in self.slots if one.source == source), None)
        if slot is None and loud and self.slots:
            slot = min(self.slots, key=lambda one: one.heard)
            slot.source = source
        if slot is not None and loud:
            slot.heard = now
        return slot
