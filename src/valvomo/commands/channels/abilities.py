"""What the providers of accounts carry besides words, as the accounts are set up."""

from __future__ import annotations

from valvomo.channels.abilities import files_by
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.limits import NOTHING, Ability


async def carried(tx: Transaction, organization_id: str, account_id: str | None) -> Ability | None:
    """The files that leave by this account; None where nothing leaves by any."""
    if account_id is None:
        return None
    row = await tx.row("channels.account", organization_id, account_id)
    return files_by(row["provider"], row["settings"]) if row else NOTHING
