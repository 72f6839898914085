"""The customer's side of calls: accept one, decline it, hang up."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.call import AcceptCall, DeclineCall, HangUp
from valvomo.commands.conversations.telephone import RequestCallback
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import carried_out_own
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.protocol.calls import CALL_MODES, CallModeRequest, IceServers, NumberRequest
from valvomo.protocol.customer import PublicConversation
from valvomo.queries import customers
from valvomo.queries.customers import Guest

TAGS = ("widget",)

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
GuestArg = NamedDependency[Guest]
KeyArg = NamedDependency[str | None]


@get(
    "/call/ice",
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="getOwnIceServers",
    summary="How a browser gets into a call",
)
async def own_ice_servers(parts: PartsArg, guest: GuestArg) -> IceServers:
    """The servers that pass media on where nothing gets through directly; none, where the house has none."""
    async with parts.reader.reading() as tx:
        if refusal := await customers.call_refusal(tx, guest):
            raise Refused(refusal)
    return IceServers(ice_servers=parts.relays.of(guest.conversation_id, parts.clock()))


@post(
    "/call/accept",
    status_code=200,
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="acceptCall",
    summary="Come into the call that one is asked into",
)
async def accept_call(
    data: JSONBody[CallModeRequest], parts: PartsArg, actor: ActorArg, guest: GuestArg, key: KeyArg
) -> PublicConversation:
    """With sound alone wherever one wants; with one's picture where that was asked for."""
    command = AcceptCall(conversation_id=guest.conversation_id, mode=CALL_MODES[data.mode])
    return await carried_out_own(parts, (actor, guest), command, key)


@post(
    "/call/decline",
    status_code=200,
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="declineCall",
    summary="Decline a call",
)
async def decline_call(parts: PartsArg, actor: ActorArg, guest: GuestArg, key: KeyArg) -> PublicConversation:
    """The conversation goes on as text."""
    command = DeclineCall(conversation_id=guest.conversation_id)
    return await carried_out_own(parts, (actor, guest), command, key)


@post(
    "/call/hang-up",
    status_code=200,
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="hangUp",
    summary="Hang up",
)
async def hang_up(parts: PartsArg, actor: ActorArg, guest: GuestArg, key: KeyArg) -> PublicConversation:
    """Back to text; what began as a call has ended with it."""
    command = HangUp(conversation_id=guest.conversation_id)
    return await carried_out_own(parts, (actor, guest), command, key)


@post(
    "/call/back",
    status_code=200,
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="requestCallback",
    summary="Ask to be called back",
)
async def request_callback(
    data: JSONBody[NumberRequest], parts: PartsArg, actor: ActorArg, guest: GuestArg, key: KeyArg
) -> PublicConversation:
    """Whoever waits for an answer keeps their place, and is called by telephone when an agent is there for them."""
    command = RequestCallback(conversation_id=guest.conversation_id, number=data.number)
    return await carried_out_own(parts, (actor, guest), command, key)


ROUTES = (own_ice_servers, accept_call, decline_call, hang_up, request_callback)
