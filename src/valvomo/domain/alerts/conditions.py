"""The conditions of alert rules: over figures of a queue, and over what one conversation is, or what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.attention.rules import PARTS
from valvomo.domain.conversations.delivery import DeliveryChanged
from valvomo.domain.conversations.survey_form import SCALES, SurveyKind
from valvomo.domain.sentiment.levels import Level

FIGURES = (
    "in_queue", "longest_wait", "active", "waiting", "wrap_up", "orphans", "abandoned", "service_level",
    "agents_available", "csat",
)  # fmt: skip
"""Figures of a queue: counts; `longest_wait` in seconds; `service_level` in percent of what was offered today.

`csat` is the mean of today's answers to surveys, from 1 to 5; there is none before the first.
"""
EVENTS = (
    "supervisor_asked", "orphaned", "offer_rejected", "offer_expired", "owner_disconnected", "overflowed",
    "conversation_started", "queued", "customer_disconnected", "message_undelivered",
)  # fmt: skip
"""Events of a conversation that a rule may look for."""
SURVEYS = (SurveyKind.CSAT, SurveyKind.NPS)
MOST_CONDITIONS = 8
WITHIN = 300
"""Seconds for which an event counts, unless said otherwise."""


def looked_for(event: object) -> str:
    """By which name rules look for what has happened: that of its kind, but that a message failed has its own."""
    if isinstance(event, DeliveryChanged) and event.failed:
        return "message_undelivered"
    return str(getattr(event, "kind", ""))


class ConditionKind(StrEnum):
    """Over what."""

    FIGURE = "figure"
    ATTENTION = "attention"
    PART = "part"
    SENTIMENT = "sentiment"
    EVENT = "event"
    SURVEY = "survey"


HAPPENED = frozenset({ConditionKind.EVENT, ConditionKind.SURVEY})
"""What is not so but has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One of the conditions of a rule, all of which must hold at the same time.

    `figure`: `name` is one of FIGURES, and it is `at_least` or `at_most` so much. `attention`: the score is `at_least`.
    `part`: that part of it (`name`) is `at_least`. `sentiment`: the mood is of `level` or worse, or `falling`, or both.
    `event`: one of `events` has happened `within` so many seconds. `survey`: within them the customer has answered to
    a survey whose score is of the kind `name`, with `at_most` so much.
    """

    kind: ConditionKind
    name: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    level: Level | None = None
    falling: bool = False
    events: tuple[str, ...] = ()
    within: int = WITHIN

    @property
    def of_conversation(self) -> bool:
        """Whether it is asked of one conversation, and not of a queue."""
        return self.kind is not ConditionKind.FIGURE


def of_conversations(conditions: Sequence[Condition]) -> bool:
    """Whether a rule with these raises alerts about conversations; else about queues."""
    return any(one.of_conversation for one in conditions)


def of_queue(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Those that are asked of a queue."""
    return tuple(one for one in conditions if not one.of_conversation)


def of_one(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Those that are asked of one conversation."""
    return tuple(one for one in conditions if one.of_conversation)


def asks_survey(conditions: Sequence[Condition]) -> bool:
    """Whether such a rule is about what customers answer: most do so when their conversation is closed."""
    return any(one.kind is ConditionKind.SURVEY for one in conditions)


def lasts(conditions: Sequence[Condition]) -> bool:
    """Whether an alert of such a rule ends by itself: what happened stays happened until somebody has seen to it."""
    return all(one.kind not in HAPPENED for one in conditions)


def unsound(conditions: Sequence[Condition]) -> tuple[str, str] | None:
    """Where a condition says too little or contradicts itself, and what is wrong; None when all make sense."""
    if not conditions:
        return "conditions", "none is given"
    others = [number for number, one in enumerate(conditions) if one.of_conversation][1:]
    if asks_survey(conditions) and others:
        return (
            f"conditions.{others[0]}.kind",
            "cannot hold together with a survey, when the conversation is over",
        )
    for number, one in enumerate(conditions):
        if (fault := _fault(one)) is not None:
            return f"conditions.{number}.{fault[0]}", fault[1]
    return None


def _fault(one: Condition) -> tuple[str, str] | None:
    bounds = (one.at_least, one.at_most)
    match one.kind:
        case ConditionKind.FIGURE:
            if one.name not in FIGURES:
                return "name", "is no figure"
            return ("at_least", "one of at_least and at_most is needed") if bounds.count(None) != 1 else None
        case ConditionKind.PART if one.name not in PARTS:
            return "name", "is no part of attention"
        case ConditionKind.ATTENTION | ConditionKind.PART:
            return None if one.at_least else ("at_least", "more than 0 is needed")
        case ConditionKind.SENTIMENT:
            return (
                None if one.level or one.falling else ("level", "a level, or that it is falling, is needed")
            )
        case ConditionKind.SURVEY:
            return _unsound_survey(one)
        case ConditionKind.EVENT:
            known = one.events and set(one.events) <= set(EVENTS)
            return None if known else ("events", "is not of those that can be looked for")


def _unsound_survey(one: Condition) -> tuple[str, str] | None:
    if one.name not in SURVEYS:
        return "name", "is no kind of score"
    scale = SCALES[SurveyKind(one.name)]
    if one.at_most is None or not scale.start <= one.at_most < scale.stop:
        return "at_most", f"from {scale.start} to {scale.stop - 1}"
    return None
