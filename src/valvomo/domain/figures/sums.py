"""Sums of entries, and the figures as formulas over them: one function each (spec 1 §8).

Counts and milliseconds add up over queues, hours and agents; ratios and means do not, so they are worked out last.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import dataclass, field

from valvomo.domain.figures.entries import FELT, Counter, Entry
from valvomo.domain.sentiment.levels import NONE, Level

JUDGED = frozenset({Counter.ANSWERED, Counter.LEFT, Counter.SESSION_ACCEPTED, Counter.SESSION_ABANDONED})
"""Their waits are compared with the service level of the queue."""


@dataclass(frozen=True, slots=True)
class Goal:
    """N and S of spec 1 §8, in seconds: accepted within N is in time, who leaves under S gave nobody a chance."""

    within: int = 60
    short: int = 5


@dataclass(slots=True)
class Sums:
    """How many entries of a kind there are, and their durations in milliseconds together.

    `within` of what was answered or accepted was so in time; `short` of those who left did so too soon to be served;
    `longest` is the longest duration of each kind.
    """

    counts: Tally[str] = field(default_factory=Tally)
    ms: Tally[str] = field(default_factory=Tally)
    within: Tally[str] = field(default_factory=Tally)
    short: Tally[str] = field(default_factory=Tally)
    longest: Tally[str] = field(default_factory=Tally)

    def add(self, other: Sums) -> None:
        """With what another group has."""
        self.counts.update(other.counts)
        self.ms.update(other.ms)
        self.within.update(other.within)
        self.short.update(other.short)
        self.longest |= other.longest


@dataclass(slots=True)
class Book:
    """Entries of one queue as they come, kept so that they can be summed for any goal."""

    counts: Tally[str] = field(default_factory=Tally)
    ms: Tally[str] = field(default_factory=Tally)
    longest: Tally[str] = field(default_factory=Tally)
    waits: dict[str, list[int]] = field(default_factory=dict)

    def enter(self, entry: Entry) -> None:
        """One more."""
        self.counts[entry.counter] += 1
        self.ms[entry.counter] += entry.ms or 0
        self.longest[entry.counter] = max(self.longest[entry.counter], entry.ms or 0)
        if entry.counter in JUDGED:
            insort(self.waits.setdefault(entry.counter, []), entry.ms or 0)

    def summed(self, goal: Goal) -> Sums:
        """Judged by a goal."""
        within = {one: bisect_right(waits, goal.within * 1000) for one, waits in self.waits.items()}
        short = {one: bisect_left(waits, goal.short * 1000) for one, waits in self.waits.items()}
        return Sums(Tally(self.counts), Tally(self.ms), Tally(within), Tally(short), Tally(self.longest))


def summed(entries: Iterable[Entry], goal: Goal) -> Sums:
    """Of these entries."""
    book = Book()
    for one in entries:
        book.enter(one)
    return book.summed(goal)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """The counts of a service level; counts add up over queues where ratios do not.

    `within` were accepted within N seconds, `accepted` at all, `abandoned` left before, `short` of those so soon
    that they are left out of the third variant, `unserved` were closed by somebody else while they waited.
    """

    within: int = 0
    accepted: int = 0
    abandoned: int = 0
    short: int = 0
    unserved: int = 0

    @property
    def offered(self) -> int:
        """Accepted + abandoned + unserved: whoever ended the waiting, these customers had come to be served."""
        return self.accepted + self.abandoned + self.unserved

    @property
    def of_offered(self) -> float | None:
        """Within / offered; None when nothing was offered."""
        return ratio(self.within, self.offered)

    @property
    def of_accepted(self) -> float | None:
        """Within / accepted."""
        return ratio(self.within, self.accepted)

    @property
    def without_short_abandons(self) -> float | None:
        """Within / (offered - short)."""
        return ratio(self.within, self.offered - self.short)


def service_level(sums: Sums) -> ServiceLevel:
    """Accepted within N seconds / all offered, of conversations; the wait runs from queueing or escalation."""
    return _level(sums, Counter.ANSWERED, Counter.LEFT, Counter.UNSERVED)


def session_service_level(sums: Sums) -> ServiceLevel:
    """The same of sessions: the wait begins anew in each queue, and whatever came back is offered again."""
    return _level(sums, Counter.SESSION_ACCEPTED, Counter.SESSION_ABANDONED, Counter.SESSION_CLOSED)


def started(sums: Sums) -> int:
    """Conversations that came to people: queued for the first time, or escalated by a bot."""
    return sums.counts[Counter.ARRIVED]


def begun(sums: Sums) -> int:
    """Conversations in which the house has written first: they have neither arrived nor been answered."""
    return sums.counts[Counter.BEGUN]


def answered(sums: Sums) -> int:
    """Conversations that an agent accepted for the first time."""
    return sums.counts[Counter.ANSWERED]


def abandoned(sums: Sums) -> int:
    """Conversations closed by the customer while they waited for acceptance, be it again after a release.

    Those among them that nobody had ever accepted are what the service level counts as abandoned.
    """
    return sums.counts[Counter.ABANDONED]


def abandonment(sums: Sums) -> float | None:
    """Left while waiting / (answered + left while waiting)."""
    left = sums.counts[Counter.LEFT]
    return ratio(left, sums.counts[Counter.ANSWERED] + left)


def force_closed(sums: Sums) -> int:
    """Conversations closed by a supervisor."""
    return sums.counts[Counter.FORCE_CLOSED]


def auto_closed(sums: Sums) -> int:
    """Conversations closed by the system, when their time ran out."""
    return sums.counts[Counter.AUTO_CLOSED]


def overflow_closed(sums: Sums) -> int:
    """Conversations closed by an overflow rule of their queue."""
    return sums.counts[Counter.OVERFLOW_CLOSED]


def escalated(sums: Sums) -> int:
    """Conversations that a bot had and people got: by the bot, by a supervisor, or because the bot was silent."""
    return sums.counts[Counter.ESCALATED]


def bot_ended(sums: Sums) -> int:
    """Conversations that ended with a bot: it settled them, their customers left, or they went idle."""
    return sums.counts[Counter.BOT_ENDED]


def completed(sums: Sums) -> int:
    """Conversations closed by an agent: wrap-up completed, or a record resolved."""
    return sums.counts[Counter.COMPLETED] + sums.counts[Counter.RESOLVED]


def speed_of_answer(sums: Sums) -> float | None:
    """Sum of waits of answered conversations / answered, in seconds (ASA)."""
    return _mean(sums, Counter.ANSWERED)


def session_wait(sums: Sums) -> float | None:
    """Sum of session waits that ended in acceptance / their number, in seconds."""
    return _mean(sums, Counter.SESSION_ACCEPTED)


def wait_of_abandoned(sums: Sums) -> float | None:
    """Sum of waits of those who left while waiting / their number, in seconds."""
    return _mean(sums, Counter.LEFT)


def first_response(sums: Sums) -> float | None:
    """Sum of (first agent message - queueing or escalation, within opening hours) / their number, in seconds."""
    return _mean(sums, Counter.FIRST_RESPONSE)


def response_time(sums: Sums) -> float | None:
    """Sum of (next agent message - first unanswered customer message) / exchanges, in seconds."""
    return _mean(sums, Counter.RESPONSE)


def handle_time(sums: Sums) -> float | None:
    """Sum of talk and wrap-up of all primaries, time parked left out / conversations handled, in seconds."""
    return _mean(sums, Counter.HANDLED)


def talk_time(sums: Sums) -> float | None:
    """Sum of time active with a primary / conversations handled, in seconds."""
    return _mean(sums, Counter.HANDLED_TALK)


def wrap_up_time(sums: Sums) -> float | None:
    """Sum of time in wrap-up / conversations handled, in seconds."""
    return _mean(sums, Counter.HANDLED_WRAP_UP)


def own_handle_time(sums: Sums) -> float | None:
    """Sum of an agent's own talk and wrap-up, time parked left out / times that they had one, in seconds."""
    return _own(sums, Counter.TALK, Counter.WRAP_UP)


