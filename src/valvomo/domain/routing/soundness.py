"""Whether a workstream's rules can work at all: every field known, every queue and skill there (spec 1 §1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from valvomo.domain.agents.skills import LEAST_LEVEL, MOST_LEVEL
from valvomo.domain.routing.rules import Arrival, Condition, Operator, QueueRule, SkillRule, facts_of

MOST_RULES, MOST_CONDITIONS, MOST_VALUES = 50, 10, 50
"""Of a workstream; of a rule; of a condition."""
_FIELDS = frozenset(facts_of(Arrival(channel="")))
_OPEN_ENDED = ("answers.", "context.")
_WITHOUT_VALUES = frozenset({Operator.IS_SET, Operator.IS_EMPTY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rules may name: queues (id to kind) and skills (ids) of the house. Work of one `kind` is classified."""

    queues: Mapping[str, str]
    skills: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsound:
    """Where a rule cannot work, as a path such as `queue_rules.0.conditions.1.field`, and what is wrong there."""

    at: str
    problem: str


def unsound_rules(
    queue_rules: Iterable[QueueRule], skill_rules: Iterable[SkillRule], known: Known
) -> Unsound | None:
    """The first thing that is wrong with a workstream's rules; None when they can work."""
    return next(_unsound(tuple(queue_rules), tuple(skill_rules), known), None)


def _unsound(
    queue_rules: tuple[QueueRule, ...], skill_rules: tuple[SkillRule, ...], known: Known
) -> Iterator[Unsound]:
    yield from _common("queue_rules", queue_rules)
    yield from _common("skill_rules", skill_rules)
    for number, rule in enumerate(queue_rules):
        if known.queues.get(rule.queue_id) != known.kind:
            yield Unsound(at=f"queue_rules.{number}.queue_id", problem=f"no queue of the kind {known.kind}")
    for number, asked in enumerate(skill_rules):
        yield from _needs(f"skill_rules.{number}.needs", asked, known)


def _common(at: str, rules: Sequence[QueueRule | SkillRule]) -> Iterator[Unsound]:
    if len(rules) > MOST_RULES:
        yield Unsound(at=at, problem=f"more than {MOST_RULES}")
    names = [one.name.strip().casefold() for one in rules]
    for number, one in enumerate(rules):
        if not names[number] or names[number] in names[:number]:
            yield Unsound(at=f"{at}.{number}.name", problem="each rule needs a name of its own")
        yield from _conditions(f"{at}.{number}.conditions", one.conditions)


def _conditions(at: str, conditions: tuple[Condition, ...]) -> Iterator[Unsound]:
    if len(conditions) > MOST_CONDITIONS:
        yield Unsound(at=at, problem=f"more than {MOST_CONDITIONS}")
    for number, one in enumerate(conditions):
        rest = next((one.field[len(start) :] for start in _OPEN_ENDED if one.field.startswith(start)), "")
        if one.field not in _FIELDS and not rest.strip():
            yield Unsound(at=f"{at}.{number}.field", problem="no such field")
        needed = one.operator not in _WITHOUT_VALUES
        if needed != bool(one.values):
            yield Unsound(at=f"{at}.{number}.values", problem="none is given" if needed else "not asked for")
        if len(one.values) > MOST_VALUES:
            yield Unsound(at=f"{at}.{number}.values", problem=f"more than {MOST_VALUES}")


def _needs(at: str, rule: SkillRule, known: Known) -> Iterator[Unsound]:
    for number, one in enumerate(rule.needs):
        if one.skill_id not in known.skills:
            yield Unsound(at=f"{at}.{number}.skill_id", problem="no such skill")
        if not LEAST_LEVEL <= one.level <= MOST_LEVEL:
            yield Unsound(at=f"{at}.{number}.level", problem=f"not from {LEAST_LEVEL} to {MOST_LEVEL}")
