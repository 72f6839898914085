"""After how many days what was written goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import erasing
from valvomo.domain.access.actor import UserRole
from valvomo.domain.retention.rule import RetentionRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRetention(Command):
    """The whole rule; None keeps what was written, or whom it was with, for good."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    written_days: int | None
    contact_days: int | None = None


@handles(ChangeRetention)
async def change_retention(work: Work, command: ChangeRetention) -> Outcome:
    """Effective with the next round."""
    before = await erasing.rule(work.tx, work.organization_id, statement="house.lock_organization")
    after = RetentionRule(written_days=command.written_days, contact_days=command.contact_days)
    states = (msgspec.to_builtins(before), msgspec.to_builtins(after))
    if note_changed(work, "retention", (work.organization_id, "retention"), states):
        await work.tx.run("erasing.set_rule", work.organization_id, after)
    return dict(states[1])
