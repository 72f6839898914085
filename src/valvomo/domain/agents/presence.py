"""Presence: what an agent chose, what the system says, and what is shown (spec 1 §2)."""

from __future__ import annotations

from enum import StrEnum


class Presence(StrEnum):
    """Whether an agent can be asked (spec 1 §2)."""

    AVAILABLE = "available"
    BUSY = "busy"
    DO_NOT_DISTURB = "do_not_disturb"
    AWAY = "away"
    OFFLINE = "offline"
    INACTIVE = "inactive"


CHOOSABLE = frozenset(Presence) - {Presence.INACTIVE}
"""What a person may set; `inactive` is set by the system after a missed offer."""

RESTORE_SECONDS = 150
"""How long after a lost connection the former presence comes back by itself."""


def shown_presence(chosen: Presence, load: int, capacity: int) -> Presence:
    """Presence as everybody sees it.

    Available is the automatic setting: full capacity shows do_not_disturb, some used shows busy. Whatever else
    was set by hand (or by the system) stands as it is.
    """
    if chosen is not Presence.AVAILABLE:
        return chosen
    if load >= capacity:
        return Presence.DO_NOT_DISTURB
    return Presence.BUSY if load > 0 else Presence.AVAILABLE
