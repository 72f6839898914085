"""Signing in: what a password must be, and when so many have failed that the account is blocked for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from valvomo.domain.refusals import Reason, Refusal, malformed

FAILURES = 5
"""How many failures in a row block an account."""

LOCK_OUT = timedelta(minutes=15)

FRESH = timedelta(minutes=10)
"""For so long a session that a provider opened proves who sits there, where a password would be asked for else."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


def after_failure(failures: int, now: datetime) -> tuple[int, datetime | None]:
    """How often it has failed now, and until when the account is blocked; a block begins a new count."""
    failures += 1
    return (0, now + LOCK_OUT) if failures >= FAILURES else (failures, None)


def locked_out(until: datetime, now: datetime) -> Refusal:
    """Blocked; `retry_after` in seconds."""
    return Refusal(Reason.LOCKED_OUT, {"retry_after": max(1, round((until - now).total_seconds()))})


def password_refusal(password: str, email: str) -> Refusal | None:
    """Why this cannot be the account's password."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return malformed("password", f"must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if password.casefold() == email.casefold():
        return malformed("password", "is the e-mail address")
    return None
