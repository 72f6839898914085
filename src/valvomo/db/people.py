"""People in PostgreSQL: accounts, their sessions and API tokens, and whom they may act as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db.ids import secret_digest
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole

SERVING = frozenset({UserRole.AGENT, UserRole.SUPERVISOR})
"""Roles whose accounts can hold conversations and so have capacity and presence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What signing in needs to know of an account. `password_hash` is None for accounts that cannot sign in."""

    id: str
    organization_id: str
    name: str
    password_hash: str | None
    disabled: bool
    failed_sign_ins: int
    locked_until: datetime | None
    email: str
    roles: frozenset[UserRole]

    def locked(self, now: datetime) -> bool:
        """Whether signing in is blocked now."""
        return self.locked_until is not None and now < self.locked_until


async def account(tx: Transaction, email: str) -> Account | None:
    """The account with this e-mail address: addresses are unique over all organizations."""
    row = await tx.row("people.account", email)
    return _account(row) if row else None


async def lock_account(tx: Transaction, organization_id: str, user_id: str) -> Account | None:
    """One account, locked."""
    row = await tx.row("people.lock_user", organization_id, user_id)
    return _account(row) if row else None


async def actor(tx: Transaction, organization_id: str, user_id: str) -> Actor | None:
    """The account as it may act now, None when it is disabled or not there."""
    row = await tx.row("people.actor", organization_id, user_id)
    return None if row is None or row["disabled"] else actor_of(row)


async def by_session(tx: Transaction, token: str) -> tuple[Actor, datetime, bool] | None:
    """Whose session the token opens, when it ends, and whether they lack a second factor that they have to have."""
    row = await tx.row("people.actor_of_session", secret_digest(token))
    return (actor_of(row), row["expires_at"], row["lacks_factor"]) if row else None


async def by_token(tx: Transaction, secret: str) -> tuple[Actor, datetime | None] | None:
    """Whose API token the secret is, and when it ends, None for never."""
    row = await tx.row("people.actor_of_token", secret_digest(secret))
    return (actor_of(row), row["expires_at"]) if row else None


def actor_of(row: Any) -> Actor:
    """A row of `users` with `queues` and `supervised`, as the rules know it."""
    return Actor(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        roles=frozenset(UserRole(role) for role in row["roles"]),
        queues=frozenset(row["queues"]),
        supervised=frozenset(row["supervised"]),
        supervises_all=row["supervises_all"],
        language=row["language"],
    )


def _account(row: Any) -> Account:
    return Account(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        password_hash=row["password_hash"],
        disabled=row["disabled"],
        failed_sign_ins=row["failed_sign_ins"],
        locked_until=row["locked_until"],
        email=row["email"],
        roles=frozenset(UserRole(role) for role in row["roles"]),
    )
