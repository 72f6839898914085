"""Providers of identities in PostgreSQL: whom a house believes, and which accounts are whom there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from valvomo.db.ids import secret_digest
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.provider import Link, Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A provider, and the client's secret as it is kept: sealed."""

    provider: Provider
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLink:
    """A link, and since when it is there."""

    link: Link
    linked_at: datetime


def where(organization_id: str, issuer: str) -> tuple[str, str, str]:
    """Where the client's secret is sealed for: told to another issuer it cannot be."""
    return organization_id, "sign_in_provider", issuer


async def kept(tx: Transaction, organization_id: str, statement: str = "provider") -> Kept | None:
    """The organization's provider, with `lock_provider` locked; None where there is none."""
    row = await tx.row(f"sign_in_providers.{statement}", organization_id)
    if row is None:
        return None
    provider = Provider(
        issuer=row["issuer"],
        client_id=row["client_id"],
        label=row["label"],
        required=row["required"],
        domains=tuple(row["domains"]),
        factor_values=tuple(row["factor_values"]),
    )
    return Kept(provider=provider, sealed=row["client_secret"])


async def link(tx: Transaction, organization_id: str, user_id: str) -> KeptLink | None:
    """Who the account is at a provider; None where it is nobody."""
    row = await tx.row("sign_in_providers.link", organization_id, user_id)
    if row is None:
        return None
    found = Link(issuer=row["issuer"], client_id=row["client_id"], subject=row["subject"])
    return KeptLink(link=found, linked_at=row["linked_at"])


async def owner(tx: Transaction, organization_id: str, of: tuple[str, str], email: str) -> Actor | None:
    """Whose account is meant: of this (issuer, subject), or where that is nobody's, with this address."""
    found = await tx.row("sign_in_providers.linked", organization_id, *of)
    if found is None and email:
        found = await tx.row("sign_in_providers.addressed", organization_id, email)
    return Actor(id=found["id"], organization_id=organization_id, name=found["name"]) if found else None


async def session(
    tx: Transaction, organization_id: str, user_id: str, token: str
) -> tuple[datetime, bool] | None:
    """Since when the account has this session, and whether a provider opened it."""
    row = await tx.row("sign_in_providers.session", organization_id, user_id, secret_digest(token))
    return None if row is None else (row["created_at"], row["by_provider"])
