"""From what a caller names, an agent or a queue, to the command that gives the conversation there."""

from __future__ import annotations

from valvomo.commands.conversations.assign import AssignToAgent, AssignToQueue
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.selections import Selection, each
from valvomo.edge.parts import Parts
from valvomo.protocol.bulk import BulkAct, BulkOutcomes, BulkRequest
from valvomo.protocol.requests import AssignRequest, TransferRequest


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
        return TransferToQueue(
            conversation_id=conversation_id,
            queue=data.queue or "",
            note=data.note,
            when_call_ends=data.when_call_ends,
        )
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
    """Each conversation by itself."""
    selection = Selection("/api/v1/conversations", data.ids, lambda one: _command(one, data))
    return await each(parts, actor, selection, key)


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
