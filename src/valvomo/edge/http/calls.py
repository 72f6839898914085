"""Calls: asked for, held, coached and ended. How sound finds its way is said over the live connection."""

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.call import Coach, Elevate, EndCall, Hold, StopCoach, Unhold
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import PathId
from valvomo.edge.parts import Parts
from valvomo.protocol.calls import CALL_MODES, CallModeRequest, IceServers

TAGS = ("calls",)
ONE = "/conversations/{conversation_id:str}"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/calls/ice", tags=TAGS, operation_id="getIceServers", summary="How a browser gets into a call")
async def ice_servers(parts: PartsArg, actor: ActorArg) -> IceServers:
    """The servers that pass media on where nothing gets through directly; none, where the house has none."""
    return IceServers(ice_servers=parts.relays.of(actor.id, parts.clock()))


@post(
    f"{ONE}/elevate",
    status_code=200,
    tags=TAGS,
    operation_id="elevate",
    summary="Ask the customer into a call",
)
async def elevate(
    conversation_id: PathId, data: JSONBody[CallModeRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """They come with sound and picture, with sound alone, or not at all, within a minute."""
    command = Elevate(conversation_id=conversation_id, mode=CALL_MODES[data.mode])
    return await carried_out(parts, actor, command, key)


@post(f"{ONE}/end-call", status_code=200, tags=TAGS, operation_id="endCall", summary="End the call")
async def end_call(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """The conversation goes on as text; a question that is not answered yet is taken back."""
    return await carried_out(parts, actor, EndCall(conversation_id=conversation_id), key)


@post(f"{ONE}/hold", status_code=200, tags=TAGS, operation_id="hold", summary="Put on hold")
async def hold(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """The customer hears music, and nobody hears them."""
    return await carried_out(parts, actor, Hold(conversation_id=conversation_id), key)


@post(f"{ONE}/unhold", status_code=200, tags=TAGS, operation_id="unhold", summary="Take off hold")
async def unhold(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """The customer hears the agent again."""
    return await carried_out(parts, actor, Unhold(conversation_id=conversation_id), key)


@post(f"{ONE}/coach", status_code=200, tags=TAGS, operation_id="coach", summary="Speak to the agent alone")
async def coach(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Whoever monitors a call is heard by its agent, and by nobody else."""
    return await carried_out(parts, actor, Coach(conversation_id=conversation_id), key)


@delete(f"{ONE}/coach", status_code=200, tags=TAGS, operation_id="stopCoaching", summary="Only listen again")
async def stop_coach(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """Nobody hears them any more."""
    return await carried_out(parts, actor, StopCoach(conversation_id=conversation_id), key)


ROUTES = (ice_servers, elevate, end_call, hold, unhold, coach, stop_coach)
