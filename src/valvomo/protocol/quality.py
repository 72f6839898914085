"""Quality as it is shown and asked for: forms, sampling rules, evaluations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from valvomo.domain.quality.form import LONGEST_TEXT, MOST_ON_SCALE, QuestionKind
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.lookups import Named

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Words = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
Line = Annotated[str, Meta(min_length=1, max_length=500)]
Answer = Annotated[str, Meta(max_length=LONGEST_TEXT)] | Annotated[int, Meta(ge=0, le=100)]


class OptionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer of several, worth so many points."""

    id: Id
    text: Line
    points: Annotated[int, Meta(ge=0, le=1000)] = 0


class QuestionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`weight` is how much it counts, `most` the end of its scale. A critical one can fail the whole."""

    id: Id
    text: Line
    kind: QuestionKind
    weight: Annotated[int, Meta(ge=0, le=100)] = 1
    critical: bool = False
    most: Annotated[int, Meta(ge=2, le=MOST_ON_SCALE)] = 5
    options: Annotated[tuple[OptionBody, ...], Meta(max_length=20)] = ()


class SectionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that belong together."""

    title: Annotated[str, Meta(max_length=200)]
    questions: Annotated[tuple[QuestionBody, ...], Meta(max_length=100)]


Sections = Annotated[tuple[SectionBody, ...], Meta(min_length=1, max_length=20)]


class CreateFormRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new form."""

    name: Name
    sections: Sections


class ChangeFormRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is. Other questions make a new version; who is `retired` is not begun any more."""

    name: Name | None = None
    sections: Sections | None = None
    retired: bool | None = None


class FormDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A form in one version; `newest` is the number of the newest."""

    id: str
    name: str
    version: int
    newest: int
    retired: bool
    sections: tuple[SectionBody, ...]
    created_at: datetime


class CreateSamplingRuleRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `percent` or `per_agent_week`. Seconds are from acceptance to closing; empty lists mean all."""

    name: Name
    queue: Id
    form: Id
    percent: Annotated[float, Meta(gt=0, le=100)] | None = None
    per_agent_week: Annotated[int, Meta(ge=1, le=50)] | None = None
    shortest: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    longest: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    moods: Annotated[tuple[Level, ...], Meta(max_length=7)] = ()
    outcomes: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()


class SamplingRuleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A rule; it has drawn from everything that was closed before `drawn_to`."""

    id: str
    name: str
    queue: str
    form: str
    percent: float | None
    per_agent_week: int | None
    shortest: int | None
    longest: int | None
    moods: tuple[str, ...]
    outcomes: tuple[str, ...]
    drawn_to: datetime


class BeginEvaluationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever served it last is judged, unless an agent is named."""

    conversation: Id
    form: Id
    agent: Id | None = None


class FillEvaluationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers and comment as a whole: `yes`, `no`, `na`, a place on the scale, an option's id, or a text each.

    `revision` is the one that was seen; another one now is `settings/changed-meanwhile`.
    """

    revision: Annotated[int, Meta(ge=1)]
    answers: Annotated[dict[Id, Answer], Meta(max_length=100)]
    comment: Words = ""


class ReplyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the agent says to it."""

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


class WhyDrawn(msgspec.Struct, frozen=True, kw_only=True):
    """Why it was drawn: by which rule, with which lot (0 to 1), below which percentage, or as how many of a week."""

    rule: str
    lot: float
    percent: float | None = None
    drawn: int | None = None
    of: int | None = None


class EvaluationItem(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation in a list. `points` from 0 to 100, None before anything counts; `failed` by a critical question.

    `acts` are what the caller may do to it now.
    """

    id: str
    conversation: str
    customer: str
    subject: str
    channel: str
    queue: Named
    agent: Named
    supervisor: Named | None
    form: Named
    stage: str
    points: float | None
    failed: bool
    why: WhyDrawn | None
    created_at: datetime
    submitted_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    acts: tuple[str, ...]


class EvaluationDocument(EvaluationItem, frozen=True, kw_only=True):
    """The whole of it, with the form in the version by which it is judged and the points of each section.

    `revision` counts what was done to it; whoever fills it in says which one they saw.
    """

    revision: int
    version: int
    sections: tuple[SectionBody, ...]
    section_points: tuple[float | None, ...]
    answers: dict[str, Any]
    comment: str
    reply: str
