"""Setting up: what an administrator fills in is judged, sealed and kept, and whether an account works is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from valvomo.addresses import Network
from valvomo.channels.forms import filled_in
from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import Health, Letter, Provider, RejectedError, UnavailableError
from valvomo.channels.vault import NoKeyError, UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.administering import (
    ChangeChannelAccount,
    CreateChannelAccount,
    SeeChannel,
    TryChannelAccount,
)
from valvomo.commands.execute import Done, Executor
from valvomo.commands.plain import plain_refusal
from valvomo.db.ids import new_id
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.trunks.kinds import KINDS

Filled = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Settings and secrets, by the names of the provider's fields."""

LEADING = ("base_url", "imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security",
           "token_url", "host", "port", "security", "server", "transport", "domain")  # fmt: skip
"""Settings that say to which servers secrets are told, and how."""


class SettingUp:
    """One for a process. `allowed` are private networks that providers may be in."""

    def __init__(self, executor: Executor, opener: Opener, allowed: Sequence[Network]) -> None:
        self.opener = opener
        self._executor = executor
        self._allowed = allowed

    async def create(
        self,
        actor: Actor,
        named: tuple[str, str, str],
        filled: tuple[Mapping[str, Any], Mapping[str, Any]],
        key: str | None,
        *,
        begins: bool = False,
    ) -> Done | Refusal:
        """A new account. `named` are provider, name and workstream, `filled` settings and secrets."""
        if refusal := _administrators_only(actor):
            return refusal
        provider = KINDS.get(named[0])
        if provider is None:
            return malformed("body.provider", f"is none of: {', '.join(sorted(KINDS))}")
        account_id = new_id()
        settings = await self._settings(provider, filled[0])
        if isinstance(settings, Refusal):
            return settings
        sealed = self._sealed(provider.secrets, filled[1], (actor.organization_id, account_id))
        if isinstance(sealed, Refusal):
            return sealed
        command = CreateChannelAccount(
            account_id=account_id, provider=provider.name, name=named[1], workstream_id=named[2],
            settings=msgspec.to_builtins(settings), sealed=sealed, begins=begins,
        )  # fmt: skip
        return await self._executor.execute(actor, command, key)

    async def change(
        self,
        actor: Actor,
        command: ChangeChannelAccount,
        secrets: Mapping[str, Any] | None,
        key: str | None,
    ) -> Done | Refusal:
        """A changed account; `secrets`, if given, take the place of all that there were."""
        if refusal := _administrators_only(actor):
            return refusal
        row = await self._row(actor, command.account_id)
        if row is None or row["provider"] not in KINDS:
            return Refusal(Reason.NOT_FOUND)
        provider = KINDS[row["provider"]]
        if command.settings is not None:
            settings = await self._settings(provider, command.settings)
            if isinstance(settings, Refusal):
                return settings
            command = replace(command, settings=msgspec.to_builtins(settings))
            if secrets is None and _leads_elsewhere(row["settings"], command.settings) and self._has_any(row):
                return malformed(
                    "body.secrets", "must be given again where they would be told to another server"
                )
        if secrets is not None:
            sealed = self._sealed(provider.secrets, secrets, (actor.organization_id, command.account_id))
            if isinstance(sealed, Refusal):
                return sealed
            command = replace(command, sealed=sealed)
        return await self._executor.execute(actor, command, key)

    async def check(self, actor: Actor, account_id: str) -> Health | Refusal:
        """Look whether the account works, and note it."""
        used = await self._used(actor, account_id)
        if isinstance(used, Refusal):
            return used
        async with GuardedHttp(self._allowed) as http:
            try:
                health = await used.provider.check(used.account, http, self._executor.clock())
            except UnavailableError as error:
                health = Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail[:200])
        seen = SeeChannel(
            account_id=account_id,
            well=health.well,
            problem=health.problem.value if health.problem else None,
            detail=health.detail,
            templates=health.templates,
        )
        await self._executor.execute(actor, seen)
        return health

    async def send_test(
        self, actor: Actor, account_id: str, test: tuple[str, str], key: str | None = None
    ) -> Done | Refusal:
        """Send a text at once, apart from any conversation. `test` is the address and the text."""
        used = await self._used(actor, account_id)
        if isinstance(used, Refusal):
            return used
        command = TryChannelAccount(account_id=account_id, address=test[0], text=test[1])

        async def beyond(_done: Done) -> Mapping[str, object] | Refusal:
            return await self._sent(actor, used, test)

        return await self._executor.once(actor, command, key, beyond)

    async def _sent(self, actor: Actor, used: Used, test: tuple[str, str]) -> Mapping[str, object] | Refusal:
        """What the provider calls it."""
        (address, text), now, one = test, self._executor.clock(), new_id()
        letter = Letter(
            id=one, conversation_id=one, address=address, text=text, author_name=actor.name,
            language=actor.language, subject="", created_at=now, at=now,
        )  # fmt: skip
        async with GuardedHttp(self._allowed) as http:
            try:
                sent = await used.provider.send(used.account, letter, http)
            except RejectedError as error:
                return Refusal(
                    Reason.CHANNEL_REJECTED, {"problem": error.problem.value, "code": error.detail[:200]}
                )
            except UnavailableError as error:
                unavailable = DeliveryProblem.UNAVAILABLE.value
                return Refusal(Reason.CHANNEL_REJECTED, {"problem": unavailable, "code": error.detail[:200]})
        return {"provider_id": sent.provider_id}

    def _has_any(self, row: Any) -> bool:
        """Whether there is a secret that could be told: an account may do without. What cannot be opened has some."""
        try:
            secrets = self.opener.open(row).account.secrets
        except (UnopenableError, UnusableAccountError):
            return True
        return any(msgspec.to_builtins(secrets).values())

    async def _used(self, actor: Actor, account_id: str) -> Used | Refusal:
        if refusal := _administrators_only(actor):
            return refusal
        row = await self._row(actor, account_id)
        if row is None:
            return Refusal(Reason.NOT_FOUND)
        try:
            return self.opener.open(row)
        except (UnopenableError, UnusableAccountError):
            return Refusal(Reason.CHANNEL_UNAVAILABLE)

    async def _row(self, actor: Actor, account_id: str) -> Any | None:
        async with self._executor.database.asking() as tx:
            return await tx.row("channels.account", actor.organization_id, account_id)

    async def _settings(self, provider: Provider, given: Mapping[str, Any]) -> msgspec.Struct | Refusal:
        settings = _filled(provider.settings, given, "settings")
        return settings if isinstance(settings, Refusal) else await self._plain_refusal(settings) or settings

    async def _plain_refusal(self, settings: msgspec.Struct) -> Refusal | None:
        for field in ("base_url", "url"):
            at, url = f"body.settings.{field}", str(getattr(settings, field, ""))
            if refusal := await plain_refusal(at, url, self._allowed):
                return refusal
        return None

    def _sealed(
        self, kind: type[msgspec.Struct], given: Mapping[str, Any], account: tuple[str, str]
    ) -> bytes | Refusal:
        secrets = _filled(kind, given, "secrets")
        if isinstance(secrets, Refusal):
            return secrets
        try:
            return self.opener.vault.seal(secrets, account)
        except NoKeyError:
            return Refusal(Reason.NO_HOUSE_KEY)


def _leads_elsewhere(before: Mapping[str, Any], after: Mapping[str, Any] | None) -> bool:
    """Whether secrets would go to another server: who may not read them could have them sent to one of their own."""
    return any((after or {}).get(name) != before.get(name) for name in LEADING)


def _administrators_only(actor: Actor) -> Refusal | None:
    if actor.is_(UserRole.ADMINISTRATOR):
        return None
    return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.ADMINISTRATOR.value})


def _filled(kind: type[msgspec.Struct], given: Mapping[str, Any], part: str) -> msgspec.Struct | Refusal:
    """Never says what was filled in: it may be a secret."""
    try:
        return filled_in(kind, given)
    except msgspec.ValidationError as error:
        problem, _, at = str(error).partition(" - at `$")
        return malformed(f"body.{part}{at.rstrip('`')}", problem)
