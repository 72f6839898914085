"""Note what handle time is usual in each queue, where it has changed: the system's to do, once in a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.agents.events import UsualHandleNoted
from valvomo.domain.attention.handling import DAYS, NEWEST, usual_handle


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUsualHandle(Command):
    """Look at the newest conversations of every queue."""


@handles(NoteUsualHandle)
async def note_usual_handle(work: Work, command: NoteUsualHandle) -> Outcome:  # noqa: ARG001 - handlers look alike
    """One fact with the queues whose figure has changed noticeably; none when none has."""
    if refusal := system_refusal(work.actor):
        return refusal
    since = work.now - timedelta(days=DAYS)
    found: dict[str, float] = {}
    for row in await work.tx.rows("attention.handled_of", work.organization_id, since, NEWEST):
        usual = usual_handle(row["seconds"], row["usual_handle_seconds"])
        if usual is not None and usual != row["usual_handle_seconds"]:
            found[row["queue_id"]] = usual
            await work.tx.run("attention.set_usual_handle", work.organization_id, row["queue_id"], usual)
    if found:
        work.note(UsualHandleNoted(seconds=found))
    return {"queues": len(found)}
