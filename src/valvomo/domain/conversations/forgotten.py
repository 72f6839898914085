"""Forgetting: who the customer was is taken out of a closed conversation, and out of the facts that tell of it.

With what was written (`erased.py`). That there was a customer stays, and by which id what happened with them is one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.contacts.events import NOBODY
from valvomo.domain.conversations.ask import SupervisorAsked
from valvomo.domain.conversations.call_marks import Call, Telephone
from valvomo.domain.conversations.erased import WORDS_IN, erased, without_words
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Asked
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.telephone import CallbackRequested

TELLING = (*WORDS_IN, CallbackRequested)
"""Kinds of facts that may hold words, or say who the customer was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerForgotten(Event):
    """Nothing says any more who the customer of `contact_id` was, nor what was written.

    `messages` and `files` count what there was. `facts` were relieved of words or names, also before, and `seal` is the
    digest of all of these as they are since then.
    """

    kind: ClassVar[str] = "customer_forgotten"
    contact_id: str
    messages: int
    files: int
    facts: int
    seal: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """No words in it any more, and nobody's name but the house's."""
        left = without_customer(conversation)
        return left.but(erased_at=conversation.erased_at or at, forgotten_at=at)


def without_customer(conversation: Conversation) -> Conversation:
    """The conversation as it would be had nobody written anything, with somebody of whom nothing is known."""
    left = without_words(conversation)
    return left.but(customer_name=NOBODY, asked=_asked(left.asked), call=_call(left.call))


def forgotten(event: Event) -> Event:
    """A fact without its words and without who the customer was; itself where it has neither."""
    left = erased(event)
    match left:
        case ConversationStarted():
            return replace(left, customer_name=NOBODY, telephone=_telephone(left.telephone))
        case SupervisorAsked() if left.by_role == Role.CUSTOMER:
            return replace(left, by_name=NOBODY)
        case CallbackRequested():
            return replace(left, number="")
        case _:
            return left


def numbers_in(event: Event) -> tuple[str, ...]:
    """The customer's telephone numbers, in E.164, that this fact tells."""
    match event:
        case ConversationStarted(telephone=Telephone(number=number)) | CallbackRequested(number=number) if (
            number
        ):
            return (number,)
        case _:
            return ()


def _asked(asked: Asked | None) -> Asked | None:
    if asked is None:
        return None
    name = NOBODY if asked.by_role == Role.CUSTOMER else asked.by_name
    return replace(asked, by_name=name, customer=_asked(asked.customer))


def _call(call: Call | None) -> Call | None:
    return None if call is None else replace(call, telephone=_telephone(call.telephone))


def _telephone(telephone: Telephone | None) -> Telephone | None:
    return None if telephone is None else replace(telephone, number="")
