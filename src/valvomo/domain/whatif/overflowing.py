"""The overflow rules in virtual time, as the queues have them; words to customers change nothing here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from valvomo.domain.conversations.targets import Queue
from valvomo.domain.routing.hours import is_open, next_closing
from valvomo.domain.routing.overflow import (
    BY_THE_CLOCK,
    Overflow,
    OverflowRule,
    Place,
    Remedy,
    Trigger,
    Waiter,
    entering,
    key_of,
    overflow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """In which queue somebody stands, since when, what was applied to them, and whether it has sent them away.

    Whom an agent has `served` is not sent away.
    """

    queue_id: str
    since: datetime
    applied: frozenset[str] = frozenset()
    sent_away: bool = False
    served: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflowing:
    """The queues by id, and how many wait in one now; who is judged is not among them."""

    places: Mapping[str, Place]
    length: Callable[[str], int]

    def entered(self, standing: Standing, at: datetime) -> Standing:
        """Where they stand after coming into a queue."""
        place = self._place(standing.queue_id)
        if place is None:
            return standing
        for one in entering(place, at, self.places, standing.applied, served=standing.served):
            standing = _after(standing, one, at)
        return standing

    def waited(self, standing: Standing, at: datetime) -> Standing:
        """Where they stand after having waited until now."""
        place = self._place(standing.queue_id)
        while place is not None and not standing.sent_away:
            waiter = Waiter(since=standing.since, applied=standing.applied, served=standing.served)
            found = overflow(place, waiter, self.places, at, triggers=BY_THE_CLOCK)
            if found is None:
                break
            standing = _after(standing, found, at)
            if found.to is not None:
                return self.entered(standing, at)
        return standing

    def next_look(self, standing: Standing, at: datetime) -> datetime | None:
        """When the clock alone may make a rule apply to who waits: a wait over, or the queue closing."""
        place = self._place(standing.queue_id)
        if place is None:
            return None
        moments = (
            _moment(rule, place, standing, at)
            for rule in place.overflow
            if rule.trigger in BY_THE_CLOCK and key_of(place, rule) not in standing.applied
        )
        return min((one for one in moments if one is not None and one > at), default=None)

    def _place(self, queue_id: str) -> Place | None:
        """The queue as it is now; None where it has no rules."""
        place = self.places.get(queue_id)
        return replace(place, waiting=self.length(queue_id)) if place is not None and place.overflow else None


def queue_of(place: Place, at: datetime) -> Queue:
    """The queue as the rules of passing something on to it look at it."""
    opened = is_open(place.hours, at)
    return Queue(id=place.id, name=place.name, kind=place.kind, members=place.members, open=opened)


def _after(standing: Standing, found: Overflow, at: datetime) -> Standing:
    standing = replace(standing, applied=standing.applied | {found.key})
    if found.to is not None:
        return replace(standing, queue_id=found.to.id, since=at)
    return replace(standing, sent_away=found.rule.remedy is Remedy.CLOSE)


def _moment(rule: OverflowRule, place: Place, standing: Standing, at: datetime) -> datetime | None:
    if rule.trigger is Trigger.WAIT:
        return standing.since + timedelta(seconds=rule.over)
    return next_closing(place.hours, at) if place.hours is not None else None
