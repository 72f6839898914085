"""Administering: channel accounts are made, changed and removed; what failed on their way is tried again or dropped.

Secrets come sealed, and no fact has them: of a change of theirs the audit log says that it was, and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed, within_constraints
from valvomo.commands.work import Work
from valvomo.db import dispatches, house
from valvomo.domain.access.actor import ActorKind, UserRole
from valvomo.domain.agents.events import ChannelSeen
from valvomo.domain.conversations.model import ConsentPolicy
from valvomo.domain.conversations.template import Template
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.trunks.kinds import KINDS, TRUNKS

ACCOUNT = "channel_account"
"""What facts call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChannelAccount(Command):
    """A new account of a provider, for a workstream of its channel; `settings` fit the provider's type.

    `begins`: agents may begin conversations over it.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"account_id", "sealed"})
    account_id: str
    provider: str
    name: str
    workstream_id: str
    settings: Mapping[str, Any]
    sealed: bytes
    begins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeChannelAccount(Command):
    """Change what is given. Of a disabled account nothing comes in, and what is to go out waits."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"sealed"})
    account_id: str
    name: str | None = None
    workstream_id: str | None = None
    settings: Mapping[str, Any] | None = None
    sealed: bytes | None = None
    disabled: bool | None = None
    begins: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveChannelAccount(Command):
    """Remove one over which nobody has been talked to; others can be disabled."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    account_id: str


@handles(CreateChannelAccount)
@within_constraints
async def create_channel_account(work: Work, command: CreateChannelAccount) -> Outcome:
    """Its row and its fact. Under the lock of whoever changes a workstream: it asks for no consent from now on."""
    await work.tx.row("house.lock_organization", work.organization_id)
    if refusal := await _workstream_refusal(work, command.provider, command.workstream_id):
        return refusal
    await work.tx.run(
        "channels.create_account", work.organization_id, command.account_id, command.provider, command.name,
        command.workstream_id, command.settings, command.sealed, command.begins, work.now,
    )  # fmt: skip
    after = {
        "provider": command.provider,
        "name": command.name,
        "workstream": command.workstream_id,
        "settings": dict(command.settings),
        "disabled": False,
        "begins": command.begins,
    }
    note_created(work, ACCOUNT, (command.account_id, command.name), after)
    return {"id": command.account_id}


@handles(ChangeChannelAccount)
@within_constraints
async def change_channel_account(work: Work, command: ChangeChannelAccount) -> Outcome:
    """Effective for the next message in either direction; what waited for it is tried again at once."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("channels.lock_account", work.organization_id, command.account_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    before = {name: row[name] for name in ("name", "workstream_id", "settings", "disabled", "begins")}
    given = {name: getattr(command, name) for name in before}
    after = {name: before[name] if value is None else value for name, value in given.items()}
    if refusal := await _workstream_refusal(work, row["provider"], after["workstream_id"]):
        return refusal
    await work.tx.run(
        "channels.change_account", work.organization_id, command.account_id, after["name"], after["workstream_id"],
        after["settings"], command.sealed, after["disabled"], after["begins"],
    )  # fmt: skip
    renewed = command.sealed is not None
    if renewed or after != {**before, "name": after["name"], "begins": after["begins"]}:
        await work.tx.run("channels.release", work.organization_id, command.account_id)
    await dispatches.hurry(work.tx, (work.organization_id, command.account_id), work.now)
    states = ({**before, "secrets": "kept"}, {**after, "secrets": "renewed" if renewed else "kept"})
    note_changed(work, ACCOUNT, (command.account_id, after["name"]), states)
    return {"id": command.account_id}


