"""The timeline of a conversation: its events, readable, without what the reader may not know (spec 1 §3)."""

from __future__ import annotations

from valvomo.db import floor, journal
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.event import Event
from valvomo.domain.refusals import Refusal
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.timeline import TimelineItem, timeline_item
from valvomo.queries.conversations import seen

_BATCH = 500


async def of_conversation(
    tx: Transaction, actor: Actor, conversation_id: str, *, position: int, limit: int
) -> Page[TimelineItem] | Refusal:
    """Events after `position`, in order. Positions leave no gap where something silent was kept from the reader."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    names = await floor.lookups(tx, actor.organization_id)
    counts_all = names.knows_all(actor, conversation)
    items: list[TimelineItem] = []
    number, version = 0, 0
    while len(items) <= limit:
        facts = await journal.of_conversation(
            tx, actor.organization_id, conversation_id, after_version=version, limit=_BATCH
        )
        for fact in facts:
            if not isinstance(fact.event, Event) or (fact.event.silent and not counts_all):
                continue
            number += 1
            if number > position and len(items) <= limit and names.knows_of(fact.event, actor, conversation):
                by = Named(fact.actor_id, fact.actor_name)
                items.append(timeline_item(fact.event, fact.at, by, number, reader=actor, lookups=names))
        if len(facts) < _BATCH:
            break
        version = facts[-1].version or version
    more = len(items) > limit
    return Page(items=items[:limit], next=str(items[limit - 1].position) if more else None)
