"""Telephones of customers: keys that are pressed for them, calling them again, and calls that are forwarded."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.telephone import Redial
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import After, carried_out, state_of
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.protocol.calls import KeysRequest, NumberRequest

TAGS = ("calls",)
ONE = "/conversations/{conversation_id:str}"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@post(f"{ONE}/keys", status_code=204, tags=TAGS, operation_id="pressKeys", summary="Press keys")
async def press_keys(
    conversation_id: PathId, data: JSONBody[KeysRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> None:
    """For the other side of a telephone call. They may be the number of a card: nothing of them is kept."""
    if refusal := await parts.calling.press(actor, conversation_id, data.keys, key):
        raise Refused(refusal)


@post(f"{ONE}/redial", status_code=200, tags=TAGS, operation_id="redial", summary="Call again")
async def redial(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """A customer who was not reached, five times in all."""
    return await carried_out(parts, actor, Redial(conversation_id=conversation_id), key)


@post(f"{ONE}/forward", status_code=200, tags=TAGS, operation_id="forwardCall", summary="Forward to a number")
async def forward_call(
    conversation_id: PathId, data: JSONBody[NumberRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """The customer is connected with another number, and for the house the talk is over: wrap-up begins."""
    if refusal := await parts.calling.forward(actor, conversation_id, data.number, key):
        raise Refused(refusal)
    return await state_of(parts, actor, conversation_id)


ROUTES = (press_keys, redial, forward_call)
