"""Records: the list, changing and resolving one, its links, the forms of workstreams."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.conversations.resolve import ResolveRecord
from valvomo.commands.records.change import ChangeRecord
from valvomo.commands.records.forms import ChangeRecordForm
from valvomo.commands.records.linking import LinkRecord, UnlinkRecord
from valvomo.commands.records.making import Draft
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.resolve import Resolution
from valvomo.domain.moments import is_asked_about
from valvomo.domain.records.form import Phase, RecordForm
from valvomo.domain.refusals import malformed
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import Cursor, Limit, PathId, in_utc
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.record_requests import ChangeRecordRequest, LinkRequest, RecordFormBody, ResolveRequest
from valvomo.protocol.records import LinkList, RecordFormDocument
from valvomo.protocol.requests import NewRecord
from valvomo.protocol.rows import ConversationDocument
from valvomo.queries import records
from valvomo.queries.records import SORTS, RecordFilter

TAGS = ("records",)
ONE = "/conversations/{conversation_id:str}"
FORM = "/workstreams/{workstream_id:str}/record-form"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
Several = Annotated[list[str] | None, QueryParameter(max_items=100, description="Several may be given.")]
Phases = Annotated[list[Phase] | None, QueryParameter(name="phase", description="Several may be given.")]
Workstream = Annotated[str, QueryParameter(max_length=36, description="Needed for `status` and `field`.")]
Fields = Annotated[
    list[str] | None,
    QueryParameter(name="field", max_items=20, description="`key:value`; all that are given must hold."),
]
DueBefore = Annotated[datetime | None, QueryParameter(description="Due before then.")]
Sort = Annotated[str, QueryParameter(pattern=rf"^-?({'|'.join(SORTS)})$(?!\n)")]


@get("/records", tags=TAGS, operation_id="listRecords", summary="List records")
async def list_records(
    parts: PartsArg,
    actor: ActorArg,
    phases: Phases = None,
    workstream: Workstream = "",
    status: Several = None,
    fields: Fields = None,
    queue: Several = None,
    contact: Annotated[str, QueryParameter(max_length=36)] = "",
    due_before: DueBefore = None,
    q: Annotated[str, QueryParameter(max_length=200, description="In subject or customer, or the key.")] = "",
    sort: Sort = "-created",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ConversationDocument]:
    """What the caller may see: all but resolved ones unless phases are asked for. Each in whole."""
    if (status or fields) and not workstream:
        raise Refused(malformed("query.workstream", "is needed for status and field"))
    wanted = RecordFilter(
        phases=tuple(one.value for one in phases or ()),
        workstream=workstream,
        statuses=tuple(status or ()),
        fields=tuple(_pair(one) for one in fields or ()),
        queues=tuple(queue or ()),
        contact=contact,
        due_before=in_utc("due_before", due_before) if due_before else None,
        words=q.strip(),
        sort=sort,
    )
    async with parts.reader.reading() as tx:
        return found(await records.listed(tx, actor, wanted, cursor=cursor, limit=limit))


@patch(f"{ONE}/record", tags=TAGS, operation_id="changeRecord", summary="Change a record")
async def change_record(
    conversation_id: PathId,
    data: JSONBody[ChangeRecordRequest],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
) -> After:
    """By its owner, a supervisor of its queue or a program. What somebody else has changed since is not overwritten."""
    command = ChangeRecord(
        conversation_id=conversation_id,
        revision=data.revision,
        subject=data.subject,
        priority=data.priority,
        status=data.status,
        description=data.description,
        due_at=in_body(data.due_at),
        undue=data.undue,
        fields=data.fields,
    )
    return await carried_out(parts, actor, command, key)


@post(f"{ONE}/resolve", status_code=200, tags=TAGS, operation_id="resolveRecord", summary="Resolve a record")
async def resolve_record(
    conversation_id: PathId, data: JSONBody[ResolveRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> After:
    """By its owner while it is in progress, once everything is filled in that must be by then. It is closed."""
    resolution = Resolution(status=data.status, disposition=data.disposition, outcome=data.outcome.strip())
    return await carried_out(
        parts, actor, ResolveRecord(conversation_id=conversation_id, resolution=resolution), key
    )


@get(f"{ONE}/links", tags=TAGS, operation_id="listLinks", summary="What it is linked with")
async def list_links(conversation_id: PathId, parts: PartsArg, actor: ActorArg) -> LinkList:
    """Of a record, the conversations and records that it belongs to; of any other conversation, its records."""
    async with parts.reader.reading() as tx:
        return found(await records.links(tx, actor, conversation_id))


@post(f"{ONE}/links", status_code=200, tags=TAGS, operation_id="linkRecord", summary="Link a record")
async def link_record(
    conversation_id: PathId, data: JSONBody[LinkRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> LinkList:
    """With a conversation or another record that the caller may see; once, from whichever side."""
    command = LinkRecord(conversation_id=conversation_id, other_id=data.to)
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await records.links(tx, actor, conversation_id))


@delete(
    f"{ONE}/links/{{other_id:str}}",
    status_code=200,
    tags=TAGS,
    operation_id="unlinkRecord",
    summary="Take a link away",
)
async def unlink_record(
    conversation_id: PathId, other_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg
) -> LinkList:
    """From whichever side it was made."""
    command = UnlinkRecord(conversation_id=conversation_id, other_id=other_id)
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await records.links(tx, actor, conversation_id))


@get("/record-forms", tags=TAGS, operation_id="listRecordForms", summary="The forms of all workstreams")
async def list_forms(parts: PartsArg, actor: ActorArg) -> list[RecordFormDocument]:
    """Of those for records; the standard form where nobody has made another."""
    async with parts.reader.reading() as tx:
        return await records.forms(tx, actor)


@get(FORM, tags=TAGS, operation_id="getRecordForm", summary="The form of a workstream")
async def get_form(workstream_id: PathId, parts: PartsArg, actor: ActorArg) -> RecordFormDocument:
    """As it is now."""
    async with parts.reader.reading() as tx:
        return found(await records.form(tx, actor, workstream_id))


@put(FORM, tags=TAGS, operation_id="changeRecordForm", summary="Change the form of a workstream")
async def change_form(
    workstream_id: PathId, data: JSONBody[RecordFormBody], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> RecordFormDocument:
    """As a whole. What records may be filled in with is retired and not left out; no field changes its kind."""
    form = msgspec.convert(msgspec.to_builtins(data), RecordForm)
    done(await parts.executor.execute(actor, ChangeRecordForm(workstream_id=workstream_id, form=form), key))
    async with parts.reader.reading() as tx:
        return found(await records.form(tx, actor, workstream_id))


def as_draft(data: NewRecord) -> Draft:
    """What a caller says of a new record."""
    told: dict[str, Any] = msgspec.structs.asdict(data)
    return Draft(**{**told, "due_at": in_body(data.due_at)})


def in_body(moment: datetime | None) -> datetime | None:
    """A body's moment in UTC, where it is where nothing is said; one of the years that anything is asked about."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not is_asked_about(aware):
        raise Refused(malformed("body.due_at", "is in no year of ours"))
    return aware.astimezone(UTC)


def _pair(words: str) -> tuple[str, str]:
    key, colon, value = words.partition(":")
    if not colon:
        raise Refused(malformed("query.field", "is not `key:value`"))
    return key, value


ROUTES = (
    list_records, change_record, resolve_record, list_links, link_record, unlink_record, list_forms, get_form,
    change_form,
)  # fmt: skip
