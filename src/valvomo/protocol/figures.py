"""The figures as they are shown: live ones, one item for the viewer's scope and one for each queue, and past ones.

What is counted over a time is the same in both, and worked out by the same function from sums of the same entries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures import calls, live
from valvomo.domain.figures.shifts import Shift, occupied
from valvomo.domain.figures.sums import Book, Sums
from valvomo.protocol.counted import Counted, Goals, counted_fields
from valvomo.protocol.lookups import Lookups, QueueFacts


class LiveOccupancy(msgspec.Struct, frozen=True, kw_only=True):
    """Of all agents together, today: two lines over time that hold until something else is said.

    At `s` milliseconds after `since` of its item it is `(busy_ms + busy * s) / (present_ms + present * s)`. `present`
    agents are signed in and not away now, `busy` of them handle something. What it is divided by may be 0.
    """

    busy_ms: int
    busy: int
    present_ms: int
    present: int


class FiguresItem(Counted, frozen=True, kw_only=True):
    """Live figures. `id` is `all` or a queue's id; `since` is the beginning of the day that is counted.

    `occupancy` is of all only: agents are there for all of their work.
    """

    id: str
    name: str | None
    since: datetime
    in_queue: int
    longest_wait_since: datetime | None
    active: int
    waiting: int
    wrap_up: int
    orphans: int
    in_call: int
    on_hold: int
    agents: dict[str, int]
    occupancy: LiveOccupancy | None = None
    kind: str = "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is where in a queue right now."""

    in_queue: int = 0
    active: int = 0
    waiting: int = 0
    wrap_up: int = 0
    orphans: int = 0
    in_call: int = 0
    on_hold: int = 0
    longest_wait_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """Everything that the item of a queue is made of."""

    queue: QueueFacts
    standing: Standing
    sums: Sums
    agents: Mapping[str, int]


def standing(now: Collection[Conversation]) -> Standing:
    """Of the ongoing conversations of a queue."""
    return Standing(
        in_queue=live.in_queue(now),
        active=live.active(now),
        waiting=live.waiting(now),
        wrap_up=live.wrap_up(now),
        orphans=live.orphans(now),
        in_call=calls.in_call(now),
        on_hold=calls.on_hold(now),
        longest_wait_since=live.longest_wait_since(now),
    )


def by_queue(
    books: Mapping[str, Book],
    conversations: Iterable[Conversation],
    agents: Iterable[Agent],
    lookups: Lookups,
) -> dict[str, QueueFigures]:
    """The figures of every queue, from today's entries and what goes on."""
    inside: dict[str, list[Conversation]] = {one: [] for one in lookups.queues}
    for conversation in conversations:
        inside.setdefault(conversation.queue_id, []).append(conversation)
    serving = list(agents)
    found: dict[str, QueueFigures] = {}
    for one, now in inside.items():
        queue = lookups.queues.get(one, QueueFacts(id=one, name=""))
        found[one] = QueueFigures(
            queue=queue,
            standing=standing(now),
            sums=books.get(one, Book()).summed(queue.goal),
            agents=live.agents_by_presence(agent for agent in serving if one in agent.queues),
        )
    return found


def of_scope(
    queues: Mapping[str, QueueFigures],
    scope: Collection[str] | None,
    agents: Iterable[Agent],
    today: tuple[datetime, Mapping[str, Shift]],
) -> tuple[FiguresItem, ...]:
    """One item `all` for the scope, then one for each of its queues; scope None is every queue.

    `today` is when the day began, and what it has been for agents.
    """
    mine = [it for one, it in sorted(queues.items()) if scope is None or one in scope]
    serving = [one for one in agents if scope is None or not one.queues.isdisjoint(scope)]
    return (_total(mine, serving, today), *(figures_item(one, today[0]) for one in mine))


def figures_item(one: QueueFigures, since: datetime) -> FiguresItem:
    """The figures of one queue as they are shown."""
    return FiguresItem(
        id=one.queue.id,
        name=one.queue.name,
        since=since,
        agents=dict(one.agents),
        **{name: getattr(one.standing, name) for name in (*_STANDING, "longest_wait_since")},
        **counted_fields(one.sums, Goals.of([one.queue])),
    )


def _total(
    mine: list[QueueFigures], serving: list[Agent], today: tuple[datetime, Mapping[str, Shift]]
) -> FiguresItem:
    since, shifts = today
    members = (shifts.get(one.id) for one in serving if one.queues)
    together = Sums()
    for one in mine:
        together.add(one.sums)
    waits = [it for one in mine if (it := one.standing.longest_wait_since) is not None]
    return FiguresItem(
        id="all",
        name=None,
        since=since,
        longest_wait_since=min(waits, default=None),
        agents=dict(live.agents_by_presence(serving)),
        occupancy=msgspec.convert(
            occupied([one for one in members if one is not None], since), LiveOccupancy, from_attributes=True
        ),
        **{name: sum(getattr(one.standing, name) for one in mine) for name in _STANDING},
        **counted_fields(together, Goals.of([one.queue for one in mine])),
    )


_STANDING = ("in_queue", "active", "waiting", "wrap_up", "orphans", "in_call", "on_hold")


class HistoryItem(Counted, frozen=True, kw_only=True):
    """The figures of a part of the period. What it is not parted by is None.

    `interval` is the moment, by the organization's clock, at which its interval begins; `day` its date where it is
    parted by days. `occupancy` is there where it is parted by nothing but time and agents, `sentiment` for supervisors:
    what customers felt at the end. `focus_time` is how long whoever served had it in front (mean, in seconds),
    `focus_share` how much of the handle time that is; None where no desk reported any.
    """

    since: datetime
    until: datetime
    interval: str | None = None
    day: str | None = None
    queue: str | None = None
    queue_name: str | None = None
    agent: str | None = None
    agent_name: str | None = None
    channel: str | None = None
    language: str | None = None
    outcome: str | None = None
    occupancy: float | None = None
    focus_time: float | None = None
    focus_share: float | None = None
    sentiment: dict[str, int] | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the past, oldest first. `position` is how far in the journal has been counted, `zone` whose clock."""

    since: datetime
    until: datetime
    zone: str
    position: int
    items: tuple[HistoryItem, ...]


class LiveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The live figures at a moment: one item `all` for the caller's scope, one for each of its queues."""

    at: datetime
    items: tuple[FiguresItem, ...]
