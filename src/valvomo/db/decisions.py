"""Decisions of the router: kept with the facts they rest on, compactly, and read back to be explained or made again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import match
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.choosing import Considered, Decision, Outcome, counted
from valvomo.domain.routing.facts import ALGORITHM, QueueRules, Seat, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """A decision as it was kept: by which version of the settings (`rules`) and of the program (`algorithm`).

    `shared` when its facts are those of another conversation that was decided at the same moment and asked for the
    same.
    """

    id: str
    at: datetime
    rules: int
    algorithm: int
    shared: bool
    decision: Decision


class _Seat(msgspec.Struct, frozen=True, array_like=True):
    """What a decision looks at in one agent, and what came of it. `limit` and `held` are those of the channel."""

    id: str
    name: str
    chosen: Presence
    capacity: int
    limit: int | None
    load: int
    held: int
    skills: dict[str, int]
    on_duty: bool
    serves: bool
    is_bot: bool
    idle_since: datetime
    asked_at: datetime | None
    reason: Reason | None
    rank: int | None


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `decide` was given."""

    waiting: Waiting
    allowed_presences: list[Presence]
    queue: QueueRules
    seats: list[_Seat]


class Moment(NamedTuple):
    """Where and when decisions were made, and by which version of the settings (`rules`)."""

    organization_id: str
    rules: int
    at: datetime


async def write(tx: Transaction, moment: Moment, decisions: Iterable[tuple[str, Decision]]) -> None:
    """Keep decisions (`id`, decision) with their facts."""
    rows = [_row(one, decision, msgspec.to_builtins(_body(decision)), None) for one, decision in decisions]
    await _write(tx, moment, rows)


async def write_alike(
    tx: Transaction, moment: Moment, decisions: Iterable[tuple[str, Decision, str]]
) -> None:
    """Keep decisions (`id`, decision, id of the one whose facts are theirs too) without repeating the facts."""
    await _write(tx, moment, [_row(one, decision, None, like) for one, decision, like in decisions])


async def of_conversation(
    tx: Transaction, organization_id: str, conversation_id: str, limit: int
) -> list[RecordedDecision]:
    """The newest first."""
    rows = await tx.rows("decisions.of_conversation", organization_id, conversation_id, limit)
    return [_recorded(row) for row in rows]


async def recorded(
    tx: Transaction, organization_id: str, after_id: str, limit: int
) -> list[RecordedDecision]:
    """Those with facts of their own, in the order in which they were made."""
    rows = await tx.rows("decisions.recorded", organization_id, after_id, limit)
    return [_recorded(row) for row in rows]


def _row(one: str, decision: Decision, body: object, like: str | None) -> dict[str, object]:
    return {
        "id": one,
        "conversation_id": decision.waiting.id,
        "queue_id": decision.waiting.queue_id,
        "outcome": decision.outcome.value,
        "agent_id": decision.agent_id,
        "cause": decision.cause,
        "like_id": like,
        "body": body,
    }


async def _write(tx: Transaction, moment: Moment, rows: list[dict[str, object]]) -> None:
    if rows:
        await tx.run("decisions.write", moment.organization_id, rows, moment.rules, ALGORITHM, moment.at)


def _body(decision: Decision) -> _Body:
    channel = decision.waiting.channel.value
    asked = {one.skill_id for one in decision.waiting.needs}
    return _Body(
        waiting=decision.waiting,
        allowed_presences=sorted(decision.workstream.allowed_presences),
        queue=decision.queue,
        seats=[
            _Seat(
                id=agent.id,
                name=agent.name,
                chosen=agent.chosen,
                capacity=agent.capacity,
                limit=agent.limits.get(channel),
                load=agent.load,
                held=agent.held.get(channel, 0),
                skills={skill: level for skill, level in agent.skills.items() if skill in asked},
                on_duty=agent.on_duty,
                serves=agent.serves,
                is_bot=agent.is_bot,
                idle_since=one.seat.idle_since,
                asked_at=one.seat.asked_at,
                reason=one.reason,
                rank=one.rank,
            )
            for one in decision.considered
            for agent in (one.seat.agent,)
        ],
    )


def _recorded(row: Any) -> RecordedDecision:
    body = msgspec.convert(row["body"], _Body)
    waiting = replace(body.waiting, id=row["conversation_id"])
    considered = tuple(_considered(one, row["organization_id"], waiting) for one in body.seats)
    decision = Decision(
        waiting=waiting,
        outcome=Outcome(row["outcome"]),
        workstream=Workstream(
            id=waiting.workstream_id,
            organization_id=row["organization_id"],
            name="",
            channel=waiting.channel,
            queue_id=waiting.queue_id,
            allowed_presences=frozenset(body.allowed_presences),
        ),
        queue=body.queue,
        considered=considered,
        agent_id=row["agent_id"],
        cause=row["cause"],
        affinity=row["agent_id"] is not None and row["agent_id"] == waiting.affinity_id,
        reasons=counted(one.reason for one in considered),
    )
    return RecordedDecision(
        id=row["id"],
        at=row["at"],
        rules=row["rules"],
        algorithm=row["algorithm"],
        shared=row["like_id"] is not None,
        decision=decision,
    )


def _considered(one: _Seat, organization_id: str, waiting: Waiting) -> Considered:
    channel = waiting.channel.value
    agent = Agent(
        id=one.id,
        organization_id=organization_id,
        name=one.name,
        chosen=one.chosen,
        capacity=one.capacity,
        limits={} if one.limit is None else {channel: one.limit},
        load=one.load,
        held={channel: one.held} if one.held else {},
        queues=frozenset({waiting.queue_id}),
        serves=one.serves,
        is_bot=one.is_bot,
        skills=one.skills,
        on_duty=one.on_duty,
    )
    return Considered(
        seat=Seat(agent=agent, idle_since=one.idle_since, asked_at=one.asked_at),
        reason=one.reason,
        rank=one.rank,
        match=match(waiting.needs, agent.skills),
    )
