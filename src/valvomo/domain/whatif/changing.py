"""The house with its changes made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.skills import LEAST_LEVEL, MOST_LEVEL
from valvomo.domain.refusals import Refusal, malformed
from valvomo.domain.routing.facts import House
from valvomo.domain.whatif.changes import AgentChange, AgentChanges, Changes, NewAgents
from valvomo.domain.whatif.classifying import classifying
from valvomo.domain.whatif.names import Names, UnsoundError
from valvomo.domain.whatif.setup import Setup, Worker

EVERYBODY = "*"


def changed(setup: Setup, changes: Changes, *, known: Collection[str] | None = None) -> Setup | Refusal:
    """The same house with other people and other rules; refused (malformed) where it names what is not there.

    `known` are the agents (by id) who may be named, None for all.
    """
    try:
        with_rules = _rules(setup, changes)
        people = _People(setup, known).after(changes.agents)
    except UnsoundError as error:
        return malformed(f"changes.{error.at}", error.problem)
    return replace(with_rules, workers=tuple(people)).manned()


def _rules(setup: Setup, changes: Changes) -> Setup:
    queues, goals = dict(setup.house.queues), dict(setup.goals)
    named = Names("queue", ((one.id, one.name) for one in setup.places.values()))
    for given, change in changes.queues.items():
        one = named.id(given, f"queues.{given}")
        rules = queues[one]
        queues[one] = replace(
            rules,
            method=change.method or rules.method,
            match=change.match or rules.match,
            priority=rules.priority if change.priority is None else change.priority,
        )
        goals[one] = change.service_level_seconds or goals[one]
    house = House(workstreams=classifying(setup, changes), queues=queues, version=setup.house.version)
    return replace(setup, house=house, goals=goals)


class _People:
    def __init__(self, setup: Setup, known: Collection[str] | None) -> None:
        self._workers = {one.agent.id: one for one in setup.workers}
        self._hours = setup.hours
        agents = [one.agent for one in setup.workers if known is None or one.agent.id in known]
        self._agent = Names("agent", ((one.id, one.name) for one in agents))
        self._queue = Names("queue", ((one.id, one.name) for one in setup.places.values()))
        self._skill = Names("skill", setup.skills.items())
        self._time = Names("hours", ((one.id, one.name) for one in setup.hours.values()))

    def after(self, changes: AgentChanges) -> list[Worker]:
        """Everybody: changed, without who is removed, with who is added."""
        workers = dict(self._workers)
        for given, change in sorted(changes.change.items(), key=lambda one: one[0] != EVERYBODY):
            at = f"agents.change.{given}"
            for one in workers if given == EVERYBODY else (self._agent.id(given, at),):
                workers[one] = self._changed(workers[one], change, at)
        for number, given in enumerate(changes.remove):
            workers.pop(self._agent.id(given, f"agents.remove.{number}"), None)
        added = [
            self._added(one, f"agents.add.{number}", f"{number}-{place}")
            for number, one in enumerate(changes.add)
            for place in range(one.count)
        ]
        return [*workers.values(), *added]

    def _changed(self, worker: Worker, change: AgentChange, at: str) -> Worker:
        agent = worker.agent
        agent = replace(
            agent,
            capacity=agent.capacity if change.capacity is None else change.capacity,
            queues=agent.queues if change.queues is None else self._queues(change.queues, at),
            skills=agent.skills if change.skills is None else self._skills(change.skills, at),
        )
        if change.hours is None:
            return replace(worker, agent=agent)
        return Worker(agent=agent, hours=self._hours[self._time.id(change.hours, f"{at}.hours")])

    def _added(self, wanted: NewAgents, at: str, label: str) -> Worker:
        agent = Agent(
            id=f"added-{label}",
            organization_id="",
            name=f"+{label}",
            capacity=wanted.capacity,
            queues=self._queues(wanted.queues, at),
            skills=self._skills(wanted.skills, at),
        )
        hours = None if wanted.hours is None else self._hours[self._time.id(wanted.hours, f"{at}.hours")]
        return Worker(agent=agent, hours=hours)

    def _queues(self, given: Iterable[str], at: str) -> frozenset[str]:
        return frozenset(self._queue.id(one, f"{at}.queues") for one in given)

    def _skills(self, given: Mapping[str, int], at: str) -> dict[str, int]:
        for skill, level in given.items():
            if not LEAST_LEVEL <= level <= MOST_LEVEL:
                raise UnsoundError(f"{at}.skills.{skill}", f"a level is {LEAST_LEVEL} to {MOST_LEVEL}")
        return {self._skill.id(skill, f"{at}.skills.{skill}"): level for skill, level in given.items()}
