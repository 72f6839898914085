"""A second factor: codes of an authenticator app (RFC 6238), and recovery codes for whoever has lost it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace

STEP_SECONDS = 30
"""How long a code of the app is the present one (RFC 6238 §4.1)."""

DRIFT = 1
"""How many steps a clock may be off, either way (RFC 6238 §6)."""

RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """The `step` of time of the last code that was taken, and the digests of the recovery codes that are left."""

    step: int = 0
    recovery: tuple[bytes, ...] = ()


def cleaned(code: str) -> str:
    """A code as it is compared: people type blanks, dashes and capitals."""
    return "".join(one for one in code.casefold() if one.isalnum())


def taken(factor: Factor, code: str, expected: Mapping[int, str], digest: bytes) -> Factor | None:
    """The factor once this code has been taken; None where it is none of its own, or was taken before.

    `code` is cleaned; `expected` are the codes of the app by step of time, `digest` is the code's.
    """
    for step, one in sorted(expected.items()):
        # RFC 6238 §5.2: whoever has looked over a shoulder cannot use what they saw.
        if step > factor.step and hmac.compare_digest(one.encode(), code.encode()):
            return replace(factor, step=step)
    left = tuple(one for one in factor.recovery if not hmac.compare_digest(one, digest))
    return replace(factor, recovery=left) if len(left) < len(factor.recovery) else None
