"""What is removed when, and how much that is, as administrators see it."""

from __future__ import annotations

from datetime import datetime

from valvomo.db import erasing, forgetting
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Refusal
from valvomo.domain.retention.rule import RetentionRule, closed_before, known_before
from valvomo.protocol.retention import DueDocument, RetentionDocument
from valvomo.queries.settings import administrator_refusal


async def settings(tx: Transaction, actor: Actor, now: datetime) -> RetentionDocument | Refusal:
    """The rule, and what is due by it."""
    if refusal := administrator_refusal(actor):
        return refusal
    rule = await erasing.rule(tx, actor.organization_id, statement="house.organization")
    return RetentionDocument(
        written_days=rule.written_days,
        contact_days=rule.contact_days,
        due=await _due(tx, actor, rule, now),
    )


async def due_by(tx: Transaction, actor: Actor, rule: RetentionRule, now: datetime) -> DueDocument | Refusal:
    """What would be due by another rule."""
    return administrator_refusal(actor) or await _due(tx, actor, rule, now)


async def _due(tx: Transaction, actor: Actor, rule: RetentionRule, now: datetime) -> DueDocument:
    closed, known = closed_before(rule, now), known_before(rule, now)
    conversations, oldest = 0, None
    if closed is not None:
        conversations, oldest = await erasing.count_due(tx, actor.organization_id, closed)
    contacts = 0 if known is None else await forgetting.count_idle(tx, actor.organization_id, known)
    return DueDocument(conversations=conversations, oldest_closed_at=oldest, contacts=contacts)
