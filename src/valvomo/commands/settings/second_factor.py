"""The second factor of one's own account: begin, confirm, end; and what a code is worth (RFC 6238)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

import pyotp

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import people, second_factors, sign_in_providers
from valvomo.db.ids import secret_digest
from valvomo.db.people import Account
from valvomo.db.sealing import UnopenableError
from valvomo.db.second_factors import Kept
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.second_factor import DRIFT, RECOVERY_CODES, STEP_SECONDS, Factor, cleaned, taken
from valvomo.domain.access.signing_in import FRESH
from valvomo.domain.refusals import Reason, Refusal

ISSUER = "Valvomo"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is easily taken for another one."""
_GROUPS, _LENGTH = 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginSecondFactor(Command):
    """A new secret for the actor's authenticator app; nothing is asked for until it is confirmed.

    The password was verified against `verified_hash`, or a provider has just opened this `session`.
    """

    secret: ClassVar[frozenset[str]] = frozenset({"verified_hash", "session", "secret", "uri"})
    verified_hash: str | None = field(default=None, repr=False)
    session: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSecondFactor(Command):
    """The app works: from now on its codes are asked for. All sessions end but the one to `keep`."""

    secret: ClassVar[frozenset[str]] = frozenset({"code", "keep", "recovery"})
    code: str = field(repr=False)
    keep: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSecondFactor(Command):
    """No code is asked for any more; the password was verified, or the session is new, as for `BeginSecondFactor`."""

    secret: ClassVar[frozenset[str]] = frozenset({"verified_hash", "session", "code"})
    verified_hash: str | None = field(default=None, repr=False)
    session: str = field(default="", repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSecondFactor(Command):
    """Take it from an account whose owner has lost it; whoever is signed in with the account is not any more."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSignIn(Command):
    """Whose roles are among these may do nothing before they have a second factor."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    second_factor_of: frozenset[UserRole]


@handles(BeginSecondFactor)
async def begin_second_factor(work: Work, command: BeginSecondFactor) -> Outcome:
    """In place of a secret that was never confirmed."""
    account = await people.lock_account(work.tx, work.organization_id, work.actor.id)
    if account is None:
        return Refusal(Reason.WRONG_CREDENTIALS)
    if refusal := await _unproven(work, account, command):
        return refusal
    kept = await second_factors.lock(work.tx, work.organization_id, work.actor.id)
    if kept is not None and kept.confirmed_at is not None:
        return Refusal(Reason.SECOND_FACTOR_ON)
    secret = pyotp.random_base32()
    sealed = work.sealer.seal(secret, *_where(work, account.id))
    await work.tx.run("second_factors.begin", work.organization_id, account.id, sealed)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
    return {"id": account.id, "secret": secret, "uri": uri}


@handles(ConfirmSecondFactor)
async def confirm_second_factor(work: Work, command: ConfirmSecondFactor) -> Outcome:
    """The recovery codes are in this answer only; a repeated command answers without them."""
    account = await people.lock_account(work.tx, work.organization_id, work.actor.id)
    kept = await second_factors.lock(work.tx, work.organization_id, work.actor.id)
    if account is None or kept is None:
        return Refusal(Reason.NO_SECOND_FACTOR)
    if kept.confirmed_at is not None:
        return Refusal(Reason.SECOND_FACTOR_ON)
    after = _after(work, account, kept, command.code)
    if after is None:
        return Refusal(Reason.WRONG_CODE)
    recovery = [_recovery_code() for _ in range(RECOVERY_CODES)]
    digests = [secret_digest(cleaned(one)) for one in recovery]
    who = (work.organization_id, account.id)
    await work.tx.run("second_factors.confirm", *who, work.now, after.step, digests)
    await work.tx.run("people.drop_sessions", *who, secret_digest(command.keep) if command.keep else None)
    _note(work, account, on=True)
    return {"id": account.id, "recovery": recovery}


@handles(EndSecondFactor)
async def end_second_factor(work: Work, command: EndSecondFactor) -> Outcome:
    """Whoever sits down at an open console has neither password nor code."""
    account = await people.lock_account(work.tx, work.organization_id, work.actor.id)
    if account is None:
        return Refusal(Reason.WRONG_CREDENTIALS)
    if refusal := await _unproven(work, account, command):
        return refusal
    kept = await second_factors.lock(work.tx, work.organization_id, account.id)
    if kept is None or kept.confirmed_at is None:
        return Refusal(Reason.NO_SECOND_FACTOR)
    if _after(work, account, kept, command.code) is None:
        return Refusal(Reason.WRONG_CODE)
    await work.tx.run("second_factors.drop", work.organization_id, account.id)
    _note(work, account, on=False)
    return {"id": account.id}


@handles(ResetSecondFactor)
async def reset_second_factor(work: Work, command: ResetSecondFactor) -> Outcome:
    """Where there is none it is no error."""
    account = await people.lock_account(work.tx, work.organization_id, command.user_id)
    if account is None:
        return Refusal(Reason.NOT_FOUND)
    kept = await second_factors.lock(work.tx, work.organization_id, account.id)
    if kept is not None and kept.confirmed_at is not None:
        await work.tx.run("second_factors.drop", work.organization_id, account.id)
        await work.tx.run("people.drop_sessions", work.organization_id, account.id, None)
        _note(work, account, on=False)
    return {"id": account.id}


@handles(ChangeSignIn)
async def change_sign_in(work: Work, command: ChangeSignIn) -> Outcome:
    """Effective with the next request of each session; API tokens have no second factor."""
    before = sorted(await work.tx.value("second_factors.lock_needed_by", work.organization_id) or ())
    after = sorted(command.second_factor_of)
    states = ({"second_factor_of": before}, {"second_factor_of": after})
    if note_changed(work, "sign_in", (work.organization_id, "sign_in"), states):
        await work.tx.run("second_factors.set_needed_by", work.organization_id, after)
    return {"second_factor_of": after}


async def code_refusal(work: Work, account: Account, code: str | None) -> Refusal | None:
    """Whether whoever knows the password may come in; of an account with a second factor its code is used up."""
    kept = await second_factors.lock(work.tx, work.organization_id, account.id)
    if kept is None or kept.confirmed_at is None:
        return None
    if not code:
        return Refusal(Reason.CODE_NEEDED)
    after = _after(work, account, kept, code)
    if after is None:
        return Refusal(Reason.WRONG_CODE)
    await second_factors.keep(work.tx, work.organization_id, account.id, after)
    return None


async def _unproven(
    work: Work, account: Account, command: BeginSecondFactor | EndSecondFactor
) -> Refusal | None:
    """Why whoever asks may merely have sat down at an open console."""
    if command.verified_hash is not None:
        same = account.password_hash == command.verified_hash
        return None if same else Refusal(Reason.WRONG_CREDENTIALS)
    found = await sign_in_providers.session(work.tx, work.organization_id, account.id, command.session)
    if found is None:
        return Refusal(Reason.SIGN_IN_AGAIN)
    since, by_provider = found
    return None if by_provider and work.now - since <= FRESH else Refusal(Reason.SIGN_IN_AGAIN)


def _after(work: Work, account: Account, kept: Kept, code: str) -> Factor | None:
    try:
        secret = work.sealer.open(kept.sealed, *_where(work, account.id))
    except UnopenableError:
        # The house has another key than then: recovery codes open still.
        expected: Mapping[int, str] = {}
    else:
        expected = _expected(secret, work.now)
    code = cleaned(code)
    return taken(kept.factor, code, expected, secret_digest(code))


def _expected(secret: str, now: datetime) -> Mapping[int, str]:
    present, app = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret, interval=STEP_SECONDS)
    return {step: app.at(step * STEP_SECONDS) for step in range(present - DRIFT, present + DRIFT + 1)}


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _where(work: Work, user_id: str) -> tuple[str, str, str]:
    return work.organization_id, "second_factor", user_id


def _note(work: Work, account: Account, *, on: bool) -> None:
    states = ({"second_factor": not on}, {"second_factor": on})
    note_changed(work, "user", (account.id, account.name), states)
