"""Changed rules of classification, for who came under today's."""

from dataclasses import replace
from typing import Any

import pytest
from sample_virtual import coming, place, setup, worker, workstream

from valvomo.domain.agents.skills import Need
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.facts import QueueRules
from valvomo.domain.routing.rules import Arrival, Classified, Condition, Operator, QueueRule, SkillRule
from valvomo.domain.whatif.changes import Changes, WorkstreamChange
from valvomo.domain.whatif.changing import changed
from valvomo.domain.whatif.coming import Coming, Matter
from valvomo.domain.whatif.ruling import Ruled, as_recorded, ruled
from valvomo.domain.whatif.setup import Setup

SWEDISH = (Condition(field="language", values=("sv",)),)
VIP = (Condition(field="context.plan", operator=Operator.IS, values=("vip",)),)
TODAY = workstream(
    queue_id="q",
    queue_rules=(QueueRule(name="Swedish", queue_id="r", conditions=SWEDISH),),
    skill_rules=(SkillRule(name="Vip", conditions=VIP, priority=5),),
)
HOUSE = setup(
    [worker("aino", queues="qrs")],
    workstreams=[TODAY, workstream("v")],
    queues=[QueueRules(id=one) for one in "qrs"],
    places=[place(one) for one in "qrs"],
    skills={"sv": "Swedish"},
)


def arrives(name: str, language: str = "sv", **more: Any) -> Coming:
    """By today's rules."""
    arrival = Arrival(channel="live_chat", language=language, context=more.pop("context", {}))
    queue = "r" if language == "sv" else "q"
    matter = Matter(arrival=arrival, ruled=more.pop("ruled", True), needs=more.pop("own", ()))
    return coming(name, 0, **{"queue_id": queue, "matter": matter, **more})


def after(**change: Any) -> Setup:
    found = changed(HOUSE, Changes(workstreams={"W": WorkstreamChange(**change)}))
    assert isinstance(found, Setup), found
    return found


def under(house: Setup, *comings: Coming) -> Ruled:
    return ruled(comings, HOUSE.house.workstreams, house.house.workstreams)


def test_the_same_rules_change_nothing() -> None:
    comings = (arrives("one"), arrives("two", "fi"))
    assert under(after(units=2), *comings) == Ruled(comings=comings)


def test_other_rules_choose_other_queues_for_who_came_by_rules() -> None:
    comings = (
        arrives("swedish"),
        arrives("finnish", "fi"),
        arrives("named", ruled=False),
        arrives("of the other", workstream_id="v"),
        coming("unknown", 0, queue_id="r"),
    )
    found = under(after(queue_rules=(), queue="S"), *comings)
    assert [one.queue_id for one in found.comings] == ["s", "s", "r", "r", "r"]
    assert (found.changed, found.moved, found.kept) == (True, 2, 2)
    assert [one.id for one in found.comings] == [one.id for one in comings]


def test_other_rules_ask_for_other_skills_and_priority() -> None:
    """Two of priority were given by hand, and stay."""
    own = (Need(skill_id="x"),)
    vip: dict[str, Any] = {"context": {"plan": "vip"}}
    comings = (
        arrives("vip", priority=7, **vip),
        arrives("own", own=own, needs=own),
        arrives("stays", own=None, needs=own, priority=5, **vip),
    )
    needs = (Need(skill_id="Swedish", level=3),)
    found = under(
        after(skill_rules=(SkillRule(name="S", conditions=SWEDISH, needs=needs, priority=1),)), *comings
    )
    asked = Need(skill_id="sv", level=3)
    assert [(one.priority, set(one.needs)) for one in found.comings] == [
        (3, {asked}),
        (1, {asked, *own}),
        (1, set(own)),
    ]
    assert found.moved == 0


@pytest.mark.parametrize(
    ("came", "ruled", "needs"),
    [
        (Classified(queue_id="r", rule="Swedish"), True, ()),
        (Classified(queue_id="r", rule=None), False, ()),
        (Classified(queue_id="s", rule="Swedish"), False, ()),
        (Classified(queue_id="r", rule="Swedish", needs=(Need(skill_id="x"),)), True, None),
    ],
)
def test_whether_somebody_came_by_todays_rules(came: Classified, ruled: bool, needs: object) -> None:
    found = as_recorded(TODAY, Arrival(channel="live_chat", language="sv"), came)
    assert (found.ruled, found.needs) == (ruled, needs)


BAD = QueueRule(name="Bad", queue_id="r", conditions=(Condition(field="weather", values=("rain",)),))


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"queue": "Nowhere"}, "queue"),
        ({"queue_rules": (QueueRule(name="A", queue_id="Nowhere"),)}, "queue_rules.0.queue_id"),
        ({"queue_rules": (BAD,)}, "queue_rules.0.conditions.0.field"),
        (
            {"skill_rules": (SkillRule(name="A", needs=(Need(skill_id="Greek"),)),)},
            "skill_rules.0.needs.0.skill_id",
        ),
        ({"skill_rules": (SkillRule(name="A"), SkillRule(name="a"))}, "skill_rules.1.name"),
        ({"queue": "P"}, "queue"),
    ],
)
def test_rules_that_could_not_be_saved_are_refused(change: dict[str, Any], at: str) -> None:
    voice = replace(place("p"), kind="voice")
    house = replace(HOUSE, places={**HOUSE.places, "p": voice})
    found = changed(house, Changes(workstreams={"w": WorkstreamChange(**change)}))
    assert isinstance(found, Refusal)
    errors = found.facts["errors"]
    assert isinstance(errors, list)
    assert errors[0]["at"] == f"changes.workstreams.w.{at}"
