"""Messages: public ones, notes and whispers; who may write which (spec 1 §6).

A fact carries a message's number and digest, never its text: text lives in the message tables, public and
internal apart, so that what leaves the house can be built from the public one alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from valvomo.domain.attachments.attached import Attached, sealed
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Channel, Conversation, Role, State
from valvomo.domain.conversations.telephone import written_refusal
from valvomo.domain.conversations.window import window_refusal
from valvomo.domain.refusals import Reason, Refusal

MAX_TEXT = 10_000
"""Characters in one message."""

_COUNTED = frozenset(
    (
        "version", "revision", "seq", "public_seq", "spoken", "unanswered_since", "first_response_at",
        "last_message_at",
    )
)  # fmt: skip
"""What words change of a conversation."""


class Visibility(StrEnum):
    """Who reads it: everyone; the house; the agent (a supervisor's whisper); the bot (a supervisor's instruction).

    What was `spoken` in a call is written by machines alone, and read by the house.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    WHISPER = "whisper"
    INSTRUCTION = "instruction"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    """A message got its number. `public_seq` only if the customer can read it; `digest` is its sha256 (`digest_of`)."""

    kind: ClassVar[str] = "message_posted"
    message_id: str
    seq: int
    public_seq: int | None
    author_id: str
    author_role: str
    visibility: Visibility
    digest: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Counts it, and knows who waits for whom."""
        counted: dict[str, object] = {"seq": self.seq, "last_message_at": at}
        if self.visibility is Visibility.SPOKEN:
            counted["spoken"] = conversation.spoken + 1
        if self.public_seq is None:
            return conversation.but(**counted)
        counted["public_seq"] = self.public_seq
        if self.author_role == Role.CUSTOMER:
            return conversation.but(**counted, unanswered_since=conversation.unanswered_since or at)
        if self.author_role == Role.BOT:
            # A bot answers the customer, but the first response is a person's (spec 1 §8).
            return conversation.but(**counted, unanswered_since=None)
        answered = conversation.first_response_at or at
        return conversation.but(**counted, unanswered_since=None, first_response_at=answered)


def digest_of(text: str, attachments: Sequence[Attached] = ()) -> str:
    """What the fact says of a message: the sha256 of its words and of all that is shown of what it has with it."""
    return hashlib.sha256(text.encode() + sealed(attachments)).hexdigest()


def reply_refusal(author_id: str, conversation: Conversation) -> Refusal | None:
    """Public words: whoever may speak to the customer, while the channel takes free text."""
    refused = template_refusal(author_id, conversation) or window_refusal(conversation)
    return refused or written_refusal(conversation)


def template_refusal(author_id: str, conversation: Conversation) -> Refusal | None:
    """A template: the primary, a consult shown to the customer, a joined supervisor, while it is active.

    A record has nobody to read it: what is said of it are notes.
    """
    if conversation.channel is Channel.RECORD:
        return Refusal(Reason.NO_CUSTOMER)
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    if conversation.state is State.WRAP_UP:
        return Refusal(Reason.ENDED, facts)
    if not conversation.accepted:
        return Refusal(Reason.NOT_ACTIVE, facts)
    role = conversation.role_of(author_id)
    one = conversation.participant(author_id)
    if role in (Role.PRIMARY, Role.SUPERVISOR) or (role is Role.CONSULT and one and one.public):
        return None
    return Refusal(Reason.NOT_PARTICIPANT, {"role": role.value if role else None})


def note_refusal(author_id: str, conversation: Conversation) -> Refusal | None:
    """Internal notes: whoever is in it visibly to the house, until it is closed; a monitor whispers instead."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    role = conversation.role_of(author_id)
    if role in (Role.PRIMARY, Role.SUPERVISOR, Role.CONSULT):
        return None
    return Refusal(Reason.NOT_PARTICIPANT, {"role": role.value if role else None})


def whisper_refusal(author_id: str, conversation: Conversation) -> Refusal | None:
    """Whispers: between supervisors who monitor or joined and the agents in it; somebody must be there to read."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    if conversation.role_of(author_id) is None:
        return Refusal(Reason.MONITOR_FIRST)
    return Refusal(Reason.HANDLED_BY_BOT, {"bot": conversation.bot_name}) if conversation.bot_id else None


def instruct_refusal(author_id: str, conversation: Conversation) -> Refusal | None:
    """Instructions: from supervisors who monitor or joined, to the bot that has it; agents are whispered to."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    if not conversation.bot_id:
        return Refusal(Reason.NOT_HANDLED_BY_BOT, {"owner": conversation.owner_name})
    if conversation.role_of(author_id) in (Role.MONITOR, Role.SUPERVISOR):
        return None
    return Refusal(Reason.MONITOR_FIRST)


def spoken_refusal(author_id: str, conversation: Conversation) -> Refusal | None:
    """What was said is written down by whoever carries the call; nobody posts it as if it had been."""
    del author_id, conversation
    return Refusal(Reason.ROLE_NEEDED, {"role": "system"})


def bot_message_refusal(bot_id: str, conversation: Conversation) -> Refusal | None:
    """A bot speaks in what it has, while nobody has paused it."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    if conversation.bot_id != bot_id:
        return Refusal(Reason.NOT_YOURS, {"state": conversation.state.value})
    pause = conversation.bot_paused
    return Refusal(Reason.BOT_PAUSED, {"by": pause.by_name, "until": pause.until}) if pause else None


def same_but_words(before: Conversation, after: Conversation) -> bool:
    """Whether one state became the other by nothing but words, or by how far they came: no act is another one then.

    By identity, which what changes a conversation keeps of all that it leaves alone: of two states that were read from
    somewhere nothing is known.
    """
    known = before.__dict__
    return all(value is known[name] for name, value in after.__dict__.items() if name not in _COUNTED)


def customer_message_refusal(conversation: Conversation) -> Refusal | None:
    """The customer writes until it has ended."""
    if conversation.state in (State.CLOSED, State.WRAP_UP):
        return Refusal(Reason.ENDED, {"state": conversation.state.value})
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One message to be numbered. `template`: its provider has approved the text, and takes it at any time."""

    message_id: str
    author_id: str
    author_role: str
    visibility: Visibility
    digest: str
    template: bool = False


def posting_refusal(words: Words, conversation: Conversation) -> Refusal | None:
    """The one rule for whoever writes whatever."""
    if words.author_role == Role.CUSTOMER:
        return customer_message_refusal(conversation)
    if words.author_role == Role.BOT:
        return bot_message_refusal(words.author_id, conversation)
    if words.template:
        return template_refusal(words.author_id, conversation)
    rules = {
        Visibility.PUBLIC: reply_refusal,
        Visibility.INTERNAL: note_refusal,
        Visibility.WHISPER: whisper_refusal,
        Visibility.INSTRUCTION: instruct_refusal,
        Visibility.SPOKEN: spoken_refusal,
    }
    return rules[words.visibility](words.author_id, conversation)


def post(words: Words, conversation: Conversation) -> MessagePosted | Refusal:
    """Give the message its number."""
    if refusal := posting_refusal(words, conversation):
        return refusal
    public = words.visibility is Visibility.PUBLIC
    return MessagePosted(
        message_id=words.message_id,
        seq=conversation.seq + 1,
        public_seq=conversation.public_seq + 1 if public else None,
        author_id=words.author_id,
        author_role=words.author_role,
        visibility=words.visibility,
        digest=words.digest,
    )
