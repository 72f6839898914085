"""What a withdrawn right ends: monitoring and joining that would not be allowed any more (spec 1 §3)."""

from __future__ import annotations

from valvomo.commands.work import Work
from valvomo.db import conversations, people
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import Right, Supervision, supervisor_refusal
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.leaving import parted
from valvomo.domain.conversations.model import Participant, Role


async def end_unrightful(work: Work, supervision: Supervision) -> None:
    """Whoever lost role, scope or right stops monitoring, and leaves what they joined.

    The last thing of a change: it judges by what has just been written. Conversations are locked in their order.
    """
    rows = await work.tx.rows("settings.involved", work.organization_id)
    keys = [(work.organization_id, row["conversation_id"]) for row in rows]
    known: dict[str, Actor] = {}
    for conversation in (await conversations.lock_many(work.tx, keys)).values():
        events: list[Event] = []
        for one in conversation.participants:
            if one.role in (Role.MONITOR, Role.SUPERVISOR):
                if one.id not in known:
                    known[one.id] = await _actor(work, one)
                if supervisor_refusal(Right.MONITOR, known[one.id], conversation, supervision):
                    events.append(parted(one, "right_withdrawn"))
        if events:
            await work.record(conversation, events)


async def _actor(work: Work, one: Participant) -> Actor:
    """The participant as they may act now; without any role when the account is disabled."""
    found = await people.actor(work.tx, work.organization_id, one.id)
    return found or Actor(id=one.id, organization_id=work.organization_id, name=one.name)
