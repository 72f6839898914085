"""What the providers of accounts carry besides words, as the accounts are set up."""

from __future__ import annotations

import msgspec

from valvomo.channels import PROVIDERS
from valvomo.channels.port import Account
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.limits import NOTHING, Ability


async def carried(tx: Transaction, organization_id: str, account_id: str | None) -> Ability | None:
    """The files that leave by this account; None where nothing leaves by any."""
    if account_id is None:
        return None
    row = await tx.row("channels.account", organization_id, account_id)
    provider = PROVIDERS.get(row["provider"]) if row else None
    if row is None or provider is None:
        return NOTHING
    try:
        settings = msgspec.convert(row["settings"], provider.settings)
    except msgspec.ValidationError:
        return NOTHING
    account = Account(
        id=account_id, organization_id=organization_id, settings=settings, secrets=None, callback=""
    )
    return provider.abilities(account).media
