"""Conversations: the list, one in whole, creating and changing one, its messages, its timeline, its candidates."""

from datetime import datetime
from typing import Annotated

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.conversations.serve import ChangeDetails
from valvomo.commands.conversations.start import StartConversation
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Channel, State
from valvomo.domain.sentiment.levels import NONE, Level
from valvomo.edge.http.bodies import malformed
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import LARGEST, Cursor, Limit, PathId, in_utc
from valvomo.edge.http.records import as_draft
from valvomo.edge.http.refused import Refused, found
from valvomo.edge.http.writing import written_by_staff
from valvomo.edge.parts import Parts
from valvomo.protocol.candidates import Candidates
from valvomo.protocol.messages import MessageItem
from valvomo.protocol.pages import Page
from valvomo.protocol.requests import (
    ChangeDetailsRequest,
    CreateConversation,
    CustomerDetails,
    WriteMessage,
)
from valvomo.protocol.rows import BoardRow, ConversationDocument
from valvomo.protocol.timeline import TimelineItem
from valvomo.protocol.widget_settings import SurveyAnswerDocument
from valvomo.queries import candidates, conversations, messages, timeline, widgets
from valvomo.queries.candidates import Purpose
from valvomo.queries.conversations import SORTS, Filter

TAGS = ("conversations",)
SENTIMENTS = (NONE, *Level)

_SORT = rf"^-?({'|'.join(SORTS)})$(?!\n)"
Words = Annotated[list[str] | None, QueryParameter(max_items=100, description="Several may be given.")]
States = Annotated[list[State] | None, QueryParameter(name="state", description="Several may be given.")]
Channels = Annotated[list[Channel] | None, QueryParameter(description="Several may be given.")]
Search = Annotated[str, QueryParameter(max_length=200, description="In customer, subject or last line.")]
Sort = Annotated[str | None, QueryParameter(pattern=_SORT, description="A minus sign before it: falling.")]
ClosedAs = Annotated[
    str, QueryParameter(max_length=40, description="Closed ones only: abandoned, completed, force_closed…")
]
ClosedSince = Annotated[datetime | None, QueryParameter(description="Closed ones only: then or later.")]
Contact = Annotated[
    str, QueryParameter(max_length=36, description="One customer's only, by the id of `customer`.")
]
Sequence = Annotated[
    int,
    QueryParameter(
        name="after", ge=0, le=LARGEST, description="Read on from here: what follows this number."
    ),
]


@get("/conversations", tags=TAGS, operation_id="listConversations", summary="List conversations")
async def list_conversations(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    states: States = None,
    queue: Words = None,
    agent: Words = None,
    channel: Channels = None,
    sentiment: Words = None,
    q: Search = "",
    sort: Sort = None,
    closed_as: ClosedAs = "",
    closed_since: ClosedSince = None,
    contact: Contact = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BoardRow]:
    """What the caller may see: ongoing ones unless states are asked for, those that wait longest first.

    Closed ones alone come with the latest first (`-closed`), or by `closed`, `created`, `customer`, `subject`.
    """
    if unknown := set(sentiment or ()) - set(SENTIMENTS):
        raise Refused(malformed("query.sentiment", f"not a level: {min(unknown)}"))
    wanted = Filter(
        states=tuple(one.value for one in states or ()),
        queues=tuple(queue or ()),
        agents=tuple(agent or ()),
        channels=tuple(one.value for one in channel or ()),
        sentiments=tuple(sentiment or ()),
        words=q.strip(),
        sort=sort or "",
        closed_as=closed_as,
        closed_since=in_utc("closed_since", closed_since) if closed_since else None,
        contact=contact,
    )
    async with parts.reader.reading() as tx:
        return found(await conversations.listed(tx, actor, wanted, cursor=cursor, limit=limit))


