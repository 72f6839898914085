"""What everybody may change of their own account: password and language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import people
from valvomo.db.ids import secret_digest
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Command):
    """A new password; the old one was verified against `verified_hash`. All sessions end but the one to `keep`."""

    secret: ClassVar[frozenset[str]] = frozenset({"verified_hash", "password_hash", "keep"})
    verified_hash: str = field(repr=False)
    password_hash: str = field(repr=False)
    keep: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLanguage(Command):
    """The language in which the console and problem documents speak to the actor."""

    language: str


@handles(ChangePassword)
async def change_password(work: Work, command: ChangePassword) -> Outcome:
    """Whoever else was signed in with the old password is not any more."""
    account = await people.lock_account(work.tx, work.organization_id, work.actor.id)
    if account is None or account.password_hash != command.verified_hash:
        return Refusal(Reason.WRONG_CREDENTIALS)
    who = (work.organization_id, account.id)
    await work.tx.run("people.set_password", *who, command.password_hash)
    await work.tx.run("people.drop_sessions", *who, secret_digest(command.keep) if command.keep else None)
    work.note(
        SettingChanged(
            subject="user", subject_id=account.id, name=account.name, after={"password": "changed"}
        )
    )
    return {"id": account.id}


@handles(ChangeLanguage)
async def change_language(work: Work, command: ChangeLanguage) -> Outcome:
    """Kept with the account."""
    row = await work.tx.row("people.lock_user", work.organization_id, work.actor.id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    states = ({"language": row["language"]}, {"language": command.language})
    if note_changed(work, "user", (row["id"], row["name"]), states):
        await work.tx.run("people.set_language", work.organization_id, work.actor.id, command.language)
    return {"id": row["id"], "language": command.language}
