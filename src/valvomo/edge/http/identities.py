"""Visitors whom their site has signed: who they are, and what they have said here before, on whichever device."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.edge.http.guards import refuse_foreign
from valvomo.edge.http.refused import found
from valvomo.edge.http.starting import renewed
from valvomo.edge.parts import Parts
from valvomo.protocol.widget import EarlierConversations, Identified, IdentifyRequest
from valvomo.queries import customers, identities
from valvomo.queries.customers import Guest

TAGS = ("widget",)


@post(
    "/identify",
    status_code=200,
    tags=TAGS,
    opt={"public": True, "pace": "widget_start"},
    operation_id="identify",
    summary="Say who visits, as the site has signed it",
)
async def identify(
    request: Request[Any, Any, Any], data: JSONBody[IdentifyRequest], parts: NamedDependency[Parts]
) -> Identified:
    """A conversation of theirs that goes on is opened to this device too; an earlier one is asked for with it."""
    async with parts.reader.reading() as tx:
        entrance = found(await customers.entrance(tx, data.key))
        refuse_foreign(request.scope, entrance.origins)
        checked = (parts.executor.sealer, parts.clock())
        visitor = found(await identities.visitor(tx, entrance, data.identity, checked))
        if visitor.identity is None:
            return Identified(verified=False, flaw=visitor.flaw.value if visitor.flaw else None)
        ongoing = await identities.ongoing(tx, entrance, visitor.identity)
    name = visitor.identity.name
    if ongoing is None:
        return Identified(verified=True, name=name)
    token = await renewed(parts, entrance.workstream.organization_id, ongoing)
    guest = found(await parts.authentication.of_guest(token))
    async with parts.reader.reading() as tx:
        there = await customers.conversation(tx, guest, parts.clock())
    return Identified(verified=True, name=name, conversation=there, token=token)


@get("/earlier", tags=TAGS, operation_id="readEarlier", summary="What was said in earlier conversations")
async def earlier(
    parts: NamedDependency[Parts],
    guest: NamedDependency[Guest],
    before: Annotated[
        str,
        QueryParameter(max_length=36, description="The conversation that follows them; else the token's."),
    ] = "",
) -> EarlierConversations:
    """Of somebody whom the site has signed, in this workstream; to strangers there is nothing before."""
    async with parts.reader.reading() as tx:
        items = await identities.earlier(tx, guest, before or guest.conversation_id)
    return EarlierConversations(items=items)


ROUTES = (identify, earlier)
