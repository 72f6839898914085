"""Choosing for one conversation: who may be asked, who is asked first, and why each other one is not.

This is all of what a decision rests on. Its inputs are kept with the decision, so that it can be explained later
and made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from valvomo.domain.agents.skills import match, proficiency, shortfall
from valvomo.domain.conversations.model import OfferKind
from valvomo.domain.conversations.offers import MAX_DECLINES
from valvomo.domain.conversations.targets import Asking, Load, seat_refusal
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.facts import Method, QueueRules, Seat, SkillMatch, Waiting

ROUTER = Asking(offer_id="", kind=OfferKind.ASSIGNMENT, by_id=None, by_role="router")
"""The router asks without overrides."""


class Outcome(StrEnum):
    """Somebody is asked; it waits on until somebody can be; nobody ever will take it as things are."""

    OFFERED = "offered"
    WAITING = "waiting"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A member of the queue with the facts as they were, and why not; `reason` None: they could have been asked.

    `rank` is the place among those who could, 1 for who is asked. `match` is the share of the skills asked for.
    """

    seat: Seat
    reason: Reason | None = None
    rank: int | None = None
    match: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for a conversation, on which facts, by which rules.

    `cause` is why nobody will take it (`no_members`, `declined`, `skills`); `affinity` that whom it is offered to was
    taken for having served the customer before.
    """

    waiting: Waiting
    outcome: Outcome
    workstream: Workstream
    queue: QueueRules
    considered: tuple[Considered, ...] = ()
    agent_id: str | None = None
    cause: str | None = None
    affinity: bool = False
    reasons: Mapping[Reason, int] = field(default_factory=dict)


def decide(waiting: Waiting, workstream: Workstream, queue: QueueRules, members: Iterable[Seat]) -> Decision:
    """Everything about one conversation: whom to ask, or why nobody; for what is postponed, who could be by then."""
    seats = tuple(members)
    verdicts = [(seat, why_not(waiting, workstream, queue, seat)) for seat in seats]
    fit = sorted(
        (seat for seat, reason in verdicts if reason is None), key=lambda seat: order(waiting, queue, seat)
    )
    cause = orphan_cause(waiting, queue, seats) if waiting.postponed is None else None
    asks = fit and waiting.postponed is None
    outcome = Outcome.ORPHANED if cause else Outcome.OFFERED if asks else Outcome.WAITING
    ranks = {seat.agent.id: number for number, seat in enumerate(fit, start=1)}
    considered = [
        Considered(
            seat=seat,
            reason=reason,
            rank=ranks.get(seat.agent.id),
            match=match(waiting.needs, seat.agent.skills),
        )
        for seat, reason in verdicts
    ]
    considered.sort(key=lambda one: (one.rank is None, one.rank, one.seat.agent.id))
    chosen = fit[0].agent.id if outcome is Outcome.OFFERED else None
    return Decision(
        waiting=waiting,
        outcome=outcome,
        workstream=workstream,
        queue=queue,
        considered=tuple(considered),
        agent_id=chosen,
        cause=cause,
        affinity=chosen is not None and chosen == waiting.affinity_id,
        reasons=counted(reason for _, reason in verdicts),
    )


def why_not(waiting: Waiting, workstream: Workstream, queue: QueueRules, seat: Seat) -> Reason | None:
    """Why this member is not asked; None when they may be."""
    if reason := unfit(waiting, queue, seat):
        return reason
    refusal = seat_refusal(Load(units=waiting.units, channel=waiting.channel), workstream, seat.agent, ROUTER)
    return refusal.reason if refusal else None


def unfit(waiting: Waiting, queue: QueueRules, seat: Seat) -> Reason | None:
    """Why this member is not the one for it however free they may become."""
    if _is_tired(waiting, seat.agent.id):
        return Reason.DECLINED_TOO_OFTEN
    if queue.match is SkillMatch.EXACT and shortfall(waiting.needs, seat.agent.skills):
        return Reason.SKILLS_MISSING
    return None


def tired_of(waiting: Waiting) -> frozenset[str]:
    """Who has rejected or missed it so often that they are not asked again."""
    return frozenset(agent_id for agent_id in waiting.declines if _is_tired(waiting, agent_id))


def _is_tired(waiting: Waiting, agent_id: str) -> bool:
    return waiting.declines.get(agent_id, 0) >= MAX_DECLINES


def orphan_cause(waiting: Waiting, queue: QueueRules, members: Iterable[Seat]) -> str | None:
    """Why nobody will ever take it as things are; None while somebody might."""
    cause = "no_members"
    for one in members:
        if one.agent.serves and not one.agent.is_bot:
            reason = unfit(waiting, queue, one)
            if reason is None:
                return None
            if cause != "declined":
                cause = "declined" if reason is Reason.DECLINED_TOO_OFTEN else "skills"
    return cause


def order(waiting: Waiting, queue: QueueRules, seat: Seat) -> tuple[object, ...]:
    """Who is asked first: who served the customer before, then by skills where they count, then by the method.

    Between equals it is who has been idle longest, and the id last of all, so that there is always one answer.
    """
    agent = seat.agent
    before = agent.id != waiting.affinity_id
    missing = 0 if queue.match is SkillMatch.NONE else shortfall(waiting.needs, agent.skills)
    return (before, missing, *_by_method(waiting, queue.method, seat), idle_since(seat), agent.id)


def idle_since(seat: Seat) -> datetime:
    """Since when nothing was given to them and nothing taken from them."""
    return seat.idle_since if seat.asked_at is None else max(seat.idle_since, seat.asked_at)


def _by_method(waiting: Waiting, method: Method, seat: Seat) -> tuple[float, ...]:
    agent = seat.agent
    match method:
        case Method.FREE_CAPACITY:
            return (agent.load - agent.capacity, agent.load)
        case Method.MOST_IDLE:
            return ()
        case Method.ROUND_ROBIN:
            return (_asked(seat.asked_at),)
        case Method.BEST_SKILLS:
            return (-proficiency(waiting.needs, agent.skills), agent.load - agent.capacity)


def _asked(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def counted(reasons: Iterable[Reason | None]) -> dict[Reason, int]:
    """How often each reason was given."""
    found: dict[Reason, int] = {}
    for one in reasons:
        if one is not None:
            found[one] = found.get(one, 0) + 1
    return found
