"""Presence: what an agent chose, what the system says, and what is shown (spec 1 §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from valvomo.domain.refusals import Refusal, malformed


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A custom presence: a name, in several languages (`names`), for one of the presences that the rules know."""

    id: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    presence: Presence = Presence.AWAY

    def named(self, language: str) -> str:
        """Its name in this language, or else its own."""
        return self.names.get(language) or self.name


RESTORE_SECONDS = 150
"""How long after a lost connection the former presence comes back by itself."""

BACK_SECONDS = 30
"""So long somebody whose process was restarted may take to come back before they count as lost at all."""


def chosen_presence(presence: Presence | None, status: Status | None) -> Presence | Refusal:
    """What somebody chooses: a presence, a status that stands for one, or both if they agree."""
    chosen = status.presence if presence is None and status else presence
    if chosen not in CHOOSABLE:
        return malformed("presence", f"is none of {', '.join(sorted(CHOOSABLE))}")
    if status is not None and chosen is not status.presence:
        return malformed("presence", f"is not {status.presence.value}, for which the status stands")
    return chosen


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
