"""Write down what was said in a call (spec 1 §5): only of one that is kept, and only as long as that is."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from valvomo.commands.conversations.record import lock_kept
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import messages
from valvomo.db.messages import SpokenMessage
from valvomo.domain.conversations.model import Role
from valvomo.domain.conversations.spoken import MOST_BACKEND, Spoken, Utterance, cut_to_fit, write_down
from valvomo.domain.refusals import Reason, Refusal

SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDown(Command):
    """One utterance in words. By whoever carries the call; see `Spoken` for what is said about it."""

    recording_id: str
    person_id: str
    name: str
    spoken_as: Role
    text: str
    began_ms: int
    ended_ms: int
    confidence: float
    heard: bool
    by: str = ""
    language: str = ""


@handles(WriteDown)
async def write_down_speech(work: Work, command: WriteDown) -> Outcome:
    """As a line of the conversation, for who may read it."""
    conversation = await lock_kept(work, command.recording_id)
    if isinstance(conversation, Refusal):
        return conversation
    text = cut_to_fit(command.text)
    if not text:
        return Refusal(Reason.NOT_RECORDED)
    salt = secrets.token_hex(SALT_BYTES)
    said = Utterance(message_id=work.new_id(), person_id=command.person_id, role=command.spoken_as, text=text)
    event = write_down(said, salt, conversation)
    spoken = Spoken(
        recording_id=command.recording_id, began_ms=command.began_ms, ended_ms=command.ended_ms,
        confidence=command.confidence, heard=command.heard, by=command.by[:MOST_BACKEND],
        language=command.language, salt=salt,
    )  # fmt: skip
    line = SpokenMessage(
        organization_id=work.organization_id, conversation_id=conversation.id, seq=event.seq, id=event.message_id,
        author_id=said.person_id, author_role=said.role.value, author_name=command.name,
        visibility=event.visibility.value, text=text, client_id=event.message_id, at=work.now, spoken=spoken,
    )  # fmt: skip
    await messages.write(work.tx, (), (line,), ())
    return await work.decide(conversation, (event,))
