"""Changed rules of classification, for who came under today's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from valvomo.domain.agents.skills import joined
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.rules import Arrival, Classified, classify
from valvomo.domain.whatif.coming import Coming, Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """Who comes, by the changed rules.

    `moved` come into another queue than by today's. `kept` are those of the changed workstreams who stay in theirs
    whatever the rules say: it was named for them, or today's rules are not those by which they came. `changed` is
    whether any rule is.
    """

    comings: Sequence[Coming]
    changed: bool = False
    moved: int = 0
    kept: int = 0


Workstreams = Mapping[str, Workstream]


def classified(workstream: Workstream, arrival: Arrival) -> Classified:
    """By the rules of the workstream, as the house itself does it."""
    return classify(workstream.queue_rules, workstream.skill_rules, arrival, fallback=workstream.queue_id)


def ruled(comings: Sequence[Coming], before: Workstreams, after: Workstreams) -> Ruled:
    """The same visitors under other rules; who is of a workstream whose rules stay is not touched."""
    others = {one for one in after if _rules(before[one]) != _rules(after[one])}
    if not others:
        return Ruled(comings=comings)
    found = [
        _again(one, before[one.workstream_id], after[one.workstream_id])
        if one.workstream_id in others
        else one
        for one in comings
    ]
    concerned = [(was, now) for was, now in zip(comings, found, strict=True) if was.workstream_id in others]
    return Ruled(
        comings=found,
        changed=True,
        moved=sum(was.queue_id != now.queue_id for was, now in concerned),
        kept=sum(was.matter is None or not was.matter.ruled for was, _ in concerned),
    )


def _again(one: Coming, before: Workstream, after: Workstream) -> Coming:
    """What was added to what the rules ask for stays added."""
    matter = one.matter
    if matter is None:
        return one
    was, now = classified(before, matter.arrival), classified(after, matter.arrival)
    return replace(
        one,
        queue_id=now.queue_id if matter.ruled else one.queue_id,
        needs=one.needs if matter.needs is None else joined(matter.needs, now.needs),
        priority=one.priority - was.priority + now.priority,
    )


def as_recorded(workstream: Workstream, arrival: Arrival, came: Classified) -> Matter:
    """Of who `came` into a queue by a rule (None: the fallback) and with needs: do today's rules say the same?"""
    found = classified(workstream, arrival)
    return Matter(
        arrival=arrival,
        ruled=(found.queue_id, found.rule) == (came.queue_id, came.rule),
        needs=() if found.needs == came.needs else None,
    )


def _rules(workstream: Workstream) -> Iterable[object]:
    return (workstream.queue_id, workstream.queue_rules, workstream.skill_rules)
