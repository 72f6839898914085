"""Channels: whether accounts can be opened with the house's key, and how they were found last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from valvomo.channels.vault import UnopenableError, Vault
from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok, warning
from valvomo.db.database import Database
from valvomo.trunks.kinds import KINDS, TRUNKS

MOST = 1000
"""Accounts that are looked at."""


async def examine(opened: Database, vault: Vault) -> Finding:
    """Every account of every organization; nobody is called."""
    async with opened.asking() as tx:
        rows = await tx.rows("channels.sealed", MOST)
    if not rows:
        return not_configured("channels", "there is no channel account")
    try:
        closed = [row["name"] for row in rows if not _opens(row, vault)]
    except (OSError, ValueError) as error:
        return broken(
            "channels", f"the house's key cannot be read: {error}", "correct VALVOMO_SECRET_KEY or secret.key"
        )
    if closed:
        seen = f"{len(closed)} of {len(rows)} accounts cannot be opened: {', '.join(closed[:5])}"
        return broken(
            "channels",
            seen,
            "set VALVOMO_SECRET_KEY to the key that they were kept with, or fill them in anew",
        )
    return _in_use([row for row in rows if not row["disabled"]], len(rows))


def _in_use(rows: Sequence[Any], of: int) -> Finding:
    """What was found of those that are not switched off, when they were used last."""
    lacking = sorted({why for row in rows if (why := _lacks(row))})
    if lacking:
        return warning("channels", lacking[0], "install it wherever calls are carried")
    held = [row["name"] for row in rows if row["held_since"] is not None]
    if held:
        seen = f"{len(held)} of {of} accounts are refused by their providers: {', '.join(held[:5])}"
        return broken("channels", seen, "fill in their secrets anew under Channels; what waits goes out then")
    unwell = [row["name"] for row in rows if row["seen"].get("well") is False]
    if unwell:
        seen = f"{len(unwell)} of {of} accounts did not work last: {', '.join(unwell[:5])}"
        return warning("channels", seen, "Channels in the console says why, and asks the provider again")
    return ok("channels", f"{of} accounts can be opened")


def _lacks(row: Any) -> str:
    kind = TRUNKS.get(row["provider"])
    return kind.lacks() if kind is not None else ""


def _opens(row: Any, vault: Vault) -> bool:
    provider = KINDS.get(row["provider"])
    if provider is None:
        return False
    try:
        vault.open(row["secrets"], (row["organization_id"], row["id"]), provider.secrets)
    except UnopenableError:
        return False
    return True
