"""Reports by mail at their times: schedule one, stop it, and send what is due, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_created, note_removed
from valvomo.commands.work import Work
from valvomo.db import floor
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.agent_figures import sees_interventions
from valvomo.domain.agents.events import FiguresExported
from valvomo.domain.figures.schedules import Every, due_after
from valvomo.domain.refusals import Reason, Refusal, malformed

MOST = 200
"""Scheduled reports of an organization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReport(Command):
    """Send figures as the actor sees them, of these queues or of all that are theirs."""

    name: str
    every: Every
    minute: int
    recipients: tuple[str, ...]
    queues: tuple[str, ...]
    language: str
    purpose: str


@handles(ScheduleReport)
async def schedule_report(work: Work, command: ScheduleReport) -> Outcome:
    """First due at the next time that is one."""
    if not sees_interventions(work.actor):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    await work.tx.row("house.lock_organization", work.organization_id)
    if await work.tx.value("schedules.number", work.organization_id) >= MOST:
        return malformed("body", f"more than {MOST} reports are scheduled")
    zone = await floor.zone_of(work.tx, work.organization_id)
    schedule_id, due = work.new_id(), due_after(command.every, command.minute, work.now, zone)
    await work.tx.run(
        "schedules.create", work.organization_id, schedule_id, work.actor.id, command.name, command.every.value,
        command.minute, list(command.recipients), list(command.queues), command.language, command.purpose, due,
        work.now,
    )  # fmt: skip
    after = {
        "every": command.every.value,
        "minute": command.minute,
        "recipients": list(command.recipients),
        "queues": list(command.queues),
        "purpose": command.purpose,
    }
    note_created(work, "report", (schedule_id, command.name), after)
    return {"id": schedule_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReport(Command):
    """No more of a scheduled report: by its owner, or by an administrator."""

    schedule_id: str


@handles(StopReport)
async def stop_report(work: Work, command: StopReport) -> Outcome:
    """What has been written to go out goes out."""
    row = await work.tx.row("schedules.lock", work.organization_id, command.schedule_id)
    if row is None or (row["owner_id"] != work.actor.id and not work.actor.is_(UserRole.ADMINISTRATOR)):
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("schedules.remove", work.organization_id, command.schedule_id)
    note_removed(work, "report", (command.schedule_id, row["name"]), {"recipients": row["recipients"]})
    return {"id": command.schedule_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A report as it goes out; the period is said by dates."""

    subject: str
    body: str
    file_name: str
    file: bytes
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport(Command):
    """The report that was due then; without a letter it is passed over, because its owner may not have it any more."""

    schedule_id: str
    due: datetime
    letter: Letter | None


@handles(SendReport)
async def send_report(work: Work, command: SendReport) -> Outcome:
    """Letters, the audit log and the next time in one transaction: whoever else does the same finds it done."""
    row = await work.tx.row("schedules.lock", work.organization_id, command.schedule_id)
    if row is None or row["due"] != command.due:
        return {"sent": 0}
    zone = await floor.zone_of(work.tx, work.organization_id)
    due = due_after(Every(row["every"]), row["minute"], work.now, zone)
    await work.tx.run("schedules.advance", work.organization_id, command.schedule_id, due)
    letter = command.letter
    if letter is None:
        return {"sent": 0}
    await work.tx.run(
        "schedules.write_mails", work.organization_id, row["recipients"], letter.subject, letter.body,
        letter.file_name, letter.file, work.now,
    )  # fmt: skip
    exported = FiguresExported(
        content="report", format="csv", since=letter.since, until=letter.until, purpose=row["purpose"]
    )
    work.note(exported)
    return {"sent": len(row["recipients"])}
