"""Acts that need no target: answering offers, serving, monitoring, joining (spec 1 §3, §4)."""

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.join import Join, Leave, TakeOver
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.serve import Complete, End, Park, Pick, Release, Resume
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import found
from valvomo.edge.parts import Parts
from valvomo.protocol.requests import CompleteRequest, RejectRequest
from valvomo.protocol.told import CustomerTold
from valvomo.queries.told import customer_told

SERVING = ("serving",)
SUPERVISING = ("supervising",)
ONE = "/conversations/{conversation_id:str}"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@post(
    f"{ONE}/offer/accept",
    status_code=200,
    tags=SERVING,
    operation_id="acceptOffer",
    summary="Accept an offer",
)
async def accept_offer(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Take what one was asked to take: an assignment, a transfer, a consult."""
    return await carried_out(parts, actor, AcceptOffer(conversation_id=conversation_id), key)


@post(
    f"{ONE}/offer/reject",
    status_code=200,
    tags=SERVING,
    operation_id="rejectOffer",
    summary="Reject an offer",
)
async def reject_offer(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[RejectRequest | None] = None,
) -> After:
    """Decline it; who asked is told, with the reason."""
    reason = data.reason if data else None
    return await carried_out(parts, actor, RejectOffer(conversation_id=conversation_id, reason=reason), key)


@post(
    f"{ONE}/pick",
    status_code=200,
    tags=SERVING,
    operation_id="pickConversation",
    summary="Pick from the queue",
)
async def pick(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Take an open conversation out of a queue that one serves; it may exceed one's capacity."""
    return await carried_out(parts, actor, Pick(conversation_id=conversation_id), key)


@post(f"{ONE}/release", status_code=200, tags=SERVING, operation_id="releaseConversation", summary="Release")
async def release(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Give it back to its queue, its age kept."""
    return await carried_out(parts, actor, Release(conversation_id=conversation_id), key)


@post(f"{ONE}/park", status_code=200, tags=SERVING, operation_id="parkConversation", summary="Park")
async def park(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Put it aside until the customer writes or one resumes it; asynchronous kinds only."""
    return await carried_out(parts, actor, Park(conversation_id=conversation_id), key)


@post(f"{ONE}/resume", status_code=200, tags=SERVING, operation_id="resumeConversation", summary="Resume")
async def resume(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Go on with what one parked."""
    return await carried_out(parts, actor, Resume(conversation_id=conversation_id), key)


@post(f"{ONE}/end", status_code=200, tags=SERVING, operation_id="endConversation", summary="End")
async def end(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """End the talk: wrap-up begins, or a record is resolved."""
    return await carried_out(parts, actor, End(conversation_id=conversation_id), key)


@post(
    f"{ONE}/complete",
    status_code=200,
    tags=SERVING,
    operation_id="completeWrapUp",
    summary="Complete wrap-up",
)
async def complete(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[CompleteRequest | None] = None,
) -> After:
    """Close it."""
    disposition = data.disposition if data else None
    return await carried_out(
        parts, actor, Complete(conversation_id=conversation_id, disposition=disposition), key
    )


@post(f"{ONE}/monitor", status_code=200, tags=SUPERVISING, operation_id="monitor", summary="Monitor")
async def monitor(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Read along, unnoticed by customer and agent."""
    return await carried_out(parts, actor, Monitor(conversation_id=conversation_id), key)


@delete(
    f"{ONE}/monitor",
    status_code=200,
    tags=SUPERVISING,
    operation_id="stopMonitoring",
    summary="Stop monitoring",
)
async def stop_monitor(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Stop reading along, as unnoticed."""
    return await carried_out(parts, actor, StopMonitor(conversation_id=conversation_id), key)


@post(f"{ONE}/join", status_code=200, tags=SUPERVISING, operation_id="join", summary="Join")
async def join(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Become a visible participant; the agent is told, and the customer, unless `customer-told` says why not."""
    return await carried_out(parts, actor, Join(conversation_id=conversation_id), key)


@post(f"{ONE}/leave", status_code=200, tags=SUPERVISING, operation_id="leave", summary="Leave")
async def leave(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Leave what one joined, or consults in."""
    return await carried_out(parts, actor, Leave(conversation_id=conversation_id), key)


@post(f"{ONE}/take-over", status_code=200, tags=SUPERVISING, operation_id="takeOver", summary="Take over")
async def take_over(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """A joined supervisor becomes primary, the agent becomes consult."""
    return await carried_out(parts, actor, TakeOver(conversation_id=conversation_id), key)


@get(
    f"{ONE}/customer-told",
    tags=SUPERVISING,
    operation_id="customerTold",
    summary="Whether the customer is told",
)
async def get_customer_told(conversation_id: PathId, parts: PartsArg, actor: ActorArg) -> CustomerTold:
    """Of which acts of a supervisor the customer would be told now, and why not of the others."""
    async with parts.reader.reading() as tx:
        return found(await customer_told(tx, actor, conversation_id))


ROUTES = (
    accept_offer, reject_offer, pick, release, park, resume, end, complete, monitor, stop_monitor, join, leave,
    take_over, get_customer_told,
)  # fmt: skip
