"""Conversations as they are shown: the row of the board and the whole document, each as one person may see it.

The live stream and the HTTP interface use these same functions, so both answer alike (spec 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import (
    reads_notes,
    shows_preview,
    takes_part,
)
from valvomo.domain.calls.quality import grade
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.conversations.model import Conversation, Offer, Role
from valvomo.protocol.acts import ActAnswer, answers, compact
from valvomo.protocol.calls import CallItem, call_item
from valvomo.protocol.heeding import Heeded, heeded
from valvomo.protocol.lookups import AskingFacts, Lookups, Named, QueueFacts
from valvomo.protocol.records import RecordDetails, RecordItem, record_details, record_item
from valvomo.protocol.row_parts import (
    AccountTroubleItem,
    ConsentItem,
    EscalationItem,
    ParticipantItem,
    PauseItem,
    bot_parts,
    consent_item,
    participant_item,
    survey_item,
    trouble_item,
)
from valvomo.protocol.sentiment import SentimentItem, sentiment_item
from valvomo.protocol.widget_settings import SurveyItem

PREVIEW_LENGTH = 140
"""Characters of the last public message that the board shows."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The last public message, cut; `author` is a name, `role` as what they wrote."""

    text: str
    author: str
    role: str
    at: datetime


class OfferItem(msgspec.Struct, frozen=True, kw_only=True):
    """A pending offer; `by` is None when the router asks.

    It rings by `sound` and shows on the `desktop`; where there are `reject_reasons`, it is rejected for one of them.
    """

    id: str
    kind: str
    agent: Named
    by: Named | None
    by_role: str
    made_at: datetime
    expires_at: datetime
    units: int
    excess_units: int
    note: str | None
    reject_reasons: tuple[str, ...]
    sound: bool
    desktop: bool


class Shown(Heeded, frozen=True, kw_only=True):
    """What row and document have in common. `version` only grows; monitors are named to supervisors only.

    `seq` is the number of the last message, `written` how many there are that people or bots wrote: without the lines
    in which a machine has written down what was said in a call. `call_grade`: how the worst way into its calls that are
    over did, from 0 (hardly anything arrived) to 4 (all of it); null where none was measured. `erased_at`: what was
    written was removed then, by the rule of the house.
    """

    id: str
    version: int
    at: datetime
    state: str
    stage: str | None
    channel: str
    mode: str
    queue: Named | None
    workstream: Named
    agent: Named | None
    bot: Named | None
    bot_paused: PauseItem | None
    escalation: EscalationItem | None
    customer: Named
    subject: str
    preview: Preview | None
    sentiment: SentimentItem | None
    language: str
    language_source: LanguageSource
    tags: tuple[str, ...]
    vip: bool
    verified: bool
    priority: int
    created_at: datetime
    queued_at: datetime
    session_queued_at: datetime
    first_accepted_at: datetime | None
    accepted_at: datetime | None
    waiting_at: datetime | None
    wrap_up_at: datetime | None
    closed_at: datetime | None
    closed_as: str | None
    erased_at: datetime | None
    unanswered_since: datetime | None
    seq: int
    written: int
    units: int
    transfers: int
    offers: tuple[OfferItem, ...]
    participants: tuple[ParticipantItem, ...]
    monitored_by: tuple[Named, ...]
    excess_units: int
    orphaned: bool
    customer_online: bool | None
    consent: ConsentItem
    record: RecordItem | None
    call: CallItem | None
    call_grade: int | None


class BoardRow(Shown, frozen=True, kw_only=True):
    """One line of the floor. `acts` holds for each act None (allowed) or the code of why not."""

    acts: dict[str, str | None]


class ConversationDocument(Shown, frozen=True, kw_only=True):
    """The whole state. `acts` holds for each act whether the caller may do it, and if not why."""

    acts: dict[str, ActAnswer]
    disposition: str | None
    answers: Mapping[str, str]
    context: Mapping[str, str]
    declines: Mapping[str, int]
    served_by: tuple[str, ...]
    deadlines: Mapping[str, datetime]
    scheduled_transfer: Named | None
    details: RecordDetails | None
    bot_summary: str | None
    survey: SurveyItem | None
    recordings: int
    account_trouble: AccountTroubleItem | None


def preview_of(text: str, author: str, role: str, at: datetime) -> Preview:
    """The preview of a public message."""
    line = " ".join(text[:1000].split())
    if len(line) > PREVIEW_LENGTH:
        line = line[: PREVIEW_LENGTH - 1].rstrip() + "…"
    return Preview(text=line, author=author, role=role, at=at)


def board_row(
    conversation: Conversation,
    actor: Actor,
    lookups: Lookups,
    preview: Preview | None = None,
    *,
    acts: dict[str, str | None] | None = None,
) -> BoardRow:
    """The row as this actor may see it; `acts` where the rules were asked already."""
    return BoardRow(
        **_shown(conversation, actor, lookups, preview),
        acts=compact(actor, conversation, lookups.supervision) if acts is None else acts,
    )


