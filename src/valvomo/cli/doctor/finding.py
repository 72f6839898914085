"""What a check finds: how it is, what was seen, and what to do about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class State(StrEnum):
    """From nothing to do to something to do now."""

    OK = "ok"
    NOT_CONFIGURED = "not configured"
    WARNING = "warning"
    BROKEN = "broken"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """`cure` is what an operator can do."""

    check: str
    state: State
    seen: str
    cure: str = ""


def ok(check: str, seen: str) -> Finding:
    """As it should be."""
    return Finding(check, State.OK, seen)


def not_configured(check: str, seen: str) -> Finding:
    """There is nothing to look at."""
    return Finding(check, State.NOT_CONFIGURED, seen)


def warning(check: str, seen: str, cure: str) -> Finding:
    """It works, and may not for long."""
    return Finding(check, State.WARNING, seen, cure)


def broken(check: str, seen: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(check, State.BROKEN, seen, cure)
