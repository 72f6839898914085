"""Letters to the outside: every kind that there is, what it says, and its form (docs/webhooks.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec


class ConversationLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a conversation: which, how the customer is reached, its state after it, and when."""

    conversation: str
    channel: str
    state: str
    at: datetime


class ClosedLetter(ConversationLetter, frozen=True, kw_only=True):
    """The same, and what it was closed as."""

    closed_as: str


class MessageLetter(ConversationLetter, frozen=True, kw_only=True):
    """A message that the customer can read: its id, its number as the customer counts, and as what its author wrote."""

    message: str
    seq: int
    author: str


class AlertLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A rule has raised an alert, of a queue or of one conversation there."""

    alert: str
    rule: str
    queue: str
    conversation: str | None
    at: datetime


class TestLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing but that it was sent."""

    at: datetime


class BotLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a bot's conversation."""

    conversation: str
    at: datetime


class CustomerName(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the conversation is with."""

    name: str


class BotStartedLetter(BotLetter, frozen=True, kw_only=True):
    """A conversation has begun with the bot."""

    customer: CustomerName
    channel: str
    language: str
    subject: str
    answers: dict[str, str]
    context: dict[str, str]


class BotFileLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the customer's, looked into; `url` opens it for an hour at least, without anything else."""

    id: str
    name: str
    media_type: str
    size: int
    url: str


class BotWordsLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer wrote, and the files with it; `awaited` more are on their way (`bot.attachment`)."""

    id: str
    seq: int
    text: str
    at: datetime
    attachments: list[BotFileLetter]
    awaited: int


class BotMessageLetter(BotLetter, frozen=True, kw_only=True):
    """The customer has written."""

    message: BotWordsLetter


class BotAttachmentLetter(BotLetter, frozen=True, kw_only=True):
    """A file is there that came with the message with this id."""

    message: str
    attachments: list[BotFileLetter]


class InstructionWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor wants of the bot."""

    id: str
    text: str


class BotInstructionLetter(BotLetter, frozen=True, kw_only=True):
    """A supervisor has instructed the bot."""

    instruction: InstructionWords


class BotPausedLetter(BotLetter, frozen=True, kw_only=True):
    """The bot may not speak until it is let go on, or `until`."""

    until: datetime


class BotLeftLetter(BotLetter, frozen=True, kw_only=True):
    """It is the bot's no more: `escalated`, `handed_over`, `taken_over`, `customer_left` or `closed`."""

    how: str


class LetterKind(NamedTuple):
    """What a kind of letter says, and the form of its `data`."""

    meaning: str
    form: type[msgspec.Struct]


TEST = "webhook.test"
CLOSED = "conversation.closed"

LETTER_KINDS: Mapping[str, LetterKind] = {
    "conversation.started": LetterKind("A conversation has begun.", ConversationLetter),
    "conversation.agent_joined": LetterKind("An agent has it now.", ConversationLetter),
    "conversation.supervisor_joined": LetterKind("A supervisor has joined it.", ConversationLetter),
    "conversation.supervisor_left": LetterKind("A supervisor has left it.", ConversationLetter),
    "conversation.consult_joined": LetterKind("A colleague has come to help.", ConversationLetter),
    "conversation.consult_left": LetterKind("A colleague has left it.", ConversationLetter),
    "conversation.back_in_queue": LetterKind("It waits in a queue again.", ConversationLetter),
    "conversation.handed_to_people": LetterKind(
        "A bot has let go, and it waits for people.", ConversationLetter
    ),
    "conversation.house_says": LetterKind(
        "A queue's rule has told the customer something.", ConversationLetter
    ),
    "conversation.supervisor_ended": LetterKind("A supervisor has closed it.", ConversationLetter),
    "conversation.agent_ended": LetterKind("The agent has ended the talk.", ConversationLetter),
    "conversation.ended": LetterKind("The talk has ended otherwise.", ConversationLetter),
    CLOSED: LetterKind("It is closed, wrap-up included.", ClosedLetter),
    "message.posted": LetterKind("A message that the customer can read.", MessageLetter),
    "alert.raised": LetterKind("A rule has raised an alert.", AlertLetter),
    TEST: LetterKind("An administrator tries the webhook.", TestLetter),
}
"""Kinds that webhooks can be asked for, in the order of a conversation's life."""

BOT_LETTER_KINDS: Mapping[str, LetterKind] = {
    "bot.conversation_started": LetterKind("A conversation has begun with the bot.", BotStartedLetter),
    "bot.message": LetterKind("The customer has written.", BotMessageLetter),
    "bot.attachment": LetterKind("A file is there that the customer sent.", BotAttachmentLetter),
    "bot.instruction": LetterKind(
        "A supervisor tells the bot what to do; never the customer.", BotInstructionLetter
    ),
    "bot.paused": LetterKind("A supervisor keeps the bot from speaking.", BotPausedLetter),
    "bot.resumed": LetterKind("The bot may speak again.", BotLetter),
    "bot.conversation_left": LetterKind("The conversation is the bot's no more.", BotLeftLetter),
}
"""What bots are told, at their own address."""
