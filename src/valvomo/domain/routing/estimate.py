"""How long somebody will probably wait: an estimate that is honest about what it rests on."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import SYNCHRONOUS
from valvomo.domain.conversations.targets import Load, seat_refusal
from valvomo.domain.routing.choosing import ROUTER, tired_of, unfit
from valvomo.domain.routing.facts import House, Seat, Waiting

LEAST_SAMPLES = 5
"""Handle times of fewer conversations than this say nothing."""
_Kind = tuple[tuple[Need, ...], frozenset[str]]
_SOMEDAY = replace(ROUTER, override_capacity=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What somebody's wait depends on.

    `place` 1 is next, counting only those before them who wait for the same agents, be they there or not; `slots` is
    how many such conversations those who are there can hold at a time, `free` how many more they could take at once.
    """

    place: int
    slots: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The probable wait in seconds, `low` to `high`."""

    low: int
    high: int


def outlook(
    mine: Waiting, before: Iterable[tuple[Waiting, int]], members: Iterable[Seat], house: House
) -> Outlook:
    """The outlook of one who waits, with those who are served before them and the members of their queue.

    Those before who ask for the same may be given as one of them and their number.
    """
    line = _Line(tuple(members), house)
    for one, count in before:
        line.join(one, count)
    return line.outlook(mine)


def outlooks(
    wanted: Collection[str], line: Iterable[Waiting], members: Iterable[Seat], house: House
) -> dict[str, Outlook]:
    """The outlooks of some in the line of one queue, in the order of serving, as its `members` are now.

    Who asks for the same shares one answer, so that a long line costs no more than the kinds of matters in it. Whoever
    is to be called again later has none, and nobody waits for them.
    """
    so_far = _Line(tuple(members), house)
    found: dict[str, Outlook] = {}
    for one in line:
        if one.postponed is not None:
            continue
        if one.id in wanted:
            found[one.id] = so_far.outlook(one)
        so_far.join(one)
    return found


def wait_estimate(mine: Waiting, seen: Outlook, handle_seconds: Sequence[float]) -> Estimate | None:
    """The probable wait, or None where nothing honest can be said: nobody fit is there, or too little is known.

    `handle_seconds` are recent handle times in the queue. With every slot taken, one becomes free each
    `mean / slots` seconds, and place k waits for the k-th of those. Their number in that time varies as a Poisson
    process does, so the range is the mean plus and minus one standard deviation of the sum of k gaps,
    `mean / slots x sqrt(k)`. Asynchronous kinds are answered when it suits both sides: no estimate is made for them.
    """
    if seen.slots <= 0 or mine.channel not in SYNCHRONOUS:
        return None
    ahead = seen.place - seen.free
    if ahead <= 0:
        return Estimate(low=0, high=0)
    if len(handle_seconds) < LEAST_SAMPLES:
        return None
    gap = fmean(handle_seconds) / seen.slots
    middle, spread = gap * ahead, gap * math.sqrt(ahead)
    return Estimate(low=math.floor(max(0.0, middle - spread)), high=math.ceil(middle + spread))


@dataclass(slots=True)
class _Line:
    """The front of a queue's line: how many ask for what, and which of the members fit it."""

    seats: tuple[Seat, ...]
    house: House
    ahead: dict[_Kind, int] = field(default_factory=dict)
    fits: dict[_Kind, frozenset[str]] = field(default_factory=dict)

    def join(self, one: Waiting, count: int = 1) -> None:
        """So many more at the end who ask for the same."""
        kind = self._kind(one)
        self.ahead[kind] = self.ahead.get(kind, 0) + count

    def outlook(self, mine: Waiting) -> Outlook:
        """Of one who would be next in it."""
        fit = self.fits[self._kind(mine)]
        there = _there(mine, self.seats, self.house)
        rivals = (count for kind, count in self.ahead.items() if not fit or self.fits[kind] & fit)
        return Outlook(
            place=1 + sum(rivals),
            slots=sum(_room(mine, seat, used=False) for seat in there),
            free=sum(_room(mine, seat, used=True) for seat in there),
        )

    def _kind(self, one: Waiting) -> _Kind:
        kind = (one.needs, tired_of(one))
        if kind not in self.fits:
            queue = self.house.queues[one.queue_id]
            self.fits[kind] = frozenset(
                seat.agent.id for seat in self.seats if unfit(one, queue, seat) is None
            )
        return kind


def _there(one: Waiting, seats: Iterable[Seat], house: House) -> list[Seat]:
    """Who could take it if they had room: fit for it, present, on duty."""
    queue, stream = house.queues[one.queue_id], house.workstreams[one.workstream_id]
    load = Load(units=one.units, channel=one.channel)
    return [
        seat
        for seat in seats
        if unfit(one, queue, seat) is None and seat_refusal(load, stream, seat.agent, _SOMEDAY) is None
    ]


def _room(mine: Waiting, seat: Seat, *, used: bool) -> int:
    """How many conversations like this one the agent can hold, less what they hold already if `used` counts."""
    agent, channel = seat.agent, mine.channel.value
    units = agent.capacity - (agent.load if used else 0)
    room = max(0, units) // max(1, mine.units)
    limit = agent.limits.get(channel)
    if limit is None:
        return room
    return max(0, min(room, limit - (agent.held.get(channel, 0) if used else 0)))
