"""What a bot sends and is shown: the public side of its own conversations, and nothing else (docs/bots.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.agents.skills import LEAST_LEVEL, MOST_LEVEL
from valvomo.domain.conversations.model import Conversation
from valvomo.protocol.customer import PublicMessageItem, public_state
from valvomo.protocol.requests import (
    Answers,
    Id,
    Language,
    Line,
    Note,
    OnlyWords,
    QueueName,
    Request,
    Tags,
)

Level = Annotated[int, Meta(ge=LEAST_LEVEL, le=MOST_LEVEL)]


class BotWords(OnlyWords, frozen=True, kw_only=True):
    """What the bot says to the customer. The same `client_id` again is the first message, never a second.

    `attachments` are ids of files that it has uploaded; with one of them `text` may be empty.
    """


class BotTyping(Request, frozen=True, kw_only=True):
    """Whether the bot is about to say something."""

    typing: bool = True


class BotDetails(Request, frozen=True, kw_only=True):
    """What the bot has found out; what is left out stays as it is."""

    subject: Line | None = None
    tags: Tags | None = None
    language: Language | None = None


class EscalateRequest(Request, frozen=True, kw_only=True):
    """Why people are needed, and what the bot knows.

    `summary` is for the agent alone. `answers` are added to those of the conversation, `skills` (ids with levels, 1 to
    5) to what it asks of agents. Without a `queue` it goes to the one that the workstream's rules have chosen.
    """

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    summary: Note = ""
    answers: Answers = msgspec.field(default_factory=dict)
    skills: Annotated[dict[Id, Level], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    queue: QueueName | None = None


class OnlyItsName(msgspec.Struct, frozen=True):
    """Somebody or something of which the bot may know the name."""

    name: str


class BotMe(msgspec.Struct, frozen=True, kw_only=True):
    """The bot whose token this is."""

    id: str
    name: str


class BotConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as its bot knows it. `seq` counts what the customer can read; `paused`: it may not speak now."""

    id: str
    state: str
    paused: bool
    channel: str
    queue: OnlyItsName
    customer: OnlyItsName
    language: str
    subject: str
    tags: tuple[str, ...]
    answers: Mapping[str, str]
    context: Mapping[str, str]
    seq: int
    created_at: datetime
    unanswered_since: datetime | None


class BotConversations(msgspec.Struct, frozen=True, kw_only=True):
    """The bot's ongoing conversations, the oldest first; go on from the last `id` while there are more."""

    items: list[BotConversation]
    next: str | None


class BotMessages(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer can read after a number."""

    items: list[PublicMessageItem]


class BotDone(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation is no more the bot's."""

    id: str
    state: str


def bot_conversation(conversation: Conversation, queue: str) -> BotConversation:
    """As the bot whose it is knows it."""
    return BotConversation(
        id=conversation.id,
        state=public_state(conversation),
        paused=conversation.bot_paused is not None,
        channel=conversation.channel.value,
        queue=OnlyItsName(queue),
        customer=OnlyItsName(conversation.customer_name),
        language=conversation.language,
        subject=conversation.subject,
        tags=conversation.tags,
        answers=conversation.answers,
        context=conversation.context,
        seq=conversation.public_seq,
        created_at=conversation.created_at,
        unanswered_since=conversation.unanswered_since,
    )
