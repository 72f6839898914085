"""The live figures kept counted: one more fact touches the conversation that it is about and nothing else.

What is counted, and how, is said once, by `protocol.figures.standing`; here it is asked of each ongoing conversation by
itself, and the answers are added and taken away again. What was counted today comes from the books of the day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.live import agents_by_presence
from valvomo.domain.figures.sums import Book
from valvomo.live.views.board import ongoing
from valvomo.live.views.figures import Day
from valvomo.live.views.happening import Change
from valvomo.protocol.figures import FiguresItem, QueueFigures, Standing, of_scope, standing
from valvomo.protocol.lookups import Lookups, QueueFacts

_LIVE = ("in_queue", "active", "waiting", "wrap_up", "orphans", "in_call", "on_hold")


@dataclass(frozen=True, slots=True)
class _Share:
    """What one ongoing conversation adds to its queue."""

    queue_id: str
    numbers: tuple[int, ...]
    waits_since: datetime | None


@dataclass(slots=True)
class _Queue:
    """Sums over the shares of a queue; `inside` are its ongoing conversations, `waits` those that wait."""

    numbers: list[int] = field(default_factory=lambda: [0] * len(_LIVE))
    inside: set[str] = field(default_factory=set)
    waits: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """The figures of all queues at one position. What was made of them is kept as long as it holds."""

    lookups: Lookups
    shares: dict[str, _Share] = field(default_factory=dict)
    queues: dict[str, _Queue] = field(default_factory=dict)
    presences: dict[str, Mapping[str, int]] = field(default_factory=dict)
    made: dict[str, QueueFigures] = field(default_factory=dict)
    scopes: dict[frozenset[str] | None, tuple[FiguresItem, ...]] = field(default_factory=dict)


def tallied(conversations: Iterable[Conversation], lookups: Lookups) -> Tally:
    """Counted from the beginning: when the floor is read, when settings change."""
    tally = Tally(lookups=lookups)
    tally.queues = {one: _Queue() for one in lookups.queues}
    for one in conversations:
        _add(tally, one)
    return tally


def apply(tally: Tally, change: Change | None) -> None:
    """The tally after one more fact."""
    if change is None:
        return
    one, now = change.after, ongoing(change.after)
    if now is None or tally.shares.get(one.id) != _share(now):
        _take_away(tally, one.id)
        if now is not None:
            _add(tally, now)


def counted_more(tally: Tally, queues: Iterable[str]) -> None:
    """In these queues something was entered into the books of the day."""
    for one in queues:
        _forget(tally, one)


def shifts_changed(tally: Tally) -> None:
    """Somebody is there, or handles something, who did not, or the other way round."""
    tally.scopes.clear()


def agents_changed(tally: Tally) -> None:
    """Presences, or who serves where, are others than before."""
    tally.presences.clear()
    tally.made.clear()
    tally.scopes.clear()


def figures(
    tally: Tally, day: Day, scope: frozenset[str] | None, agents: Collection[Agent]
) -> tuple[FiguresItem, ...]:
    """The figures of these queues, or of all."""
    if scope not in tally.scopes:
        _make(tally, day, agents)
        tally.scopes[scope] = of_scope(tally.made, scope, agents, (day.since, day.shifts))
    return tally.scopes[scope]


def _make(tally: Tally, day: Day, agents: Collection[Agent]) -> None:
    shown = {one for one, it in tally.queues.items() if it.inside or one in tally.lookups.queues}
    missing = shown - tally.made.keys()
    unknown = missing - tally.presences.keys()
    if unknown:
        tally.presences.update(_presences(agents, unknown))
    for one in missing:
        queue = tally.lookups.queues.get(one, QueueFacts(id=one, name=""))
        tally.made[one] = QueueFigures(
            queue=queue,
            standing=_standing(tally.queues[one]),
            sums=day.books.get(one, Book()).summed(queue.goal),
            agents=tally.presences[one],
        )


def _presences(agents: Iterable[Agent], queues: Collection[str]) -> dict[str, Mapping[str, int]]:
    inside: dict[str, list[Agent]] = {one: [] for one in queues}
    for agent in agents:
        for one in agent.queues & inside.keys():
            inside[one].append(agent)
    return {one: agents_by_presence(some) for one, some in inside.items()}


def _standing(queue: _Queue) -> Standing:
    live = dict(zip(_LIVE, queue.numbers, strict=True))
    return Standing(**live, longest_wait_since=min(queue.waits.values(), default=None))


def _share(one: Conversation) -> _Share:
    counts = standing((one,))
    numbers = tuple(getattr(counts, name) for name in _LIVE)
    return _Share(one.queue_id, numbers, counts.longest_wait_since)


def _add(tally: Tally, one: Conversation) -> None:
    share = _share(one)
    queue = tally.queues.setdefault(share.queue_id, _Queue())
    tally.shares[one.id] = share
    for index, number in enumerate(share.numbers):
        queue.numbers[index] += number
    if share.waits_since is not None:
        queue.waits[one.id] = share.waits_since
    queue.inside.add(one.id)
    _forget(tally, share.queue_id)


def _take_away(tally: Tally, conversation_id: str) -> None:
    share = tally.shares.pop(conversation_id, None)
    if share is None:
        return
    queue = tally.queues[share.queue_id]
    for index, number in enumerate(share.numbers):
        queue.numbers[index] -= number
    queue.waits.pop(conversation_id, None)
    queue.inside.discard(conversation_id)
    _forget(tally, share.queue_id)


def _forget(tally: Tally, queue_id: str) -> None:
    tally.made.pop(queue_id, None)
    tally.scopes.clear()
