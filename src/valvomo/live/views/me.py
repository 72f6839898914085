"""Me: my conversations, offers to me, notices, my presence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.delivery import DeliveryChanged
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.join import SupervisorJoined, TookOver
from valvomo.domain.conversations.model import Conversation, Offer, State
from valvomo.domain.conversations.offers import OfferAccepted, OfferExpired, OfferRejected, OfferWithdrawn
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.scheduled import TransferDropped
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.messages import NoticeItem
from valvomo.protocol.rows import BoardRow, OfferItem, Preview, board_row


class MyConversation(BoardRow, frozen=True, kw_only=True, tag_field="kind", tag="conversation"):
    """A conversation that I am in; `role` is as what."""

    role: str


class MyOffer(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="offer"):
    """An offer to me, with the conversation that it is about."""

    id: str
    offer: OfferItem
    conversation: BoardRow
    expires_at: datetime


class MyPresence(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="presence"):
    """My presence as everybody sees it and as it was chosen (`status`: the custom one), and my load in units."""

    id: str
    presence: str
    chosen: str
    status: Named | None
    since: datetime
    load: int
    capacity: int


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not there any more for the reader."""

    id: str
    kind: str | None = None
    removed: bool = True


MyItem = MyConversation | MyOffer | MyPresence | NoticeItem | Gone


def involved(conversation: Conversation | None) -> frozenset[str]:
    """Users who are in it or are asked to be, while it is ongoing."""
    if ongoing(conversation) is None or conversation is None:
        return frozenset()
    people = {one.id for one in conversation.participants} | {one.agent_id for one in conversation.offers}
    if conversation.owner_id:
        people.add(conversation.owner_id)
    return frozenset(people)


def persons(conversation: Conversation) -> set[str]:
    """Everybody to whom this conversation means something else than to others who may see as much."""
    found = {one.id for one in conversation.participants} | {one.agent_id for one in conversation.offers}
    found.update(conversation.served_by, conversation.declines)
    if conversation.owner_id:
        found.add(conversation.owner_id)
    return found


def same_persons(before: Conversation | None, after: Conversation) -> bool:
    """Whether a change is none of who is involved, as most are: folding keeps what it does not change."""
    return before is not None and all(getattr(before, name) is getattr(after, name) for name in _PERSONAL)


_PERSONAL = ("state", "owner_id", "participants", "offers", "served_by", "declines")


def items_about(
    conversation: Conversation, actor: Actor, lookups: Lookups, preview: Preview | None
) -> Iterator[MyConversation | MyOffer]:
    """What this conversation is to the actor now: theirs, offered to them, both or neither."""
    if ongoing(conversation) is None:
        return
    role, offer = conversation.role_of(actor.id), conversation.offer_to(actor.id)
    if role is None and offer is None:
        return
    row = board_row(conversation, actor, lookups, preview)
    if role is not None:
        yield MyConversation(**_fields(row), role=role.value)
    if offer is not None:
        item = next(one for one in row.offers if one.id == offer.id)
        yield MyOffer(id=offer.id, offer=item, conversation=row, expires_at=offer.expires_at)


def gone(before: Conversation | None, after: Conversation, actor_id: str) -> Iterator[Gone]:
    """What the actor had and has no more."""
    if before is None or ongoing(before) is None:
        return
    now = ongoing(after)
    if before.role_of(actor_id) is not None and (now is None or now.role_of(actor_id) is None):
        yield Gone(id=before.id, kind="conversation")
    offer = before.offer_to(actor_id)
    kept = now.offer_to(actor_id) if now else None
    if offer is not None and (kept is None or kept.id != offer.id):
        yield Gone(id=offer.id, kind="offer")


def presence_item(agent: Agent, since: datetime, reader: Actor, lookups: Lookups) -> MyPresence:
    """My own presence."""
    return MyPresence(
        id="presence",
        presence=agent.presence.value,
        chosen=agent.chosen.value,
        status=lookups.status(agent, reader),
        since=since,
        load=agent.load,
        capacity=agent.capacity,
    )


def notice_of(change: Change, lookups: Lookups) -> NoticeItem | None:
    """What those whom the fact names must hear; numbered without regard to silent facts."""
    event = change.happening.event
    found = _undelivered(event) if isinstance(event, DeliveryChanged) else _told(change, lookups)
    if found is None:
        return None
    code, facts = found
    after = change.after
    return NoticeItem(
        id=f"{after.id}:{after.revision}",
        code=code,
        conversation=after.id,
        facts={"customer": after.customer_name, "code": code, **facts},
        at=change.happening.at,
    )


def _told(change: Change, lookups: Lookups) -> tuple[str, Mapping[str, object]] | None:
    told: tuple[str, Mapping[str, object]] | None = None
    match change.happening.event:
        case OfferAccepted(offer=offer):
            told = "offer_accepted", {"agent": offer.agent_name, "offer": offer.kind.value}
        case OfferRejected(offer=offer, reason=reason):
            told = "offer_rejected", {"reason": reason, **_unanswered(offer, change.after)}
        case OfferExpired(offer=offer):
            told = "offer_expired", _unanswered(offer, change.after)
        case OfferWithdrawn(offer=offer, cause=cause):
            told = "offer_withdrawn", {"agent": offer.agent_name, "cause": cause, "offer": offer.kind.value}
        case TransferDropped(transfer=transfer, cause=cause):
            told = "transfer_dropped", {"agent": transfer.target[1], "cause": cause}
        case ForceClosed(by_name=by, reason=reason):
            told = "force_closed", {"by": by, "reason": reason}
        case SupervisorJoined(supervisor_name=name):
            told = "supervisor_joined", {"supervisor": name}
        case TookOver(supervisor_name=name):
            told = "took_over", {"supervisor": name}
        case Queued(queue_id=queue, queue_name=name):
            told = (
                "transferred_away",
                {"queue": lookups.queues[queue].name if queue in lookups.queues else name},
            )
        case _:
            pass
    return told


def _unanswered(offer: Offer, after: Conversation) -> Mapping[str, object]:
    """Whoever asked learns what becomes of it now (spec 3, *Acts show their true course*)."""
    if after.owner_id:
        onward = "stays"
    elif after.bot_id:
        onward = "bot"
    else:
        onward = "waits" if after.state is State.OPEN else "offered"
    return {"agent": offer.agent_name, "offer": offer.kind.value, "onward": onward}


def _undelivered(event: DeliveryChanged) -> tuple[str, Mapping[str, object]]:
    word = event.problem.value if event.problem else None
    return "message_undelivered", {"problem": word, "advice": word}


def _fields(row: BoardRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in BoardRow.__struct_fields__}
