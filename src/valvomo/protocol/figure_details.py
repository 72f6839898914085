"""What stands behind figures: the list of what is counted, how durations are spread, what supervisors did."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.protocol.lookups import Named


class EntryConversation(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation of an entry, as far as the reader may see it now."""

    id: str
    customer: str | None
    subject: str | None
    state: str | None


class EntryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of what a figure counts. `seconds` is its duration.

    `agent` (of what supervisors did: the supervisor) is told where the policy shows individuals.
    """

    at: datetime
    counter: str
    conversation: EntryConversation
    queue: Named
    agent: Named | None
    channel: str
    language: str
    seconds: float | None


class AttendedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which an agent was there, with what they handled all through it, which may be nothing.

    So many conversations more (`elsewhere`) were in queues whose figures are not the reader's.
    """

    since: datetime
    until: datetime
    presence: str
    conversations: tuple[EntryConversation, ...]
    elsewhere: int


class Attended(msgspec.Struct, frozen=True, kw_only=True):
    """When an agent was there, the oldest first: for `there` seconds, `handled` of them with something to handle.

    The second by the first is their occupancy. Both are of the whole period, the items of one page of it.
    """

    there: float
    handled: float
    items: list[AttendedItem]
    next: str | None = None


class SpreadItem(msgspec.Struct, frozen=True, kw_only=True):
    """How many durations are from `since` up to `until` seconds; None is no end."""

    since: float
    until: float | None
    counts: dict[str, int]


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """The spread of durations, shortest first; `counts` by figure."""

    items: tuple[SpreadItem, ...]


class CourseItem(msgspec.Struct, frozen=True, kw_only=True):
    """A queue, with one number for each minute: what was the case at its end, and what was counted within it.

    At its end so many were `waiting`, the `longest` of them for so many seconds (None where nobody was). `within` of
    the `offered` were accepted within the queue's service level, `abandoned` left before.
    """

    queue: str
    waiting: tuple[int, ...]
    longest: tuple[float | None, ...]
    started: tuple[int, ...]
    answered: tuple[int, ...]
    within: tuple[int, ...]
    offered: tuple[int, ...]
    abandoned: tuple[int, ...]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The last whole minutes, oldest first; `at` says when each of them ended."""

    at: tuple[datetime, ...]
    items: tuple[CourseItem, ...]


class InterventionItem(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor's act (of all of them where individuals are not told apart), how often, and what followed.

    For `unasked` of them no agent had to be asked; `answers` are what the others said in the period. `outcomes` are how
    the conversations ended, `ongoing` those that go on.
    """

    act: str
    supervisor: Named | None
    count: int
    unasked: int
    answers: dict[str, int]
    outcomes: dict[str, int]


class Interventions(msgspec.Struct, frozen=True, kw_only=True):
    """What supervisors did in a period, most often first."""

    items: tuple[InterventionItem, ...]
