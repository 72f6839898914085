"""One conversation as those in it follow it: its words, its events, its state; for staff and for the customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.media import MessageChanged
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.told import Told, told_customer
from valvomo.domain.conversations.window import WindowOpened
from valvomo.live.views.happening import Change, Words
from valvomo.protocol.acts import ActAnswer, answers
from valvomo.protocol.attachments import message_attachments, message_media
from valvomo.protocol.customer import LiveMessageItem, PublicAuthor, PublicNotice, public_notice
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.messages import Author, MessageItem, spoken_item
from valvomo.protocol.rows import ConversationDocument, Preview, document_parts
from valvomo.protocol.timeline import LiveTimelineItem, live_timeline_item, timeline_item


class LiveDocument(ConversationDocument, frozen=True, kw_only=True, tag_field="kind", tag="conversation"):
    """The whole state in the live stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownActs:
    """What an actor may do to a conversation and why not, as it is said with one version of it."""

    version: int
    actor: Actor
    lookups: Lookups
    acts: dict[str, ActAnswer]


def acts_of(conversation: Conversation, actor: Actor, lookups: Lookups) -> KnownActs:
    """Asked of the rules anew."""
    acts = answers(actor, conversation, lookups.supervision)
    return KnownActs(version=conversation.version, actor=actor, lookups=lookups, acts=acts)


def acts_after(
    known: KnownActs | None, changes: Sequence[Change], actor: Actor, lookups: Lookups
) -> KnownActs:
    """The acts after these changes. Words change no act, so that after mere words the rules are not asked again."""
    before, after = changes[0].before, changes[-1].after
    if (
        known is not None
        and known.actor is actor
        and known.lookups is lookups
        and before is not None
        and before.version == known.version
        and all(isinstance(one.happening.event, MessagePosted | MessageChanged) for one in changes)
    ):
        return replace(known, version=after.version)
    return acts_of(after, actor, lookups)


def document(conversation: Conversation, known: KnownActs, preview: Preview | None) -> LiveDocument:
    """The state as the actor may see it whose acts these are."""
    parts = document_parts(conversation, known.actor, known.lookups, preview)
    return LiveDocument(**parts, acts=known.acts)


def staff_message(words: Words, reader: Actor) -> MessageItem:
    """A message for the house; the sender's own id of it is for the sender."""
    return MessageItem(
        id=words.id,
        seq=words.seq,
        author=Author(id=words.author_id, name=words.author_name, role=words.author_role),
        visibility=words.visibility,
        text=words.text,
        at=words.at,
        attachments=message_attachments(words.attachments),
        media=message_media(words.media, reader.language),
        html=words.html,
        spoken=spoken_item(words.spoken),
        client_id=words.client_id if words.author_id == reader.id else None,
        delivery=words.delivery,
        delivery_problem=words.delivery_problem,
    )


def customer_message(words: Words) -> LiveMessageItem | None:
    """A message for the customer; None for everything that is internal."""
    if words.public_seq is None:
        return None
    mine = words.author_role == "customer"
    return LiveMessageItem(
        id=words.id,
        seq=words.public_seq,
        author=PublicAuthor(name=words.author_name, role=words.author_role),
        text=words.text,
        at=words.at,
        attachments=message_attachments(words.attachments),
        client_id=words.client_id if mine else None,
        delivery=words.delivery,
    )


def customer_items(
    changes: Iterable[Change], seq: int
) -> tuple[list[LiveMessageItem], list[LiveMessageItem]]:
    """What was written for the customer after a number of theirs; and what has come further since."""
    new: list[LiveMessageItem] = []
    further: list[LiveMessageItem] = []
    for change in changes:
        words, event = change.happening.words, change.happening.event
        message = customer_message(words) if words is not None else None
        if message is not None and isinstance(event, MessageChanged):
            further.append(message)
        elif message is not None and message.seq > seq:
            new.append(message)
    return new, further


def staff_items(change: Change, actor: Actor, lookups: Lookups) -> Iterator[MessageItem | LiveTimelineItem]:
    """What one fact adds to what this actor reads: a message, or an event of the timeline."""
    happening = change.happening
    if happening.words is not None:
        yield staff_message(happening.words, actor)
    states = (change.after, change.before or change.after)
    counts_all = any(lookups.knows_all(actor, one) for one in states)
    event = happening.event
    if (
        not isinstance(event, Event)
        or isinstance(event, MessagePosted | MessageChanged | WindowOpened)
        or (happening.silent and not counts_all)
        or not any(lookups.knows_of(event, actor, one) for one in states)
    ):
        return
    item = timeline_item(
        event,
        happening.at,
        Named(happening.actor_id, happening.actor_name),
        change.after.version if counts_all else change.after.revision,
        reader=actor,
        lookups=lookups,
    )
    yield live_timeline_item(item)


def notices(changes: Iterable[Change]) -> tuple[PublicNotice, ...]:
    """Everything that the customer was told so far, numbered from 1."""
    lines = [(change, _told(change)) for change in changes]
    told = [(change, line) for change, line in lines if line is not None]
    return tuple(
        public_notice(number, line, change.happening.at, change.after.public_seq)
        for number, (change, line) in enumerate(told, start=1)
    )


def _told(change: Change) -> Told | None:
    event = change.happening.event
    return told_customer(event) if isinstance(event, Event) else None
