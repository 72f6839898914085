"""Reroute: what waits goes where the rules want it, once it is known in which language the customer writes."""

from __future__ import annotations

from dataclasses import replace

from valvomo.commands.work import Work
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.measure import LanguageDetected
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.routing import language as rules
from valvomo.domain.routing.rules import Arrival


async def rerouted(work: Work, conversation: Conversation, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events, with the skills that the detected language asks for, and the move into its queue."""
    detected = next((one for one in events if isinstance(one, LanguageDetected)), None)
    if detected is None:
        return events
    workstream = await work.workstream(conversation)
    if not workstream.queue_rules and not workstream.skill_rules:
        return events
    found = rules.rerouted(conversation, workstream, await _arrival(work, conversation), detected.language)
    if found is None:
        return events
    told = tuple(replace(one, needs=found.needs) if one is detected else one for one in events)
    if found.queue_id is None:
        return told
    moved = Queued(
        queue_id=found.queue_id,
        queue_name=await work.queue_name(found.queue_id),
        cause="language",
        by_role="system",
        auto_close_at=workstream.auto_close(workstream.timers.auto_close_open, work.now),
    )
    return (*told, moved)


async def _arrival(work: Work, conversation: Conversation) -> Arrival:
    """As it was when it began, as far as that is kept."""
    contact = await work.tx.row("insight.contact", work.organization_id, conversation.contact_id)
    return Arrival(
        channel=conversation.channel.value,
        language=conversation.language,
        subject=conversation.subject,
        customer_name=conversation.customer_name,
        email=(contact and contact["email"]) or "",
        phone=(contact and contact["phone"]) or "",
        known=bool(contact and contact["created_at"] < conversation.created_at),
        answers=conversation.answers,
        context=conversation.context,
    )
