"""What the house says about attention, as administrators see it."""

from __future__ import annotations

from valvomo.db import house
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.attention.phrases import DEFAULTS
from valvomo.domain.attention.rules import PARTS
from valvomo.domain.refusals import Refusal
from valvomo.protocol.attention_requests import AttentionSettingsDocument
from valvomo.queries.settings import administrator_refusal


async def settings(tx: Transaction, actor: Actor) -> AttentionSettingsDocument | Refusal:
    """Weights, VIPs, words."""
    if refusal := administrator_refusal(actor):
        return refusal
    rules = await house.attention(tx, actor.organization_id)
    return AttentionSettingsDocument(
        parts=PARTS,
        weights=dict(rules.weights),
        in_queues={queue: dict(weights) for queue, weights in rules.in_queues.items()},
        vip_tags=rules.vip_tags,
        vip_priority=rules.vip_priority,
        phrases=dict(rules.phrases),
        default_phrases=dict(DEFAULTS),
    )