def conversation_document(
    conversation: Conversation, actor: Actor, lookups: Lookups, preview: Preview | None = None
) -> ConversationDocument:
    """The whole state as this actor may see it, reasons in their language."""
    acts = answers(actor, conversation, lookups.supervision)
    return ConversationDocument(**document_parts(conversation, actor, lookups, preview), acts=acts)


def document_parts(
    conversation: Conversation, actor: Actor, lookups: Lookups, preview: Preview | None
) -> dict[str, Any]:
    """All of the document but `acts`."""
    wish, known = conversation.scheduled_transfer, conversation.escalation
    return {
        **_shown(conversation, actor, lookups, preview),
        "disposition": conversation.disposition,
        "answers": conversation.answers,
        "context": conversation.context,
        "declines": conversation.declines,
        "served_by": conversation.served_by,
        "deadlines": conversation.deadlines,
        "scheduled_transfer": Named(*wish.target) if wish else None,
        "details": record_details(conversation),
        "bot_summary": known.summary if known and reads_notes(actor) else None,
        "recordings": conversation.recordings,
        "survey": survey_item(conversation) if lookups.knows_survey(actor, conversation) else None,
        "account_trouble": trouble_item(conversation, lookups),
    }


def shown_version(conversation: Conversation, actor: Actor, lookups: Lookups) -> int:
    """The number of the state that this actor sees: silent facts leave no gap in it for agents."""
    return conversation.version if lookups.knows_all(actor, conversation) else conversation.revision


def _shown(
    conversation: Conversation, actor: Actor, lookups: Lookups, preview: Preview | None
) -> dict[str, Any]:
    queue = lookups.queues.get(conversation.queue_id, QueueFacts(id=conversation.queue_id, name=""))
    monitors = [one for one in conversation.participants if one.role is Role.MONITOR]
    knows = lookups.knows(actor, conversation)
    offered = actor.supervises(conversation.queue_id) or takes_part(actor, conversation)
    shows = (offered or actor.is_(UserRole.INTEGRATION)) and shows_preview(conversation)
    stage = conversation.stage
    copied = {name: getattr(conversation, name) for name in _COPIED}
    return {
        **copied,
        "version": shown_version(conversation, actor, lookups),
        "written": conversation.seq - conversation.spoken,
        "at": conversation.last_message_at or conversation.created_at,
        "stage": stage.value if stage else None,
        "queue": Named(queue.id, queue.name),
        "workstream": Named(
            conversation.workstream_id, lookups.workstreams.get(conversation.workstream_id, "")
        ),
        "agent": _named(conversation.owner_id, conversation.owner_name),
        "bot": _named(conversation.bot_id, conversation.bot_name),
        **bot_parts(conversation, actor),
        "customer": Named(conversation.contact_id, conversation.customer_name),
        "preview": preview if shows else None,
        "sentiment": sentiment_item(conversation.sentiment, queue.sentiment_alert_agent)
        if lookups.knows_mood(actor, conversation)
        else None,
        **heeded(conversation, actor, lookups),
        "offers": tuple(_offer(one, conversation, actor, lookups) for one in conversation.offers),
        "participants": tuple(
            participant_item(one) for one in conversation.participants if one not in monitors or knows
        ),
        "monitored_by": tuple(Named(one.id, one.name) for one in monitors) if knows else (),
        "consent": consent_item(conversation),
        "record": record_item(conversation),
        "call": call_item(conversation, actor, lookups),
        "call_grade": grade(conversation.call_score),
    }


_COPIED = (
    "id", "state", "channel", "mode", "subject", "language", "language_source", "tags", "vip", "verified",
    "priority", "created_at", "queued_at", "session_queued_at", "first_accepted_at", "accepted_at",
    "waiting_at", "wrap_up_at", "closed_at", "closed_as", "erased_at", "unanswered_since", "seq", "units",
    "transfers", "excess_units", "orphaned", "customer_online",
)  # fmt: skip


def _named(one: str | None, name: str | None) -> Named | None:
    return Named(one, name or "") if one else None


def _offer(offer: Offer, conversation: Conversation, actor: Actor, lookups: Lookups) -> OfferItem:
    asking = lookups.asking.get(conversation.workstream_id, AskingFacts())
    return OfferItem(
        id=offer.id,
        kind=offer.kind.value,
        agent=Named(offer.agent_id, offer.agent_name),
        by=_named(offer.by_id, lookups.people.get(offer.by_id or "", "")),
        by_role=offer.by_role,
        made_at=offer.made_at,
        expires_at=offer.expires_at,
        units=offer.units,
        excess_units=offer.excess_units,
        note=offer.note if reads_notes(actor) else None,
        reject_reasons=asking.reject_reasons,
        sound=asking.sound,
        desktop=asking.desktop,
    )
