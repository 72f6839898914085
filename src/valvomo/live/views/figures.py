"""Figures: what has been counted today, by queue, and what it takes to count on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.agents.events import PresenceSet
from valvomo.domain.conversations.call_quality import CallRated
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import State
from valvomo.domain.conversations.survey import SurveyAnswered
from valvomo.domain.figures.counting import counted, counted_afterwards
from valvomo.domain.figures.day import Read
from valvomo.domain.figures.entries import NOTHING, Entry, Spent
from valvomo.domain.figures.shifts import Shifts, next_day, shift_of, turned
from valvomo.domain.figures.sums import Book
from valvomo.domain.figures.turn import Turn
from valvomo.domain.routing.hours import Hours
from valvomo.live.views.happening import Change, Happening

NEWEST = 50
"""Handle times of a queue that are kept, for telling how long those who wait will probably wait."""

Books = dict[str, Book]


@dataclass(slots=True)
class Day:
    """The entries of the day from `since` to `until`, by queue; `later` are those of the day that follows.

    `spent` is what primaries have spent on ongoing conversations until now, `calendars` the hours of queues that have
    any. `handled` are the newest handle times of each queue, in seconds from acceptance to the end, `shifts` the days
    of agents.
    """

    since: datetime
    until: datetime
    books: Books = field(default_factory=dict)
    later: Books = field(default_factory=dict)
    spent: dict[str, Spent] = field(default_factory=dict)
    calendars: Mapping[str, Hours] = field(default_factory=dict)
    handled: dict[str, deque[float]] = field(default_factory=dict, compare=False)
    shifts: Shifts = field(default_factory=dict, compare=False)


def begin(read: Read, handled: Mapping[str, Iterable[float]] | None = None) -> Day:
    """The day from what was read, with the newest handle times of the queues, oldest first."""
    times = {queue: deque(seconds, NEWEST) for queue, seconds in (handled or {}).items()}
    return Day(
        since=read.day[0],
        until=read.day[1],
        books=read.books,
        spent=dict(read.spent),
        calendars=read.calendars,
        handled=times,
        shifts=read.shifts,
    )


def apply(day: Day, change: Change | None) -> frozenset[str]:
    """The day after one more fact; the queues in which something was counted today."""
    if change is None:
        return frozenset()
    _handled(day, change)
    return _enter(day, _count(day, change))


def _enter(day: Day, entries: Iterable[Entry]) -> frozenset[str]:
    queues: set[str] = set()
    for one in entries:
        if day.since <= one.at < day.until:
            day.books.setdefault(one.queue_id, Book()).enter(one)
            queues.add(one.queue_id)
        elif one.at >= day.until:
            day.later.setdefault(one.queue_id, Book()).enter(one)
    return frozenset(queues)


def attend(day: Day, happening: Happening, change: Change | None) -> bool:
    """The days of agents after one more fact; whether any of them goes on otherwise now."""
    event = happening.event
    if isinstance(event, PresenceSet):
        shift_of(day.shifts, event.agent_id, day.since).chose(happening.at, event.chosen)
        return True
    return change is not None and turned(day.shifts, day.since, (change.before, change.after, happening.at))


def afterwards(day: Day, happening: Happening) -> frozenset[str]:
    """The day after what is counted of something closed, which changes no conversation of the floor."""
    event, one = happening.event, happening.conversation_id
    if not isinstance(event, SurveyAnswered | CallRated) or one is None:
        return frozenset()
    return _enter(day, counted_afterwards(event, one, happening.at))


def turn(day: Day, now: tuple[datetime, datetime]) -> None:
    """A new day begins; what was counted before it counts no more."""
    follows = day.until == now[0]
    day.books, day.later = (day.later if follows else {}), {}
    day.shifts = next_day(day.shifts, now[0])
    day.since, day.until = now


def _count(day: Day, change: Change) -> tuple[Entry, ...]:
    one, event = change.after, change.happening.event
    if not isinstance(event, Event):
        return ()
    turn = Turn(change.before, event, one, change.happening.at, day.spent.get(one.id, NOTHING))
    entries, spent = counted(turn, day.calendars)
    if one.state is State.CLOSED:
        day.spent.pop(one.id, None)
    elif spent != turn.spent:
        day.spent[one.id] = spent
    return entries


def _handled(day: Day, change: Change) -> None:
    after = change.after
    ends = after.closed_at is not None and (change.before is None or change.before.closed_at is None)
    if ends and after.first_accepted_at is not None and after.closed_at is not None:
        times = day.handled.setdefault(after.queue_id, deque(maxlen=NEWEST))
        times.append((after.closed_at - after.first_accepted_at).total_seconds())
