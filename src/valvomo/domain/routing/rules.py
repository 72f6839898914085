"""Classification: into which queue something comes, and which skills and what priority it asks for.

Queue rules are tried in their order and the first that matches decides; the workstream's own queue is the fallback.
Skill rules all apply: each that matches adds its skills and its priority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from valvomo.domain.agents.skills import Need, joined


class Operator(StrEnum):
    """How a field is compared. Case and surrounding blanks do not matter."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    IS_SET = "is_set"
    IS_EMPTY = "is_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A field and what it must be: one of `values` for `is`, `contains`, `starts_with`; none of them for `is_not`.

    Fields: `channel`, `language`, `subject`, `customer.name`, `customer.email`, `customer.domain`, `customer.phone`,
    `customer.known` (yes or no), `answers.<question>`, `context.<key>`.
    """

    field: str
    operator: Operator = Operator.IS
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRule:
    """Into this queue, if all conditions hold."""

    name: str
    queue_id: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRule:
    """These skills and so much more priority, if all conditions hold."""

    name: str
    conditions: tuple[Condition, ...] = ()
    needs: tuple[Need, ...] = ()
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known when a conversation begins."""

    channel: str
    language: str = ""
    subject: str = ""
    customer_name: str = ""
    email: str = ""
    phone: str = ""
    known: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one rule: whether it matched, or the first condition that did not hold and what was there."""

    rule: str
    matched: bool
    failed: Condition | None = None
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The queue, by which rule (None: the fallback), and what is asked of agents; the verdicts explain it."""

    queue_id: str
    rule: str | None
    needs: tuple[Need, ...] = ()
    priority: int = 0
    queue_verdicts: tuple[Verdict, ...] = ()
    skill_verdicts: tuple[Verdict, ...] = ()


def facts_of(arrival: Arrival) -> dict[str, str]:
    """Every field that a condition can ask for, by name; what is not there is empty."""
    return {
        "channel": arrival.channel,
        "language": arrival.language,
        "subject": arrival.subject,
        "customer.name": arrival.customer_name,
        "customer.email": arrival.email,
        "customer.domain": arrival.email.rpartition("@")[2],
        "customer.phone": arrival.phone,
        "customer.known": "yes" if arrival.known else "no",
        **{f"answers.{key}": value for key, value in arrival.answers.items()},
        **{f"context.{key}": value for key, value in arrival.context.items()},
    }


def holds(condition: Condition, facts: Mapping[str, str]) -> bool:
    """Whether a condition is met."""
    found = _plain(facts.get(condition.field, ""))
    wanted = [_plain(one) for one in condition.values]
    match condition.operator:
        case Operator.IS:
            return found in wanted
        case Operator.IS_NOT:
            return found not in wanted
        case Operator.CONTAINS:
            return any(one in found for one in wanted if one)
        case Operator.STARTS_WITH:
            return any(found.startswith(one) for one in wanted if one)
        case Operator.IS_SET:
            return bool(found)
        case Operator.IS_EMPTY:
            return not found


def classify(
    queue_rules: Iterable[QueueRule], skill_rules: Iterable[SkillRule], arrival: Arrival, *, fallback: str
) -> Classified:
    """Queue, skills and priority. Queue rules after the first match are not looked at."""
    facts = facts_of(arrival)
    queue_id, by, tried = fallback, None, []
    for rule in queue_rules:
        tried.append(_verdict(rule.name, rule.conditions, facts))
        if tried[-1].matched:
            queue_id, by = rule.queue_id, rule.name
            break
    asked = [(rule, _verdict(rule.name, rule.conditions, facts)) for rule in skill_rules]
    matched = [rule for rule, verdict in asked if verdict.matched]
    return Classified(
        queue_id=queue_id,
        rule=by,
        needs=joined(*(rule.needs for rule in matched)),
        priority=sum(rule.priority for rule in matched),
        queue_verdicts=tuple(tried),
        skill_verdicts=tuple(verdict for _, verdict in asked),
    )


def _verdict(name: str, conditions: Iterable[Condition], facts: Mapping[str, str]) -> Verdict:
    for condition in conditions:
        if not holds(condition, facts):
            return Verdict(rule=name, matched=False, failed=condition, found=facts.get(condition.field, ""))
    return Verdict(rule=name, matched=True)


def _plain(text: str) -> str:
    return text.strip().casefold()
