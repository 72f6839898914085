"""Settings of insight, how measuring goes, readings of a conversation, and trials of back ends."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from valvomo.domain.sentiment.choice import Backend
from valvomo.domain.speech.choice import SpeechBackend
from valvomo.protocol.requests import Request
from valvomo.protocol.sentiment import SentimentItem

MOST_ROWS = 2_000
TwoLetters = Annotated[str, Meta(pattern=r"^[a-z]{2}$(?!\n)")]


class InsightBackend(msgspec.Struct, frozen=True, kw_only=True):
    """A back end; `ready` unless the operator would have to set it up first."""

    backend: Backend
    ready: bool


class SpeechChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A back end that writes down what is said; `ready` unless the operator would have to set it up first."""

    backend: SpeechBackend
    ready: bool


class InsightDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the organization wants: which back end, which languages are detected, whether what leaves is redacted.

    `speech` writes down what is said in calls that are kept, but for those of the house's languages that are
    `unwritten`: nobody here takes them, by what the operator has set up. `voices` speak to callers on a telephone, the
    best first, and nobody does where there is none.
    """

    backend: Backend
    detect_language: bool
    redact: bool
    backends: list[InsightBackend]
    languages: list[str]
    speech: SpeechBackend
    speech_backends: list[SpeechChoice]
    unwritten: list[str]
    voices: list[str]


class InsightRequest(Request, frozen=True, kw_only=True):
    """Changes; what is left out stays as it is."""

    backend: Backend | None = None
    detect_language: bool | None = None
    languages: Annotated[tuple[TwoLetters, ...], Meta(max_length=30)] | None = None
    redact: bool | None = None
    speech: SpeechBackend | None = None


class MeasuringItem(msgspec.Struct, frozen=True, kw_only=True):
    """How measuring goes: which back end answers, conversations that wait, and the oldest message for how long.

    The same with the kind `writing` of what is said in calls: utterances that wait to be written down.

    `processes` say so; with none of them nothing is measured, since `at` if ever.
    """

    backend: str | None
    processes: int
    waiting: int
    lag_ms: int
    at: datetime | None
    id: str = "measuring"
    kind: str = "measuring"


class MessageSentiment(msgspec.Struct, frozen=True, kw_only=True):
    """The reading of one message: its number, score, level (`none` when unsure), how sure, in which language."""

    seq: int
    score: float
    level: str
    confidence: float
    language: str
    at: datetime


class ConversationSentiment(msgspec.Struct, frozen=True, kw_only=True):
    """The mood of a conversation, and the readings of its messages in order, the newest thousand of them."""

    sentiment: SentimentItem | None
    readings: list[MessageSentiment]


class TrialRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A labelled message; without a language it is detected."""

    text: Annotated[str, Meta(min_length=1, max_length=4_000)]
    label: Literal["negative", "neutral", "positive"]
    language: Annotated[str, Meta(pattern=r"^([a-z]{2})?$(?!\n)")] = ""


class TrialRequest(Request, frozen=True, kw_only=True):
    """Rows to try a back end with; nothing of them is kept."""

    backend: Backend
    rows: Annotated[tuple[TrialRow, ...], Meta(min_length=1, max_length=MOST_ROWS)]


class TrialScore(msgspec.Struct, frozen=True, kw_only=True):
    """How it did; what is unsure counts as wrong. `opposite`: positives read as negative, and the reverse."""

    rows: int
    accuracy: float
    macro_f1: float
    opposite: int
    unsure: int
    matrix: dict[str, dict[str, int]]


class WrongRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was read as something else."""

    text: str
    label: str
    read: str


class TrialProgress(msgspec.Struct, frozen=True, kw_only=True, tag="progress", tag_field="kind"):
    """So many rows are done."""

    done: int
    rows: int


class TrialResult(msgspec.Struct, frozen=True, kw_only=True, tag="result", tag_field="kind"):
    """How the back end did in all and by language (`?` where none was found), and how long a message took."""

    backend: str
    everything: TrialScore
    languages: dict[str, TrialScore]
    p50_ms: float
    p99_ms: float
    wrong: list[WrongRow]


class TrialFailed(msgspec.Struct, frozen=True, kw_only=True, tag="failed", tag_field="kind"):
    """There is no result, and why."""

    why: str


TrialLine = TrialProgress | TrialResult | TrialFailed
