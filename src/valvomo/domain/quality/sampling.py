"""Which conversations are drawn for evaluation: by rule, the same for whoever draws again, and explained.

Lots are no dice: a conversation's lot is a number between 0 and 1 made of the rule's id and its own, so that nobody can
steer it, and everybody can do it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from valvomo.domain.figures.entries import CLOSED
from valvomo.domain.sentiment.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingRule:
    """Draw from a queue, with conditions: `percent` of all as they are closed, or of each agent's week so many.

    `shortest` and `longest` bound the seconds from acceptance to closing; `moods` (levels) and `outcomes` (how it was
    closed) are those that count, empty for all.
    """

    id: str
    queue_id: str
    percent: float | None = None
    per_agent_week: int | None = None
    shortest: int | None = None
    longest: int | None = None
    moods: tuple[Level, ...] = ()
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A closed conversation as the rules see it; `agent_id` is who served it last."""

    conversation_id: str
    agent_id: str
    closed_at: datetime
    seconds: float
    mood: Level | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What was drawn and why: its lot was below `percent`, or among the `drawn` lowest of `of` of the agent's week."""

    candidate: Candidate
    lot: float
    percent: float | None = None
    drawn: int | None = None
    of: int | None = None


def unsound(rule: SamplingRule) -> tuple[str, str] | None:
    """Where a rule cannot be so, and why."""
    if (rule.percent is None) == (rule.per_agent_week is None):
        return "percent", "either a percentage or a number for each agent's week is needed, not both"
    if rule.percent is not None and not 0 < rule.percent <= 100:  # noqa: PLR2004 - percent
        return "percent", "must be above 0 and at most 100"
    if unknown := sorted(set(rule.outcomes) - set(CLOSED)):
        return "outcomes", f"nothing is closed as {unknown[0]}"
    if rule.per_agent_week is not None and not 0 < rule.per_agent_week <= 50:  # noqa: PLR2004 - a bound
        return "per_agent_week", "must be from 1 to 50"
    if rule.shortest is not None and rule.longest is not None and rule.longest < rule.shortest:
        return "longest", "is less than the shortest"
    return None


def lot(rule_id: str, conversation_id: str) -> float:
    """The conversation's lot in this rule, from 0 to 1."""
    digest = hashlib.sha256(f"{rule_id} {conversation_id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def fits(rule: SamplingRule, one: Candidate) -> bool:
    """Whether the rule's conditions hold for it."""
    return (
        (rule.shortest is None or one.seconds >= rule.shortest)
        and (rule.longest is None or one.seconds <= rule.longest)
        and (not rule.moods or one.mood in rule.moods)
        and (not rule.outcomes or one.outcome in rule.outcomes)
    )


def draw_percent(rule: SamplingRule, closed: Iterable[Candidate]) -> list[Draw]:
    """Of what was closed, what is drawn by percentage."""
    if rule.percent is None:
        return []
    lots = ((one, lot(rule.id, one.conversation_id)) for one in closed if fits(rule, one))
    return [
        Draw(candidate=one, lot=found, percent=rule.percent)
        for one, found in lots
        if 100 * found < rule.percent
    ]


def draw_week(rule: SamplingRule, closed: Iterable[Candidate]) -> list[Draw]:
    """Of what was closed in one week, so many of each agent's, those with the lowest lots."""
    if rule.per_agent_week is None:
        return []
    by_agent: dict[str, list[tuple[float, Candidate]]] = {}
    for one in closed:
        if fits(rule, one):
            by_agent.setdefault(one.agent_id, []).append((lot(rule.id, one.conversation_id), one))
    drawn: list[Draw] = []
    for agent in sorted(by_agent):
        lots = sorted(by_agent[agent], key=lambda one: (one[0], one[1].conversation_id))
        chosen = lots[: rule.per_agent_week]
        drawn += [Draw(candidate=one, lot=found, drawn=len(chosen), of=len(lots)) for found, one in chosen]
    return drawn
