"""What becomes of those who come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from valvomo.domain.conversations.workstream import Workstream
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
    `asked` who was asked last to take them, and `pending` whether that agent has yet to answer. Their wait was over at
    `ended`.

    `passed` is how often they were passed on to another queue, `again` how long they waited there each time; they wait
    there since `passed_at` (until nothing more is known, None when they do not). Agents have `rejected` and `missed`
    them so often.
    """

    coming: Coming
    standing: Standing
    fate: Fate = Fate.WAITING
    ended: float | None = None
    waiting: Waiting | None = None
    asked: Person | None = None
    pending: bool = False
    asks: int = 0
    declines: dict[str, int] = field(default_factory=dict)
    stage: int = 0
    passed: int = 0
    passed_at: float | None = None
    again: list[float] = field(default_factory=list)
    rejected: int = 0
    missed: int = 0

    def in_line(self, workstream: Workstream, queued_at: datetime) -> Waiting:
        """What the router is shown of them. Their age is kept wherever they are passed on."""
        coming = self.coming
        return Waiting(
            id=coming.id,
            queue_id=self.standing.queue_id,
            workstream_id=coming.workstream_id,
            channel=workstream.channel,
            units=workstream.units,
            queued_at=queued_at,
            priority=coming.priority,
            needs=coming.needs,
            declines=dict(self.declines),
            affinity_id=None if self.passed else coming.affinity_id,
        )

    def accept(self, at: float) -> None:
        """An agent has them; what was declined and applied before counts no more."""
        self.pending = False
        self._waits_no_more(at, Fate.ACCEPTED)
        self.declines.clear()
        self.standing = replace(self.standing, applied=frozenset(), served=True)

    def decline(self, *, missed: bool) -> None:
        """Who was asked has rejected or missed it."""
        self.pending = False
        self.missed += missed
        self.rejected += not missed
        if self.asked is not None:
            agent = self.asked.seat.agent.id
            self.declines[agent] = self.declines.get(agent, 0) + 1

    def pass_on(self, at: float, standing: Standing) -> None:
        """Their agent has passed them on."""
        self.passed += 1
        self.passed_at, self.standing = at, standing

    def leave(self, at: float) -> None:
        """They have lost their patience."""
        self.pending = False
        self._waits_no_more(at, Fate.ABANDONED)

    def turn_away(self, at: float) -> None:
        """Overflow has ended it."""
        self._waits_no_more(at, Fate.TURNED_AWAY)

    def _waits_no_more(self, at: float, fate: Fate) -> None:
        """The first wait decides what became of them."""
        if self.passed_at is not None:
            self.again.append(at - self.passed_at)
            self.passed_at = None
        elif self.fate is Fate.WAITING:
            self.fate, self.ended = fate, at


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it went: everybody who came in what is counted, and how the agents' time was spent."""

    period: Period
    visits: tuple[Visit, ...]
    spent: tuple[Spent, ...]
