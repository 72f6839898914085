"""Accounts and who they are at a provider: linked by whoever first proves the address there, and taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.attempts import session_opened
from valvomo.commands.settings.changes import note_changed, within_constraints
from valvomo.commands.settings.second_factor import code_refusal
from valvomo.commands.work import Work
from valvomo.db import people, sign_in_providers
from valvomo.db.people import Account
from valvomo.db.sign_in_providers import KeptLink
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.provider import (
    Fault,
    Identity,
    Link,
    Provider,
    account_fault,
    is_linked,
    link_fault,
    stranger_fault,
    vouched,
)
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenByProvider(Command):
    """The provider (`issuer`, as it knows this client) has proved who is there; the session lasts for `seconds`.

    The outcome is a session, or the `fault` for which there is none. `code` is that of the house's own second factor.
    """

    secret: ClassVar[frozenset[str]] = frozenset({"code", "token"})
    user_id: str
    issuer: str
    client_id: str
    identity: Identity
    seconds: int
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Command):
    """The actor's account is nobody's at any provider, until somebody proves its address there again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkUser(Command):
    """The same for anybody's account; whoever is signed in with it is not any more."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    user_id: str


@handles(OpenByProvider)
@within_constraints
async def open_by_provider(work: Work, command: OpenByProvider) -> Outcome:
    """Judged again on the locked account, by the provider's rules of now."""
    kept = await sign_in_providers.kept(work.tx, work.organization_id)
    account = await people.lock_account(work.tx, work.organization_id, command.user_id)
    if kept is None or (kept.provider.issuer, kept.provider.client_id) != (command.issuer, command.client_id):
        return {"fault": Fault.OFF.value}
    if account is None:
        return {"fault": Fault.UNKNOWN.value}
    link = await sign_in_providers.link(work.tx, work.organization_id, account.id)
    if fault := _fault(work, (kept.provider, command.identity), account, link):
        return {"fault": fault.value}
    of_provider = vouched(kept.provider, command.identity)
    if not of_provider and (refusal := await code_refusal(work, account, command.code)):
        return refusal
    if not is_linked(kept.provider, command.identity, link.link if link else None):
        await _link(work, account, link, _as_linked(kept.provider, command.identity))
    return await session_opened(work, account, command.seconds, by_provider=True, vouched=of_provider)


@handles(Unlink)
async def unlink(work: Work, command: Unlink) -> Outcome:
    """Where there is no link it is no error."""
    del command
    account = await people.lock_account(work.tx, work.organization_id, work.actor.id)
    if account is not None:
        await _unlinked(work, account)
    return {}


@handles(UnlinkUser)
async def unlink_user(work: Work, command: UnlinkUser) -> Outcome:
    """Where there is no link it is no error."""
    account = await people.lock_account(work.tx, work.organization_id, command.user_id)
    if account is None:
        return Refusal(Reason.NOT_FOUND)
    if await _unlinked(work, account):
        await work.tx.run("people.drop_sessions", work.organization_id, account.id, None)
    return {"id": account.id}


def _fault(
    work: Work, told: tuple[Provider, Identity], account: Account, link: KeptLink | None
) -> Fault | None:
    there = link.link if link else None
    found = stranger_fault(*told)
    if found is None and not is_linked(*told, there):
        found = link_fault(*told, account.email, there)
    return found or account_fault(account.roles, disabled=account.disabled, locked=account.locked(work.now))


def _as_linked(provider: Provider, identity: Identity) -> Link:
    return Link(issuer=provider.issuer, client_id=provider.client_id, subject=identity.subject)


async def _link(work: Work, account: Account, before: KeptLink | None, after: Link) -> None:
    await work.tx.run(
        "sign_in_providers.set_link", work.organization_id, account.id, after.issuer, after.client_id, after.subject,
        work.now,
    )  # fmt: skip
    _note(work, account, before.link if before else None, after)


async def _unlinked(work: Work, account: Account) -> bool:
    link = await sign_in_providers.link(work.tx, work.organization_id, account.id)
    if link is None:
        return False
    await work.tx.run("sign_in_providers.drop_link", work.organization_id, account.id)
    _note(work, account, link.link, None)
    return True


def _note(work: Work, account: Account, before: Link | None, after: Link | None) -> None:
    states = ({"sign_in_link": _shown(before)}, {"sign_in_link": _shown(after)})
    note_changed(work, "user", (account.id, account.name), states)


def _shown(link: Link | None) -> dict[str, object] | None:
    return {"issuer": link.issuer, "subject": link.subject} if link else None
