"""Passes of accounts as the house keeps them: sealed beside the secrets, and asked for by one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from valvomo.channels.passes import Pass
from valvomo.channels.port import UnavailableError
from valvomo.channels.vault import UnopenableError, Vault
from valvomo.db import inspections
from valvomo.db.database import Database
from valvomo.db.ids import new_id

LEASE_SECONDS = 60.0
"""For so long it is one process's to ask; longer than anybody is patient with a server."""
PAUSE_SECONDS = 0.25
MOST_PAUSES = 200


class AccountPasses:
    """Of one account (organization, id) whose secrets are of this kind."""

    def __init__(
        self, database: Database, vault: Vault, key: tuple[str, str], kind: type[msgspec.Struct]
    ) -> None:
        self._database = database
        self._vault = vault
        self._key = key
        self._kind = kind
        self._lease = f"passes:{key[1]}"

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AccountTurn]:
        """Ours once nobody else has it. Raises `UnavailableError`, and `UnopenableError` of the vault."""
        holder = new_id()
        await self._begin(holder)
        try:
            async with self._database.asking() as tx:
                row = await tx.row("channels.passes", *self._key)
            if row is None:
                raise UnavailableError("the account is gone")
            yield AccountTurn(
                secrets=self._vault.open(row["secrets"], self._key, self._kind), known=self._known(row["pass"]),
                at=row["at"], database=self._database, vault=self._vault, key=self._key, sealed=row["secrets"],
            )  # fmt: skip
        finally:
            async with self._database.transaction() as tx:
                await tx.run("inspections.end_lease", self._lease, holder)

    async def _begin(self, holder: str) -> None:
        for _ in range(MOST_PAUSES):
            async with self._database.transaction() as tx:
                if await inspections.lease(tx, self._lease, holder, LEASE_SECONDS):
                    return
            await asyncio.sleep(PAUSE_SECONDS)
        raise UnavailableError("another process is asking for a token still")

    def _known(self, sealed: bytes | None) -> Pass | None:
        try:
            return self._vault.open(sealed, place_of(self._key), Pass) if sealed else None
        except UnopenableError:
            return None


@dataclass(slots=True, kw_only=True)
class AccountTurn:
    """As `Turn` says."""

    secrets: Any
    known: Pass | None
    at: datetime
    database: Database
    vault: Vault
    key: tuple[str, str]
    sealed: bytes

    async def keep(self, made: Pass, secrets: Any) -> None:
        """In one statement: whoever reads one of both reads the other that belongs to it."""
        sealed = self.sealed if secrets == self.secrets else self.vault.seal(secrets, self.key)
        kept = self.vault.seal(made, place_of(self.key))
        async with self.database.transaction() as tx:
            await tx.run("channels.keep_pass", *self.key, sealed, self.sealed, kept)


def place_of(key: tuple[str, str]) -> tuple[str, str]:
    """Where the pass of an account is sealed for: it must not be taken for the account's secrets."""
    return key[0], f"{key[1]} pass"
