"""API tokens: the secret is shown once, at its making; only its digest is kept (spec 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, within_constraints
from valvomo.commands.work import Work
from valvomo.db.ids import new_secret, secret_digest
from valvomo.domain.access.actor import UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateToken(Command):
    """A token that acts as the user, usually one with the integration role; without `expires_at` until revoked."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"secret"})
    user_id: str
    name: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken(Command):
    """The token opens nothing any more, from the next request on."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    token_id: str


@handles(CreateToken)
@within_constraints
async def create_token(work: Work, command: CreateToken) -> Outcome:
    """A repeated command with the same key answers without the secret: it is not kept anywhere."""
    if command.expires_at is not None and command.expires_at <= work.now:
        return malformed("expires_at", "is past")
    token_id, secret = work.new_id(), new_secret("vt")
    await work.tx.run(
        "people.add_token", work.organization_id, token_id, command.user_id, command.name, secret_digest(secret),
        work.now, command.expires_at,
    )  # fmt: skip
    after = {"user": command.user_id, "expires_at": command.expires_at}
    note_created(work, "token", (token_id, command.name), after)
    return {"id": token_id, "secret": secret}


@handles(RevokeToken)
async def revoke_token(work: Work, command: RevokeToken) -> Outcome:
    """Revoking twice is no error."""
    row = await work.tx.row("people.lock_token", work.organization_id, command.token_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    if row["revoked_at"] is None:
        await work.tx.run("people.revoke_token", work.organization_id, command.token_id, work.now)
        states = ({"revoked": False}, {"revoked": True})
        note_changed(work, "token", (command.token_id, row["name"]), states)
    return {"id": command.token_id}
