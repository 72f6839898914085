"""What the database remembers of signing in and out: sessions, failures, lock-outs. Each is a fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.second_factor import code_refusal
from valvomo.commands.work import Work
from valvomo.db import people, sign_in_providers
from valvomo.db.ids import new_secret, secret_digest
from valvomo.db.people import Account
from valvomo.domain.access.provider import password_closed
from valvomo.domain.access.signing_in import after_failure, locked_out
from valvomo.domain.agents.events import SignedIn
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession(Command):
    """The password has been verified against `verified_hash`; the session lasts for `seconds`.

    `code` is that of the second factor, asked for where the account has one.
    """

    secret: ClassVar[frozenset[str]] = frozenset({"verified_hash", "code", "token"})
    user_id: str
    verified_hash: str = field(repr=False)
    seconds: int
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFailure(Command):
    """Somebody gave a wrong password or code for this account."""

    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut(Command):
    """End this session of the actor, or with `everywhere` all of them."""

    token: str = field(repr=False)
    everywhere: bool = False


@handles(OpenSession)
async def open_session(work: Work, command: OpenSession) -> Outcome:
    """Judged again on the locked account: of many guesses at once none slips past the block."""
    account = await people.lock_account(work.tx, work.organization_id, command.user_id)
    if account is None or account.disabled or account.password_hash != command.verified_hash:
        return Refusal(Reason.WRONG_CREDENTIALS)
    if account.locked_until is not None and account.locked(work.now):
        return locked_out(account.locked_until, work.now)
    kept = await sign_in_providers.kept(work.tx, work.organization_id)
    if kept is not None and password_closed(account.roles, required=kept.provider.required):
        return Refusal(Reason.PROVIDER_NEEDED, {"provider": kept.provider.label})
    if refusal := await code_refusal(work, account, command.code):
        return refusal
    return await session_opened(work, account, command.seconds)


async def session_opened(
    work: Work, account: Account, seconds: int, *, by_provider: bool = False, vouched: bool = False
) -> dict[str, object]:
    """A new session of the locked account, whose failures are forgotten; `token` and `expires_at`."""
    if account.failed_sign_ins or account.locked_until:
        await work.tx.run("people.set_failures", work.organization_id, account.id, 0, None)
    token, expires_at = new_secret("vs"), work.now + timedelta(seconds=seconds)
    await work.tx.run(
        "people.add_session", secret_digest(token), work.organization_id, account.id, work.now, expires_at,
        by_provider, vouched,
    )  # fmt: skip
    outcome = "signed_in_by_provider" if by_provider else "signed_in"
    work.note(SignedIn(user_id=account.id, outcome=outcome))
    return {"token": token, "expires_at": expires_at}


@handles(CountFailure)
async def count_failure(work: Work, command: CountFailure) -> Outcome:
    """One more; the last one blocks the account for a while."""
    account = await people.lock_account(work.tx, work.organization_id, command.user_id)
    if account is None or account.locked(work.now):
        return {}
    failures, until = after_failure(account.failed_sign_ins, work.now)
    await work.tx.run("people.set_failures", work.organization_id, account.id, failures, until)
    work.note(SignedIn(user_id=account.id, outcome="failed" if until is None else "locked_out"))
    return {"failures": failures}


@handles(SignOut)
async def sign_out(work: Work, command: SignOut) -> Outcome:
    """Signing out twice is no error."""
    who = (work.organization_id, work.actor.id)
    if command.everywhere:
        ended = await work.tx.run("people.drop_sessions", *who, None)
    else:
        ended = await work.tx.run("people.drop_session", *who, secret_digest(command.token))
    if ended != "DELETE 0":
        outcome = "signed_out_everywhere" if command.everywhere else "signed_out"
        work.note(SignedIn(user_id=work.actor.id, outcome=outcome))
    return {}
