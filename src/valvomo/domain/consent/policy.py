"""What consent forbids: monitoring, joining and recording under `consent` without a yes (spec 1 §5)."""

from __future__ import annotations

from valvomo.domain.conversations.model import ConsentPolicy, Conversation
from valvomo.domain.refusals import Reason, Refusal


def consent_refusal(conversation: Conversation) -> Refusal | None:
    """Why nobody may listen in: the customer said no, or has not answered, or not been asked."""
    consent = conversation.consent
    if consent.policy is not ConsentPolicy.CONSENT or consent.answer is True:
        return None
    return Refusal(Reason.CONSENT_REFUSED if consent.answer is False else Reason.CONSENT_PENDING)
