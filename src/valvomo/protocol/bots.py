"""Bots as administrators see and set them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from valvomo.domain.conversations.bot_rules import ModelRules
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.requests import Request
from valvomo.protocol.settings_requests import AnyLanguage, Said, Title

Patience = Annotated[int, Meta(ge=5, le=3600, description="Seconds in which it has to answer.")]
Idle = Annotated[int, Meta(ge=60, le=30 * 24 * 3600, description="Seconds of silence after which it ends.")]
BotUrl = Annotated[str, Meta(max_length=2000, pattern=r"^https?://")]
BotKey = Annotated[str, Meta(max_length=2000, description="What the endpoint wants as a bearer token.")]
Topic = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]


class ModelBody(Request, frozen=True, kw_only=True):
    """How a bot of the house's own answers: any endpoint with OpenAI's chat completions, and when people are asked.

    `url` ends before `/chat/completions`. `greeting` is said first, by language, and should say that it is a bot; where
    there is none the house's own does. `topics` are words that people deal with. `seconds` is how long the endpoint may
    take, `snippets` how many of the closest ones it is given.
    """

    url: BotUrl
    model: Annotated[str, Meta(min_length=1, max_length=200)]
    instructions: Annotated[str, Meta(max_length=20_000)] = ""
    greeting: Annotated[dict[AnyLanguage, Said], Meta(max_length=50)] = msgspec.field(default_factory=dict)
    asks_for_human: bool = True
    topics: Annotated[tuple[Topic, ...], Meta(max_length=200)] = ()
    mood: Level | None = None
    puzzled: Annotated[int, Meta(ge=1, le=20)] = 2
    least_confidence: Annotated[float, Meta(ge=0, le=1)] = 0.5
    most_tokens: Annotated[int, Meta(ge=100, le=10_000_000)] = 20_000
    answer_tokens: Annotated[int, Meta(ge=16, le=10_000)] = 500
    seconds: Annotated[int, Meta(ge=1, le=120)] = 20
    snippets: Annotated[int, Meta(ge=0, le=20)] = 4

    def rules(self) -> ModelRules:
        """As the rules know it."""
        return ModelRules(**msgspec.structs.asdict(self))


class CreateBotRequest(Request, frozen=True, kw_only=True):
    """A new bot: `webhook` is yours, told what happens at `url`; `model` is the house's own."""

    name: Title
    kind: Literal["webhook", "model"] = "webhook"
    url: BotUrl | None = None
    model: ModelBody | None = None
    key: BotKey | None = None
    enabled: bool = True
    patience: Patience = 30
    idle: Idle = 1800

    def __post_init__(self) -> None:
        """One of them."""
        if (self.kind == "webhook") != (self.url is not None) or (self.kind == "model") != (
            self.model is not None
        ):
            raise ValueError("a bot of the kind `webhook` has a `url`, one of the kind `model` has a `model`")


class ChangeBotRequest(Request, frozen=True, kw_only=True):
    """Changes of a bot. `model` is replaced as a whole; an empty `key` takes it away."""

    name: Title | None = None
    url: BotUrl | None = None
    model: ModelBody | None = None
    key: BotKey | None = None
    enabled: bool | None = None
    patience: Patience | None = None
    idle: Idle | None = None


class BotDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A bot without its secrets. `webhook_id` names the delivery log of what it is told."""

    id: str
    name: str
    kind: str
    enabled: bool
    url: str | None
    webhook_id: str | None
    patience: int
    idle: int
    model: ModelRules | None
    has_key: bool
    token_at: datetime | None
    created_at: datetime


class NewBot(msgspec.Struct, frozen=True, kw_only=True):
    """A bot that was just made, with its token and its signing secret; null for the house's own, and when repeated."""

    bot: BotDocument
    token: str | None
    secret: str | None


class BotToken(msgspec.Struct, frozen=True, kw_only=True):
    """The token by which a bot speaks; null when the request was repeated."""

    token: str | None


class SnippetRequest(Request, frozen=True, kw_only=True):
    """Something that the bot may say; `language` helps to find it by the forms of its words."""

    title: Title
    text: Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$(?!\n)")] = ""


class SnippetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the bot may say."""

    id: str
    bot_id: str
    title: str
    text: str
    language: str
    created_at: datetime
