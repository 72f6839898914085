"""Parts of a conversation's row that need nothing but themselves: participants, consent, what bots do in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import reads_notes
from valvomo.domain.conversations.model import Conversation, Participant
from valvomo.domain.conversations.survey_form import SCALES
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.widget_settings import AskedQuestionItem, SurveyItem


class ParticipantItem(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody beside primary and customer. `public`: the customer knows of them."""

    id: str
    name: str
    role: str
    public: bool
    since: datetime


class ConsentItem(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the customer and what they said.

    `told`: they were shown the notice or question, or have heard it; whoever is on a telephone hears it there.
    """

    policy: str
    answer: bool | None
    told: bool


def consent_item(conversation: Conversation) -> ConsentItem:
    """As the floor shows it."""
    consent = conversation.consent
    return ConsentItem(policy=consent.policy.value, answer=consent.answer, told=consent.version is not None)


class AccountTroubleItem(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing goes out to the customer: the account is `disabled`, or held with this problem of deliveries."""

    name: str
    problem: str
    since: datetime | None


def trouble_item(conversation: Conversation, lookups: Lookups) -> AccountTroubleItem | None:
    """What is wrong with the account over which the customer is reached; what is written waits meanwhile."""
    found = lookups.accounts.get(conversation.account_id or "")
    return AccountTroubleItem(name=found.name, problem=found.problem, since=found.since) if found else None


def survey_item(conversation: Conversation) -> SurveyItem | None:
    """What the customer was asked and answered, without their words."""
    asked = conversation.survey
    if asked is None:
        return None
    return SurveyItem(
        kind=asked.kind.value,
        best=SCALES[asked.kind].stop - 1,
        asked_at=asked.asked_at,
        score=asked.score,
        low=asked.score is not None and asked.score <= asked.low,
        answered_at=asked.answered_at,
        questions=tuple(
            AskedQuestionItem(id=one.id, kind=one.kind.value, words=one.words) for one in asked.questions
        ),
    )


def participant_item(one: Participant) -> ParticipantItem:
    """Somebody who takes part."""
    return ParticipantItem(id=one.id, name=one.name, role=one.role.value, public=one.public, since=one.since)


class PauseItem(msgspec.Struct, frozen=True, kw_only=True):
    """Which supervisor keeps the bot from speaking, and until when it stays so by itself."""

    by: Named
    until: datetime


class EscalationItem(msgspec.Struct, frozen=True, kw_only=True):
    """The bot that had it before people, when it let go, and why: a code of the house or the bot's own words."""

    bot: Named
    reason: str
    at: datetime


def bot_parts(conversation: Conversation, actor: Actor) -> dict[str, Any]:
    """What the floor shows of bots; to programs, nothing of what the house does with them."""
    pause, escalation = conversation.bot_paused, conversation.escalation
    staff = reads_notes(actor)
    return {
        "bot_paused": PauseItem(by=Named(pause.by_id, pause.by_name), until=pause.until)
        if pause and staff
        else None,
        "escalation": EscalationItem(
            bot=Named(escalation.bot_id, escalation.bot_name), reason=escalation.reason, at=escalation.at
        )
        if escalation and staff
        else None,
    }
