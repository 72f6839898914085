"""Occupancy while a day goes on: each agent's day so far, as it will be worked out of the same day afterwards.

Moments count by whole milliseconds here, as durations of entries do, so that what was kept fact by fact and what is
read of the same facts again are the same number.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.figures.occupancy import THERE

SETTLED = 120_000_000
"""Microseconds: facts of several servers are that much out of order at most."""
MOST_UNSETTLED = 64
"""Turns that are kept before those that are settled are added up."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def whole_milliseconds(moment: datetime) -> int:
    """Since 1970, rounded down: differences of them add up over what follows each other."""
    return _microseconds(moment) // 1000


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


Turn = tuple[int, bool | None, int]
"""At so many microseconds since 1970: there from now on or not (None: as before), and so many more are handled."""


@dataclass(slots=True)
class Standing:
    """Until `at` an agent was there for `present`, and handled something for `busy` of it (all in milliseconds).

    From then on they are `there` or not, and handle so many conversations.
    """

    at: int
    present: int = 0
    busy: int = 0
    there: bool = False
    handling: int = 0

    def turn(self, turn: Turn) -> None:
        """Something is another from a moment on; what happened before `at` happened then."""
        moment, there, more = turn
        at = moment // 1000
        step = max(0, at - self.at)
        if self.there:
            self.present += step
            self.busy += step if self.handling > 0 else 0
        self.at = max(self.at, at)
        self.there = self.there if there is None else there
        self.handling += more


@dataclass(slots=True)
class Shift:
    """An agent's day: what is settled, and the turns after it in order of time."""

    settled: Standing
    turns: list[Turn] = field(default_factory=list)

    def chose(self, at: datetime, presence: Presence) -> None:
        """A presence was set."""
        self._insert((_microseconds(at), presence in THERE, 0))

    def began(self, at: datetime) -> None:
        """One more conversation is handled."""
        self._insert((_microseconds(at), None, 1))

    def ended(self, at: datetime) -> None:
        """One less is."""
        self._insert((_microseconds(at), None, -1))

    def handled(self, since: datetime, until: datetime) -> None:
        """One was, for a stretch."""
        self.began(since)
        self.ended(until)

    def standing(self) -> Standing:
        """After the last turn; what will not be turned any more is settled."""
        if len(self.turns) > MOST_UNSETTLED:
            number = sum(one[0] < self.turns[-1][0] - SETTLED for one in self.turns)
            self.settled = self._standing(number)
            del self.turns[:number]
        return self._standing(len(self.turns))

    def next_day(self, since: datetime) -> Shift:
        """Nothing of the day that begins has been counted yet, but what goes on goes on."""
        begin = _microseconds(since)
        before = self._standing(sum(one[0] < begin for one in self.turns))
        begun = Standing(whole_milliseconds(since), there=before.there, handling=before.handling)
        return Shift(begun, [one for one in self.turns if one[0] >= begin])

    def _insert(self, turn: Turn) -> None:
        insort(self.turns, turn, key=lambda one: one[0])

    def _standing(self, number: int) -> Standing:
        it = self.settled
        found = Standing(it.at, it.present, it.busy, it.there, it.handling)
        for turn in self.turns[:number]:
            found.turn(turn)
        return found


Shifts = dict[str, Shift]
"""By agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupied:
    """Lines over time: `s` milliseconds after a day began agents were there for `present_ms + present * s` together."""

    busy_ms: int = 0
    busy: int = 0
    present_ms: int = 0
    present: int = 0

    def seconds_at(self, milliseconds: int) -> tuple[float, float]:
        """How long they had handled something, and how long they had been there, so long after the day began."""
        busy = self.busy_ms + self.busy * milliseconds
        return busy / 1000, (self.present_ms + self.present * milliseconds) / 1000


def occupied(shifts: Iterable[Shift], since: datetime) -> Occupied:
    """Of these agents together, on the day that began then."""
    begin = whole_milliseconds(since)
    busy_ms = busy = present_ms = present = 0
    for one in shifts:
        now = one.standing()
        serves = now.there and now.handling > 0
        present_ms += now.present - (now.at - begin if now.there else 0)
        busy_ms += now.busy - (now.at - begin if serves else 0)
        present += now.there
        busy += serves
    return Occupied(busy_ms=busy_ms, busy=busy, present_ms=present_ms, present=present)


def handled_by(conversation: Conversation | None) -> tuple[str, datetime] | None:
    """Who handles it, and since when: talks, or wraps up; what is parked takes nobody's time."""
    if conversation is None or conversation.owner_id is None:
        return None
    since = {State.ACTIVE: conversation.accepted_at, State.WRAP_UP: conversation.wrap_up_at}.get(
        conversation.state
    )
    return None if since is None else (conversation.owner_id, since)


def shift_of(shifts: Shifts, agent_id: str, since: datetime) -> Shift:
    """The agent's, begun with the day that began then where nothing was known of them."""
    if agent_id not in shifts:
        shifts[agent_id] = Shift(Standing(whole_milliseconds(since)))
    return shifts[agent_id]


def turned(
    shifts: Shifts, since: datetime, change: tuple[Conversation | None, Conversation, datetime]
) -> bool:
    """Take in that a conversation (before, after) changed at a moment; whether that is anything to anybody."""
    before, after = handled_by(change[0]), handled_by(change[1])
    if before == after:
        return False
    if before is not None:
        shift_of(shifts, before[0], since).ended(change[2])
    if after is not None:
        shift_of(shifts, after[0], since).began(after[1])
    return True


def next_day(shifts: Mapping[str, Shift], since: datetime) -> Shifts:
    """All of them as a day begins."""
    return {one: shift.next_day(since) for one, shift in shifts.items()}
