"""What is asked of the past, and what of it may be answered to whom: the same for sums, lists and charts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from valvomo.db import floor, house
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.agent_figures import NOBODY, Shown, agents_shown, knows_moods
from valvomo.domain.access.colleagues import figures_scope
from valvomo.domain.figures.intervals import MOST_DAYS, Interval
from valvomo.domain.refusals import Refusal, malformed
from valvomo.protocol.lookups import Lookups

DIMENSIONS = ("queue", "agent", "channel", "language", "outcome")
IN, OUT = "in", "out"
DIRECTIONS = (IN, OUT)
"""Who has written first."""
UNITS = tuple(one.value for one in Interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A period, by what it is parted, and which queues, agents, channels, languages and outcomes are meant; none: all.

    An outcome is what a conversation was closed as, or `ongoing`. A direction is `in` where the customer has written
    first, `out` where the house has.
    """

    since: datetime
    until: datetime
    by: frozenset[str] = frozenset()
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()

    @property
    def of_agents(self) -> bool:
        """Whether it tells agents apart."""
        return "agent" in self.by or bool(self.agents)

    @property
    def interval(self) -> Interval | None:
        """The unit of time by which it is parted."""
        return next((one for one in Interval if one in self.by), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it may be answered: `queues` and `agents` None is all of them. `shown` are agents to be named.

    `knows_moods` is whether the actor may know what customers felt, `names_supervisors` whether they may know which
    supervisor did something: whoever leads anybody may, as far as individuals are shown at all.
    """

    question: Question
    queues: list[str] | None
    agents: list[str] | None
    shown: Shown
    lookups: Lookups
    zone: ZoneInfo
    serving: Mapping[str, Collection[str]] = field(default_factory=dict)
    knows_moods: bool = False
    names_supervisors: bool = False

    @property
    def conditions(self) -> tuple[object, ...]:
        """What every statement about entries is narrowed by: the period first, then who and what."""
        one = self.question
        with_outcome = bool(one.outcomes) or "outcome" in one.by
        return (
            one.since, one.until, self.queues, self.agents, list(one.channels), list(one.languages), list(one.outcomes),
            with_outcome,
        )  # fmt: skip

    @property
    def conditions_of_supervisors(self) -> tuple[object, ...]:
        """The same of what supervisors did: showing goes by who asks, not by who leads which agents."""
        since, until, queues, _, *rest = self.conditions
        return (since, until, queues, list(self.question.agents) or None, *rest)

    @property
    def outbound(self) -> bool | None:
        """Whether what the house has begun is meant alone, or not at all; None is both."""
        wanted = set(self.question.directions)
        return None if len(wanted) != 1 else OUT in wanted

    def of_these(self) -> list[str]:
        """The queues that it is about, by id."""
        return [one for one in self.lookups.queues if self.queues is None or one in self.queues]


async def asked(tx: Transaction, actor: Actor, question: Question) -> Asked | Refusal:
    """The question narrowed to what the actor sees; refused where it tells agents apart and that is not for them."""
    if refusal := _malformed(question):
        return refusal
    scope = figures_scope(actor)
    queues = _narrowed(scope, question.queues)
    stored = await house.supervision(tx, actor.organization_id)
    rows = await tx.rows("figures.serving", actor.organization_id)
    serving = {row["user_id"]: row["queues"] for row in rows}
    shown = agents_shown(actor, stored.agent_figures, serving)
    if question.of_agents and isinstance(shown, Refusal):
        return shown
    told = NOBODY if isinstance(shown, Refusal) else shown
    return Asked(
        question=question,
        queues=queues,
        agents=told.only(question.agents) if question.of_agents else None,
        shown=told,
        lookups=await floor.lookups(tx, actor.organization_id),
        zone=await floor.zone_of(tx, actor.organization_id),
        serving=serving,
        names_supervisors=not isinstance(shown, Refusal),
        knows_moods=knows_moods(actor, shown_to_agents=stored.show_agents_sentiment),
    )


def _malformed(question: Question) -> Refusal | None:
    since, until = question.since, question.until
    if not since < until or until - since > timedelta(days=MOST_DAYS):
        return malformed("query.to", f"must be after `from`, by {MOST_DAYS} days at most")
    units = sorted(question.by & set(UNITS))
    if len(units) > 1:
        return malformed("query.by", f"{' and '.join(units)}: one interval at a time")
    return None


def _narrowed(scope: Collection[str] | None, wanted: tuple[str, ...]) -> list[str] | None:
    if scope is None:
        return list(wanted) or None
    return [one for one in wanted if one in scope] if wanted else sorted(scope)


async def days_of(tx: Transaction, actor: Actor, question: Question) -> tuple[str, str]:
    """The first and the last day that it is about, by the organization's calendar."""
    zone = await floor.zone_of(tx, actor.organization_id)
    last = question.until - timedelta(microseconds=1)
    since, until = (one.astimezone(zone).date().isoformat() for one in (question.since, last))
    return since, until
