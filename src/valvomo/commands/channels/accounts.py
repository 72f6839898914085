"""Accounts as providers need them: what is stored, opened; and who calls whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from valvomo.channels.port import Account, Provider
from valvomo.channels.vault import Vault
from valvomo.commands.channels.passes import AccountPasses
from valvomo.db.database import Database
from valvomo.protocol.channels import callback_path
from valvomo.trunks.kinds import KINDS


class UnusableAccountError(Exception):
    """The account cannot be used as it is stored; `str` says why, in a way that names no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """An account that can be used, with its provider."""

    provider: Provider
    account: Account


class Opener:
    """Opens accounts with the house's key. `base_url` is where providers reach us, `database` where passes are kept."""

    def __init__(self, vault: Vault, base_url: str, database: Database) -> None:
        self.vault = vault
        self._base_url = base_url
        self._database = database

    def open(self, row: Any) -> Used:
        """A row of `channel_accounts`. Raises `UnusableAccountError`, or `UnopenableError` of the vault."""
        provider = KINDS.get(row["provider"])
        if provider is None:
            raise UnusableAccountError(f"there is no provider {row['provider']}")
        key = (row["organization_id"], row["id"])
        secrets = self.vault.open(row["secrets"], key, provider.secrets)
        try:
            settings = msgspec.convert(row["settings"], provider.settings)
        except msgspec.ValidationError as error:
            raise UnusableAccountError(f"its settings cannot be read: {error}") from error
        return Used(
            provider=provider,
            account=Account(
                id=row["id"],
                organization_id=row["organization_id"],
                settings=settings,
                secrets=secrets,
                callback=self.callback(row["provider"], row["id"]),
                cursor=row["cursor"],
                passes=AccountPasses(self._database, self.vault, key, provider.secrets),
            ),
        )

    def callback(self, provider: str, account_id: str) -> str:
        """The address that is given to the provider."""
        return f"{self._base_url}{callback_path(provider, account_id)}"
