"""Why a conversation is where it is, and why it still waits: kept decisions, and one made now by the same function."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from valvomo.db import decisions, house, routing
from valvomo.db.hours import at_hand
from valvomo.db.house import hours_now
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import SYNCHRONOUS, Conversation, State
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.estimate import outlook
from valvomo.domain.routing.facts import ALGORITHM, House, Seat, Waiting, waiting_of
from valvomo.domain.routing.route import decide_at
from valvomo.protocol.candidates import Skill
from valvomo.protocol.customer import Prospect, QueueHours, prospect
from valvomo.protocol.routing import (
    QueueMethod,
    RoutingDocument,
    Version,
    decision_item,
)
from valvomo.queries.conversations import seen

MOST_DECISIONS = 50


async def of_conversation(
    tx: Transaction, actor: Actor, conversation_id: str, at: datetime
) -> RoutingDocument | Refusal:
    """Everything the router decided about a conversation that this actor may see, as of now."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    skills = await house.skills(tx, actor.organization_id)
    kept = await decisions.of_conversation(tx, actor.organization_id, conversation_id, MOST_DECISIONS)
    row = await _queue(tx, conversation, at)
    now, waits = None, None
    if conversation.state is State.OPEN:
        line = await _line(tx, conversation, await routing.rules(tx, actor.organization_id), at)
        decision = decide_at(line.mine, line.members, line.rules)
        version = Version(id=None, at=at, rules=line.rules.version, algorithm=ALGORITHM)
        now = decision_item(decision, version, actor.language, skills)
        waits = await _prospect(tx, conversation, line, hours_now(row, at))
    queue = routing.queue_rules(row)
    return RoutingDocument(
        queue=QueueMethod(id=queue.id, name=row["name"], method=queue.method.value, match=queue.match.value),
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
    """The place, the probable wait and the queue's hours for a conversation that waits; None for any other.

    Customers come back by the thousand after a break: no more is read than their queue, what its members do, and how
    many wait before them. The live stream tells the same from what it holds.
    """
    if one.state is not State.OPEN:
        return None
    row = await _queue(tx, one, at)
    stream = await house.workstream(tx, one.organization_id, one.workstream_id)
    if stream is None:
        raise LookupError(f"no workstream {one.workstream_id}")
    rules = House(workstreams={stream.id: stream}, queues={one.queue_id: routing.queue_rules(row)})
    return await _prospect(tx, one, await _line(tx, one, rules, at), hours_now(row, at))


class _Line(NamedTuple):
    """One who waits, those who are served before them, the members of their queue, and the rules."""

    mine: Waiting
    ahead: list[tuple[Waiting, int]]
    members: list[Seat]
    rules: House


async def _line(tx: Transaction, one: Conversation, rules: House, at: datetime) -> _Line:
    mine = waiting_of(one)
    return _Line(
        mine=mine,
        ahead=await routing.ahead(tx, one.organization_id, mine),
        members=await routing.seats(tx, one.organization_id, {one.queue_id}, at),
        rules=rules,
    )


async def _prospect(tx: Transaction, one: Conversation, line: _Line, hours: QueueHours) -> Prospect | None:
    """None for whoever is to be called again later: they wait for nothing."""
    if line.mine.postponed is not None:
        return None
    synchronous = one.channel in SYNCHRONOUS
    times = await routing.handle_seconds(tx, one.organization_id, one.queue_id) if synchronous else []
    return prospect(one, outlook(line.mine, line.ahead, line.members, line.rules), times, hours)


async def _queue(tx: Transaction, conversation: Conversation, at: datetime) -> Any:
    """The row of its queue, whose hours can be looked at."""
    row = await tx.row("house.queue", conversation.organization_id, conversation.queue_id)
    if row is None:
        raise LookupError(f"no queue {conversation.queue_id}")
    await at_hand([row["hours"]], at)
    return row


def _needs(needs: Iterable[Need], skills: dict[str, str]) -> tuple[Skill, ...]:
    return tuple(Skill(name=skills.get(one.skill_id, one.skill_id), level=one.level) for one in needs)
