"""What administrators set of widgets, and what customers answer to surveys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from valvomo.domain.conversations.survey_form import (
    MOST_HOURS,
    MOST_QUESTIONS,
    MOST_SAID,
    MOST_WORDS,
    QuestionKind,
    SurveyKind,
    SurveyWhen,
)
from valvomo.domain.customers.widget_rules import IdentityPolicy
from valvomo.protocol.requests import Id, Request

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)", max_length=35)]
QuestionId = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}$(?!\n)", description="Chosen by whoever asks.")]
Said = Annotated[str, Meta(max_length=MOST_SAID)]


class QuestionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question of the house's own, its `words` by language."""

    id: QuestionId
    kind: QuestionKind
    words: Annotated[
        dict[Language, Annotated[str, Meta(min_length=1, max_length=MOST_WORDS)]],
        Meta(min_length=1, max_length=50),
    ]


class SurveyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What customers are asked at the end: a score from 1 to 5 (`csat`) or 0 to 10 (`nps`), or nothing (`off`).

    `hours` after it was closed they may still answer. Scores up to `low` are low; null is the usual for the kind.
    """

    kind: SurveyKind = SurveyKind.OFF
    when: SurveyWhen = SurveyWhen.AGENT
    comment: bool = True
    hours: Annotated[int, Meta(ge=1, le=MOST_HOURS)] = 72
    low: Annotated[int, Meta(ge=0, le=10)] | None = None
    questions: Annotated[tuple[QuestionBody, ...], Meta(max_length=MOST_QUESTIONS)] = ()


class WidgetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a workstream says of its widget.

    `secret` is whether there is one to sign identities with; until `former_until` the one before it counts too.
    While its queue is closed, messages are left in the workstream `closed_to`, and answered by mail too over the
    account `answers_by`. Customers call in the workstreams `voice_to` and `video_to`.
    """

    workstream: str
    survey: SurveyBody
    identity: IdentityPolicy
    closed_to: str | None
    answers_by: str | None
    voice_to: str | None
    video_to: str | None
    secret: bool
    former_until: datetime | None


class ChangeWidgetRequest(Request, frozen=True, kw_only=True):
    """Changes; the survey is replaced as a whole, and a workstream that is null is none."""

    survey: SurveyBody | None = None
    identity: IdentityPolicy | None = None
    closed_to: Id | UnsetType | None = UNSET
    answers_by: Id | UnsetType | None = UNSET
    voice_to: Id | UnsetType | None = UNSET
    video_to: Id | UnsetType | None = UNSET


class AnswerSurveyRequest(Request, frozen=True, kw_only=True):
    """What the customer says: the score, words of their own, and answers to the questions by their ids."""

    score: Annotated[int, Meta(ge=0, le=10)]
    comment: Said = ""
    answers: Annotated[dict[QuestionId, int | bool | Said], Meta(max_length=MOST_QUESTIONS)] = msgspec.field(
        default_factory=dict
    )


class SurveyAnswerDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer has answered, and when."""

    score: int
    comment: str
    answers: dict[str, int | bool | str]
    at: datetime


class AskedQuestionItem(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the house's own in the words in which it was asked."""

    id: str
    kind: str
    words: str


class SurveyItem(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer was asked, and the score that they gave. `best` is the highest, `low` whether theirs is low.

    What they said in words is asked for by itself.
    """

    kind: str
    best: int
    asked_at: datetime
    score: int | None
    low: bool
    answered_at: datetime | None
    questions: tuple[AskedQuestionItem, ...]
