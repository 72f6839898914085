"""Acknowledge what one must have been told: that one may be monitored, or what monitoring is for (spec 1 §5)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.texts import ORGANIZATION
from valvomo.commands.work import Work
from valvomo.domain.agents.events import Acknowledged
from valvomo.domain.consent.acknowledging import KIND_OF_ROLE
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """The actor has read this version of the text in this language."""

    kind: str
    version: int
    language: str


@handles(Acknowledge)
async def acknowledge(work: Work, command: Acknowledge) -> Outcome:
    """Only the newest version can be acknowledged; once is enough."""
    if command.kind not in {KIND_OF_ROLE.get(role) for role in work.actor.roles}:
        return Refusal(Reason.UNKNOWN_TARGET, {"kind": command.kind})
    what = (ORGANIZATION, command.kind, command.language)
    newest = await work.tx.row("settings.newest_text", work.organization_id, *what)
    if newest is None:
        return Refusal(Reason.UNKNOWN_TARGET, {"kind": command.kind, "language": command.language})
    if newest["version"] != command.version:
        return Refusal(Reason.CHANGED_MEANWHILE, {"version": newest["version"]})
    outcome = {"kind": command.kind, "version": command.version, "language": command.language}
    known = await work.tx.rows("settings.acknowledged", work.organization_id, work.actor.id)
    if any(all(row[name] == outcome[name] for name in outcome) for row in known):
        return outcome
    await work.tx.run(
        "house.add_acknowledgement", work.organization_id, work.new_id(), work.actor.id, None, command.kind,
        command.version, command.language, True, work.now,
    )  # fmt: skip
    work.note(
        Acknowledged(
            person_id=work.actor.id,
            subject=command.kind,
            version=command.version,
            language=command.language,
            answer=True,
        )
    )
    return outcome
