"""Insight for screens: its settings, how measuring goes, and what was measured in a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from valvomo.db import floor, insight
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.sentiment.choice import Backend
from valvomo.domain.speech.choice import SpeechBackend
from valvomo.insight.speech.choosing import SpeechPlaces, speech_configured, speech_writes
from valvomo.protocol.insight import (
    ConversationSentiment,
    InsightBackend,
    InsightDocument,
    MeasuringItem,
    MessageSentiment,
    SpeechChoice,
)
from valvomo.protocol.sentiment import level_name, sentiment_item
from valvomo.queries.conversations import seen
from valvomo.queries.settings import administrator_refusal

MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """What the operator has set up: back ends for `sentiment`, where those for `speech` are, and `voices` by name."""

    sentiment: frozenset[Backend]
    speech: SpeechPlaces
    voices: tuple[str, ...]


async def settings(tx: Transaction, actor: Actor, able: Able) -> InsightDocument | Refusal:
    """What the organization wants, and what there is to choose from."""
    if refusal := administrator_refusal(actor):
        return refusal
    wanted = await insight.wanted(tx, actor.organization_id)
    speech, chosen = speech_configured(able.speech), wanted.insight.speech
    return InsightDocument(
        backend=wanted.insight.backend,
        detect_language=wanted.insight.detect_language,
        redact=wanted.insight.redact,
        backends=[InsightBackend(backend=one, ready=one in able.sentiment) for one in Backend],
        languages=list(wanted.languages),
        speech=chosen,
        speech_backends=[SpeechChoice(backend=one, ready=one in speech) for one in SpeechBackend],
        unwritten=[one for one in wanted.languages if not speech_writes(able.speech, chosen, one)],
        voices=list(able.voices),
    )


async def measuring(tx: Transaction, actor: Actor, now: datetime) -> MeasuringItem | Refusal:
    """How measuring goes, for supervisors and administrators."""
    if not (actor.is_(UserRole.SUPERVISOR) or actor.is_(UserRole.ADMINISTRATOR)):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    return insight.measuring_item(await insight.reports(tx, actor.organization_id, now))


async def of_conversation(
    tx: Transaction, actor: Actor, conversation_id: str
) -> ConversationSentiment | Refusal:
    """The readings of a conversation's messages: for who may read them and may know what customers feel."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := read_refusal(actor, conversation):
        return refusal
    names = await floor.lookups(tx, actor.organization_id)
    if not names.knows_mood(actor, conversation):
        return ConversationSentiment(sentiment=None, readings=[])
    found = await insight.readings(tx, actor.organization_id, conversation_id, MOST)
    return ConversationSentiment(
        sentiment=sentiment_item(conversation.sentiment),
        readings=[
            MessageSentiment(
                seq=one.seq,
                score=one.score,
                level=level_name(one.level),
                confidence=one.confidence,
                language=one.language,
                at=one.said_at,
            )
            for one in found
        ],
    )
