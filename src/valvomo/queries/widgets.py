"""Widgets as administrators set them, and what a customer answered, for those who may know it."""

from __future__ import annotations

from typing import Any

import msgspec

from valvomo.db import floor, house, widgets
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.survey import SHOWN_IN
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.widget_settings import SurveyAnswerDocument, SurveyBody, WidgetDocument
from valvomo.queries import conversations
from valvomo.queries.listing import role_refusal


async def document(tx: Transaction, actor: Actor, workstream_id: str) -> WidgetDocument | Refusal:
    """What a workstream says of its widget; never the secret."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    row = await tx.row("house.workstream", actor.organization_id, workstream_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    if house.workstream_of(row).channel not in SHOWN_IN:
        return Refusal(Reason.NO_WIDGET)
    kept: Any = await tx.row("widgets.of_workstream", actor.organization_id, workstream_id)
    rules = widgets.rules_of(kept)
    return WidgetDocument(
        workstream=workstream_id,
        survey=msgspec.convert(msgspec.to_builtins(rules.survey), SurveyBody),
        identity=rules.identity,
        closed_to=rules.closed_to,
        answers_by=rules.answers_by,
        voice_to=rules.voice_to,
        video_to=rules.video_to,
        secret=kept is not None and kept["secret"] is not None,
        former_until=kept["former_until"] if kept else None,
    )


async def answer(tx: Transaction, actor: Actor, conversation_id: str) -> SurveyAnswerDocument | Refusal:
    """What the customer of a conversation has answered, if this actor may know it."""
    conversation = await conversations.seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    names = await floor.lookups(tx, actor.organization_id)
    if not names.knows_survey(actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    return await answered(tx, actor.organization_id, conversation_id)


async def answered(
    tx: Transaction, organization_id: str, conversation_id: str
) -> SurveyAnswerDocument | Refusal:
    """The newest answer; not found where there is none."""
    row = await tx.row("widgets.answer_of", organization_id, conversation_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    return SurveyAnswerDocument(
        score=row["score"], comment=row["comment"], answers=dict(row["answers"]), at=row["at"]
    )
