"""The house as it is played: its rules, its people, and when they are or were there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from valvomo.db import agents, house, routing, routing_places
from valvomo.db.hours import at_hand, hours_of
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.colleagues import may_see_agent
from valvomo.domain.conversations.targets import queue_kind
from valvomo.domain.refusals import Refusal
from valvomo.domain.whatif.setup import Setup, Worker
from valvomo.protocol.whatif import WhatIfAgent, WhatIfHouse, WhatIfQueue, WhatIfThing, WhatIfWorkstream
from valvomo.queries.listing import role_refusal

Spans = tuple[tuple[datetime, datetime], ...]


def whatif_refusal(actor: Actor) -> Refusal | None:
    """What-if is for who plans: supervisors and administrators."""
    return role_refusal(actor, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)


async def setup_of(tx: Transaction, organization_id: str, at: datetime) -> Setup:
    """As it is today, with hours that are good around that moment. Agents are there by their working hours."""
    rows = await tx.rows("agents.hours", organization_id)
    await at_hand(rows, at)
    hours = {row["id"]: hours_of(row, at) for row in rows}
    whose = {row["id"]: row["hours_id"] for row in await tx.rows("agents.all", organization_id)}
    people = await agents.everybody(tx, organization_id, at)
    queues = await tx.rows("house.queues", organization_id)
    return Setup(
        house=await routing.rules(tx, organization_id),
        workers=tuple(
            Worker(agent=one, hours=hours.get(whose[one.id]))
            for one in people.values()
            if one.serves and one.queues
        ),
        places=await routing_places.places(tx, organization_id, at),
        goals={row["id"]: row["service_level_seconds"] for row in queues},
        hours=hours,
        skills=await house.skills(tx, organization_id),
    ).manned()


def attended(setup: Setup, spans: Mapping[str, Spans]) -> Setup:
    """The same people at the times at which they were there; who is not named was not there at all."""
    workers = tuple(replace(one, there=spans.get(one.agent.id, ())) for one in setup.workers)
    return replace(setup, workers=workers)


async def described(tx: Transaction, actor: Actor, at: datetime) -> WhatIfHouse | Refusal:
    """The same for people who are going to change it: agents whom they may see, everything else by name."""
    if refusal := whatif_refusal(actor):
        return refusal
    setup = await setup_of(tx, actor.organization_id, at)
    queues = setup.house.queues
    return WhatIfHouse(
        agents=[_agent(one) for one in setup.workers if may_see_agent(actor, one.agent.id, one.agent.queues)],
        queues=[
            WhatIfQueue(
                id=one.id,
                name=one.name,
                kind=one.kind,
                method=queues[one.id].method,
                match=queues[one.id].match,
                priority=queues[one.id].priority,
                service_level_seconds=setup.goals[one.id],
            )
            for one in setup.places.values()
        ],
        workstreams=[
            WhatIfWorkstream(
                id=one.id,
                name=one.name,
                channel=one.channel.value,
                kind=queue_kind(one.channel),
                queue=one.queue_id,
                units=one.units,
                queue_rules=one.queue_rules,
                skill_rules=one.skill_rules,
            )
            for one in setup.house.workstreams.values()
        ],
        skills=[WhatIfThing(id=one, name=name) for one, name in setup.skills.items()],
        hours=[WhatIfThing(id=one.id, name=one.name) for one in setup.hours.values()],
    )


def _agent(worker: Worker) -> WhatIfAgent:
    agent = worker.agent
    return WhatIfAgent(
        id=agent.id,
        name=agent.name,
        capacity=agent.capacity,
        queues=sorted(agent.queues),
        skills=dict(agent.skills),
        hours=worker.hours.id if worker.hours else None,
    )
