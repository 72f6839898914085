"""The customer's side: what a widget may ask with the key of its page or the token of its conversation (spec 2)."""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.guards import refuse_foreign
from valvomo.edge.http.origin import address
from valvomo.edge.http.outcomes import carried_out_own, own_state
from valvomo.edge.http.parameters import LARGEST
from valvomo.edge.http.problems import language_of
from valvomo.edge.http.refused import found
from valvomo.edge.http.starting import started
from valvomo.edge.http.writing import written_by_customer
from valvomo.edge.parts import Parts
from valvomo.protocol.attachments import customer_limits
from valvomo.protocol.customer import PublicConversation, PublicMessageItem
from valvomo.protocol.requests import CustomerWords, StartByCustomer
from valvomo.protocol.texts.catalogue import best_language
from valvomo.protocol.widget import PublicMessages, StartedByCustomer, WidgetConfig
from valvomo.queries import customers, identities, leaving
from valvomo.queries.customers import Guest

TAGS = ("widget",)
UNGUESSABLE = 16
"""Characters of an idempotency key that nobody else will have."""

PartsArg = NamedDependency[Parts]
GuestArg = NamedDependency[Guest]
PublicSequence = Annotated[
    int,
    QueryParameter(
        name="after", ge=0, le=LARGEST, description="Read on from here: what follows this number."
    ),
]


@get(
    "/config", tags=TAGS, opt={"public": True}, operation_id="widgetConfig", summary="What a page shows first"
)
async def config(
    request: Request[Any, Any, Any],
    parts: PartsArg,
    page: Annotated[
        str, QueryParameter(name="key", min_length=1, max_length=100, description="The key of the web page.")
    ],
    language: Annotated[str, QueryParameter(max_length=35)] = "",
) -> WidgetConfig:
    """Name, languages, and the text that must be shown, or asked, before the first message."""
    async with parts.reader.reading() as tx:
        entrance = found(await customers.entrance(tx, page))
        refuse_foreign(request.scope, entrance.origins)
        wanted = best_language(language, language_of(request.scope))
        notice = await customers.notice(tx, entrance.workstream, wanted)
        manner = await customers.manner(tx, entrance.workstream, parts.clock())
    return WidgetConfig(
        name=entrance.organization,
        channel=entrance.workstream.channel.value,
        consent=entrance.workstream.consent.value,
        text=notice.text,
        version=notice.version,
        language=notice.language or wanted,
        languages=entrance.languages,
        attachments=customer_limits(entrance.limits),
        identity=manner.identity,
        mail=parts.mails,
        closed=manner.closed,
        calls=manner.calls,
    )


@post(
    "/conversations",
    tags=TAGS,
    opt={"public": True, "pace": "widget_start"},
    operation_id="startConversation",
    summary="Start a conversation",
)
async def start(
    request: Request[Any, Any, Any],
    data: JSONBody[StartByCustomer],
    parts: PartsArg,
    key: NamedDependency[str | None],
) -> StartedByCustomer:
    """The token of the answer is the only right that the customer has: to this one conversation.

    The same `Idempotency-Key` again is the same conversation, with another token.
    """
    async with parts.reader.reading() as tx:
        entrance = found(await customers.entrance(tx, data.key))
        refuse_foreign(request.scope, entrance.origins)
        checked = (parts.executor.sealer, parts.clock())
        visitor = found(await identities.visitor(tx, entrance, data.identity, checked))
    language = best_language(data.language, language_of(request.scope))
    where = (entrance, visitor.identity)
    token = await started(parts, where, data, language=language, key=_own(request, key))
    guest = found(await parts.authentication.of_guest(token))
    async with parts.reader.reading() as tx:
        return StartedByCustomer(
            conversation=await customers.conversation(tx, guest, parts.clock()), token=token
        )


@get("/conversation", tags=TAGS, operation_id="getOwnConversation", summary="The conversation as it is now")
async def conversation(parts: PartsArg, guest: GuestArg) -> PublicConversation:
    """State, who serves it, the place in the queue (1 is next), and what the customer was told."""
    return await own_state(parts, guest)


@get("/messages", tags=TAGS, operation_id="readOwnMessages", summary="Read messages")
async def read_messages(
    parts: PartsArg,
    guest: GuestArg,
    after: PublicSequence = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 200,
) -> PublicMessages:
    """What was said after a number; `seq` counts what the customer can read, without a gap."""
    async with parts.reader.reading() as tx:
        items = await customers.messages(tx, guest, after=after, limit=limit)
        return PublicMessages(
            items=items, conversation=await customers.conversation(tx, guest, parts.clock())
        )


@post(
    "/messages",
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="writeOwnMessage",
    summary="Write a message",
)
async def write_message(
    data: JSONBody[CustomerWords],
    parts: PartsArg,
    actor: NamedDependency[Actor],
    guest: GuestArg,
    key: NamedDependency[str | None],
) -> PublicMessageItem:
    """Durable when it is answered. The same `client_id` again returns the first message, never a second."""
    return await written_by_customer(parts, actor, (guest, data), key)


@post(
    "/end",
    status_code=200,
    opt={"pace": "customer"},
    tags=TAGS,
    operation_id="endOwnConversation",
    summary="End the conversation",
)
async def end(
    parts: PartsArg, actor: NamedDependency[Actor], guest: GuestArg, key: NamedDependency[str | None]
) -> PublicConversation:
    """The customer leaves the queue, or ends the talk."""
    command = CustomerEnd(conversation_id=guest.conversation_id)
    return await carried_out_own(parts, (actor, guest), command, key)


@get("/transcript", opt={"pace": "download"}, tags=TAGS, operation_id="downloadTranscript",
     summary="Download the transcript", media_type="text/plain")  # fmt: skip
async def transcript(parts: PartsArg, guest: GuestArg) -> Response[str]:
    """What was said, as text, for the customer to keep; personal data blacked out if the organization wants that."""
    async with parts.reader.reading() as tx:
        wanted = await leaving.transcript(tx, guest)
    clean = found(await asyncio.to_thread(leaving.cleaned, wanted))
    headers = {"Content-Disposition": 'attachment; filename="transcript.txt"'}
    return Response(leaving.as_text(clean), media_type="text/plain", headers=headers)


def _own(request: Request[Any, Any, Any], key: str | None) -> str | None:
    """All strangers share one actor: a key that two of them could think of is told apart by where they are."""
    if key is None or len(key) >= UNGUESSABLE:
        return key
    return f"{address(request.scope)}:{key}"


ROUTES = (config, start, conversation, read_messages, write_message, end, transcript)
