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


def statistics_of(rooms: Collection[Room]) -> LiveStatistics:
    """The rooms as they are now."""
    readers = [one for room in rooms for one in room.connections]
    topics = Counter(_kind(topic) for one in readers for topic in one.subscriptions)
    customers = sum(one.actor.kind is ActorKind.CUSTOMER for one in readers)
    ages = Spread()
    for room in rooms:
        ages.merge(room.feed.ages)
    return LiveStatistics(
        organizations=len(rooms),
        connections={"customer": customers, "staff": len(readers) - customers},
        subscriptions=topics,
        frames=sum(one.delivery.sent for one in rooms),
        bytes=sum(one.delivery.bytes for one in rooms),
        coalesced=sum(one.delivery.coalesced for one in rooms),
        dropped=sum(one.delivery.dropped for one in rooms),
        snapshots=sum(one.delivery.snapshots for one in rooms),
        resumes=sum(one.delivery.resumes for one in rooms),
        slow=sum(one.slow for one in readers),
        buffered=sum(one.sink.buffered() for one in readers),
        facts=sum(one.feed.taken for one in rooms),
        restarts=sum(one.feed.restarts for one in rooms),
        ages=ages,
        lag=max((one.feed.age_ms() for one in rooms), default=0) / 1000,
        positions={one.organization_id: one.feed.floor.position for one in rooms},
    )


def _kind(topic: str) -> str:
    return "conversation" if topic.startswith(PREFIX) else topic
