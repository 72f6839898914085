"""What the organization wants of insight: which back end measures, language, redaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import insight
from valvomo.domain.access.actor import UserRole
from valvomo.domain.sentiment.choice import Backend
from valvomo.domain.speech.choice import SpeechBackend


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeInsight(Command):
    """Set what is given; None leaves a thing as it is."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    backend: Backend | None = None
    detect_language: bool | None = None
    languages: tuple[str, ...] | None = None
    redact: bool | None = None
    speech: SpeechBackend | None = None


@handles(ChangeInsight)
async def change_insight(work: Work, command: ChangeInsight) -> Outcome:
    """Effective with the next message that is measured, a second later at most."""
    await work.tx.row("house.lock_organization", work.organization_id)
    before = (await insight.wanted(work.tx, work.organization_id)).insight
    names = ("backend", "detect_language", "languages", "redact", "speech")
    after = replace(
        before, **{name: value for name in names if (value := getattr(command, name)) is not None}
    )
    states = (msgspec.to_builtins(before), msgspec.to_builtins(after))
    if note_changed(work, "insight", (work.organization_id, "insight"), states):
        await insight.change(work.tx, work.organization_id, after)
    return dict(states[1])
