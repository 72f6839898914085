"""The steps of a file: so many lines checked, or read in, in one transaction. Whoever began it acts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from valvomo.commands.conversations.start import StartConversation, start_conversation
from valvomo.commands.records.importing import lock_import, progress_of, set_progress
from valvomo.commands.records.making import Draft
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import floor, records
from valvomo.domain.conversations.model import Channel
from valvomo.domain.records.form import RecordForm
from valvomo.domain.records.lines import Said, said
from valvomo.domain.records.values import Misfit, Trouble
from valvomo.domain.refusals import Refusal

Found = tuple[int, str, str | None, list[dict[str, str]], str | None]
"""Of a line: its number, its state, its key, its problems, its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLines(Command):
    """Check at most so many further lines of a file."""

    import_id: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLinesIn(Command):
    """Make records of at most so many further lines. `failed` says that nothing can be made of the next one."""

    import_id: str
    most: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """By what a file's lines are understood."""

    row: Any
    form: RecordForm
    zone: tzinfo

    def said(self, cells: list[str]) -> Said | list[Trouble]:
        """What a line says."""
        return said(cells, self.row["columns"], self.row["mapping"], self.form, zone=self.zone)


@handles(CheckLines)
async def check_lines(work: Work, command: CheckLines) -> Outcome:
    """What is wrong with each is kept with it: a key that stands in a line before it as well."""
    row = await lock_import(work, command.import_id, "checking")
    if isinstance(row, Refusal):
        return row
    reading = await _reading(work, row)
    rows = await _next(work, row, command.most)
    found = await _without_twins(work, row, [_checked(reading, one) for one in rows])
    await _keep(work, row, found)
    keys = [one[2] for one in found if one[1] == "good" and one[2] is not None]
    more = len(rows) == command.most
    states = [one[1] for one in found]
    progress = replace(
        progress_of(row),
        state="checking" if more else "checked",
        place=rows[-1]["line"] if rows else row["place"],
        good=row["good"] + states.count("good"),
        bad=row["bad"] + states.count("bad"),
        known=row["known"] + len(await _there(work, row, keys)),
    )
    await set_progress(work, row, progress)
    return {"id": row["id"], "more": more}


@handles(ReadLinesIn)
async def read_lines_in(work: Work, command: ReadLinesIn) -> Outcome:
    """All of them or none: where one line is refused, so is the step, and nothing of it is kept."""
    row = await lock_import(work, command.import_id, "running")
    if isinstance(row, Refusal):
        return row
    reading = await _reading(work, row)
    rows = await _next(work, row, command.most)
    there = await _there(work, row, [one["key"] for one in rows if one["key"] is not None])
    found: list[Found] = []
    for one in rows:
        if one["state"] != "good":
            continue
        if command.failed:
            found.append(_bad(one, [Trouble("line", Misfit.FAILED)], "failed"))
            continue
        outcome = await _read_in(work, reading, one, there.get(one["key"]))
        if isinstance(outcome, Refusal):
            return outcome
        found.append(outcome)
    await _keep(work, row, found)
    more = len(rows) == command.most
    states = [one[1] for one in found]
    progress = replace(
        progress_of(row),
        place=rows[-1]["line"] if rows else row["place"],
        made=row["made"] + states.count("made"),
        known=row["known"] + states.count("known"),
        failed=row["failed"] + states.count("failed"),
        state="running" if more else "done",
        ended_at=None if more else work.now,
    )
    await set_progress(work, row, progress)
    return {"id": row["id"], "more": more}


async def _read_in(work: Work, reading: _Reading, line: Any, there: str | None) -> Found | Refusal:
    if there is not None:
        return (line["line"], "known", line["key"], [], there)
    told = reading.said(line["cells"])
    if isinstance(told, list):
        # The form has changed since the line was checked.
        return _bad(line, told, "failed")
    command = StartConversation(
        channel=Channel.RECORD,
        workstream_id=reading.row["workstream_id"],
        customer_name=told.customer,
        email=told.email,
        phone=told.phone,
        subject=told.subject,
        language=told.language,
        priority=told.priority,
        tags=told.tags,
        record=Draft(
            description=told.description,
            due_at=told.due_at,
            status=told.status,
            key=told.key,
            fields=told.fields,
        ),
    )
    made = await start_conversation(work, command)
    return made if isinstance(made, Refusal) else (line["line"], "made", told.key, [], str(made["id"]))


async def _reading(work: Work, row: Any) -> _Reading:
    form = await records.form(work.tx, work.organization_id, row["workstream_id"])
    return _Reading(row, form, await floor.zone_of(work.tx, work.organization_id))


async def _next(work: Work, row: Any, most: int) -> list[Any]:
    return await work.tx.rows(
        "record_imports.next_lines", work.organization_id, row["id"], row["place"], most
    )


async def _there(work: Work, row: Any, keys: list[str]) -> dict[str, str]:
    """Which of these keys have a record, and which."""
    rows = await work.tx.rows("records.known_keys", work.organization_id, row["workstream_id"], keys)
    return {one["key"]: one["conversation_id"] for one in rows}


async def _without_twins(work: Work, row: Any, found: list[Found]) -> list[Found]:
    """The same, but for lines whose key stands in a line before them; these are bad, and keep their key."""
    keys = [one[2] for one in found if one[2] is not None]
    before = await work.tx.rows(
        "record_imports.keys_before", work.organization_id, row["id"], row["place"], keys
    )
    seen = {one["key"] for one in before}
    judged: list[Found] = []
    for line, state, key, problems, record in found:
        twin = key is not None and key in seen
        seen |= set() if key is None else {key}
        more = _problems([Trouble("key", Misfit.TWICE)]) if twin else []
        judged.append((line, "bad" if twin else state, key, [*problems, *more], record))
    return judged


async def _keep(work: Work, row: Any, found: list[Found]) -> None:
    if found:
        names = ("line", "state", "key", "problems", "record_id")
        lines = [dict(zip(names, one, strict=True)) for one in found]
        await work.tx.run("record_imports.set_lines", work.organization_id, row["id"], lines)


def _checked(reading: _Reading, line: Any) -> Found:
    told = reading.said(line["cells"])
    if isinstance(told, list):
        # A key that it had by another mapping says nothing any more.
        return (line["line"], "bad", None, _problems(told), None)
    return (line["line"], "good", told.key, [], None)


def _bad(line: Any, troubles: list[Trouble], state: str) -> Found:
    return (line["line"], state, line["key"], _problems(troubles), None)


def _problems(troubles: list[Trouble]) -> list[dict[str, str]]:
    return [{"at": one.at, "problem": one.misfit.value} for one in troubles]
