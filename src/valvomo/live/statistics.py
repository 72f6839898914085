"""What the live stream of one process carries, counted when somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from valvomo.domain.access.actor import ActorKind
from valvomo.live.room import Room
from valvomo.live.transcripts import PREFIX
from valvomo.telemetry.counts import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatistics:
    """Of all rooms together. `buffered` bytes wait to be sent, `slow` readers get only what changed last.

    `lag` is the age of the oldest feed in seconds, `positions` how far each organization has been read, `ages`
    seconds from an act to its being told.
    """

    organizations: int
    connections: Mapping[str, int]
    subscriptions: Mapping[str, int]
    frames: int
    bytes: int
    coalesced: int
    dropped: int
    snapshots: int
    resumes: int
    slow: int
    buffered: int
    facts: int
    restarts: int
    ages: Spread
    lag: float
    positions: Mapping[str, int]


class Counted:
    """What rooms have done that have ended: a count never goes back."""

    def __init__(self) -> None:
        self.of_delivery = Counter[str]()
        self.facts = 0
        self.restarts = 0
        self.ages = Spread()

    def add(self, room: Room) -> None:
        """One more room."""
        self.of_delivery.update({name: getattr(room.delivery, name) for name in DELIVERY})
        self.facts += room.feed.taken
        self.restarts += room.feed.restarts
        self.ages.merge(room.feed.ages)


DELIVERY = ("sent", "bytes", "coalesced", "dropped", "snapshots", "resumes")


def statistics_of(rooms: Collection[Room], ended: Counted) -> LiveStatistics:
    """The rooms as they are now, and with what has ended before all that was counted."""
    readers = [one for room in rooms for one in room.connections]
    topics = Counter(_kind(topic) for one in readers for topic in one.subscriptions)
    customers = sum(one.actor.kind is ActorKind.CUSTOMER for one in readers)
    counted = Counted()
    counted.of_delivery.update(ended.of_delivery)
    counted.facts, counted.restarts = ended.facts, ended.restarts
    counted.ages.merge(ended.ages)
    for room in rooms:
        counted.add(room)
    done = counted.of_delivery
    return LiveStatistics(
        organizations=len(rooms),
        connections={"customer": customers, "staff": len(readers) - customers},
        subscriptions=topics,
        frames=done["sent"],
        bytes=done["bytes"],
        coalesced=done["coalesced"],
        dropped=done["dropped"],
        snapshots=done["snapshots"],
        resumes=done["resumes"],
        slow=sum(one.slow for one in readers),
        buffered=sum(one.sink.buffered() for one in readers),
        facts=counted.facts,
        restarts=counted.restarts,
        ages=counted.ages,
        lag=max((one.feed.age_ms() for one in rooms), default=0) / 1000,
        positions={one.organization_id: one.feed.floor.position for one in rooms},
    )


def _kind(topic: str) -> str:
    return "conversation" if topic.startswith(PREFIX) else topic
