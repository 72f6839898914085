"""Notice and consent (spec 1 §5): what customers were told and answered is kept with its version and language.

Whoever has a window is told, and answers, before their conversation begins (`start.py`); whoever is on a telephone
hears it there; whom the house wrote to first by a template reads it once they have answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import dispatches
from valvomo.db.dispatches import HouseWords
from valvomo.domain.agents.events import Acknowledged
from valvomo.domain.conversations import consent as rules
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import ConsentPolicy, Conversation
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowNotice(Command):
    """The customer has heard the notice to its end; or the question, as often as it is put, and has not answered.

    `version` and `text_language` are of the text. By whoever has played it.
    """

    conversation_id: str
    version: int
    text_language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConsent(Command):
    """The customer answers with a key of their telephone whether they agree. By whoever has asked them."""

    conversation_id: str
    answer: bool
    version: int
    text_language: str


@handles(ShowNotice)
async def show_notice(work: Work, command: ShowNotice) -> Outcome:
    """Once; nothing where it is known, or over."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    decision = rules.show_notice(conversation, command.version, command.text_language)
    return await _told(work, conversation, decision)


@handles(AnswerConsent)
async def answer_consent(work: Work, command: AnswerConsent) -> Outcome:
    """The first answer; nothing where they are not asked any more."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    decision = rules.answer_consent(
        conversation, command.version, command.text_language, answer=command.answer
    )
    return await _told(work, conversation, decision)


async def tell_late(work: Work, conversation: Conversation) -> Conversation:
    """The notice, now that it can be sent: the house wrote first, by a template, and nothing else was taken there."""
    if conversation.window_closed or conversation.consent.policy is not ConsentPolicy.NOTICE:
        return conversation
    if not rules.is_untold(conversation):
        return conversation
    shown = (conversation.workstream_id, ConsentPolicy.NOTICE.value, conversation.language or "en")
    text = await work.tx.row("house.current_text", work.organization_id, *shown)
    if text is None:
        return conversation
    await say(work, conversation, text["text"])
    after = await work.record(
        conversation, rules.show_notice(conversation, text["version"], text["language"])
    )
    await acknowledge(work, after)
    return after


async def say(work: Work, conversation: Conversation, words: str) -> None:
    """The house's own words, over the channel."""
    said = HouseWords(
        organization_id=work.organization_id, conversation_id=conversation.id, id=work.new_id(), text=words
    )
    await dispatches.write(work.tx, [said], work.now)


async def acknowledge(work: Work, conversation: Conversation) -> None:
    """Keep who was told or has answered what, where anything was."""
    consent, contact_id = conversation.consent, conversation.contact_id
    if consent.policy is ConsentPolicy.NONE or consent.version is None or consent.language is None:
        return
    answer = consent.answer is not False
    await work.tx.run(
        "house.add_acknowledgement", work.organization_id, work.new_id(), contact_id, conversation.id,
        consent.policy.value, consent.version, consent.language, answer, work.now,
    )  # fmt: skip
    work.note(
        Acknowledged(
            person_id=contact_id, subject=consent.policy.value, version=consent.version,
            language=consent.language, answer=answer,
        )
    )  # fmt: skip


async def _told(work: Work, before: Conversation, decision: tuple[Event, ...]) -> Outcome:
    if not decision:
        return outcome_of(before)
    after = await work.record(before, decision)
    if after.consent.policy is ConsentPolicy.NOTICE or after.consent.answer is not None:
        await acknowledge(work, after)
    return outcome_of(after)