@post("/conversations", tags=TAGS, operation_id="createConversation", summary="Create a conversation")
async def create_conversation(
    data: JSONBody[CreateConversation],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> After:
    """For integrations, and for records from the console. It waits in its workstream's queue or the named one."""
    return await carried_out(parts, actor, _start(data), key)


@get("/conversations/{conversation_id:str}", tags=TAGS, operation_id="getConversation", summary="Read one")
async def get_conversation(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> ConversationDocument:
    """The whole state with participants and pending offers, and for each act whether the caller may do it now."""
    async with parts.reader.reading() as tx:
        return found(await conversations.document(tx, actor, conversation_id))


@patch(
    "/conversations/{conversation_id:str}", tags=TAGS, operation_id="changeDetails", summary="Change details"
)
async def change_details(
    conversation_id: PathId,
    data: JSONBody[ChangeDetailsRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> After:
    """Subject, priority, tags, language, disposition: by its primary, while it is active or in wrap-up."""
    command = ChangeDetails(
        conversation_id=conversation_id,
        subject=data.subject,
        priority=data.priority,
        tags=data.tags,
        language=data.language,
        disposition=data.disposition,
    )
    return await carried_out(parts, actor, command, key)


@get("/conversations/{conversation_id:str}/messages", tags=("messages",), operation_id="listMessages",
     summary="Read messages")  # fmt: skip
async def list_messages(
    conversation_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    after: Sequence = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 200,
) -> Page[MessageItem]:
    """What was written after a number, notes and whispers included. `next` is the number to go on from."""
    async with parts.reader.reading() as tx:
        return found(await messages.after(tx, actor, conversation_id, seq=after, limit=limit))


@post("/conversations/{conversation_id:str}/messages", tags=("messages",), operation_id="writeMessage",
      summary="Write a message")  # fmt: skip
async def write_message(
    conversation_id: PathId,
    data: JSONBody[WriteMessage],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> MessageItem:
    """Durable when it is answered. The same `client_id` again, or else the same key, returns the first message."""
    return await written_by_staff(parts, actor, (conversation_id, data), key)


@get(
    "/conversations/{conversation_id:str}/timeline",
    tags=TAGS,
    operation_id="getTimeline",
    summary="Its events",
)
async def get_timeline(
    conversation_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    after: Sequence = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 1000,
) -> Page[TimelineItem]:
    """Everything that happened, in sentences, in order; nothing of which the caller may not know."""
    async with parts.reader.reading() as tx:
        return found(await timeline.of_conversation(tx, actor, conversation_id, position=after, limit=limit))


@get("/conversations/{conversation_id:str}/survey", tags=TAGS, operation_id="getSurveyAnswer",
     summary="What the customer said of it")  # fmt: skip
async def get_survey_answer(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> SurveyAnswerDocument:
    """For supervisors, and for agents where the organization shows it to them; else, and before it, not found."""
    async with parts.reader.reading() as tx:
        return found(await widgets.answer(tx, actor, conversation_id))


@get("/conversations/{conversation_id:str}/candidates", tags=TAGS, operation_id="listCandidates",
     summary="Whom to give it to")  # fmt: skip
async def list_candidates(
    conversation_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    purpose: Annotated[Purpose, QueryParameter(name="for")],
    everybody: Annotated[
        bool, QueryParameter(name="all", description="Agents of other queues too, for a transfer or consult.")
    ] = False,
) -> Candidates:
    """Agents by fit, with what asking them would mean, and queues; with the reason for every no."""
    async with parts.reader.reading() as tx:
        return found(
            await candidates.of_conversation(
                tx, actor, conversation_id, purpose, everybody=everybody, at=parts.clock()
            )
        )


def _start(data: CreateConversation) -> StartConversation:
    known = data.customer
    customer = known if isinstance(known, CustomerDetails) else CustomerDetails(name=known or "")
    record = data.record
    return StartConversation(
        channel=data.channel,
        customer_name=customer.name,
        email=customer.email,
        phone=customer.phone,
        contact_id=data.contact,
        workstream_id=data.workstream,
        queue=data.queue,
        subject=data.subject,
        language=data.language,
        priority=data.priority,
        tags=data.tags,
        answers=data.answers,
        context=data.context,
        consent=data.consent,
        record=None if record is None else as_draft(record),
    )


ROUTES = (
    list_conversations, create_conversation, get_conversation, change_details, list_messages, write_message,
    get_timeline, list_candidates, get_survey_answer,
)  # fmt: skip
