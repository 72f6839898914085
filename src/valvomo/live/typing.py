"""Typing: a hint that somebody is writing; never stored, and lost without harm (spec 3).

Between processes it travels over the bus, so what is known here is put into plain words and judged where it is
shown: by who reads there, on the conversation as it is there.
"""

from __future__ import annotations

import msgspec

from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.protocol.lookups import Lookups

EVERY_SECONDS = 1.0
"""More often than this nobody needs to hear that somebody is still writing."""


class TypingSignal(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes in which conversation, or has stopped."""

    organization_id: str
    conversation_id: str
    author_id: str
    author_name: str
    typing: bool


class TypingAuthor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who writes; the customer is not given ids."""

    name: str
    role: str
    id: str | None = None


class TypingItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="typing"):
    """As it is shown."""

    author: TypingAuthor
    typing: bool


def typing_item(
    signal: TypingSignal, conversation: Conversation, reader: Actor, lookups: Lookups
) -> TypingItem | None:
    """What this reader may notice of it.

    The customer notices the primary, a bot, visible consults and joined supervisors; staff notice everybody whom the
    customer may notice, and the customer. That a monitor writes is known to those who may know of monitoring.
    """
    role = _role(signal, conversation)
    if role is None or reader.id == signal.author_id:
        return None
    customer = reader.kind is ActorKind.CUSTOMER
    public = role in (Role.PRIMARY, Role.BOT, Role.CUSTOMER, Role.SUPERVISOR) or _visible(
        signal, conversation
    )
    if not public and (customer or (role is Role.MONITOR and not lookups.knows(reader, conversation))):
        return None
    if customer and role is Role.CUSTOMER:
        return None
    author = TypingAuthor(name=signal.author_name, role=role.value, id=None if customer else signal.author_id)
    return TypingItem(author=author, typing=signal.typing)


def _role(signal: TypingSignal, conversation: Conversation) -> Role | None:
    if signal.author_id == conversation.contact_id:
        return Role.CUSTOMER
    if signal.author_id == conversation.bot_id:
        return Role.BOT
    return conversation.role_of(signal.author_id)


def _visible(signal: TypingSignal, conversation: Conversation) -> bool:
    one = conversation.participant(signal.author_id)
    return one is not None and one.public
