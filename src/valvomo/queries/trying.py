"""Trying a workstream's rules: the same functions that judge a conversation that begins, and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from valvomo.db import house, routing, routing_places
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.targets import queue_kind
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.domain.routing.choosing import decide, unfit
from valvomo.domain.routing.facts import Waiting
from valvomo.domain.routing.hours import is_open
from valvomo.domain.routing.overflow import entering
from valvomo.domain.routing.rules import Arrival, Classified, QueueRule, SkillRule, classify
from valvomo.domain.routing.soundness import unsound_rules
from valvomo.protocol.candidates import Skill
from valvomo.protocol.lookups import Named
from valvomo.protocol.trying import AgentCount, TriedDocument, overflow_item, verdict_items
from valvomo.queries.listing import role_refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What arrives and when; the rules to try, None for the workstream's own. The channel is the workstream's."""

    arrival: Arrival
    at: datetime
    queue_rules: tuple[QueueRule, ...] | None = None
    skill_rules: tuple[SkillRule, ...] | None = None


async def tried(tx: Transaction, actor: Actor, workstream_id: str, trial: Trial) -> TriedDocument | Refusal:
    """What would become of it. Rules that cannot work are refused as they would be when they are saved."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    row = await tx.row("house.workstream", actor.organization_id, workstream_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    workstream = _with_rules(house.workstream_of(row), trial)
    known = await house.known(tx, actor.organization_id, queue_kind(workstream.channel))
    if unsound := unsound_rules(workstream.queue_rules, workstream.skill_rules, known):
        return malformed(unsound.at, unsound.problem)
    arrival = replace(trial.arrival, channel=workstream.channel.value)
    found = classify(workstream.queue_rules, workstream.skill_rules, arrival, fallback=workstream.queue_id)
    places = await routing_places.places(tx, actor.organization_id, trial.at)
    place = places[found.queue_id]
    overflows = entering(place, trial.at, places)
    rests_in = next((one.to.id for one in reversed(overflows) if one.to), place.id)
    skills = await house.skills(tx, actor.organization_id)
    return TriedDocument(
        queue=Named(place.id, place.name),
        rule=found.rule,
        verdicts=verdict_items(found),
        needs=tuple(Skill(name=skills[one.skill_id], level=one.level) for one in found.needs),
        priority=found.priority,
        open=is_open(place.hours, trial.at),
        overflow=tuple(overflow_item(one, arrival.language) for one in overflows),
        agents=await _agents(tx, workstream, replace(found, queue_id=rests_in), trial.at),
    )


def _with_rules(workstream: Workstream, trial: Trial) -> Workstream:
    return replace(
        workstream,
        queue_rules=workstream.queue_rules if trial.queue_rules is None else trial.queue_rules,
        skill_rules=workstream.skill_rules if trial.skill_rules is None else trial.skill_rules,
    )


async def _agents(tx: Transaction, workstream: Workstream, found: Classified, at: datetime) -> AgentCount:
    waiting = Waiting(
        id="",
        queue_id=found.queue_id,
        workstream_id=workstream.id,
        channel=workstream.channel,
        units=workstream.units,
        queued_at=at,
        priority=found.priority,
        needs=found.needs,
    )
    rules = (await routing.rules(tx, workstream.organization_id)).queues[found.queue_id]
    seats = await routing.seats(tx, workstream.organization_id, {found.queue_id}, at)
    free = [one for one in decide(waiting, workstream, rules, seats).considered if one.reason is None]
    return AgentCount(fit=sum(unfit(waiting, rules, one) is None for one in seats), free=len(free))
