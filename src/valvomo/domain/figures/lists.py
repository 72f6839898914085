"""The list behind each figure: which entries it counts, so that it can be opened and holds exactly as many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.figures.entries import FELT, FOLLOWED, SUPERVISED, Counter, Step
from valvomo.domain.sentiment.levels import NONE, Level


class Judged(StrEnum):
    """Which of the entries: by the goal of their queue, or acts of supervisors for which no agent had to be asked."""

    WITHIN = "within"
    LATE = "late"
    SHORT = "short"
    UNASKED = "unasked"


@dataclass(frozen=True, slots=True)
class Listed:
    """The entries of these counters; of those that are judged only the ones that are so."""

    counters: tuple[str, ...]
    judged: Judged | None = None

    @property
    def of_moods(self) -> bool:
        """Whether it tells what customers felt."""
        return self.counters[0].startswith(FELT)

    @property
    def of_supervisors(self) -> bool:
        """Whether it tells what supervisors did: whose entries are those is a supervisor then, not an agent."""
        return self.counters[0].startswith((SUPERVISED, FOLLOWED))


ASKING = (Step.ASSIGN, Step.TRANSFER)
"""Acts for which an agent may be asked."""
ANSWERS = (Counter.ACCEPTED, Counter.REJECTED, Counter.EXPIRED, Counter.WITHDRAWN)

LISTS: Mapping[str, Listed] = {
    "started": Listed((Counter.ARRIVED,)),
    "begun": Listed((Counter.BEGUN,)),
    "answered": Listed((Counter.ANSWERED,)),
    "within": Listed((Counter.ANSWERED,), Judged.WITHIN),
    "late": Listed((Counter.ANSWERED,), Judged.LATE),
    "left": Listed((Counter.LEFT,)),
    "short": Listed((Counter.LEFT,), Judged.SHORT),
    "abandoned": Listed((Counter.ABANDONED,)),
    "completed": Listed((Counter.COMPLETED, Counter.RESOLVED)),
    "force_closed": Listed((Counter.FORCE_CLOSED,)),
    "auto_closed": Listed((Counter.AUTO_CLOSED,)),
    "overflow_closed": Listed((Counter.OVERFLOW_CLOSED,)),
    "escalated": Listed((Counter.ESCALATED,)),
    "bot_ended": Listed((Counter.BOT_ENDED,)),
    "handled": Listed((Counter.HANDLED,)),
    "served": Listed((Counter.SERVED,)),
    "first_responses": Listed((Counter.FIRST_RESPONSE,)),
    "responses": Listed((Counter.RESPONSE,)),
    "unserved": Listed((Counter.UNSERVED,)),
    "sessions_closed": Listed((Counter.SESSION_CLOSED,)),
    "sessions_accepted": Listed((Counter.SESSION_ACCEPTED,)),
    "sessions_within": Listed((Counter.SESSION_ACCEPTED,), Judged.WITHIN),
    "sessions_late": Listed((Counter.SESSION_ACCEPTED,), Judged.LATE),
    "sessions_abandoned": Listed((Counter.SESSION_ABANDONED,)),
    "sessions_short": Listed((Counter.SESSION_ABANDONED,), Judged.SHORT),
    "calls": Listed((Counter.CALL,)),
    "call_talk": Listed((Counter.CALL_TALK,)),
    "call_hold": Listed((Counter.CALL_HOLD,)),
    "holds": Listed((Counter.HOLD,)),
    "call_quality": Listed((Counter.QUALITY_CUSTOMER, Counter.QUALITY_AGENT)),
    "call_quality_of_agents": Listed((Counter.QUALITY_AGENT,)),
    "poor_ways": Listed((Counter.QUALITY_POOR,)),
    "survey_asked": Listed((Counter.SURVEY_ASKED,)),
    "survey_answered": Listed((Counter.SURVEY_CSAT, Counter.SURVEY_NPS)),
    "survey_csat": Listed((Counter.SURVEY_CSAT,)),
    "survey_nps": Listed((Counter.SURVEY_NPS,)),
    "offers": Listed((Counter.OFFERED,)),
    "offers_accepted": Listed((Counter.ACCEPTED,)),
    "offers_rejected": Listed((Counter.REJECTED,)),
    "offers_expired": Listed((Counter.EXPIRED,)),
    "offers_withdrawn": Listed((Counter.WITHDRAWN,)),
    **{f"felt_{level}": Listed((FELT + level,)) for level in (*(one.value for one in Level), NONE)},
    **{f"supervised_{act.value}": Listed((SUPERVISED + act,)) for act in Step},
    **{f"unasked_{act.value}": Listed((SUPERVISED + act,), Judged.UNASKED) for act in Step},
    **{
        f"followed_{act.value}_{answer.value}": Listed((f"{FOLLOWED}{act}.{answer}",))
        for act in ASKING
        for answer in ANSWERS
    },
}
"""By name, as a figure is asked for what it counts."""
