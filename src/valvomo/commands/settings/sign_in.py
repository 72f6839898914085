"""Sign in, and change one's own password: what happens before and around the commands (spec 2)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from valvomo.commands.execute import Done, Executor
from valvomo.commands.settings.account import ChangePassword
from valvomo.commands.settings.attempts import CountFailure, OpenSession
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.second_factor import BeginSecondFactor, EndSecondFactor
from valvomo.db import people
from valvomo.db.people import Account
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.access.signing_in import LONGEST_PASSWORD, after_failure, locked_out, password_refusal
from valvomo.domain.refusals import Reason, Refusal

STRANGERS = 10_000
"""How many unknown addresses are remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that was opened. The token is the only copy there is."""

    user_id: str
    organization_id: str
    token: str = field(repr=False)
    expires_at: datetime


class Gate:
    """Where people come in. One for a process; sessions last for `session_hours`."""

    def __init__(self, executor: Executor, passwords: Passwords, *, session_hours: int = 12) -> None:
        self.passwords = passwords
        self._executor = executor
        self._session_seconds = session_hours * 3600
        self._strangers = Strangers()

    async def sign_in(self, email: str, password: str, code: str | None = None) -> Session | Refusal:
        """A session, or `WRONG_CREDENTIALS`, whatever it was that was wrong, or `LOCKED_OUT` after too many.

        Where the account has a second factor `CODE_NEEDED` without a code, and `WRONG_CODE`, which counts as a failure.
        """
        now = self._executor.clock()
        account = await self._account(email)
        until = account.locked_until if account else self._strangers.locked_until(email)
        if until is not None and now < until:
            return locked_out(until, now)
        kept = account.password_hash if account and not account.disabled else None
        right = len(password) <= LONGEST_PASSWORD and await self.passwords.verify(kept, password)
        if account is None:
            self._strangers.count(email, now)
            return Refusal(Reason.WRONG_CREDENTIALS)
        if not right or kept is None:
            return await self._failed(account)
        return await self._open(account, kept, (password, code))

    async def change_password(
        self, actor: Actor, old: str, new: str, *, keep: str | None, key: str | None = None
    ) -> Done | Refusal:
        """A new password for whoever knows the old one; it ends all sessions but the one to `keep`.

        The same `key` again is answered before the old password is looked at: by then it is another one.
        """
        if key is not None:
            nameless = ChangePassword(verified_hash="", password_hash="")
            if (former := await self._executor.former(actor, nameless, key)) is not None:
                return former
        email = await self._email(actor)
        if email is None:
            return Refusal(Reason.NOT_FOUND)
        if refusal := password_refusal(new, email):
            return refusal
        verified = await self._verified(email, old)
        if isinstance(verified, Refusal):
            return verified
        command = ChangePassword(
            verified_hash=verified, password_hash=await self.passwords.hash(new), keep=keep
        )
        return await self._executor.execute(actor, command, key)

    async def begin_second_factor(
        self, actor: Actor, password: str | None, session: str = ""
    ) -> Done | Refusal:
        """A secret for the app of whoever knows the account's password, or has just come in by the provider."""
        if password is None:
            return await self._executor.execute(actor, BeginSecondFactor(session=session))
        verified = await self._verified(await self._email(actor) or "", password)
        if isinstance(verified, Refusal):
            return verified
        return await self._executor.execute(actor, BeginSecondFactor(verified_hash=verified))

    async def end_second_factor(
        self, actor: Actor, given: tuple[str | None, str], session: str = "", key: str | None = None
    ) -> Done | Refusal:
        """No code is asked for any more (`given` are password and code); a wrong one counts as a failed sign-in."""
        email, (password, code) = await self._email(actor) or "", given
        verified = None if password is None else await self._verified(email, password)
        if isinstance(verified, Refusal):
            return verified
        command = EndSecondFactor(verified_hash=verified, session=session, code=code)
        ended = await self._executor.execute(actor, command, key)
        if isinstance(ended, Refusal) and ended.reason is Reason.WRONG_CODE:
            account = await self._account(email)
            if account is not None:
                await self._failed(account)
        return ended

    async def _email(self, actor: Actor) -> str | None:
        async with self._executor.database.reading() as tx:
            row = await tx.row("people.actor", actor.organization_id, actor.id)
        return None if row is None else str(row["email"])

    async def _verified(self, email: str, password: str) -> str | Refusal:
        """What is kept of the password, where it is the account's; another one counts as a failed sign-in."""
        account = await self._account(email)
        if account is None or account.locked(self._executor.clock()):
            return Refusal(Reason.LOCKED_OUT)
        if len(password) > LONGEST_PASSWORD or not await self.passwords.verify(
            account.password_hash, password
        ):
            return await self._failed(account)
        return account.password_hash or ""

    async def new_hash(self, password: str, email: str) -> str | Refusal:
        """What is kept of a password that an account is given, if it may have it."""
        return password_refusal(password, email) or await self.passwords.hash(password)

    async def _account(self, email: str) -> Account | None:
        async with self._executor.database.reading() as tx:
            return await people.account(tx, email)

    async def _failed(self, account: Account) -> Refusal:
        # Nobody has proved to be the account's owner, so the fact is not theirs.
        actor = system(account.organization_id, "sign_in")
        await self._executor.execute(actor, CountFailure(user_id=account.id))
        return Refusal(Reason.WRONG_CREDENTIALS)

    async def _open(self, account: Account, kept: str, given: tuple[str, str | None]) -> Session | Refusal:
        password, code = given
        actor = Actor(id=account.id, organization_id=account.organization_id, name=account.name)
        command = OpenSession(
            user_id=account.id, verified_hash=kept, seconds=self._session_seconds, code=code
        )
        done = await self._executor.execute(actor, command)
        if isinstance(done, Refusal):
            if done.reason is Reason.WRONG_CODE:
                await self._failed(account)
            return done
        if self.passwords.outdated(kept):
            newer = await self.passwords.hash(password)
            async with self._executor.database.transaction() as tx:
                await tx.run("people.rehash", account.organization_id, account.id, kept, newer)
        opened = {**done.result, "user_id": account.id, "organization_id": account.organization_id}
        return msgspec.convert(opened, Session)


class Strangers:
    """Failures under addresses that nobody has: they are blocked like accounts, so a block betrays no account."""

    def __init__(self, most: int = STRANGERS) -> None:
        self._most = most
        self._known: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def locked_until(self, email: str) -> datetime | None:
        """Until when this address is blocked."""
        return self._known.get(email.casefold(), (0, None))[1]

    def count(self, email: str, now: datetime) -> None:
        """One more failure."""
        failures, _ = self._known.pop(email.casefold(), (0, None))
        self._known[email.casefold()] = after_failure(failures, now)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
