"""Queue and skill rules: the first that matches decides the queue, all that match add skills and priority."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.agents.skills import Need, joined, match, proficiency, shortfall
from valvomo.domain.routing.rules import (
    Arrival,
    Condition,
    Operator,
    QueueRule,
    SkillRule,
    classify,
    facts_of,
    holds,
)

KAISA = Arrival(
    channel="live_chat",
    language="fi",
    subject="Laskun loppusumma",
    customer_name="Kaisa",
    email="kaisa@Havu.example",
    known=True,
    answers={"topic": "Billing"},
    context={"page": "/checkout/pay"},
)


@pytest.mark.parametrize(
    ("field", "operator", "values", "expected"),
    [
        ("language", "is", ("sv", "fi"), True),
        ("language", "is", ("sv",), False),
        ("language", "is_not", ("sv",), True),
        ("language", "is_not", ("sv", "FI "), False),
        ("customer.domain", "is", ("havu.example",), True),
        ("customer.known", "is", ("yes",), True),
        ("subject", "contains", ("LASKU",), True),
        ("subject", "contains", ("",), False),
        ("answers.topic", "is", ("billing",), True),
        ("answers.nothing", "is_empty", (), True),
        ("answers.nothing", "is", ("",), True),
        ("answers.topic", "is_set", (), True),
        ("context.page", "starts_with", ("/checkout",), True),
        ("context.page", "starts_with", ("checkout",), False),
        ("customer.phone", "is_set", (), False),
        ("no such field", "is_set", (), False),
    ],
)
def test_conditions(field: str, operator: str, values: tuple[str, ...], expected: bool) -> None:
    condition = Condition(field=field, operator=Operator(operator), values=values)
    assert holds(condition, facts_of(KAISA)) is expected


def language(code: str) -> Condition:
    return Condition(field="language", values=(code,))


TOPIC = Condition(field="answers.topic", values=("billing",))


def test_the_first_matching_rule_decides_and_the_rest_are_not_looked_at() -> None:
    rules = [
        QueueRule(name="swedish", queue_id="s", conditions=(language("sv"),)),
        QueueRule(name="bills", queue_id="b", conditions=(TOPIC, language("fi"))),
        QueueRule(name="everything", queue_id="e"),
    ]
    found = classify(rules, (), KAISA, fallback="f")
    assert (found.queue_id, found.rule) == ("b", "bills")
    assert [(one.rule, one.matched) for one in found.queue_verdicts] == [("swedish", False), ("bills", True)]
    assert (found.queue_verdicts[0].failed, found.queue_verdicts[0].found) == (language("sv"), "fi")


def test_without_a_match_it_is_the_fallback() -> None:
    found = classify(
        [QueueRule(name="s", queue_id="s", conditions=(language("sv"),))], (), KAISA, fallback="f"
    )
    assert (found.queue_id, found.rule) == ("f", None)


def test_all_matching_skill_rules_add_up() -> None:
    rules = [
        SkillRule(name="fi", conditions=(language("fi"),), needs=(Need(skill_id="finnish", level=3),)),
        SkillRule(
            name="sv", conditions=(language("sv"),), needs=(Need(skill_id="swedish", level=5),), priority=9
        ),
        SkillRule(
            name="bills",
            conditions=(TOPIC,),
            needs=(Need(skill_id="bills"), Need(skill_id="finnish")),
            priority=2,
        ),
    ]
    found = classify((), rules, KAISA, fallback="f")
    assert found.needs == (Need(skill_id="bills", level=1), Need(skill_id="finnish", level=3))
    assert found.priority == 2


NEEDS = st.lists(st.builds(Need, skill_id=st.sampled_from("abc"), level=st.integers(1, 5)), max_size=4)
SKILLS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5))


@given(NEEDS, SKILLS)
def test_match_is_one_exactly_when_nothing_is_missing(needs: list[Need], skills: dict[str, int]) -> None:
    asked = joined(needs)
    share = match(asked, skills)
    if not asked:
        assert share is None
        return
    assert share is not None
    assert 0 <= share <= 1
    assert (share == 1) == (shortfall(asked, skills) == 0)
    assert proficiency(asked, skills) >= sum(one.level for one in asked) - shortfall(asked, skills)


@given(NEEDS, NEEDS)
def test_joined_asks_for_each_skill_once_at_its_highest_level(one: list[Need], two: list[Need]) -> None:
    both = joined(one, two)
    assert len({each.skill_id for each in both}) == len(both)
    assert all(
        each.level == max(x.level for x in (*one, *two) if x.skill_id == each.skill_id) for each in both
    )
    assert joined(both) == both
