"""What the customer sees: built from public facts and public messages alone; internal text is not within reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from valvomo.domain.conversations.model import Conversation, Role, Stage, State
from valvomo.domain.conversations.told import Told


class PublicAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """A name and a role: `customer`, or whoever of the house."""

    name: str
    role: str


class PublicMessageItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message as the customer reads it; `seq` counts what the customer can read. `client_id` only of their own."""

    id: str
    seq: int
    author: PublicAuthor
    text: str
    at: datetime
    client_id: str | None = None


class LiveMessageItem(PublicMessageItem, frozen=True, kw_only=True, tag_field="kind", tag="message"):
    """The same in the live stream."""


class PublicNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A line that the house told the customer (`told.*` of the catalogue), after the message numbered `after`."""

    id: int
    code: str
    name: str | None
    at: datetime
    after: int


class OnlyName(msgspec.Struct, frozen=True):
    """Somebody whose name the customer may know."""

    name: str


class PublicConversation(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="conversation"):
    """The conversation as the customer knows it. `place` 1 is next in the queue; `participants` are visible ones."""

    id: str
    state: str
    seq: int
    agent: OnlyName | None
    participants: tuple[PublicAuthor, ...]
    place: int | None
    notices: tuple[PublicNotice, ...]


def public_state(conversation: Conversation) -> str:
    """An offer that nobody has accepted is no news to the customer: it is still `open`."""
    return State.OPEN.value if conversation.stage is Stage.OFFERED else conversation.state.value


def public_conversation(
    conversation: Conversation, place: int | None, notices: tuple[PublicNotice, ...]
) -> PublicConversation:
    """What the customer may know."""
    name = conversation.owner_name or conversation.bot_name
    accepted = conversation.state is not State.OPEN and conversation.stage is not Stage.OFFERED
    return PublicConversation(
        id=conversation.id,
        state=public_state(conversation),
        seq=conversation.public_seq,
        agent=OnlyName(name) if name and accepted else None,
        participants=tuple(
            PublicAuthor(name=one.name, role=one.role.value)
            for one in conversation.participants
            if one.public and one.role is not Role.MONITOR
        ),
        place=place,
        notices=notices,
    )


def public_notice(number: int, told: Told, at: datetime, after: int) -> PublicNotice:
    """The `number`-th line that was told."""
    return PublicNotice(id=number, code=told.code, name=told.name, at=at, after=after)


def place_in_queue(conversation: Conversation, others: Iterable[Conversation]) -> int | None:
    """1 + how many open conversations of the same queue are served before this one; None when it does not wait.

    One that is being offered is next. Order: priority, then time of queueing, as the router serves.
    """
    if conversation.stage is Stage.OFFERED:
        return 1
    if conversation.state is not State.OPEN:
        return None
    mine = _turn(conversation)
    return 1 + sum(
        one.state is State.OPEN and one.queue_id == conversation.queue_id and _turn(one) < mine
        for one in others
    )


def places(queue_id: str, conversations: Iterable[Conversation]) -> dict[str, int]:
    """The place of everybody who waits in a queue, as `place_in_queue` says it, for all of them at once."""
    inside = [one for one in conversations if one.queue_id == queue_id]
    waiting = sorted((one for one in inside if one.state is State.OPEN), key=_turn)
    found = {one.id: 1 for one in inside if one.stage is Stage.OFFERED}
    found.update({one.id: number for number, one in enumerate(waiting, start=1)})
    return found


def _turn(one: Conversation) -> tuple[int, datetime, str]:
    return (-one.priority, one.queued_at, one.id)