def own_talk_time(sums: Sums) -> float | None:
    """Sum of an agent's own time active with a conversation / times that they had one, in seconds."""
    return _own(sums, Counter.TALK)


def own_wrap_up_time(sums: Sums) -> float | None:
    """Sum of an agent's own time in wrap-up / times that they had a conversation, in seconds."""
    return _own(sums, Counter.WRAP_UP)


def focus_time(sums: Sums) -> float | None:
    """Sum of time that primaries had it in front / conversations handled, in seconds; None where nobody reported any.

    One that was served without a desk, or before desks reported it, counts with nothing.
    """
    return _mean(sums, Counter.HANDLED, Counter.HANDLED_FOCUS) if sums.ms[Counter.HANDLED_FOCUS] else None


def focus_share(sums: Sums) -> float | None:
    """Time that primaries had it in front / handle time, of the same conversations: between 0 and 1."""
    return _share(sums.ms[Counter.HANDLED_FOCUS], sums.ms[Counter.HANDLED])


def own_focus_time(sums: Sums) -> float | None:
    """Sum of an agent's own time with one in front / times that they had one, in seconds."""
    return _own(sums, Counter.FOCUS) if sums.ms[Counter.FOCUS] else None


def own_focus_share(sums: Sums) -> float | None:
    """An agent's own time with one in front / own talk and wrap-up: between 0 and 1."""
    return _share(sums.ms[Counter.FOCUS], sums.ms[Counter.TALK] + sums.ms[Counter.WRAP_UP])


def sentiment(sums: Sums) -> dict[str, int]:
    """Conversations closed, by the level of the customer's last six messages when they were; `none` has none."""
    return {level: sums.counts[FELT + level] for level in (*(one.value for one in Level), NONE)}


def ratio(part: int, whole: int) -> float | None:
    """Part / whole; None where there is nothing to divide by."""
    return part / whole if whole > 0 else None


def _level(sums: Sums, accepted: str, left: str, unserved: str) -> ServiceLevel:
    return ServiceLevel(
        within=sums.within[accepted],
        accepted=sums.counts[accepted],
        abandoned=sums.counts[left],
        short=sums.short[left],
        unserved=sums.counts[unserved],
    )


def _mean(sums: Sums, counter: str, spent: str | None = None) -> float | None:
    number = sums.counts[counter]
    return sums.ms[spent or counter] / number / 1000 if number else None


def _share(focus: int, whole: int) -> float | None:
    return ratio(focus, whole) if focus else None


def _own(sums: Sums, *counters: str) -> float | None:
    served = sums.counts[Counter.SERVED]
    return sum(sums.ms[one] for one in counters) / served / 1000 if served else None
