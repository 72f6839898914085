"""The live figures as they are shown: one item for everything in the viewer's scope, and one for each queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures import live, outcomes
from valvomo.domain.figures.outcomes import Outcome, ServiceLevel, outcome_of
from valvomo.protocol.lookups import Lookups, QueueFacts


class ServiceLevelItem(msgspec.Struct, frozen=True, kw_only=True):
    """Ratios between 0 and 1, None where nothing can be divided, and the counts behind them (spec 1 §8)."""

    ratio: float | None
    of_accepted: float | None
    without_short_abandons: float | None
    within: int
    accepted: int
    abandoned: int
    short: int
    seconds: int | None


class FiguresItem(msgspec.Struct, frozen=True, kw_only=True):
    """Live figures. `id` is `all` or a queue's id; `since` is the beginning of the day that is counted."""

    id: str
    name: str | None
    since: datetime
    in_queue: int
    longest_wait_since: datetime | None
    active: int
    waiting: int
    wrap_up: int
    orphans: int
    abandoned: int
    force_closed: int
    auto_closed: int
    completed: int
    service_level: ServiceLevelItem
    agents: dict[str, int]
    kind: str = "figures"


@dataclass(frozen=True, slots=True)
class Today:
    """When the counted day began, and what was closed since."""

    since: datetime
    closed: Collection[Outcome]


def service_level_item(level: ServiceLevel, seconds: int | None) -> ServiceLevelItem:
    """The ratios of these counts; `seconds` is N where one N holds for all of them."""
    return ServiceLevelItem(
        ratio=level.of_offered,
        of_accepted=level.of_accepted,
        without_short_abandons=level.without_short_abandons,
        within=level.within,
        accepted=level.accepted,
        abandoned=level.abandoned,
        short=level.short,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """What is counted of one queue: its ongoing conversations, and what was closed of it since the day began."""

    in_queue: int = 0
    longest_wait_since: datetime | None = None
    active: int = 0
    waiting: int = 0
    wrap_up: int = 0
    orphans: int = 0
    abandoned: int = 0
    force_closed: int = 0
    auto_closed: int = 0
    completed: int = 0
    level: ServiceLevel = field(default_factory=ServiceLevel)


def by_queue(
    day: Today, conversations: Iterable[Conversation], agents: Iterable[Agent], lookups: Lookups
) -> dict[str, FiguresItem]:
    """The figures of every queue."""
    inside: dict[str, list[Conversation]] = {one: [] for one in lookups.queues}
    for conversation in conversations:
        inside.setdefault(conversation.queue_id, []).append(conversation)
    over: dict[str, list[Outcome]] = {}
    for outcome in day.closed:
        over.setdefault(outcome.queue_id, []).append(outcome)
    serving = list(agents)
    return {
        one: figures_item(
            lookups.queues.get(one, QueueFacts(id=one, name="")),
            queue_counts(now, over.get(one, ()), lookups.service_level_seconds(one), day.since),
            day.since,
            live.agents_by_presence(agent for agent in serving if one in agent.queues),
        )
        for one, now in inside.items()
    }


def of_scope(
    queues: Mapping[str, FiguresItem], scope: Collection[str] | None, agents: Iterable[Agent], since: datetime
) -> tuple[FiguresItem, ...]:
    """One item `all` for the scope, then one for each of its queues; scope None is every queue."""
    mine = [item for one, item in sorted(queues.items()) if scope is None or one in scope]
    serving = [one for one in agents if scope is None or not one.queues.isdisjoint(scope)]
    return (_total(mine, serving, since), *mine)


def queue_counts(
    now: Collection[Conversation], closed: Iterable[Outcome], seconds: int, since: datetime
) -> QueueCounts:
    """Counts over the ongoing conversations of a queue and what was closed of it; `seconds` is its N."""
    today = [*closed, *map(outcome_of, now)]
    return QueueCounts(
        in_queue=live.in_queue(now),
        longest_wait_since=live.longest_wait_since(now),
        active=live.active(now),
        waiting=live.waiting(now),
        wrap_up=live.wrap_up(now),
        orphans=live.orphans(now),
        abandoned=outcomes.abandoned(today, since),
        force_closed=outcomes.force_closed(today, since),
        auto_closed=outcomes.auto_closed(today, since),
        completed=outcomes.completed(today, since),
        level=outcomes.service_level(today, seconds, since),
    )


def figures_item(
    queue: QueueFacts, counts: QueueCounts, since: datetime, agents: Mapping[str, int]
) -> FiguresItem:
    """The figures of one queue as they are shown; `agents` are those of the queue by presence."""
    counted = {name: getattr(counts, name) for name in (*_SUMMED, "longest_wait_since")}
    return FiguresItem(
        id=queue.id,
        name=queue.name,
        since=since,
        service_level=service_level_item(counts.level, queue.service_level_seconds),
        agents=dict(agents),
        **counted,
    )


def _total(mine: list[FiguresItem], serving: list[Agent], since: datetime) -> FiguresItem:
    level = ServiceLevel()
    for one in mine:
        counted = one.service_level
        level = level.plus(
            ServiceLevel(
                within=counted.within,
                accepted=counted.accepted,
                abandoned=counted.abandoned,
                short=counted.short,
            )
        )
    goals = {one.service_level.seconds for one in mine}
    waits = [one.longest_wait_since for one in mine if one.longest_wait_since is not None]
    summed = {name: sum(getattr(one, name) for one in mine) for name in _SUMMED}
    return FiguresItem(
        id="all",
        name=None,
        since=since,
        longest_wait_since=min(waits, default=None),
        service_level=service_level_item(level, goals.pop() if len(goals) == 1 else None),
        agents=dict(live.agents_by_presence(serving)),
        **summed,
    )


_SUMMED = (
    "in_queue", "active", "waiting", "wrap_up", "orphans", "abandoned", "force_closed", "auto_closed", "completed",
)  # fmt: skip


class OfferCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of offers: those made, and those accepted, rejected and expired in the period."""

    offered: int = 0
    accepted: int = 0
    rejected: int = 0
    expired: int = 0


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a period; `day` and `queue` are None where it is not parted by them. Seconds are means."""

    day: str | None
    queue: str | None
    queue_name: str | None
    since: datetime
    until: datetime
    started: int
    completed: int
    abandoned: int
    force_closed: int
    auto_closed: int
    speed_of_answer: float | None
    first_response: float | None
    service_level: ServiceLevelItem
    offers: OfferCounts


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the past, oldest day first."""

    since: datetime
    until: datetime
    items: tuple[HistoryItem, ...]


class LiveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The live figures at a moment: one item `all` for the caller's scope, one for each of its queues."""

    at: datetime
    items: tuple[FiguresItem, ...]
