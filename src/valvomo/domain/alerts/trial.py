"""A trial: what one rule would have raised, told in the order of time what could be seen.

The judgements are those of live alarms (`judging`, `answering`). In a trial nobody acknowledges or clears: an alert is
over when its conditions hold no more, when its conversation is closed or goes to another queue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from valvomo.domain.alerts.answering import answered, waits_until
from valvomo.domain.alerts.conditions import (
    HAPPENED,
    Condition,
    ConditionKind,
    asks_survey,
    of_conversations,
    of_one,
    of_queue,
)
from valvomo.domain.alerts.judging import Seen, Verdict, judged, taken_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The rule that is tried; no `queues` means all. `quiet` says of a moment whether nothing is raised then."""

    conditions: tuple[Condition, ...]
    queues: frozenset[str] = frozenset()
    cool_down: timedelta = timedelta(minutes=10)
    quiet: Callable[[datetime], bool] = lambda _: False

    def applies_in(self, queue_id: str) -> bool:
        """Whether it looks at this queue."""
        return not self.queues or queue_id in self.queues

    def asks(self, kind: ConditionKind) -> bool:
        """Whether one of its conditions is of this kind."""
        return any(one.kind is kind for one in self.conditions)


@dataclass(slots=True, kw_only=True)
class Would:
    """An alert that would have been raised; `cause` as of one that was, both None while it is not over."""

    queue_id: str
    conversation_id: str | None
    at: datetime
    until: datetime | None = None
    cause: str | None = None


@dataclass(slots=True)
class Trial:
    """`raised` is what came of it, in the order of time."""

    tried: Tried
    raised: list[Would] = field(default_factory=list)
    _open: dict[str, Would] = field(default_factory=dict)
    _due: dict[str, datetime] = field(default_factory=dict)
    _cools: dict[str, datetime] = field(default_factory=dict)
    _gates: dict[str, bool] = field(default_factory=dict)

    def due(self) -> tuple[datetime, str] | None:
        """When the clock alone may change an answer next, and of which queue or conversation."""
        return min(((at, about) for about, at in self._due.items()), default=None)

    def looks_in(self, queue_id: str) -> bool:
        """Whether conversations of this queue have to be looked at at all."""
        return bool(of_one(self.tried.conditions)) and self._gate(queue_id)

    def queue(self, queue_id: str, seen: Seen, at: datetime) -> bool:
        """Look at a queue; whether that concerns the conversations in it."""
        self._due.pop(queue_id, None)
        asked = of_queue(self.tried.conditions)
        if not asked:
            return False
        applies = self.tried.applies_in(queue_id)
        verdict = judged(asked, seen, at) if applies else Verdict(holds=False)
        self._plan(queue_id, verdict.again_at)
        if not of_conversations(self.tried.conditions):
            self._answer((queue_id, queue_id), verdict, at)
            return False
        turned = self._gates.get(queue_id) is not verdict.holds
        self._gates[queue_id] = verdict.holds
        return turned

    def conversation(self, conversation_id: str, queue_id: str, seen: Seen, at: datetime) -> None:
        """Look at a conversation, in a queue that was looked at before."""
        self._due.pop(conversation_id, None)
        asked = of_one(self.tried.conditions)
        if not asked:
            return
        applies = self._gate(queue_id) and self.tried.applies_in(queue_id)
        verdict = judged(asked, seen, at) if applies else Verdict(holds=False)
        self._plan(conversation_id, verdict.again_at)
        self._answer((conversation_id, queue_id), verdict, at, taken=taken_back(asked, seen.answer))

    def gone(self, about: str, at: datetime) -> None:
        """The conversation is closed, or there is no such queue any more. What its customer answered outlives it."""
        if not asks_survey(self.tried.conditions):
            self._end(about, at, "closed")
        for memory in (self._due, self._cools, self._gates):
            memory.pop(about, None)

    def _gate(self, queue_id: str) -> bool:
        return self._gates.get(queue_id, not of_queue(self.tried.conditions))

    def _answer(self, where: tuple[str, str], verdict: Verdict, at: datetime, *, taken: bool = False) -> None:
        about, queue_id = where
        former = self._open.get(about)
        answer = answered(
            self.tried.conditions, holds=verdict.holds, applies=self.tried.applies_in(queue_id), here=queue_id,
            former=former.queue_id if former else None, taken_back=taken,
        )  # fmt: skip
        if answer.ends is not None:
            self._end(about, at, answer.ends)
        if not answer.raises:
            return
        quiet = self.tried.quiet(at)
        later = waits_until(at, self._cools.get(about), quiet=quiet, stays=answer.stays)
        if later is not None:
            self._plan(about, later)
            return
        one = Would(queue_id=queue_id, conversation_id=about if about != queue_id else None, at=at)
        self._open[about] = one
        self.raised.append(one)

    def _end(self, about: str, at: datetime, cause: str) -> None:
        one = self._open.pop(about, None)
        if one is not None:
            one.until, one.cause = at, cause
            if cause == "moved":
                self._cools.pop(about, None)
            else:
                self._cools[about] = at + self.tried.cool_down

    def _plan(self, about: str, moment: datetime | None) -> None:
        if moment is not None:
            self._due[about] = moment


def unknowns(conditions: Sequence[Condition], *, quiet_hours: bool, mood_seen: bool) -> tuple[str, ...]:
    """What a trial of such a rule cannot know of the past, by name.

    `nobody_clears`: what people would have done about an alert by an event. `no_mood`: nothing was measured then.
    `mood_of_then`: moods count as the model of then measured them. `quiet_hours_now`: they are those of today.
    """
    kinds = {one.kind for one in conditions}
    moods = ConditionKind.SENTIMENT in kinds or any(
        one.kind is ConditionKind.ATTENTION or one.name == "mood" for one in conditions
    )
    found = {
        "nobody_clears": not kinds.isdisjoint(HAPPENED),
        "mood_of_then": moods and mood_seen,
        "no_mood": moods and not mood_seen,
        "quiet_hours_now": quiet_hours,
    }
    return tuple(one for one, holds in found.items() if holds)
