"""Notice and consent of whoever has no screen: they hear the text, and answer with a key (spec 1 §5).

Whoever has a window is shown it, and answers, before the conversation begins (`start.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import ConsentPolicy, Conversation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeShown(Event):
    """The customer has heard the notice, in this version and language, to its end; in writing it was sent to them."""

    kind: ClassVar[str] = "notice_shown"
    version: int
    language: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It is known what they were told."""
        return _told(conversation, self.version, self.language, answer=conversation.consent.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked(Event):
    """The customer has heard the question, as often as it is put, and has not answered: they do not agree."""

    kind: ClassVar[str] = "consent_asked"
    version: int
    language: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """They are not asked again, and nothing is answered."""
        return _told(conversation, self.version, self.language, answer=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAnswered(Event):
    """The customer agrees, or does not."""

    kind: ClassVar[str] = "consent_answered"
    answer: bool
    version: int
    language: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It is respected from now on."""
        return _told(conversation, self.version, self.language, answer=self.answer)


def is_untold(conversation: Conversation) -> bool:
    """Whether there is a notice, or a question without an answer, that the customer is still to be told."""
    consent = conversation.consent
    over = conversation.state in (State.WRAP_UP, State.CLOSED)
    if over or consent.policy is ConsentPolicy.NONE or consent.version is not None:
        return False
    return consent.policy is ConsentPolicy.NOTICE or consent.answer is None


def show_notice(conversation: Conversation, version: int, language: str) -> tuple[Event, ...]:
    """They have heard it to its end; nothing where that is known, or where it is over."""
    if not is_untold(conversation):
        return ()
    shown = NoticeShown if conversation.consent.policy is ConsentPolicy.NOTICE else ConsentAsked
    return (shown(version=version, language=language),)


def answer_consent(
    conversation: Conversation, version: int, language: str, *, answer: bool
) -> tuple[Event, ...]:
    """They answer the question; nothing where they are not asked, or not any more."""
    if conversation.consent.policy is not ConsentPolicy.CONSENT or not is_untold(conversation):
        return ()
    return (ConsentAnswered(answer=answer, version=version, language=language),)


def _told(conversation: Conversation, version: int, language: str, *, answer: bool | None) -> Conversation:
    told = replace(conversation.consent, version=version, language=language, answer=answer)
    return conversation.but(consent=told)
