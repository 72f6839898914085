"""Take a transcript away: who did and what for is in the audit log before the first byte leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.agents.events import TranscriptTaken
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTranscript(Command):
    """What the customer could read, as a file, for whoever of the house may read it."""

    looks: ClassVar[bool] = True
    conversation_id: str
    format: str
    purpose: str
    redacted: bool


@handles(TakeTranscript)
async def take_transcript(work: Work, command: TakeTranscript) -> Outcome:
    """The fact is all there is."""
    conversation = await conversations.get(work.tx, work.organization_id, command.conversation_id)
    if conversation is None:
        return Refusal(Reason.NOT_FOUND)
    if refusal := read_refusal(work.actor, conversation):
        return refusal
    work.note(
        TranscriptTaken(
            conversation_id=command.conversation_id,
            format=command.format,
            purpose=command.purpose,
            redacted=command.redacted,
        )
    )
    return {}
