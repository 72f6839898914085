"""Who may look at the floor as it was, and how one look is told from another in the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal

LOOK = timedelta(hours=1)
"""Somebody who drags the clock within this stretch of the past looks at it once."""


def replay_refusal(actor: Actor) -> Refusal | None:
    """The past is for supervisors, each of their queues as they are now: what they may see today, of that day."""
    if actor.is_(UserRole.INTEGRATION) or not actor.is_(UserRole.SUPERVISOR):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    return None


def stretch_of(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The hours of the past that are looked at, as they are audited."""
    return _hour(since), _hour(max(since, until)) + LOOK


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
