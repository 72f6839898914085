"""Figures as files: made while the caller watches, kept for an hour, with what they are for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import msgspec
import structlog
from litestar import get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream

from valvomo.commands.figures.export import MEDIA_TYPES, AddPart, ExportFigures
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.edge.http.figure_questions import By, Outcome
from valvomo.edge.http.parameters import PathId, in_utc
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.exports import (
    ExportLine,
    ExportProblem,
    ExportProgress,
    ExportRequest,
    ExportResult,
)
from valvomo.protocol.problems import problem_of
from valvomo.queries.exporting import files
from valvomo.queries.exporting.tables import Content, Table, table
from valvomo.queries.figure_questions import Question, days_of

TAGS = ("figures",)
LINES = "application/x-ndjson"
_TOLD = ("id", "name", "rows", "bytes")
"""What a file's last line says of it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Making:
    """A file in the making."""

    parts: Parts
    actor: Actor
    question: Question
    wanted: ExportRequest
    id: str
    name: str
    key: str | None


@post(
    "/exports",
    status_code=200,
    tags=TAGS,
    operation_id="exportFigures",
    summary="Make a file of figures",
    responses={
        200: ResponseSpec(ExportLine, generate_examples=False, media_type=LINES, description="Lines.")
    },
)
async def export_figures(
    data: JSONBody[ExportRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> Stream:
    """Lines of JSON as they come: progress, and at last the file's id. The audit log has it with its purpose.

    With the key of a file that was made before, the one line of that file; with that of one that was cut off, anew.
    """
    question = _question(data)
    await parts.bookkeeper.keep(actor.organization_id)
    async with parts.reader.reading() as tx:
        found(await table(tx, actor, question, Content(data.content), parts.clock()))
        days = await days_of(tx, actor, question)
    command = ExportFigures(
        content=data.content,
        format=data.format,
        since=days[0],
        until=days[1],
        purpose=data.purpose,
        of_agents=question.of_agents,
        asked=msgspec.to_builtins(data),
    )
    begun = done(parts.executor.unsettled(await parts.executor.execute(actor, command, key)))
    if begun.repeated:
        lines = made_before(msgspec.convert({name: begun.result[name] for name in _TOLD}, ExportResult))
    else:
        one, name = str(begun.result["id"]), str(begun.result["name"])
        lines = told(Making(parts, actor, question, data, one, name, key))
    return Stream(lines, media_type=LINES, headers={"X-Accel-Buffering": "no"})


@get(
    "/exports/{export_id:str}",
    tags=TAGS,
    operation_id="getExport",
    summary="A file that one has made",
    media_type=MEDIA_TYPES["csv"],
)
async def get_export(
    export_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Stream:
    """For an hour, and for nobody else."""
    async with parts.reader.reading() as tx:
        file = await files.described(tx, actor, export_id)
    if file is None:
        raise Refused(Refusal(Reason.NOT_FOUND))
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    return Stream(_body(parts, actor, export_id), media_type=file.media_type, headers=headers)


async def made_before(result: ExportResult) -> AsyncGenerator[bytes]:
    """What the answer said in which it was made."""
    yield msgspec.json.encode(result) + b"\n"


async def told(making: Making) -> AsyncGenerator[bytes]:
    """The lines as they are answered; who hangs up ends it, and may ask with the same key again."""
    executor, settled = making.parts.executor, False
    try:
        async with making.parts.reader.reading() as tx:
            now = making.parts.clock()
            content = Content(making.wanted.content)
            rows = found(await table(tx, making.actor, making.question, content, now))
            async for line in _made(making, rows):
                if isinstance(line, ExportResult):
                    await executor.settle(making.actor, making.key, msgspec.structs.asdict(line))
                    settled = True
                yield msgspec.json.encode(line) + b"\n"
    except Exception:
        log.exception("export.failed", export=making.id)
        problem = problem_of(Refusal(Reason.INTERNAL), making.actor.language)
        last = ExportProblem(type=problem.type, title=problem.title, detail=problem.detail)
        yield msgspec.json.encode(last) + b"\n"
    finally:
        if not settled:
            await asyncio.shield(executor.settle(making.actor, making.key, None))


async def _made(making: Making, rows: Table) -> AsyncGenerator[ExportLine]:
    form = files.FORMS[making.wanted.format](rows.columns, making.wanted.purpose)
    number = written = size = 0

    async def add(body: bytes) -> None:
        nonlocal number, size
        part = AddPart(export_id=making.id, number=number, body=body)
        done(await making.parts.executor.execute(making.actor, part))
        number, size = number + 1, size + len(body)

    await add(form.head())
    yield ExportProgress(done=0, of=rows.number)
    async for piece in rows.pieces:
        await add(form.rows(piece))
        written += len(piece)
        yield ExportProgress(done=written, of=max(rows.number, written))
    await add(form.foot())
    yield ExportResult(id=making.id, name=making.name, rows=written, bytes=size)


async def _body(parts: Parts, actor: Actor, export_id: str) -> AsyncGenerator[bytes]:
    number = 0
    while True:
        async with parts.reader.asking() as tx:
            body = await files.part(tx, actor, export_id, number)
        if body is None:
            return
        yield body
        number += 1


def _question(data: ExportRequest) -> Question:
    if unknown := sorted(set(data.by) - {one.value for one in By}):
        raise Refused(malformed("body.by", f"not a part: {unknown[0]}"))
    if unknown := sorted(set(data.outcomes) - {one.value for one in Outcome}):
        raise Refused(malformed("body.outcomes", f"not an outcome: {unknown[0]}"))
    return Question(
        since=in_utc("since", data.since),
        until=in_utc("until", data.until),
        by=frozenset(data.by),
        queues=data.queues,
        channels=data.channels,
        languages=data.languages,
        outcomes=data.outcomes,
        directions=data.directions,
    )


ROUTES = (export_figures, get_export)
