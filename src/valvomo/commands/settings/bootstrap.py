"""The first administrator, and the organization they administer: what no command can create from within."""

from __future__ import annotations

from dataclasses import dataclass, field

from valvomo.commands.execute import Executor
from valvomo.commands.settings.changes import note_created
from valvomo.commands.settings.texts import ORGANIZATION, STAFF_KINDS, add_defaults
from valvomo.commands.settings.users import CreateUser, Profile, create_user
from valvomo.commands.work import Work
from valvomo.db import journal
from valvomo.db.ids import new_id
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import UserRole, system
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.refusals import Refusal
from valvomo.protocol.texts.catalogue import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Who shall administer which organization; it is created when none has this name."""

    organization: str
    email: str
    name: str
    password_hash: str = field(repr=False)
    language: str = "en"
    time_zone: str = "Europe/Helsinki"


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What there is now."""

    organization_id: str
    user_id: str
    new_organization: bool


async def create_administrator(executor: Executor, first: FirstAdministrator) -> Founded | Refusal:
    """An administrator, in a new organization (all switches off, default texts) or in the one of that name.

    It is for the command line: whoever can start it can reach the database anyway. `NAME_TAKEN` when the e-mail
    address has an account.
    """
    async with executor.database.transaction() as tx:
        known = await tx.row("house.organization_by_name", first.organization)
        actor = system(known["id"] if known else new_id(), "bootstrap")
        work = Work(tx=tx, actor=actor, now=executor.clock(), supervision=Supervision())
        if known is None:
            await _found(tx, work, first)
        profile = Profile(
            email=first.email,
            name=first.name,
            roles=frozenset({UserRole.ADMINISTRATOR}),
            language=first.language,
        )
        outcome = await create_user(work, CreateUser(profile=profile, password_hash=first.password_hash))
        if isinstance(outcome, Refusal):
            return outcome
        await journal.append(tx, work.organization_id, work.facts)
    executor.bell.ring(work.organization_id)
    return Founded(
        organization_id=work.organization_id, user_id=str(outcome["id"]), new_organization=known is None
    )


async def _found(tx: Transaction, work: Work, first: FirstAdministrator) -> None:
    await tx.run(
        "house.create_organization", work.organization_id, first.organization, list(LANGUAGES), first.time_zone, {},
        work.now,
    )  # fmt: skip
    await tx.run("journal.create_head", work.organization_id)
    for kind in STAFF_KINDS:
        await add_defaults(work, ORGANIZATION, kind)
    after = {"name": first.organization, "time_zone": first.time_zone}
    note_created(work, "organization", (work.organization_id, first.organization), after)
