"""What people say of attention: asking for a supervisor, muting, pinning, marking VIPs (spec 3 *Floor*)."""

from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.ask import AskSupervisor, WithdrawAsk
from valvomo.commands.conversations.mute import Mute, Pin, Unmute, Unpin
from valvomo.commands.conversations.vip import MarkVip
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import PathId
from valvomo.edge.parts import Parts
from valvomo.protocol.attention_requests import AskRequest, MuteRequest, PinRequest, VipRequest

SERVING = ("serving",)
SUPERVISING = ("supervising",)
ONE = "/conversations/{conversation_id:str}"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@post(f"{ONE}/ask", status_code=200, tags=SERVING, operation_id="askSupervisor", summary="Ask a supervisor")
async def ask_supervisor(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[AskRequest | None] = None,
) -> After:
    """Supervisors see it at once, with the note; a supervisor who joins or whispers answers it."""
    note = data.note if data else None
    return await carried_out(parts, actor, AskSupervisor(conversation_id=conversation_id, note=note), key)


@delete(
    f"{ONE}/ask", status_code=200, tags=SERVING, operation_id="withdrawAsk", summary="Withdraw the asking"
)
async def withdraw_ask(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """No supervisor is needed any more."""
    return await carried_out(parts, actor, WithdrawAsk(conversation_id=conversation_id), key)


@post(f"{ONE}/mute", status_code=200, tags=SUPERVISING, operation_id="mute", summary="Mute attention")
async def mute(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[MuteRequest | None] = None,
) -> After:
    """It draws no attention for some minutes, or until something changes. Supervisors see who muted it and why."""
    wish = data or MuteRequest()
    command = Mute(conversation_id=conversation_id, minutes=wish.minutes, why=wish.why)
    return await carried_out(parts, actor, command, key)


@delete(f"{ONE}/mute", status_code=200, tags=SUPERVISING, operation_id="unmute", summary="Unmute attention")
async def unmute(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """It draws attention again."""
    return await carried_out(parts, actor, Unmute(conversation_id=conversation_id), key)


@post(f"{ONE}/pin", status_code=200, tags=SUPERVISING, operation_id="pin", summary="Pin")
async def pin(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[PinRequest | None] = None,
) -> After:
    """To the top of all supervisors' lists, with who and why."""
    command = Pin(conversation_id=conversation_id, why=data.why if data else None)
    return await carried_out(parts, actor, command, key)


@delete(f"{ONE}/pin", status_code=200, tags=SUPERVISING, operation_id="unpin", summary="Unpin")
async def unpin(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """It stands where its score puts it."""
    return await carried_out(parts, actor, Unpin(conversation_id=conversation_id), key)


@put(f"{ONE}/vip", status_code=200, tags=SERVING, operation_id="markVip", summary="Mark a VIP")
async def mark_vip(
    conversation_id: PathId, data: JSONBody[VipRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """The customer matters more, or does no longer: by who serves them, or supervises the queue.

    It is kept with the customer: all of their ongoing conversations say so, and those that begin later.
    """
    return await carried_out(parts, actor, MarkVip(conversation_id=conversation_id, vip=data.vip), key)


ROUTES = (ask_supervisor, withdraw_ask, mute, unmute, pin, unpin, mark_vip)
