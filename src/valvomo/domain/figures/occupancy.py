"""Occupancy: how much of the time that agents were there they handled something (spec 1 §8)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

from valvomo.domain.agents.presence import Presence

THERE = frozenset({Presence.AVAILABLE, Presence.BUSY, Presence.DO_NOT_DISTURB})
"""Signed in and not away."""

Span = tuple[datetime, datetime]
Handled = TypeVar("Handled", bound=Hashable)


def there(chosen: Sequence[tuple[datetime, Presence]], until: datetime) -> list[Span]:
    """When an agent was there, from the presences that were set, in order; the last one lasts until the end."""
    ends = (*chosen, (until, Presence.OFFLINE))
    return [(one[0], following[0]) for one, following in pairwise(ends) if one[1] in THERE]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time, each moment of it once: who serves three customers at a time is busy once."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        elif since < until:
            found.append((since, until))
    return found


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The time that is in both; each is joined."""
    found: list[Span] = []
    one = other = 0
    while one < len(some) and other < len(others):
        since, until = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if since < until:
            found.append((since, until))
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Generic[Handled]):
    """A time in which an agent was there so, and handled the same; nothing where `handled` is empty."""

    since: datetime
    until: datetime
    presence: Presence
    handled: frozenset[Handled]

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.until - self.since).total_seconds()


def pieces(
    chosen: Sequence[tuple[datetime, Presence]], handled: Iterable[tuple[Span, Handled]], within: Span
) -> list[Piece[Handled]]:
    """The time in which an agent was there, in order, cut wherever their presence or what they handled changed.

    All pieces together are the time by which occupancy divides, those in which anything was handled what it divides.
    """
    first, last = within
    begins: dict[datetime, list[Handled]] = {}
    ends: dict[datetime, list[Handled]] = {}
    for (begin, end), what in handled:
        since, until = max(begin, first), min(end, last)
        if since < until:
            begins.setdefault(since, []).append(what)
            ends.setdefault(until, []).append(what)
    presences = {max(at, first): presence for at, presence in chosen if at < last}
    going: Counter[Handled] = Counter()
    presence, found = Presence.OFFLINE, list[Piece[Handled]]()
    for since, until in pairwise(sorted({*begins, *ends, *presences, last})):
        going.subtract(ends.get(since, ()))
        going.update(begins.get(since, ()))
        presence = presences.get(since, presence)
        if presence in THERE:
            now = frozenset((+going).keys())
            _go_on(found, Piece(since=since, until=until, presence=presence, handled=now))
    return found


def _go_on(found: list[Piece[Handled]], piece: Piece[Handled]) -> None:
    """A piece more, or the last one longer, where nothing has changed."""
    last = found[-1] if found else None
    if (
        last is not None
        and replace(last, since=piece.since, until=piece.until) == piece
        and last.until == piece.since
    ):
        found[-1] = replace(last, until=piece.until)
    else:
        found.append(piece)


class Together:
    """Spans of however many, together: how much of them is in a period, by looking up two moments."""

    def __init__(self, spans: Iterable[Span]) -> None:
        turns: dict[datetime, int] = {}
        for since, until in spans:
            turns[since] = turns.get(since, 0) + 1
            turns[until] = turns.get(until, 0) - 1
        self._moments = sorted(turns)
        self._before: list[timedelta] = []
        self._going: list[int] = []
        spent, going, last = timedelta(), 0, None
        for moment in self._moments:
            spent += going * (moment - last) if last is not None else timedelta()
            going += turns[moment]
            self._before.append(spent)
            self._going.append(going)
            last = moment

    def seconds_within(self, since: datetime, until: datetime) -> float:
        """How much of them is in a period."""
        return (self._until(until) - self._until(since)).total_seconds()

    def _until(self, moment: datetime) -> timedelta:
        place = bisect_right(self._moments, moment) - 1
        if place < 0:
            return timedelta()
        return self._before[place] + self._going[place] * (moment - self._moments[place])


def occupancy(busy: float, present: float) -> float | None:
    """Seconds in which an agent handled at least one conversation / seconds signed in and not away.

    Of several agents both are summed before. Handling counts as far as it is within the time that is divided by, so
    it is never more than 1; None where nobody was there.
    """
    return busy / present if present > 0 else None
