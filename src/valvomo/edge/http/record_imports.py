"""Files of records: given, mapped, checked, read in, with a report of what came of every line."""

import asyncio
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from valvomo.commands.records.importing import CancelImport, CheckFile, KeepFile, ReadFileIn
from valvomo.commands.records.reading import MAX_BYTES, read_file
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.parameters import UUID, Cursor, Limit, PathId
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.record_imports import ImportDocument, LineItem
from valvomo.protocol.record_requests import MappingRequest
from valvomo.queries import record_imports

TAGS = ("record-imports",)
ONE = "/record-imports/{import_id:str}"
CSV = "text/csv; charset=utf-8"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
FileName = Annotated[
    str, QueryParameter(min_length=1, max_length=200, description="What the file is called.")
]
Workstream = Annotated[str, QueryParameter(pattern=UUID, description="Into which workstream it is read.")]


class LineState(StrEnum):
    """What a line is, or what came of it."""

    NEW = "new"
    GOOD = "good"
    BAD = "bad"
    MADE = "made"
    KNOWN = "known"
    FAILED = "failed"


States = Annotated[list[LineState] | None, QueryParameter(name="state", description="Several may be given.")]


@post(
    "/record-imports",
    status_code=201,
    tags=TAGS,
    operation_id="createRecordImport",
    summary="Give a file of records",
    request_max_body_size=MAX_BYTES,
)
async def create_import(
    request: Request[Actor, None, State],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    name: FileName,
    workstream: Workstream,
) -> ImportDocument:
    """The body is the file itself: comma, semicolon or tab separated, its first line the names of the columns.

    Nothing is made of it yet. UTF-8, or what spreadsheets write here.
    """
    if not actor.is_(UserRole.ADMINISTRATOR):
        raise Refused(Refusal(Reason.ROLE_NEEDED, {"role": UserRole.ADMINISTRATOR.value}))
    body = await request.body()
    # A large file takes seconds, in which nobody else must wait.
    file = found(await asyncio.to_thread(read_file, body))
    digest = (await asyncio.to_thread(sha256, body)).hexdigest()
    command = KeepFile(workstream_id=workstream, name=name, file=file, digest=digest)
    return await _carried_out(parts, actor, command, key)


@get("/record-imports", tags=TAGS, operation_id="listRecordImports", summary="List files of records")
async def list_imports(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 50
) -> Page[ImportDocument]:
    """The newest first."""
    async with parts.reader.reading() as tx:
        return found(await record_imports.listed(tx, actor, cursor=cursor, limit=limit))


@get(ONE, tags=TAGS, operation_id="getRecordImport", summary="How far a file is")
async def get_import(import_id: PathId, parts: PartsArg, actor: ActorArg) -> ImportDocument:
    """With what its columns mean."""
    async with parts.reader.reading() as tx:
        return found(await record_imports.one(tx, actor, import_id))


@get(f"{ONE}/lines", tags=TAGS, operation_id="listImportLines", summary="The lines of a file")
async def list_lines(
    import_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    states: States = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LineItem]:
    """In its own order, with what is wrong with each, or what came of it."""
    async with parts.reader.reading() as tx:
        wanted = [one.value for one in states or ()]
        return found(
            await record_imports.lines(tx, actor, import_id, states=wanted, cursor=cursor, limit=limit)
        )


@get(
    f"{ONE}/report",
    tags=TAGS,
    operation_id="getImportReport",
    summary="What came of every line",
    media_type=CSV,
    responses={200: ResponseSpec(str, generate_examples=False, media_type=CSV, description="The file.")},
)
async def get_report(import_id: PathId, parts: PartsArg, actor: ActorArg) -> Stream:
    """As a file: each line with its state, its problems, its record, and its own cells."""
    async with parts.reader.reading() as tx:
        document = found(await record_imports.one(tx, actor, import_id))
    headers = {
        "Content-Disposition": f'attachment; filename="import-{import_id}.csv"',
        "Cache-Control": "no-store",
    }
    return Stream(record_imports.report(parts.reader, actor, document), media_type=CSV, headers=headers)


@post(
    f"{ONE}/check", status_code=200, tags=TAGS, operation_id="checkRecordImport", summary="Check every line"
)
async def check_import(
    import_id: PathId, data: JSONBody[MappingRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> ImportDocument:
    """By what its columns mean. Nothing is made yet; it can be done again with another meaning."""
    return await _carried_out(parts, actor, CheckFile(import_id=import_id, mapping=data.columns), key)


@post(f"{ONE}/start", status_code=200, tags=TAGS, operation_id="startRecordImport", summary="Read a file in")
async def start_import(import_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> ImportDocument:
    """A record for each good line whose key has none yet; a few at a time, while everybody works on."""
    return await _carried_out(parts, actor, ReadFileIn(import_id=import_id), key)


@post(f"{ONE}/cancel", status_code=200, tags=TAGS, operation_id="cancelRecordImport", summary="Go no further")
async def cancel_import(import_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> ImportDocument:
    """What has been made stays, and the report says what that is."""
    return await _carried_out(parts, actor, CancelImport(import_id=import_id), key)


async def _carried_out(parts: Parts, actor: Actor, command: Command, key: str | None) -> ImportDocument:
    outcome = done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await record_imports.one(tx, actor, str(outcome.result["id"])))


ROUTES = (
    create_import, list_imports, get_import, list_lines, get_report, check_import, start_import, cancel_import,
)  # fmt: skip
