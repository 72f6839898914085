"""Survey: customers are asked how it went once the talk has ended. It stops nothing, and nobody has to answer.

There is one answer of a conversation, which its customer may change for a while. What they say in words stands in a
table of its own; facts carry the score, which is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import SPOKEN, Channel, Conversation, State
from valvomo.domain.conversations.survey_form import (
    SCALES,
    AskedQuestion,
    Survey,
    SurveyAnswer,
    SurveyForm,
    SurveyKind,
    SurveyWhen,
    asked_in,
    unfit_answer,
)
from valvomo.domain.refusals import Reason, Refusal, malformed

SHOWN_IN = frozenset({Channel.LIVE_CHAT, Channel.PERSISTENT_CHAT})
"""Where customers have a window of ours to answer in."""


def has_window(conversation: Conversation) -> bool:
    """Whether its customer can answer in a window of ours: that of a chat, or the page from which they have called."""
    by_telephone = conversation.call is not None and conversation.call.telephone is not None
    return conversation.channel in SHOWN_IN or (conversation.channel in SPOKEN and not by_telephone)


_ENDED = (State.WRAP_UP, State.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAsked(Event):
    """The talk ends, and the customer is asked; written before the end, so that nothing happens to what is closed."""

    kind: ClassVar[str] = "survey_asked"
    survey: SurveyKind
    comment: bool
    hours: int
    low: int
    questions: tuple[AskedQuestion, ...] = ()
    agent_id: str | None = None
    agent_name: str | None = None
    minutes: int | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Unanswered."""
        asked = Survey(
            kind=self.survey,
            comment=self.comment,
            hours=self.hours,
            low=self.low,
            questions=self.questions,
            agent_id=self.agent_id,
            agent_name=self.agent_name,
            asked_at=at,
            minutes=self.minutes,
        )
        return conversation.but(survey=asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(Event):
    """The customer has answered, or (`former`) has changed their answer.

    It says everything that is counted of it, since it may happen to what is closed. `words`: they have written
    something too. `shown` is whether the organization lets agents know of it.
    """

    kind: ClassVar[str] = "survey_answered"
    survey: SurveyKind
    score: int
    best: int
    low: bool
    words: bool
    queue_id: str
    channel: Channel
    language: str
    agent_id: str | None = None
    former: int | None = None
    shown: bool = False
    outbound: bool = False

    @property
    def silent(self) -> bool:
        """Silent unless the organization chose to show agents what customers answer."""
        return not self.shown

    @property
    def secret(self) -> bool:
        """No secret: all who were asked may answer, so that it happened says nothing of what was answered."""
        return False

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The newest answer counts."""
        asked = conversation.survey
        if asked is None:
            raise ValueError(f"the customer of {conversation.id} was asked nothing")
        return conversation.but(survey=replace(asked, score=self.score, answered_at=at))


def ends(before: Conversation, after: Conversation) -> bool:
    """Whether the talk is over after it."""
    return after.state in _ENDED and before.state not in _ENDED


def asked_at_end(form: SurveyForm, before: Conversation, after: Conversation) -> tuple[Event, ...]:
    """What is asked with these events, which lead from one state to another: once, and where somebody may answer."""
    if not ends(before, after) or form.kind is SurveyKind.OFF or before.survey is not None:
        return ()
    if not has_window(before) or not _is_asked(form.when, before):
        return ()
    return (
        SurveyAsked(
            survey=form.kind,
            comment=form.comment,
            hours=form.hours,
            low=form.low_until,
            questions=tuple(asked_in(one, before.language) for one in form.questions),
            agent_id=before.owner_id or (before.served_by[-1] if before.served_by else None),
            agent_name=before.owner_name,
        ),
    )


def _is_asked(when: SurveyWhen, conversation: Conversation) -> bool:
    match when:
        case SurveyWhen.ALWAYS:
            return True
        case SurveyWhen.SERVED:
            return bool(conversation.served_by or conversation.owner_id or conversation.bot_id)
        case SurveyWhen.AGENT:
            return bool(conversation.served_by or conversation.owner_id)


def survey_until(conversation: Conversation) -> datetime | None:
    """Until when the customer may answer; None for as long as it is not closed."""
    if conversation.survey is None or conversation.closed_at is None:
        return None
    return conversation.closed_at + timedelta(hours=conversation.survey.hours)


def survey_refusal(conversation: Conversation, at: datetime) -> Refusal | None:
    """Why the customer cannot answer now: they were not asked, or it is too late."""
    if conversation.survey is None or conversation.state not in _ENDED:
        return Refusal(Reason.SURVEY_NOT_ASKED, {"state": conversation.state.value})
    # Once words are gone none come again.
    until = conversation.erased_at or survey_until(conversation)
    if until is not None and at >= until:
        return Refusal(Reason.SURVEY_OVER, {"until": until})
    return None


def answer_survey(
    conversation: Conversation, answer: SurveyAnswer, at: datetime, *, shown: bool
) -> tuple[Event, ...] | Refusal:
    """The customer's answer. The same score again is no news, though the words may be others."""
    asked = conversation.survey
    if (refusal := survey_refusal(conversation, at)) or asked is None:
        return refusal or Refusal(Reason.SURVEY_NOT_ASKED)
    if unfit := unfit_answer(asked, answer):
        return malformed(f"body.{unfit[0]}", unfit[1])
    if asked.score == answer.score:
        return ()
    return (
        SurveyAnswered(
            survey=asked.kind,
            score=answer.score,
            best=SCALES[asked.kind].stop - 1,
            low=answer.score <= asked.low,
            words=bool(answer.comment or answer.answers),
            queue_id=conversation.queue_id,
            channel=conversation.channel,
            language=conversation.language,
            agent_id=asked.agent_id,
            former=asked.score,
            shown=shown,
            outbound=conversation.outbound,
        ),
    )
