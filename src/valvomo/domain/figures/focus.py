"""Focus time: how long the agent who serves a conversation had it in front of them (spec 1 §8).

In front is a conversation that is selected on a desk that is visible, in a window that has the keyboard. The desk
reports it in spans, told from the moment of the report backwards: so only the server's clock counts. What is counted
of a span is what lies within stretches of talk or wrap-up of that agent, those that handle time is made of, and no
moment is counted twice: so focus time is never more than handle time.

What is counted is added up by stretch and is no fact of the journal: no rule needs it, it cannot be verified by
anybody, there would be two facts a minute for each agent, and the journal keeps for good what somebody looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.figures.occupancy import Span, common
from valvomo.domain.refusals import Refusal, malformed

MOST_SECONDS = 120.0
"""A span is reported so long after its beginning at most; desks report every 30 s."""
MOST_SPANS = 20
ROUNDING = timedelta(seconds=0.5)
"""So much may spans of one report lie over each other, or end after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A span as it is told: it began `ago` seconds before the report and lasted `seconds`."""

    conversation_id: str
    ago: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Looked:
    """A span by the server's clock."""

    conversation_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Stretch:
    """Talk or wrap-up of an agent; `until` None while it goes on."""

    since: datetime
    until: datetime | None = None


def looked(told: Sequence[Told], now: datetime, reported: datetime | None) -> list[Looked] | Refusal:
    """The spans of a report in their order, after everything that has been `reported`; or what is wrong with it.

    They may be told in any order. One that has not ended, that began too long ago, or that overlaps another one of the
    same report makes the whole report malformed. What seems to have been reported before is not counted again, however
    much it is: an earlier report that was long under way ends later by the server's clock than its desk meant.
    """
    found: list[Looked] = []
    ended: datetime | None = None
    for number, one in sorted(enumerate(told), key=lambda it: -it[1].ago):
        at = f"body.spans[{number}]"
        if not 0 < one.ago <= MOST_SECONDS or not 0 < one.seconds <= MOST_SECONDS:
            return malformed(at, f"more than 0 and at most {MOST_SECONDS:.0f} seconds are meant")
        since = now - timedelta(seconds=one.ago)
        until = since + timedelta(seconds=one.seconds)
        if until > now + ROUNDING:
            return malformed(at, "it has not ended")
        if ended is not None and since < ended - ROUNDING:
            return malformed(at, "it overlaps another one")
        span = max(since, ended or since, reported or since), min(until, now)
        if span[0] < span[1]:
            found.append(Looked(one.conversation_id, span))
        ended = min(until, now)
    return found


def stretch_now(conversation: Conversation, agent_id: str) -> Stretch | None:
    """The stretch in which this agent serves the conversation now, if they do and it is not parked."""
    if conversation.owner_id != agent_id:
        return None
    since = {State.ACTIVE: conversation.accepted_at, State.WRAP_UP: conversation.wrap_up_at}
    begun = since.get(conversation.state)
    return Stretch(begun) if begun is not None else None


def stretches(steps: Iterable[tuple[Conversation, datetime]], agent_id: str) -> list[Stretch]:
    """Every stretch of an agent, from the conversation after each of its events and when that was."""
    found: list[Stretch] = []
    going: Stretch | None = None
    for conversation, at in steps:
        now = stretch_now(conversation, agent_id)
        if going is not None and now != going:
            found.append(Stretch(going.since, at))
        going = now
    return [*found, going] if going is not None else found


def merged(spans: Sequence[Span], within: Iterable[Stretch], now: datetime) -> Mapping[datetime, int]:
    """Milliseconds of these spans, in order and apart from each other, by the beginning of the stretch they lie in."""
    found: dict[datetime, int] = {}
    for one in within:
        shared = common(spans, [(one.since, now if one.until is None else one.until)])
        if ms := sum((until - since) // timedelta(milliseconds=1) for since, until in shared):
            found[one.since] = ms
    return found
