"""The end of a talk with a bot, be it by the bot, by the customer, or because nobody talks any more (T7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event, closed
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.model import Conversation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class BotEnded(Event):
    """A talk with a bot is over (T7); nobody has anything to wrap up, so it is closed at once.

    `cause`: `bot_ended` where the bot says that the matter is settled, `idle` where nobody talked any more,
    `call_lost` where the house has lost the customer, and `customer_ended` or `customer_gone` where the customer
    left: they had been served until then, and have not abandoned anything.
    """

    kind: ClassVar[str] = "bot_ended"
    bot_id: str
    bot_name: str
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Closed as ended by a bot."""
        return closed(conversation, at, "bot_ended")


def talk_ended(conversation: Conversation, cause: str) -> tuple[Event, ...]:
    """The talk with its bot is over; see `BotEnded`."""
    ended = BotEnded(bot_id=conversation.bot_id or "", bot_name=conversation.bot_name or "", cause=cause)
    return (*put_out(conversation, State.CLOSED), ended)
