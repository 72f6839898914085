"""Export figures: who takes what away and what for is in the audit log before the first byte is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.agents.events import FiguresExported

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFigures(Command):
    """Begin a file. That the actor may have what is in it is asked with the question itself.

    `asked` is the whole question, by which a repeated one is recognized.
    """

    content: str
    format: str
    since: str
    until: str
    purpose: str
    of_agents: bool = False
    asked: Mapping[str, object] = field(default_factory=dict)


@handles(ExportFigures)
async def export_figures(work: Work, command: ExportFigures) -> Outcome:
    """The file's id and name; it is its maker's alone."""
    export_id = work.new_id()
    name = f"valvomo-{command.content}-{command.since}--{command.until}.{command.format}"
    media_type = MEDIA_TYPES[command.format]
    await work.tx.run(
        "exports.begin", work.organization_id, export_id, work.actor.id, name, media_type, work.now
    )
    work.note(
        FiguresExported(
            content=command.content,
            format=command.format,
            since=command.since,
            until=command.until,
            purpose=command.purpose,
            of_agents=command.of_agents,
        )
    )
    return {"id": export_id, "name": name}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPart(Command):
    """One more piece of a file."""

    export_id: str
    number: int
    body: bytes


@handles(AddPart)
async def add_part(work: Work, command: AddPart) -> Outcome:
    """Kept with the file for as long as that is."""
    await work.tx.run("exports.add", work.organization_id, command.export_id, command.number, command.body)
    return {"number": command.number}
