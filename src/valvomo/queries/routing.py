"""Why a conversation is where it is, and why it still waits: kept decisions, and one made now by the same function."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from valvomo.db import decisions, routing
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import SYNCHRONOUS, Conversation, State
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.choosing import decide
from valvomo.domain.routing.estimate import outlook
from valvomo.domain.routing.facts import ALGORITHM, House, QueueRules, Seat, Waiting, waiting_of
from valvomo.domain.routing.route import turn
from valvomo.protocol.candidates import Skill
from valvomo.protocol.customer import Prospect, prospect
from valvomo.protocol.routing import (
    DecisionItem,
    QueueMethod,
    RoutingDocument,
    Version,
    decision_item,
)
from valvomo.queries.conversations import seen

MOST_DECISIONS = 50
SAMPLES = 50
"""Recent handle times that an estimate rests on."""


async def of_conversation(
    tx: Transaction, actor: Actor, conversation_id: str, at: datetime
) -> RoutingDocument | Refusal:
    """Everything the router decided about a conversation that this actor may see, as of now."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    skills = await _skills(tx, actor.organization_id)
    kept = await decisions.of_conversation(tx, actor.organization_id, conversation_id, MOST_DECISIONS)
    house = await routing.rules(tx, actor.organization_id)
    rules = house.queues[conversation.queue_id]
    mine = await routing.waiting_one(tx, actor.organization_id, conversation_id)
    now = await _still(tx, actor, mine, (house, skills, at)) if mine is not None else None
    waits = await prospect_of(tx, conversation, at)
    return RoutingDocument(
        queue=await _queue(tx, conversation, rules),
        rule=conversation.routed_by,
        needs=_needs(conversation.needs, skills),
        why=tuple(
            decision_item(
                one.decision,
                Version(id=one.id, at=one.at, rules=one.rules, algorithm=one.algorithm),
                actor.language,
                skills,
            )
            for one in kept
        ),
        now=now,
        place=waits.place if waits else None,
        estimate=waits.estimate if waits else None,
    )


async def _still(
    tx: Transaction, actor: Actor, mine: Waiting, known: tuple[House, dict[str, str], datetime]
) -> DecisionItem:
    house, skills, at = known
    members = await routing.seats(tx, actor.organization_id, {mine.queue_id}, at)
    decision = decide(
        mine, house.workstreams[mine.workstream_id], house.queues[mine.queue_id], _alive(members)
    )
    version = Version(id=None, at=at, rules=house.version, algorithm=ALGORITHM)
    return decision_item(decision, version, actor.language, skills)


async def prospect_of(tx: Transaction, one: Conversation, at: datetime) -> Prospect | None:
    """The place and the probable wait of a conversation that waits; None for any other."""
    if one.state is not State.OPEN:
        return None
    mine, organization_id, queues = waiting_of(one), one.organization_id, {one.queue_id}
    house = await routing.rules(tx, organization_id)
    ahead = [
        each for each in await routing.waiting(tx, organization_id, queues) if turn(each, 0) < turn(mine, 0)
    ]
    members = _alive(await routing.seats(tx, organization_id, queues, at))
    synchronous = one.channel in SYNCHRONOUS
    times = await routing.handle_seconds(tx, organization_id, one.queue_id, SAMPLES) if synchronous else []
    return prospect(one, outlook(mine, ahead, members, house), times)


def _alive(members: Iterable[Seat]) -> list[Seat]:
    return [one for one in members if one.agent.serves]


async def _queue(tx: Transaction, conversation: Conversation, rules: QueueRules) -> QueueMethod:
    row = await tx.row("house.queue", conversation.organization_id, conversation.queue_id)
    name = row["name"] if row else conversation.queue_id
    return QueueMethod(
        id=conversation.queue_id, name=name, method=rules.method.value, match=rules.match.value
    )


async def _skills(tx: Transaction, organization_id: str) -> dict[str, str]:
    return {row["id"]: row["name"] for row in await tx.rows("routing.skills", organization_id)}


def _needs(needs: Iterable[Need], skills: dict[str, str]) -> tuple[Skill, ...]:
    return tuple(Skill(name=skills.get(one.skill_id, one.skill_id), level=one.level) for one in needs)
