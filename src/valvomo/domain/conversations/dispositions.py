"""Dispositions: what a conversation came to, as a code that the house has set up for its queue (spec 1 §4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """A code, for one queue or (None) for all of them."""

    code: str
    queue_id: str | None = None


def disposition_refusal(
    code: str | None, queue_id: str, configured: Collection[Disposition]
) -> Refusal | None:
    """Why this is no code of the queue. Words are free while the house has no codes at all; none is always fine."""
    known = sorted(one.code for one in configured if one.queue_id in (None, queue_id))
    if not code or not configured or code in known:
        return None
    return Refusal(Reason.UNKNOWN_DISPOSITION, {"disposition": code, "known": known})
