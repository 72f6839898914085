"""What callers send about attention, and its settings as administrators see them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from valvomo.domain.attention.phrases import LONGEST_PHRASE, MOST_PHRASES
from valvomo.domain.attention.rules import MOST_PERCENT
from valvomo.protocol.requests import Id, Line, Note, Priority, Request, Tags

PartName = Literal[
    "waiting", "unanswered", "asked", "mood", "orphaned", "declined", "transferred", "vip", "handle", "overloaded",
    "silent", "undelivered", "held", "network", "overtalk",
]  # fmt: skip
Percent = Annotated[
    int, Meta(ge=0, le=MOST_PERCENT, description="For how much the part counts; 0 leaves it out.")
]
Weights = dict[PartName, Percent]
Phrase = Annotated[
    str, Meta(min_length=2, max_length=LONGEST_PHRASE, pattern=r"^\S([^\x00-\x1f\x7f]*\S)$(?!\n)")
]
Phrases = Annotated[tuple[Phrase, ...], Meta(max_length=MOST_PHRASES)]
SpokenLanguage = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)")]


class AskRequest(Request, frozen=True, kw_only=True):
    """What the agent wants help with, for the house only."""

    note: Note | None = None


class MuteRequest(Request, frozen=True, kw_only=True):
    """For how many minutes; None: until something changes."""

    minutes: Annotated[int, Meta(ge=1, le=24 * 60)] | None = None
    why: Line | None = None


class PinRequest(Request, frozen=True, kw_only=True):
    """Why the others should look."""

    why: Line | None = None


class VipRequest(Request, frozen=True, kw_only=True):
    """Whether the customer is a VIP."""

    vip: bool


class AttentionSettingsRequest(Request, frozen=True, kw_only=True):
    """What is left out stays as it is; what is given is replaced as a whole.

    `in_queues` are weights by queue (id), which go before `weights`. A language that is not in `phrases` has the words
    that come with the product; one with none listens for nothing.
    """

    weights: Weights | None = None
    in_queues: Annotated[dict[Id, Weights], Meta(max_length=10_000)] | None = None
    vip_tags: Tags | None = None
    vip_priority: Priority | None = None
    phrases: Annotated[dict[SpokenLanguage, Phrases], Meta(max_length=50)] | None = None


class AttentionSettingsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The settings; `parts` can be weighed, `default_phrases` are the words that come with the product."""

    parts: tuple[str, ...]
    weights: dict[str, int]
    in_queues: dict[str, dict[str, int]]
    vip_tags: tuple[str, ...]
    vip_priority: int
    phrases: dict[str, tuple[str, ...]]
    default_phrases: dict[str, tuple[str, ...]]
