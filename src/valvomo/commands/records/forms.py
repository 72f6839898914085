"""Change the form of a workstream's records: fields and statuses (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import records
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.model import Channel
from valvomo.domain.records.form import RecordForm, loses, unsound
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecordForm(Command):
    """The whole form as it is from now on; `version` of it is the one on which it was thought out."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    workstream_id: str
    form: RecordForm


@handles(ChangeRecordForm)
async def change_record_form(work: Work, command: ChangeRecordForm) -> Outcome:
    """In force with the next change of a record. What records hold already stays."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("house.workstream", work.organization_id, command.workstream_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    if row["channel"] != Channel.RECORD.value:
        return Refusal(Reason.NO_RECORD)
    before = await records.form(work.tx, work.organization_id, command.workstream_id)
    if command.form.version != before.version:
        return Refusal(Reason.CHANGED_MEANWHILE, {"version": before.version})
    if fault := unsound(command.form) or loses(before, command.form):
        return malformed(fault.at, fault.problem)
    after = replace(command.form, version=before.version + 1)
    states = (_shown(before), _shown(after))
    if note_changed(work, "record_form", (command.workstream_id, row["name"]), states):
        await records.set_form(work.tx, work.organization_id, command.workstream_id, after, at=work.now)
    return {"id": command.workstream_id}


def _shown(form: RecordForm) -> dict[str, object]:
    """As kept with facts: what it asks for, without the count of its changes."""
    plain: dict[str, object] = msgspec.to_builtins(form, order="deterministic")
    plain.pop("version")
    return plain
