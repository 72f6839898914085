"""Why a conversation is where it is, and why it still waits: kept decisions, and one made now by the same function."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from valvomo.db import decisions, house, routing
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import SYNCHRONOUS, Conversation, State
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.estimate import outlook
from valvomo.domain.routing.facts import ALGORITHM, House, Seat, Waiting, waiting_of
from valvomo.domain.routing.route import decide_at, turn
from valvomo.protocol.candidates import Skill
from valvomo.protocol.customer import Prospect, prospect
from valvomo.protocol.routing import (
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
    skills = await house.skills(tx, actor.organization_id)
    kept = await decisions.of_conversation(tx, actor.organization_id, conversation_id, MOST_DECISIONS)
    queue = await _queue(tx, conversation)
    now, waits = None, None
    if conversation.state is State.OPEN:
        line = await _line(tx, conversation, at)
        decision = decide_at(line.mine, line.members, line.rules)
        version = Version(id=None, at=at, rules=line.rules.version, algorithm=ALGORITHM)
        now = decision_item(decision, version, actor.language, skills)
        waits = await _prospect(tx, conversation, line)
    return RoutingDocument(
        queue=queue,
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


async def prospect_of(tx: Transaction, one: Conversation, at: datetime) -> Prospect | None:
    """The place and the probable wait of a conversation that waits; None for any other."""
    return await _prospect(tx, one, await _line(tx, one, at)) if one.state is State.OPEN else None


class _Line(NamedTuple):
    """One who waits, those who are served before them, the members of their queue, and the rules."""

    mine: Waiting
    ahead: list[Waiting]
    members: list[Seat]
    rules: House


async def _line(tx: Transaction, one: Conversation, at: datetime) -> _Line:
    mine, organization_id, queues = waiting_of(one), one.organization_id, {one.queue_id}
    waiting = await routing.waiting(tx, organization_id, queues)
    return _Line(
        mine=mine,
        ahead=[each for each in waiting if turn(each, 0) < turn(mine, 0)],
        members=await routing.seats(tx, organization_id, queues, at),
        rules=await routing.rules(tx, organization_id),
    )


async def _prospect(tx: Transaction, one: Conversation, line: _Line) -> Prospect:
    synchronous = one.channel in SYNCHRONOUS
    times = (
        await routing.handle_seconds(tx, one.organization_id, one.queue_id, SAMPLES) if synchronous else []
    )
    return prospect(one, outlook(line.mine, line.ahead, line.members, line.rules), times)


async def _queue(tx: Transaction, conversation: Conversation) -> QueueMethod:
    row = await tx.row("house.queue", conversation.organization_id, conversation.queue_id)
    if row is None:
        raise LookupError(f"no queue {conversation.queue_id}")
    rules = routing.queue_rules(row)
    return QueueMethod(id=rules.id, name=row["name"], method=rules.method.value, match=rules.match.value)


def _needs(needs: Iterable[Need], skills: dict[str, str]) -> tuple[Skill, ...]:
    return tuple(Skill(name=skills.get(one.skill_id, one.skill_id), level=one.level) for one in needs)
