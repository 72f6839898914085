"""What bots are told: their conversations, the customer's words in them, what supervisors instruct them to do.

It is built from public messages, from instructions, and from the public side of a conversation. Notes and whispers are
of another type that no function here takes, so there is nothing to filter and nothing to forget (design §1).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from valvomo.db.bots import Told
from valvomo.db.messages import Instruction, PublicMessage
from valvomo.domain.attachments.attached import PublicAttachment
from valvomo.domain.attachments.media import MediaState
from valvomo.domain.conversations.bot_end import BotEnded
from valvomo.domain.conversations.bots import BotPaused, BotResumed, Escalated
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.join import TookOver
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.start import ConversationStarted

STARTED, MESSAGE, INSTRUCTION = "bot.conversation_started", "bot.message", "bot.instruction"
ATTACHMENT = "bot.attachment"
PAUSED, RESUMED, LEFT = "bot.paused", "bot.resumed", "bot.conversation_left"
BOT_KINDS = (STARTED, MESSAGE, ATTACHMENT, INSTRUCTION, PAUSED, RESUMED, LEFT)


def told_bot(event: Event, before: Conversation, after: Conversation, at: datetime) -> Iterator[Told]:
    """What a bot is told of something that happened; `before` is the conversation before the whole act."""
    match event:
        case ConversationStarted(bot_id=str()):
            yield _told(after, STARTED, {**_public(after), "at": at}, turn=True)
        case BotPaused():
            yield _told(after, PAUSED, {"until": event.until, "at": at})
        case BotResumed():
            yield _told(after, RESUMED, {"at": at}, turn=True)
        case _ if before.bot_id and _left(before, after) and not isinstance(event, Escalated):
            yield _told(before, LEFT, {"how": _how(event), "at": at}, last=True)
        case _:
            return


def words_to_bot(message: PublicMessage, conversation: Conversation) -> Told:
    """The customer's words, as the customer wrote them, and their files; addresses are made when the letter goes."""
    awaited = sum(one.state is MediaState.FETCHING for one in message.media or ())
    words = {
        "id": message.id, "seq": message.public_seq, "text": message.text, "at": message.at,
        "attachments": [_file(one) for one in message.attachments], "awaited": awaited,
    }  # fmt: skip
    return _told(conversation, MESSAGE, {"message": words, "at": message.at}, turn=True)


def attachment_to_bot(
    message_id: str, file: PublicAttachment, conversation: Conversation, at: datetime
) -> Told:
    """A file that came with a message of the customer's, once it is there."""
    return _told(conversation, ATTACHMENT, {"message": message_id, "attachments": [_file(file)], "at": at})


def instruction_to_bot(instruction: Instruction, conversation: Conversation) -> Told:
    """A supervisor's instruction: what, and not by whom."""
    words = {"id": instruction.id, "text": instruction.text}
    return _told(conversation, INSTRUCTION, {"instruction": words, "at": instruction.at})


def _told(
    conversation: Conversation, kind: str, body: dict[str, object], *, turn: bool = False, last: bool = False
) -> Told:
    return Told(
        organization_id=conversation.organization_id,
        bot_id=conversation.bot_id or "",
        conversation_id=conversation.id,
        kind=kind,
        body={"conversation": conversation.id, **body},
        public_seq=conversation.public_seq,
        turn=turn,
        last=last,
    )


def _file(one: PublicAttachment) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "media_type": one.media_type, "size": one.size}


def _public(conversation: Conversation) -> dict[str, object]:
    return {
        "customer": {"name": conversation.customer_name},
        "channel": conversation.channel.value,
        "language": conversation.language,
        "subject": conversation.subject,
        "answers": dict(conversation.answers),
        "context": dict(conversation.context),
    }


def _left(before: Conversation, after: Conversation) -> bool:
    return after.bot_id is None or (after.state is State.CLOSED and before.state is not State.CLOSED)


def _how(event: Event) -> str:
    match event:
        case Queued(cause=cause):
            return cause
        case TookOver():
            return "taken_over"
        case BotEnded(cause="customer_ended" | "customer_gone"):
            return "customer_left"
        case _:
            return "closed"
