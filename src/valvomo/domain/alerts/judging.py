"""Judging: whether the conditions of a rule hold, and when the clock alone may change the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from valvomo.domain.alerts.conditions import Condition, ConditionKind
from valvomo.domain.attention.part import Part, reaches
from valvomo.domain.conversations.survey_form import SurveyKind
from valvomo.domain.sentiment.levels import at_or_below
from valvomo.domain.sentiment.mood import Mood, Trend

LONGEST_WAIT = "longest_wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a customer has answered to a survey, in a conversation that was of this queue then; the newest counts."""

    queue_id: str
    kind: SurveyKind
    score: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What can be seen of a queue and, where a rule is about one, of a conversation there.

    `figures` are those of the queue; the longest wait is told by `waits_since`. `muted_until` hides the parts: a
    moment, or (datetime.max) until something changes. `events` say when each kind happened last to the conversation.
    `answer` is its customer's to a survey.
    """

    figures: Mapping[str, float] = field(default_factory=dict)
    waits_since: datetime | None = None
    parts: tuple[Part, ...] = ()
    muted_until: datetime | None = None
    mood: Mood | None = None
    events: Mapping[str, datetime] = field(default_factory=dict)
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it holds now; `again_at` is when the clock alone may change that, None when only facts can."""

    holds: bool
    again_at: datetime | None = None


def judged(conditions: Iterable[Condition], seen: Seen, at: datetime) -> Verdict:
    """All of the conditions together."""
    verdicts = [_judged(one, seen, at) for one in conditions]
    moments = [one.again_at for one in verdicts if one.again_at is not None]
    return Verdict(all(one.holds for one in verdicts), min(moments, default=None))


def _judged(one: Condition, seen: Seen, at: datetime) -> Verdict:
    match one.kind:
        case ConditionKind.FIGURE:
            return _figure(one, seen, at)
        case ConditionKind.ATTENTION:
            return _score(one, seen.parts, seen, at)
        case ConditionKind.PART:
            return _score(one, tuple(part for part in seen.parts if part.name == one.name), seen, at)
        case ConditionKind.SENTIMENT:
            mood = seen.mood
            low = one.level is None or at_or_below(mood.level if mood else None, one.level)
            falls = not one.falling or (mood is not None and mood.trend is Trend.FALLING)
            return Verdict(low and falls)
        case ConditionKind.EVENT:
            return _within(one, [seen.events[name] for name in one.events if name in seen.events], at)
        case ConditionKind.SURVEY:
            return _within(one, [seen.answer.at] if _is_low(one, seen.answer) and seen.answer else [], at)


def taken_back(conditions: Iterable[Condition], answer: Answer | None) -> bool:
    """Whether the customer has changed the answer for which an alert was raised into one for which none would be."""
    asked = [one for one in conditions if one.kind is ConditionKind.SURVEY]
    return bool(asked) and answer is not None and not all(_is_low(one, answer) for one in asked)


def _is_low(one: Condition, answer: Answer | None) -> bool:
    return (
        answer is not None
        and answer.kind.value == one.name
        and one.at_most is not None
        and answer.score <= one.at_most
    )


def _within(one: Condition, moments: Iterable[datetime], at: datetime) -> Verdict:
    """What happened counts for a while."""
    until = max((each + timedelta(seconds=one.within) for each in moments), default=at)
    return Verdict(at < until, until if at < until else None)


def _figure(one: Condition, seen: Seen, at: datetime) -> Verdict:
    if one.name == LONGEST_WAIT:
        return _waits(one, seen, at)
    figure = seen.figures.get(one.name or "")
    if figure is None:
        return Verdict(holds=False)
    if one.at_least is not None:
        return Verdict(figure >= one.at_least)
    return Verdict(one.at_most is not None and figure <= one.at_most)


def _waits(one: Condition, seen: Seen, at: datetime) -> Verdict:
    """The longest wait grows by itself: when it will have is known."""
    limit = one.at_least if one.at_least is not None else one.at_most
    if seen.waits_since is None or limit is None:
        return Verdict(one.at_most is not None)
    reached = seen.waits_since + timedelta(seconds=limit)
    over = at >= reached
    return Verdict(over if one.at_least is not None else not over, None if over else reached)


def _score(one: Condition, parts: tuple[Part, ...], seen: Seen, at: datetime) -> Verdict:
    """From when it is not muted, the moment in which the score reaches the threshold can be worked out."""
    if seen.muted_until == datetime.max.replace(tzinfo=at.tzinfo):
        return Verdict(holds=False)
    begin = at if seen.muted_until is None else max(at, seen.muted_until)
    moment = reaches(parts, one.at_least or 0.0, begin)
    if moment is None:
        return Verdict(holds=False)
    return Verdict(moment <= at, None if moment <= at else moment)
