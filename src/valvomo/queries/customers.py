"""What a customer may ask: built from public facts and public messages alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db import conversations, house, notices, widgets
from valvomo.db.attachments import limits_of
from valvomo.db.ids import secret_digest
from valvomo.db.messages import attached
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.attachments.limits import Limits
from valvomo.domain.conversations.event import call_of
from valvomo.domain.conversations.model import ConsentPolicy
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.attachments import message_attachments
from valvomo.protocol.customer import (
    PublicAuthor,
    PublicConversation,
    PublicMessageItem,
    public_conversation,
)
from valvomo.protocol.widget import CallKeys, ClosedItem
from valvomo.queries.routing import prospect_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A customer with a token: who acts, which pages may carry it, and whether their site has signed who they are."""

    actor: Actor
    origins: tuple[str, ...]
    verified: bool = False

    @property
    def organization_id(self) -> str:
        """Where the conversation is."""
        return self.actor.organization_id

    @property
    def conversation_id(self) -> str:
        """The one conversation that the token opens."""
        return self.actor.conversation_id or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A workstream as a web page finds it by its key."""

    workstream: Workstream
    organization: str
    languages: tuple[str, ...]
    origins: tuple[str, ...]
    limits: Limits
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The text that a customer must see first, or the question: None of it where nothing is asked."""

    text: str | None = None
    version: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What is made of signed visitors, how they call, and, while nobody serves, what can be done then."""

    identity: str
    calls: CallKeys
    closed: ClosedItem | None = None


async def guest_of_token(tx: Transaction, secret: str, now: datetime) -> Guest | Refusal:
    """Whose token this is: `EXPIRED` after its time, `NOT_SIGNED_IN` when it is not one of ours."""
    row = await tx.row("house.customer_token", secret_digest(secret))
    if row is None:
        return Refusal(Reason.NOT_SIGNED_IN)
    if row["expires_at"] <= now:
        return Refusal(Reason.EXPIRED)
    actor = Actor(
        id=row["contact_id"],
        organization_id=row["organization_id"],
        name=row["name"],
        kind=ActorKind.CUSTOMER,
        language=row["language"],
        conversation_id=row["conversation_id"],
    )
    return Guest(actor=actor, origins=tuple(row["origins"]), verified=row["verified"])


async def call_refusal(tx: Transaction, guest: Guest) -> Refusal | None:
    """Why there is no way into a call for them: there is none, and they are asked into none."""
    conversation = await conversations.get(tx, guest.organization_id, guest.conversation_id)
    known = conversation is not None and call_of(conversation) is not None
    return None if known else Refusal(Reason.NO_CALL)


async def entrance(tx: Transaction, key: str) -> Entrance | Refusal:
    """The workstream behind the key that a page carries."""
    row = await tx.row("house.workstream_by_key", key)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    organization = await tx.row("house.organization", row["organization_id"])
    return Entrance(
        workstream=house.workstream_of(row),
        organization=organization["name"] if organization else "",
        languages=tuple(organization["languages"]) if organization else (),
        origins=tuple(row["origins"]),
        limits=limits_of(row["attachments"]),
        key=key,
    )


async def notice(tx: Transaction, workstream: Workstream, language: str) -> Notice:
    """The newest version of the text that this workstream shows, in the language or else in English."""
    if workstream.consent is ConsentPolicy.NONE:
        return Notice()
    row = await tx.row(
        "house.current_text", workstream.organization_id, workstream.id, workstream.consent.value, language
    )
    return Notice(text=row["text"], version=row["version"], language=row["language"]) if row else Notice()


async def manner(tx: Transaction, workstream: Workstream, now: datetime) -> Manner:
    """How a workstream's widget is to behave now."""
    organization_id = workstream.organization_id
    rules = await widgets.rules(tx, organization_id, workstream.id)
    queue = await house.queue(tx, organization_id, workstream.queue_id, now)
    calls = CallKeys(
        voice=await _key_of(tx, organization_id, rules.voice_to),
        video=await _key_of(tx, organization_id, rules.video_to),
        back=await tx.value("telephones.callback_way", organization_id, rules.voice_to) is not None,
    )
    if queue is None or queue.open:
        return Manner(identity=rules.identity.value, calls=calls)
    leave = await _key_of(tx, organization_id, rules.closed_to)
    by = await tx.value("answer_mails.account", organization_id, rules.closed_to) if leave else None
    closed = ClosedItem(opens_at=queue.opens_at, leave=leave, mails=by is not None)
    return Manner(identity=rules.identity.value, closed=closed, calls=calls)


async def _key_of(tx: Transaction, organization_id: str, workstream_id: str | None) -> str | None:
    there = await tx.row("house.workstream", organization_id, workstream_id) if workstream_id else None
    return there["key"] if there else None


async def sample_key(tx: Transaction) -> str | None:
    """The key that the sample page carries when none is given."""
    key: str | None = await tx.value("lists.sample_key")
    return key


async def conversation(tx: Transaction, guest: Guest, at: datetime) -> PublicConversation:
    """Its state, who serves it, the place in the queue, and everything that the customer was told."""
    found = await conversations.get(tx, guest.organization_id, guest.conversation_id)
    if found is None:
        raise LookupError(f"no conversation {guest.conversation_id}")
    told = await notices.of_conversation(tx, guest.organization_id, guest.conversation_id)
    return public_conversation(found, await prospect_of(tx, found, at), told)


async def messages(tx: Transaction, guest: Guest, *, after: int, limit: int) -> list[PublicMessageItem]:
    """At most `limit` messages that follow the customer's number `after`."""
    rows = await tx.rows("messages.public_after", guest.organization_id, guest.conversation_id, after, limit)
    return [message(row, guest) for row in rows]


async def last_messages(
    tx: Transaction, guest: Guest, conversation_id: str, most: int
) -> list[PublicMessageItem]:
    """The newest messages of an earlier conversation that the customer may read."""
    found = await conversations.get(tx, guest.organization_id, conversation_id)
    after = max(0, (found.public_seq if found else 0) - most)
    rows = await tx.rows("messages.public_after", guest.organization_id, conversation_id, after, most)
    return [message(row, guest) for row in rows]


def message(row: Any, guest: Guest) -> PublicMessageItem:
    """A message as this customer is shown it: a row that they can read, or what posting it has answered."""
    mine = row["author_id"] == guest.actor.id
    return PublicMessageItem(
        id=row["id"],
        seq=row["public_seq"],
        author=PublicAuthor(name=row["author_name"], role=row["author_role"]),
        text=row["text"],
        at=row["at"],
        attachments=message_attachments(attached(row["attachments"], public=True)),
        client_id=row["client_id"] if mine else None,
    )