@handles(RemoveChannelAccount)
@within_constraints
async def remove_channel_account(work: Work, command: RemoveChannelAccount) -> Outcome:
    """The foreign keys judge whether it is in use; what arrived and was never taken in goes with it."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("channels.lock_account", work.organization_id, command.account_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("channels.remove_account", work.organization_id, command.account_id)
    before = {"provider": row["provider"], "name": row["name"], "disabled": row["disabled"]}
    note_removed(work, ACCOUNT, (command.account_id, row["name"]), before)
    return {"id": command.account_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class TryChannelAccount(Command):
    """Note that an administrator sends a test to an address: whom the house writes to can be told afterwards."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    account_id: str
    address: str
    text: str = ""


@handles(TryChannelAccount)
async def try_channel_account(work: Work, command: TryChannelAccount) -> Outcome:
    """Before it is sent; its words are not in the fact."""
    row = await work.tx.row("channels.account", work.organization_id, command.account_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    note_changed(
        work, ACCOUNT, (command.account_id, row["name"]), ({"test": None}, {"test": command.address})
    )
    return {}


async def _workstream_refusal(work: Work, provider: str, workstream_id: str) -> Refusal | None:
    """It is of the provider's channel, and asks for nothing that customers cannot answer there before they write.

    Whoever is on a telephone is asked there.
    """
    try:
        workstream = await house.workstream(work.tx, work.organization_id, workstream_id)
    except LookupError:
        return Refusal(Reason.UNKNOWN_TARGET)
    if workstream.channel is not KINDS[provider].channel:
        return malformed("body.workstream_id", f"is not of the channel {KINDS[provider].channel.value}")
    if workstream.consent is ConsentPolicy.CONSENT and provider not in TRUNKS:
        return malformed("body.workstream_id", "asks for a consent that nobody can give before writing here")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeChannel(Command):
    """Note how an account was found: well, or with a problem; `templates` are those that it has now, if asked for.

    `hold`: its provider does not know it any more, so that nothing goes out over it until it is put right.
    """

    account_id: str
    well: bool
    problem: str | None = None
    detail: str = ""
    templates: tuple[Template, ...] | None = None
    hold: bool = False


@handles(SeeChannel)
async def see_channel(work: Work, command: SeeChannel) -> Outcome:
    """A fact where that is another state than the one before. Found well again, it has what waits go at once.

    `held_until` is when an account that is held is tried again by itself.
    """
    if work.actor.kind is not ActorKind.SYSTEM and not work.actor.is_(UserRole.ADMINISTRATOR):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.ADMINISTRATOR.value})
    row = await work.tx.row("channels.lock_account", work.organization_id, command.account_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    seen = {"well": command.well, "problem": command.problem, "detail": command.detail[:200]}
    await work.tx.run(
        "channels.see_account", work.organization_id, command.account_id, {**seen, "at": work.now}
    )
    if command.templates is not None:
        await _keep_templates(work, command.account_id, command.templates)
    account = (work.organization_id, command.account_id)
    if command.well and (row["seen"].get("well") is False or row["held_since"] is not None):
        await work.tx.run("channels.release", *account)
        await dispatches.hurry(work.tx, account, work.now)
    until = await work.tx.value("channels.hold", *account, work.now) if command.hold else None
    held = (row["held_since"] is not None or command.hold) and not command.well
    if seen != {name: row["seen"].get(name) for name in seen} or held != (row["held_since"] is not None):
        newly = command.hold and row["held_since"] is None
        people = await work.tx.rows("people.overseers", work.organization_id) if newly else []
        work.note(
            ChannelSeen(
                account_id=command.account_id, name=row["name"], well=command.well, problem=command.problem, held=held
            ),
            [one["id"] for one in people],
        )  # fmt: skip
    return {"held_until": until} if until else {}


async def _keep_templates(work: Work, account_id: str, templates: Sequence[Template]) -> None:
    """They take the place of those that were known: one that the provider has no more cannot be chosen any more."""
    account = (work.organization_id, account_id)
    await work.tx.run("message_templates.forget", *account)
    columns = (
        [one.name for one in templates],
        [one.language for one in templates],
        [asdict(one) for one in templates],
    )
    await work.tx.run("message_templates.keep", *account, *columns)
