"""Notices that concern a person and none of their conversations, and those of the time while they were away."""

from __future__ import annotations

from valvomo.db import journal
from valvomo.db.database import Database
from valvomo.db.journal import Fact
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.events import ChannelSeen
from valvomo.domain.alerts.events import AlertAssigned, AlertRaised
from valvomo.domain.conversations.event import Event
from valvomo.live import reading
from valvomo.live.floor import LiveFloor, counts_all
from valvomo.live.views.me import notice_of
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.messages import NoticeItem

MOST_NOTICES = 50


async def notices_since(database: Database, floor: LiveFloor, actor: Actor, since: int) -> list[NoticeItem]:
    """The first `MOST_NOTICES` after a number that the actor saw, up to where the floor is."""
    position = since if counts_all(actor) else floor.loud_position(since)
    found: list[NoticeItem] = []
    async with database.reading() as tx:
        facts = await journal.for_person(
            tx, floor.organization_id, actor.id, after=position, limit=MOST_NOTICES
        )
        for fact in facts:
            if (fact.position or 0) > floor.position:
                continue
            if not isinstance(fact.event, Event):
                notice = notice_of_house(fact, actor, floor.lookups)
            else:
                change = await reading.change_of(tx, floor.organization_id, fact)
                notice = notice_of(change, floor.lookups) if change else None
            if notice is not None:
                found.append(notice)
    return found


def notice_of_house(fact: Fact, actor: Actor, lookups: Lookups) -> NoticeItem | None:
    """What a fact of no conversation tells the actor in person: an alert is theirs to see to, an account is held."""
    event = fact.event
    if actor.id not in fact.notify:
        return None
    if isinstance(event, ChannelSeen):
        facts: dict[str, object] = {"name": event.name, "problem": event.problem}
        return NoticeItem(id=f"channel:{event.account_id}:{fact.position}", code="channel_held",
                          conversation=None, facts=facts, at=fact.at)  # fmt: skip
    if not isinstance(event, AlertAssigned | AlertRaised) or not actor.supervises(event.queue_id):
        return None
    queue = lookups.queues.get(event.queue_id)
    by_somebody = isinstance(event, AlertAssigned)
    return NoticeItem(
        id=f"alert:{event.alert_id}:{fact.position}",
        code="alert_assigned" if by_somebody else "alert_yours",
        conversation=event.conversation_id if isinstance(event, AlertRaised) else None,
        alert=event.alert_id,
        facts={"rule": event.rule_name, "queue": queue.name if queue else "", "by": fact.actor_name},
        at=fact.at,
    )
