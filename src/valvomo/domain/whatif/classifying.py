"""Workstreams with their changes made: what a conversation costs, and the rules by which it is classified."""

from __future__ import annotations

from dataclasses import replace

from valvomo.domain.conversations.targets import queue_kind
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.rules import QueueRule, SkillRule
from valvomo.domain.routing.soundness import Known, unsound_rules
from valvomo.domain.whatif.changes import Changes, WorkstreamChange
from valvomo.domain.whatif.names import Names, UnsoundError
from valvomo.domain.whatif.setup import Setup


def classifying(setup: Setup, changes: Changes) -> dict[str, Workstream]:
    """All of them. Raises `UnsoundError` for what is not there, and for rules that could not be saved either."""
    workstreams = dict(setup.house.workstreams)
    named = Names("workstream", ((one.id, one.name) for one in workstreams.values()))
    for given, change in changes.workstreams.items():
        at = f"workstreams.{given}"
        one = named.id(given, at)
        workstreams[one] = _changed(setup, workstreams[one], change, at)
    return workstreams


def _changed(setup: Setup, before: Workstream, change: WorkstreamChange, at: str) -> Workstream:
    queues = Names("queue", ((one.id, one.name) for one in setup.places.values()))
    after = before
    if change.units is not None:
        after = replace(after, units=change.units)
    if change.queue is not None:
        after = replace(after, queue_id=queues.id(change.queue, f"{at}.queue"))
    if change.queue_rules is not None:
        after = replace(after, queue_rules=_by_queue(change.queue_rules, queues, f"{at}.queue_rules"))
    if change.skill_rules is not None:
        skills = Names("skill", setup.skills.items())
        after = replace(after, skill_rules=_by_skill(change.skill_rules, skills, f"{at}.skill_rules"))
    _check(setup, change, after, at)
    return after


def _check(setup: Setup, change: WorkstreamChange, after: Workstream, at: str) -> None:
    kinds = {one.id: one.kind for one in setup.places.values()}
    kind = queue_kind(after.channel)
    if change.queue is not None and kinds[after.queue_id] != kind:
        raise UnsoundError(f"{at}.queue", f"no queue of the kind {kind}")
    unsound = unsound_rules(
        after.queue_rules if change.queue_rules is not None else (),
        after.skill_rules if change.skill_rules is not None else (),
        Known(queues=kinds, skills=frozenset(setup.skills), kind=kind),
    )
    if unsound is not None:
        raise UnsoundError(f"{at}.{unsound.at}", unsound.problem)


def _by_queue(rules: tuple[QueueRule, ...], queues: Names, at: str) -> tuple[QueueRule, ...]:
    return tuple(
        replace(one, queue_id=queues.id(one.queue_id, f"{at}.{number}.queue_id"))
        for number, one in enumerate(rules)
    )


def _by_skill(rules: tuple[SkillRule, ...], skills: Names, at: str) -> tuple[SkillRule, ...]:
    return tuple(
        replace(
            one,
            needs=tuple(
                replace(need, skill_id=skills.id(need.skill_id, f"{at}.{number}.needs.{place}.skill_id"))
                for place, need in enumerate(one.needs)
            ),
        )
        for number, one in enumerate(rules)
    )
