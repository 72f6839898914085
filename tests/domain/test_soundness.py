"""Rules that cannot work are found before they are kept, with the place (spec 1 §1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from valvomo.domain.agents.skills import Need
from valvomo.domain.routing.rules import Arrival, Condition, Operator, QueueRule, SkillRule, facts_of
from valvomo.domain.routing.soundness import MOST_CONDITIONS, MOST_RULES, MOST_VALUES, Known, unsound_rules

KNOWN = Known(queues={"q": "messaging", "v": "voice"}, skills=frozenset({"s"}), kind="messaging")
IS = Condition(field="language", values=("fi",))
RULE = QueueRule(name="R", queue_id="q", conditions=(IS,))
ASKS = SkillRule(name="R", conditions=(IS,), needs=(Need(skill_id="s", level=5),))


def at(queue_rules: tuple[QueueRule, ...] = (), skill_rules: tuple[SkillRule, ...] = ()) -> str | None:
    """Where the first thing is wrong."""
    found = unsound_rules(queue_rules, skill_rules, KNOWN)
    return found.at if found else None


@pytest.mark.parametrize("field", [*facts_of(Arrival(channel="")), "answers.topic", "context.page"])
@pytest.mark.parametrize("operator", Operator)
def test_every_field_can_be_asked_for_in_every_way(field: str, operator: Operator) -> None:
    values = () if operator in (Operator.IS_SET, Operator.IS_EMPTY) else ("x",)
    rule = replace(RULE, conditions=(Condition(field=field, operator=operator, values=values),))
    assert at((rule,), (ASKS,)) is None


@pytest.mark.parametrize("field", ["", "customer", "answers", "answers.", "context. ", "Language"])
def test_a_field_that_there_is_not(field: str) -> None:
    rule = replace(RULE, conditions=(IS, replace(IS, field=field)))
    assert at((rule,)) == "queue_rules.0.conditions.1.field"


def test_one_of_a_kind_too_many() -> None:
    many = tuple(replace(RULE, name=str(number)) for number in range(MOST_RULES + 1))
    assert at(many[1:]) is None
    assert at(many) == "queue_rules"
    conditions = (IS,) * (MOST_CONDITIONS + 1)
    assert at((replace(RULE, conditions=conditions[1:]),)) is None
    assert at((replace(RULE, conditions=conditions),)) == "queue_rules.0.conditions"
    values = ("x",) * (MOST_VALUES + 1)
    assert at((), (replace(ASKS, conditions=(replace(IS, values=values[1:]),)),)) is None
    wrong = replace(ASKS, conditions=(replace(IS, values=values),))
    assert at((), (wrong,)) == "skill_rules.0.conditions.0.values"


def test_queues_skills_and_names() -> None:
    assert at((RULE, replace(RULE, name="S", queue_id="v"))) == "queue_rules.1.queue_id"
    assert at((RULE, replace(RULE, name="r "))) == "queue_rules.1.name"
    assert at((replace(RULE, name=" "),)) == "queue_rules.0.name"
    assert at((RULE,), (replace(ASKS, needs=(Need(skill_id="other"),)),)) == "skill_rules.0.needs.0.skill_id"
    assert (
        at((RULE,), (replace(ASKS, needs=(Need(skill_id="s", level=0),)),)) == "skill_rules.0.needs.0.level"
    )
    # Of different sorts they may have one name: they are never mixed up.
    assert at((RULE,), (ASKS,)) is None
