"""Whose rights have changed lately: what they saw before is not what they may see now, so nobody resumes across it.

Who is connected then is shown everything anew. Who is away comes back with the number of what they saw by former
rights, and rows that they may no longer see, or may see from now on, are in no change since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from valvomo.domain.agents.events import SettingChanged
from valvomo.live.views.happening import Happening

SETTLED = timedelta(seconds=3)
"""After a change until every process shows by the new rights, with a margin: they look ten times a second."""

_ROLES = ("members", "supervisors")


@dataclass(slots=True)
class Renewed:
    """By person, the position up to which they may have been shown something by rights that they no longer have."""

    _until: dict[str, int] = field(default_factory=dict)
    _unsettled: dict[str, datetime] = field(default_factory=dict)

    def take(self, happening: Happening) -> None:
        """One more fact, which may be such a change, or come so soon after one that some were shown it as before."""
        event = happening.event
        if isinstance(event, SettingChanged):
            self._unsettled |= dict.fromkeys(_whose_rights(event), happening.at + SETTLED)
        for person, until in list(self._unsettled.items()):
            if happening.at <= until:
                self._until[person] = happening.position
            else:
                del self._unsettled[person]

    def until(self, person: str) -> int:
        """The position up to which what this person saw is void; -1 when nothing is."""
        return self._until.get(person, -1)

    def forget(self, position: int) -> None:
        """Nobody resumes from before a position any more."""
        self._until = {
            person: at for person, at in self._until.items() if at > position or person in self._unsettled
        }


def _whose_rights(event: SettingChanged) -> frozenset[str]:
    """The user themself, or whoever has become somebody in a queue, or is nobody there any more."""
    if event.subject == "user":
        return frozenset({event.subject_id})
    if event.subject == "queue":
        return frozenset().union(*(_named(event.before, role) ^ _named(event.after, role) for role in _ROLES))
    return frozenset()


def _named(queue: dict[str, object] | None, role: str) -> frozenset[str]:
    people = (queue or {}).get(role)
    return frozenset(map(str, people)) if isinstance(people, list | tuple) else frozenset()
