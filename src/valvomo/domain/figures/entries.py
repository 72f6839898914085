"""Entries: what is counted, one line each, at the moment at which it counts and never changed again (spec 1 §8).

Every figure of a period is a formula over sums of entries, and its list is the conversations of those entries. Live
views add the entries of facts as they come, history has the database add the same entries: there is nothing in which
the two could differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Counter(StrEnum):
    """Kinds of entries. Those with a duration say in the comment from when to when it runs."""

    ARRIVED = "arrived"
    BEGUN = "begun"
    """The house has written first."""
    ANSWERED = "answered"
    """First acceptance by an agent; from queueing (or escalation)."""
    LEFT = "left"
    """The customer left before anybody accepted; from queueing (or escalation)."""
    UNSERVED = "unserved"
    """Closed by a supervisor, by the system or by an overflow rule before anybody accepted; from queueing."""
    SESSION = "session.began"
    SESSION_ACCEPTED = "session.accepted"
    """Each session that ended, by how; from its own queueing."""
    SESSION_ABANDONED = "session.abandoned"
    SESSION_MOVED = "session.moved"
    SESSION_CLOSED = "session.closed"
    SESSION_OUTBOUND = "session.outbound"
    """The same, however it ended, of what the house has begun: no service was asked for, so none is judged."""
    COMPLETED = "closed.completed"
    RESOLVED = "closed.resolved"
    ABANDONED = "closed.abandoned"
    FORCE_CLOSED = "closed.force_closed"
    AUTO_CLOSED = "closed.auto_closed"
    OVERFLOW_CLOSED = "closed.overflow"
    BOT_ENDED = "closed.bot_ended"
    ESCALATED = "escalated"
    """A bot's conversation came to people."""
    HANDLED = "handled"
    """A conversation that had been accepted is closed; all its talk, hold and wrap-up."""
    HANDLED_TALK = "handled.talk"
    HANDLED_WRAP_UP = "handled.wrap_up"
    SERVED = "served"
    """A primary has it no longer."""
    TALK = "talk"
    """A stretch of being primary while it was active; from acceptance or resuming."""
    WRAP_UP = "wrap_up"
    WAITING = "waiting"
    """A stretch of being parked."""
    HANDLED_FOCUS = "handled.focus"
    """No entries: what desks have reported of the talk and wrap-up of what was handled, added up beside them."""
    FOCUS = "focus"
    FIRST_RESPONSE = "first_response"
    """First agent message; from queueing (or escalation), within opening hours."""
    RESPONSE = "response"
    """Next agent message; from the customer's first unanswered one."""
    OFFERED = "offered"
    ACCEPTED = "accepted"
    """An offer was answered; from being made."""
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CALL = "call"
    """An agent had a call; from acceptance, or from when it became one. All of it, and of it talk and hold."""
    CALL_TALK = "call.talk"
    CALL_HOLD = "call.hold"
    HOLD = "hold"
    """A stretch of hold of the customer of a call."""
    QUALITY_CUSTOMER = "quality.customer"
    QUALITY_AGENT = "quality.agent"
    """How the ways into a call did that is over, with a thousand times the score in place of a duration."""
    QUALITY_POOR = "quality.poor"
    """One of them whose worst minute was poor, with the score of that."""
    SURVEY_ASKED = "survey.asked"
    SURVEY_CSAT = "survey.csat"
    """First answers, with a thousand times the score in place of a duration; what a changed answer is more, or less."""
    SURVEY_CSAT_CHANGED = "survey.csat.changed"
    SURVEY_NPS = "survey.nps"
    """The same of recommendations: 1000 for one who promotes, -1000 for one who detracts, else nothing."""
    SURVEY_NPS_CHANGED = "survey.nps.changed"


CLOSED = {
    "completed": Counter.COMPLETED,
    "resolved": Counter.RESOLVED,
    "abandoned": Counter.ABANDONED,
    "force_closed": Counter.FORCE_CLOSED,
    "auto_closed": Counter.AUTO_CLOSED,
    "overflow": Counter.OVERFLOW_CLOSED,
    "bot_ended": Counter.BOT_ENDED,
}
"""By what conversations are closed as."""
SUPERVISED, FOLLOWED, PRESENT, FELT = "supervised.", "followed.", "present.", "felt."
"""Beginnings of counters with a word of their own: a supervisor's act, what came of one, a presence from then on, and
the level of sentiment with which a conversation closed, `none` where it had none."""


class Step(StrEnum):
    """Acts by which supervisors step in."""

    MONITOR = "monitor"
    JOIN = "join"
    TAKE_OVER = "take_over"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    FORCE_CLOSE = "force_close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. `counter` is a `Counter` or begins with one of the beginnings above; durations in milliseconds.

    `queue_id` is where it happened, `agent_id` whose it is: who accepted, wrote, was asked, or stepped in.
    `outbound`: the house has written first.
    """

    counter: str
    at: datetime
    conversation_id: str = ""
    queue_id: str = ""
    channel: str = ""
    language: str = ""
    agent_id: str | None = None
    ms: int | None = None
    outbound: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds that primaries have spent on a conversation so far; `hold` in the call that somebody has now."""

    talk: int = 0
    wrap_up: int = 0
    hold: int = 0

    def plus(self, *, talk: int = 0, wrap_up: int = 0, hold: int = 0) -> Spent:
        """With so much more."""
        return Spent(self.talk + talk, self.wrap_up + wrap_up, self.hold + hold)


NOTHING = Spent()
