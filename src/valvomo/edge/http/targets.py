"""From what a caller names, an agent or a queue, to the command that gives the conversation there."""

from __future__ import annotations

import asyncio

import structlog

from valvomo.commands.conversations.assign import AssignToAgent, AssignToQueue
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.parts import Parts
from valvomo.protocol.bulk import BulkAct, BulkOutcome, BulkOutcomes, BulkRequest
from valvomo.protocol.problems import problem_of
from valvomo.protocol.requests import AssignRequest, TransferRequest

AT_A_TIME = 4
"""Of one selection; the rest of the house must be able to work meanwhile."""

log = structlog.get_logger(__name__)


def assignment(conversation_id: str, data: AssignRequest) -> Command:
    """Assign to the agent or queue."""
    if data.agent is None:
        return AssignToQueue(conversation_id=conversation_id, queue=data.queue or "")
    return AssignToAgent(
        conversation_id=conversation_id,
        agent_id=data.agent,
        override_presence=data.override_presence,
        override_capacity=data.override_capacity,
    )


def transfer_of(conversation_id: str, data: TransferRequest) -> Command:
    """Transfer to the agent or queue."""
    if data.agent is None:
        return TransferToQueue(conversation_id=conversation_id, queue=data.queue or "", note=data.note)
    return TransferToAgent(
        conversation_id=conversation_id,
        agent_id=data.agent,
        override_presence=data.override_presence,
        override_capacity=data.override_capacity,
        note=data.note,
        stay=data.stay,
        when_call_ends=data.when_call_ends,
    )


async def on_selection(parts: Parts, actor: Actor, data: BulkRequest, key: str | None) -> BulkOutcomes:
    """Each conversation once, each in its own transaction, with a key of its own made from the request's."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(conversation_id: str) -> BulkOutcome:
        async with turns:
            own_key = f"{key}:{conversation_id}" if key else None
            outcome = await _tried(parts, actor, _command(conversation_id, data), own_key)
        if isinstance(outcome, Refusal):
            problem = problem_of(outcome, actor.language, f"/api/v1/conversations/{conversation_id}")
            return BulkOutcome(id=conversation_id, ok=False, problem=problem.document())
        return BulkOutcome(id=conversation_id, ok=True, state=str(outcome.result["state"]))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(conversation_id)) for conversation_id in dict.fromkeys(data.ids)]
    items = [task.result() for task in tasks]
    done = sum(item.ok for item in items)
    return BulkOutcomes(items=items, done=done, refused=len(items) - done)


async def _tried(parts: Parts, actor: Actor, command: Command, key: str | None) -> Done | Refusal:
    """One that breaks is told as its own outcome: what became of the others must be answered too."""
    try:
        return await parts.executor.execute(actor, command, key)
    except Exception:
        log.exception("bulk.failed", command=type(command).__name__)
        return Refusal(Reason.INTERNAL)


def _command(conversation_id: str, data: BulkRequest) -> Command:
    if data.act is BulkAct.FORCE_CLOSE:
        return ForceClose(conversation_id=conversation_id, reason=(data.reason or "").strip())
    if data.act is BulkAct.ASSIGN:
        request = AssignRequest(
            agent=data.agent,
            queue=data.queue,
            override_presence=data.override_presence,
            override_capacity=data.override_capacity,
        )
        return assignment(conversation_id, request)
    return transfer_of(
        conversation_id,
        TransferRequest(
            agent=data.agent,
            queue=data.queue,
            override_presence=data.override_presence,
            override_capacity=data.override_capacity,
            note=data.note,
        ),
    )
