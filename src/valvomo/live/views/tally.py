"""The live figures kept counted: one more fact touches the conversation that it is about and nothing else.

What is counted, and how, is said once, by `protocol.figures.queue_counts`; here it is asked of each conversation by
itself, and the answers are added and taken away again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.live import agents_by_presence
from valvomo.domain.figures.outcomes import Outcome, ServiceLevel
from valvomo.live.views.board import ongoing
from valvomo.live.views.figures import Day
from valvomo.live.views.happening import Change
from valvomo.protocol.figures import FiguresItem, QueueCounts, figures_item, of_scope, queue_counts
from valvomo.protocol.lookups import Lookups, QueueFacts

_LIVE = (
    "in_queue", "active", "waiting", "wrap_up", "orphans", "abandoned", "force_closed", "auto_closed", "completed",
)  # fmt: skip
_LEVEL = ("within", "accepted", "abandoned", "short")


@dataclass(frozen=True, slots=True)
class _Share:
    """What one conversation adds to its queue."""

    queue_id: str
    numbers: tuple[int, ...]
    waits_since: datetime | None


@dataclass(slots=True)
class _Queue:
    """Sums over the shares of a queue; `inside` are its ongoing conversations, `waits` those that wait."""

    numbers: list[int] = field(default_factory=lambda: [0] * (len(_LIVE) + len(_LEVEL)))
    inside: set[str] = field(default_factory=set)
    waits: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """The figures of all queues at one position. `items` and `scopes` are those that were made and still hold."""

    since: datetime
    lookups: Lookups
    shares: dict[str, _Share] = field(default_factory=dict)
    queues: dict[str, _Queue] = field(default_factory=dict)
    items: dict[str, FiguresItem] = field(default_factory=dict)
    scopes: dict[frozenset[str] | None, tuple[FiguresItem, ...]] = field(default_factory=dict)


def tallied(day: Day, conversations: Iterable[Conversation], lookups: Lookups) -> Tally:
    """Counted from the beginning: when the floor is read, when a day begins, when settings change."""
    tally = Tally(since=day.since, lookups=lookups)
    tally.queues = {one: _Queue() for one in lookups.queues}
    for conversation_id, outcome in day.closed.items():
        _add(tally, conversation_id, _share(tally, outcome.queue_id, (), (outcome,)))
    for one in conversations:
        _add(tally, one.id, _share(tally, one.queue_id, (one,), ()), inside=True)
    return tally


def apply(tally: Tally, change: Change | None, day: Day) -> None:
    """The tally after one more fact, which the day has already taken in."""
    if change is None:
        return
    one, now = change.after, ongoing(change.after)
    closed = day.closed.get(one.id) if now is None else None
    share = _share(tally, one.queue_id, (now,) if now else (), (closed,) if closed else ())
    if tally.shares.get(one.id) != share or now is None:
        _take_away(tally, one.id)
        _add(tally, one.id, share, inside=now is not None)


def agents_changed(tally: Tally) -> None:
    """Presences, or who serves where, are others than before."""
    tally.items.clear()
    tally.scopes.clear()


def figures(tally: Tally, scope: frozenset[str] | None, agents: Collection[Agent]) -> tuple[FiguresItem, ...]:
    """The figures of these queues, or of all."""
    if scope not in tally.scopes:
        _have_items(tally, agents)
        tally.scopes[scope] = of_scope(tally.items, scope, agents, tally.since)
    return tally.scopes[scope]


def _have_items(tally: Tally, agents: Collection[Agent]) -> None:
    shown = {one for one, it in tally.queues.items() if it.inside or one in tally.lookups.queues}
    missing = shown - tally.items.keys()
    if not missing:
        return
    presences = _presences(agents, missing)
    for one in missing:
        queue = tally.lookups.queues.get(one, QueueFacts(id=one, name=""))
        tally.items[one] = figures_item(queue, _counts(tally.queues[one]), tally.since, presences[one])


def _presences(agents: Iterable[Agent], queues: Collection[str]) -> dict[str, Mapping[str, int]]:
    inside: dict[str, list[Agent]] = {one: [] for one in queues}
    for agent in agents:
        for one in agent.queues & inside.keys():
            inside[one].append(agent)
    return {one: agents_by_presence(some) for one, some in inside.items()}


def _counts(queue: _Queue) -> QueueCounts:
    live = dict(zip(_LIVE, queue.numbers, strict=False))
    level = ServiceLevel(**dict(zip(_LEVEL, queue.numbers[len(_LIVE) :], strict=True)))
    longest = min(queue.waits.values(), default=None)
    return QueueCounts(**live, longest_wait_since=longest, level=level)


def _share(tally: Tally, queue_id: str, now: tuple[Conversation, ...], closed: tuple[Outcome, ...]) -> _Share:
    counts = queue_counts(now, closed, tally.lookups.service_level_seconds(queue_id), tally.since)
    numbers = (
        *(getattr(counts, name) for name in _LIVE),
        *(getattr(counts.level, name) for name in _LEVEL),
    )
    return _Share(queue_id, numbers, counts.longest_wait_since)


def _add(tally: Tally, conversation_id: str, share: _Share, *, inside: bool = False) -> None:
    queue = tally.queues.setdefault(share.queue_id, _Queue())
    tally.shares[conversation_id] = share
    for index, number in enumerate(share.numbers):
        queue.numbers[index] += number
    if share.waits_since is not None:
        queue.waits[conversation_id] = share.waits_since
    if inside:
        queue.inside.add(conversation_id)
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
    tally.items.pop(queue_id, None)
    tally.scopes.clear()
