"""Who hears of an alert in person, wherever they are: whoever it is assigned to."""

from __future__ import annotations

from valvomo.domain.agents.events import HouseFact
from valvomo.domain.alerts.events import AlertAssigned, AlertRaised


def assignee(event: HouseFact) -> str | None:
    """Whose it is from this fact on, where it says so."""
    match event:
        case AlertAssigned(user_id=user):
            return user
        case AlertRaised(assigned_to=user):
            return user
        case _:
            return None
