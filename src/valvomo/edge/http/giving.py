"""Acts that give a conversation to somebody else, or to nobody: assign, transfer, consult, hand over, force close."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.bots import HandOver
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.targets import assignment, on_selection, transfer_of
from valvomo.edge.parts import Parts
from valvomo.protocol.bulk import BulkOutcomes, BulkRequest
from valvomo.protocol.requests import (
    AssignRequest,
    ConsultRequest,
    ForceCloseRequest,
    HandOverRequest,
    TransferRequest,
)

SERVING = ("serving",)
SUPERVISING = ("supervising",)
ONE = "/conversations/{conversation_id:str}"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@post(f"{ONE}/assign", status_code=200, tags=SUPERVISING, operation_id="assign", summary="Assign")
async def assign(
    conversation_id: PathId, data: JSONBody[AssignRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """Offer an open conversation to an agent, or move it to another queue.

    `excess_units` of the answer says by how much the agent's capacity is exceeded. If somebody took the
    conversation meanwhile, the refusal names them.
    """
    return await carried_out(parts, actor, assignment(conversation_id, data), key)


@post(f"{ONE}/transfer", status_code=200, tags=SUPERVISING, operation_id="transfer", summary="Transfer")
async def transfer(
    conversation_id: PathId, data: JSONBody[TransferRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """Ask another agent to take it, who may accept or reject, or put it into another queue at once."""
    return await carried_out(parts, actor, transfer_of(conversation_id, data), key)


@post(f"{ONE}/consult", status_code=200, tags=SERVING, operation_id="consult", summary="Consult")
async def consult(
    conversation_id: PathId, data: JSONBody[ConsultRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """Ask an agent, or whoever is free in a queue, for advice."""
    command = Consult(
        conversation_id=conversation_id,
        agent_id=data.agent,
        queue=data.queue,
        public=data.public,
        note=data.note,
    )
    return await carried_out(parts, actor, command, key)


@post(
    f"{ONE}/hand-over",
    status_code=200,
    tags=SUPERVISING,
    operation_id="handOver",
    summary="Hand over to people",
)
async def hand_over(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[HandOverRequest | None] = None,
) -> After:
    """Take it from the bot and put it into a queue of people."""
    queue = data.queue if data else None
    return await carried_out(parts, actor, HandOver(conversation_id=conversation_id, queue=queue), key)


@post(
    f"{ONE}/force-close", status_code=200, tags=SUPERVISING, operation_id="forceClose", summary="Force close"
)
async def force_close(
    conversation_id: PathId, data: JSONBody[ForceCloseRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """End it now, whatever its state, without wrap-up; everybody in it is told."""
    command = ForceClose(conversation_id=conversation_id, reason=data.reason.strip())
    return await carried_out(parts, actor, command, key)


@post(
    "/conversations/bulk",
    status_code=200,
    tags=SUPERVISING,
    operation_id="bulk",
    summary="Act on a selection",
)
async def bulk(data: JSONBody[BulkRequest], parts: PartsArg, actor: ActorArg, key: KeyArg) -> BulkOutcomes:
    """Assign, transfer or force close up to 1,000 conversations: each by itself, each with its own outcome."""
    return await on_selection(parts, actor, data, key)


ROUTES = (assign, transfer, consult, hand_over, force_close, bulk)
