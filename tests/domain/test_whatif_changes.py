"""Changing the house: only what is named, and nothing that is not there."""

from dataclasses import replace

import pytest
from sample_virtual import START, place, setup, worker, workstream

from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.facts import Method, QueueRules, SkillMatch
from valvomo.domain.routing.hours import Hours
from valvomo.domain.whatif.changes import (
    AgentChange,
    AgentChanges,
    Changes,
    NewAgents,
    QueueChange,
    WorkstreamChange,
)
from valvomo.domain.whatif.changing import changed
from valvomo.domain.whatif.setup import Setup

HOURS = Hours(id="h1", name="Day", zone=START.tzinfo)  # type: ignore[arg-type]
HOUSE = setup(
    [worker("aino", 2, "qr"), worker("eino", 3, "q", skills={"s1": 2}), worker("lumi", 1, "r")],
    queues=[QueueRules(id="q"), QueueRules(id="r", priority=5)],
    places=[replace(place("q"), name="Billing"), replace(place("r"), name="Support")],
    workstreams=[workstream()],
    hours={"h1": HOURS},
    skills={"s1": "Finnish"},
)


def people(**changes: object) -> Setup:
    found = changed(HOUSE, Changes(agents=AgentChanges(**changes)))  # type: ignore[arg-type]
    assert isinstance(found, Setup)
    return found


def test_without_changes_it_is_the_same_house() -> None:
    assert changed(HOUSE, Changes()) == HOUSE


def test_people_leave_by_id_or_by_name() -> None:
    found = people(remove=("aino", "EINO"))
    assert [one.agent.id for one in found.workers] == ["lumi"]
    assert {one.id: one.members for one in found.places.values()} == {"q": 0, "r": 1}


def test_new_people_come_with_names_of_what_they_can() -> None:
    wanted = NewAgents(queues=frozenset({"billing"}), count=2, capacity=4, skills={"finnish": 5}, hours="day")
    found = people(add=(wanted,))
    new = found.workers[3:]
    assert len({one.agent.id for one in new}) == 2
    assert all(one.agent.queues == {"q"} and one.agent.capacity == 4 for one in new)
    assert all(one.agent.skills == {"s1": 5} and one.hours is HOURS for one in new)
    assert found.places["q"].members == 4


def test_one_and_everybody_are_changed() -> None:
    found = people(
        change={"Aino": AgentChange(capacity=9, skills={}), "*": AgentChange(capacity=4, hours="h1")}
    )
    assert [one.agent.capacity for one in found.workers] == [9, 4, 4]
    assert [one.agent.queues for one in found.workers] == [one.agent.queues for one in HOUSE.workers]
    assert all(one.hours is HOURS for one in found.workers)
    assert people(change={"eino": AgentChange(queues=frozenset({"Support"}))}).places["q"].members == 1


def test_rules_are_changed() -> None:
    wanted = Changes(
        queues={
            "Billing": QueueChange(method=Method.ROUND_ROBIN, match=SkillMatch.EXACT, priority=7),
            "r": QueueChange(priority=0, service_level_seconds=90),
        },
        workstreams={"W": WorkstreamChange(units=3)},
    )
    found = changed(HOUSE, wanted)
    assert isinstance(found, Setup)
    assert found.house.queues["q"] == QueueRules(
        id="q", priority=7, method=Method.ROUND_ROBIN, match=SkillMatch.EXACT
    )
    assert found.house.queues["r"].priority == 0
    assert found.goals == {"q": 20, "r": 90}
    assert found.house.workstreams["w"].units == 3
    assert HOUSE.house.queues["q"].priority == 0


TWINS = replace(HOUSE, workers=(*HOUSE.workers, worker("x", queues="q"), worker("X", queues="q")))


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        (Changes(agents=AgentChanges(remove=("aino", "nobody"))), "changes.agents.remove.1"),
        (Changes(agents=AgentChanges(change={"nobody": AgentChange()})), "changes.agents.change.nobody"),
        (
            Changes(agents=AgentChanges(add=(NewAgents(queues=frozenset({"z"})),))),
            "changes.agents.add.0.queues",
        ),
        (
            Changes(agents=AgentChanges(change={"aino": AgentChange(skills={"Greek": 1})})),
            "changes.agents.change.aino.skills.Greek",
        ),
        (
            Changes(agents=AgentChanges(change={"aino": AgentChange(skills={"Finnish": 6})})),
            "changes.agents.change.aino.skills.Finnish",
        ),
        (
            Changes(agents=AgentChanges(change={"aino": AgentChange(hours="Night")})),
            "changes.agents.change.aino.hours",
        ),
        (Changes(queues={"Night": QueueChange()}), "changes.queues.Night"),
        (Changes(workstreams={"Night": WorkstreamChange()}), "changes.workstreams.Night"),
    ],
)
def test_what_is_not_there_is_named(changes: Changes, at: str) -> None:
    found = changed(HOUSE, changes)
    assert isinstance(found, Refusal)
    errors = found.facts["errors"]
    assert isinstance(errors, list)
    assert errors[0]["at"] == at


def test_a_name_that_two_have_means_neither() -> None:
    assert isinstance(changed(TWINS, Changes(agents=AgentChanges(remove=("x",)))), Setup)
    named = replace(
        TWINS, workers=tuple(replace(one, agent=replace(one.agent, name="Same")) for one in TWINS.workers)
    )
    found = changed(named, Changes(agents=AgentChanges(remove=("same",))))
    assert isinstance(found, Refusal)
