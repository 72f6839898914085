"""Letters to the outside: which facts leave the house, and in which words.

A letter is built from what the customer may know: public facts and public messages. Internal text is not within
reach here, so there is nothing to filter and nothing to forget (design §1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from valvomo.db import outbox
from valvomo.db.conversations import Key
from valvomo.db.journal import Fact
from valvomo.domain.conversations.erased import WrittenErased
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.survey import SurveyAnswered
from valvomo.domain.conversations.told import told_customer
from valvomo.protocol.letters import CLOSED


def letters_of(fact: Fact, conversation: Conversation) -> Iterator[tuple[str, dict[str, object]]]:
    """Kind and body of each letter that this fact causes: `conversation.*` by what changed, `message.posted`."""
    event = fact.event
    if not isinstance(event, Event):
        return
    body: dict[str, object] = {
        "conversation": conversation.id,
        "channel": conversation.channel.value,
        "state": conversation.state.value,
        "at": fact.at,
    }
    if isinstance(event, MessagePosted):
        if event.public_seq is not None:
            role = event.author_role
            yield (
                "message.posted",
                {**body, "message": event.message_id, "seq": event.public_seq, "author": role},
            )
        return
    if isinstance(event, SurveyAnswered | WrittenErased | CustomerForgotten):
        # What is closed stays so: it is not closed once more.
        return
    if isinstance(event, ConversationStarted):
        yield "conversation.started", body
        return
    told = told_customer(event)
    if told is not None:
        yield f"conversation.{told.code}", body
    if conversation.state is State.CLOSED:
        # Nothing else happens to what is closed, so this is the fact that has closed it.
        yield CLOSED, {**body, "closed_as": conversation.closed_as}


def letters_in(
    telling: frozenset[str], facts: Mapping[str, Sequence[Fact]], current: Mapping[Key, Conversation]
) -> Iterator[outbox.Letter]:
    """Of facts by organization, in those that tell anybody outside; what follows from facts writes its own."""
    for organization_id in sorted(facts.keys() & telling):
        for fact in facts[organization_id]:
            conversation = current[organization_id, fact.conversation_id or ""]
            yield from ((organization_id, *letter) for letter in letters_of(fact, conversation))
