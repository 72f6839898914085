"""Notices that a person had to hear of while they were away."""

from __future__ import annotations

from valvomo.db import journal
from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.event import Event
from valvomo.live import reading
from valvomo.live.floor import LiveFloor, counts_all
from valvomo.live.views.me import notice_of
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
            change = await reading.change_of(tx, floor.organization_id, fact)
            notice = notice_of(change, floor.lookups) if change else None
            known = isinstance(fact.event, Event) and (fact.position or 0) <= floor.position
            if notice is not None and known:
                found.append(notice)
    return found
