"""Mail transcript: the customer has what was said sent to them, by the same job as all letters of the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.texts.catalogue import text

MOST_A_DAY = 3
"""Of one conversation: whoever has its token must not make us write to strangers."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTranscript(Command):
    """To this address; `text` is what may leave the house of it, empty where nobody of the house has said anything."""

    secret: ClassVar[frozenset[str]] = frozenset({"text"})
    conversation_id: str
    email: str
    text: str


@handles(MailTranscript)
async def mail_transcript(work: Work, command: MailTranscript) -> Outcome:
    """Written down for sending; the conversation is locked so that nobody gets more at once."""
    if work.actor.kind is not ActorKind.CUSTOMER:
        return Refusal(Reason.ROLE_NEEDED, {"role": "customer"})
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if not command.text:
        return Refusal(Reason.TRANSCRIPT_EMPTY)
    where = (work.organization_id, conversation.id)
    if await work.tx.value("widgets.mailed", *where, work.now - DAY) >= MOST_A_DAY:
        return Refusal(Reason.TRANSCRIPT_TOO_MANY, {"most": MOST_A_DAY})
    organization = await work.tx.row("house.organization", work.organization_id)
    told = {
        "organization": organization["name"] if organization else "",
        "date": f"{conversation.created_at:%Y-%m-%d}",
    }
    parts = ("subject", "head", "foot")
    subject, head, foot = (text(work.actor.language, ("transcript_mail", one), told) for one in parts)
    body = f"{head}\n\n{command.text}\n{foot}\n"
    await work.tx.run("alerts.write_mails", work.organization_id, [command.email], subject, body, work.now)
    await work.tx.run("widgets.note_mail", *where, work.new_id(), work.now)
    return outcome_of(conversation)
