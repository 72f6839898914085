"""Files of records: read, mapped, checked line by line, and then read in (spec 1 §1).

A file goes on in small steps, each an ordinary command with its own commit: the house serves others in between, and
who is killed in the middle has lost nothing and done nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from valvomo.commands.records.reading import FileRead
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import records
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.record_change import unfit
from valvomo.domain.records.events import RecordsImported
from valvomo.domain.records.lines import guessed, mapping_faults
from valvomo.domain.refusals import Reason, Refusal

LINES_AT_ONCE = 1000
"""Written in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepFile(Command):
    """Keep a file that has been read; nothing is made of it yet. `digest` is that of its bytes."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"file"})
    workstream_id: str
    name: str
    file: FileRead
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFile(Command):
    """Say what the columns mean, and have every line checked by that; again as often as it takes."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    import_id: str
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFileIn(Command):
    """Make a record of every line that has been found good."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    import_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelImport(Command):
    """Go no further. What has been made stays, and the report says what that is."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    import_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a file is; a row of `record_imports` without what never changes."""

    state: str
    mapping: Mapping[str, str]
    place: int = 0
    ended_at: datetime | None = None
    good: int = 0
    bad: int = 0
    made: int = 0
    known: int = 0
    failed: int = 0


@handles(KeepFile)
async def keep_file(work: Work, command: KeepFile) -> Outcome:
    """With a guess at what its columns mean."""
    row = await work.tx.row("house.workstream", work.organization_id, command.workstream_id)
    if row is None:
        return Refusal(Reason.UNKNOWN_TARGET, {"workstream": command.workstream_id})
    if row["channel"] != Channel.RECORD.value:
        return Refusal(Reason.NO_RECORD)
    form = await records.form(work.tx, work.organization_id, command.workstream_id)
    import_id, file = work.new_id(), command.file
    mapping = guessed(file.columns, form)
    await work.tx.run(
        "record_imports.create", work.organization_id, import_id, command.workstream_id, command.name, work.actor.id,
        work.actor.name, work.now, list(file.columns), mapping, len(file.lines),
    )  # fmt: skip
    for begin in range(0, len(file.lines), LINES_AT_ONCE):
        piece = slice(begin, begin + LINES_AT_ONCE)
        pairs = zip(file.lines[piece], file.cells[piece], strict=True)
        lines = [{"line": line, "cells": cells} for line, cells in pairs]
        await work.tx.run("record_imports.add_lines", work.organization_id, import_id, lines)
    _note(
        work,
        (import_id, command.workstream_id, command.name, len(file.lines)),
        Progress(state="read", mapping={}),
    )
    return {"id": import_id}


@handles(CheckFile)
async def check_file(work: Work, command: CheckFile) -> Outcome:
    """From the first line on; a file that is being read in is past that."""
    row = await lock_import(work, command.import_id, "read", "checking", "checked")
    if isinstance(row, Refusal):
        return row
    form = await records.form(work.tx, work.organization_id, row["workstream_id"])
    if faults := mapping_faults(row["columns"], command.mapping, form):
        return unfit(faults)
    await set_progress(work, row, Progress(state="checking", mapping=command.mapping))
    return {"id": row["id"]}


@handles(ReadFileIn)
async def read_file_in(work: Work, command: ReadFileIn) -> Outcome:
    """Bad lines are left out, and stand in the report with what is wrong with them."""
    row = await lock_import(work, command.import_id, "checked")
    if isinstance(row, Refusal):
        return row
    if not row["good"]:
        return Refusal(Reason.IMPORT_NOT_NOW, {"state": row["state"], "good": 0})
    await set_progress(work, row, replace(progress_of(row), state="running", place=0, known=0))
    return {"id": row["id"]}


@handles(CancelImport)
async def cancel_import(work: Work, command: CancelImport) -> Outcome:
    """At any time before its end."""
    row = await lock_import(work, command.import_id, "read", "checking", "checked", "running")
    if isinstance(row, Refusal):
        return row
    await set_progress(work, row, replace(progress_of(row), state="cancelled", ended_at=work.now))
    return {"id": row["id"]}


async def lock_import(work: Work, import_id: str, *states: str) -> Any:
    """The row of the file, locked, if it is in one of these states."""
    row = await work.tx.row("record_imports.lock", work.organization_id, import_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    return row if row["state"] in states else Refusal(Reason.IMPORT_NOT_NOW, {"state": row["state"]})


def progress_of(row: Any) -> Progress:
    """How far the file of this row is."""
    return Progress(
        state=row["state"], mapping=row["mapping"], place=row["place"], ended_at=row["ended_at"], good=row["good"],
        bad=row["bad"], made=row["made"], known=row["known"], failed=row["failed"],
    )  # fmt: skip


async def set_progress(work: Work, row: Any, now: Progress) -> None:
    """The file is so far, and whoever watches is told."""
    await work.tx.run(
        "record_imports.set_state", work.organization_id, row["id"], now.state, dict(now.mapping), now.place,
        now.ended_at, now.good, now.bad, now.made, now.known, now.failed,
    )  # fmt: skip
    _note(work, (row["id"], row["workstream_id"], row["name"], row["total"]), now)


def _note(work: Work, file: tuple[str, str, str, int], now: Progress) -> None:
    work.note(
        RecordsImported(
            import_id=file[0], workstream_id=file[1], name=file[2], total=file[3], state=now.state, place=now.place,
            made=now.made, known=now.known, failed=now.failed,
        )
    )  # fmt: skip
