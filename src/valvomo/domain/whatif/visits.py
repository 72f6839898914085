"""What becomes of those who come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.routing.facts import Waiting
from valvomo.domain.whatif.coming import Coming
from valvomo.domain.whatif.overflowing import Standing
from valvomo.domain.whatif.people import Person, Spent
from valvomo.domain.whatif.setup import Period


class Fate(StrEnum):
    """Accepted by an agent, left before, sent away by overflow; or `waiting`, at the end, for any of these."""

    ACCEPTED = "accepted"
    ABANDONED = "abandoned"
    TURNED_AWAY = "turned_away"
    WAITING = "waiting"


@dataclass(slots=True, kw_only=True)
class Visit:
    """Somebody who came, while the time goes on.

    `standing` is where they wait or waited last; `waiting` is what the router is shown while they stand in line,
    `asked` who was asked to take them. Their wait was over at `ended`.
    """

    coming: Coming
    standing: Standing
    fate: Fate = Fate.WAITING
    ended: float | None = None
    waiting: Waiting | None = None
    asked: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it went: everybody who came in what is counted, and how the agents' time was spent."""

    period: Period
    visits: tuple[Visit, ...]
    spent: tuple[Spent, ...]
