"""What has been said of why something waits: each reason is kept once, and another one not before a minute is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from valvomo.domain.refusals import Reason
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import Waiting
from valvomo.domain.routing.route import Routed

SAY_AGAIN = timedelta(minutes=1)
"""So long the reasons for which something waits are neither looked at nor told anew, however often they change."""
MOST_LINES = 40
"""Lines that are explained in one pass: each costs a look at every member. The next pass goes on."""

Kept = tuple[tuple[Decision, tuple[Decision, ...]], ...]
"""Decisions to leave something waiting, each with the others for whom the same is true."""


Why = tuple[frozenset[Reason], datetime | None]
"""Why nobody is asked: of members, and until when nobody is to be."""


class Said:
    """The reasons that were last kept for each conversation that waits, and when they were last found to be so."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[Why, datetime]] = {}

    def forget(self, conversation_id: str) -> None:
        """It waits no more."""
        self._said.pop(conversation_id, None)

    def asking(self, now: datetime) -> Asking:
        """Which lines are to be explained in a pass."""
        return Asking(self._said, now)

    def new(self, routed: Routed, now: datetime) -> Kept:
        """Why what waits is not offered, for those of whom nothing was said before, or something else long ago."""
        found = []
        for decision in routed.held_up:
            reasons = _why(decision)
            group = (decision.waiting, *routed.behind.get(decision.waiting.id, ()))
            new = []
            for one in group:
                former = self._said.get(one.id)
                if former is None or (former[0] != reasons and now - former[1] >= SAY_AGAIN):
                    new.append(replace(decision, waiting=one))
                elif former[0] == reasons:
                    self._said[one.id] = (reasons, now)
            if new:
                found.append((new[0], tuple(new[1:])))
        return tuple(found)

    def note(self, kept: Kept, now: datetime) -> None:
        """This was said."""
        for head, others in kept:
            self._said.update((one.waiting.id, (_why(one), now)) for one in (head, *others))


class Asking:
    """Asked for each line that waits on; `left` are the queues for whose lines there was no time."""

    def __init__(self, said: dict[str, tuple[Why, datetime]], now: datetime) -> None:
        self.left: set[str] = set()
        self._said = said
        self._now = now
        self._lines = 0

    def __call__(self, line: Sequence[Waiting]) -> bool:
        """Whether something is to be said of it, and can be in this pass."""
        due = self._now - SAY_AGAIN
        said = self._said
        if all(one.id in said and said[one.id][1] > due for one in line):
            return False
        if self._lines == MOST_LINES:
            self.left.add(line[0].queue_id)
            return False
        self._lines += 1
        return True


def _why(decision: Decision) -> Why:
    return frozenset(decision.reasons), decision.waiting.postponed
