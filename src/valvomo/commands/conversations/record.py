"""Record a call, and pause that (spec 1 §5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations, journal, recordings
from valvomo.db.recordings import Track
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.access.acts import Act
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.agents.events import RecordingHeard
from valvomo.domain.calls.parts import part_in
from valvomo.domain.conversations import recording as rules
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.recording import RecordingKept
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording(Command):
    """Keep the call, if its workstream and its customer want that. By whoever carries it."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRecording(Command):
    """Keep nothing for now, because the agent wants it or a payment card is spoken of."""

    conversation_id: str
    cause: Literal["agent", "card"] = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRecording(Command):
    """Keep it again."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRecording(Command):
    """Its sound is kept, whole or not. By whoever carried the call."""

    recording_id: str
    tracks: tuple[Track, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HearRecording(Command):
    """Listen to what one party has said in a recording."""

    looks: ClassVar[bool] = True
    conversation_id: str
    recording_id: str
    track_id: str


@handles(StartRecording)
async def start_recording(work: Work, command: StartRecording) -> Outcome:
    """As soon as customer and agent are in it."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    kept, days = await recordings.wanted(work.tx, work.organization_id, conversation.workstream_id)
    recording_id = work.new_id()
    decision = rules.start_recording(conversation, kept, recording_id)
    if not isinstance(decision, Refusal):
        key = (work.organization_id, recording_id)
        await recordings.begin(work.tx, key, conversation.id, (work.now, days), kept=kept)
    return await work.decide(conversation, decision)


@handles(PauseRecording)
async def pause_recording(work: Work, command: PauseRecording) -> Outcome:
    """By its primary."""
    conversation = await work.lock_for(command.conversation_id, Act.PAUSE_RECORDING)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.pause_recording(work.actor.id, conversation, command.cause))


@handles(ResumeRecording)
async def resume_recording(work: Work, command: ResumeRecording) -> Outcome:
    """By its primary."""
    conversation = await work.lock_for(command.conversation_id, Act.RESUME_RECORDING)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.resume_recording(work.actor.id, conversation))


async def lock_kept(work: Work, recording_id: str) -> Conversation | Refusal:
    """The conversation of a recording to which something is added, by whoever carries the call.

    Refused for anybody else, for one that is not known, and for one whose days are over.
    """
    if refusal := system_refusal(work.actor):
        return refusal
    row = await work.tx.row("recordings.get", work.organization_id, recording_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    conversation = await work.lock(row["conversation_id"])
    if isinstance(conversation, Refusal):
        return conversation
    if await recordings.days_over(work.tx, (work.organization_id, recording_id), work.now):
        return Refusal(Reason.NOT_RECORDED)
    return conversation


@handles(EndRecording)
async def end_recording(work: Work, command: EndRecording) -> Outcome:
    """Whoever reads along sees it at once; nothing is kept of one whose days are over."""
    conversation = await lock_kept(work, command.recording_id)
    if isinstance(conversation, Refusal):
        return conversation
    key = (work.organization_id, command.recording_id)
    tracks = await _named(work, conversation.id, command) if command.tracks else ()
    await recordings.end(work.tx, key, tracks, failed=not command.whole)
    kept = RecordingKept(recording_id=command.recording_id, whole=command.whole)
    return await work.decide(conversation, (kept,))


async def _named(work: Work, conversation_id: str, command: EndRecording) -> tuple[Track, ...]:
    """By as what each was in it: an engine knows as what they came, and who consults may have become the agent."""
    states, state = list[Conversation](), None
    for fact in await journal.of_conversation(work.tx, work.organization_id, conversation_id):
        if isinstance(fact.event, Event):
            state = fold(state, fact.event, fact.at)
            states.append(state)
    parts = {one.person_id: part_in(command.recording_id, states, one.person_id) for one in command.tracks}
    return tuple(
        replace(one, part=part.value) if (part := parts[one.person_id]) else one for one in command.tracks
    )


@handles(HearRecording)
async def hear_recording(work: Work, command: HearRecording) -> Outcome:
    """By who may read the conversation; that they have listened, and to whom, is in the audit log before they do."""
    conversation = await conversations.get(work.tx, work.organization_id, command.conversation_id)
    if conversation is None:
        return Refusal(Reason.NOT_FOUND)
    if refusal := read_refusal(work.actor, conversation):
        return refusal
    tracks = await recordings.tracks(work.tx, work.organization_id, [command.recording_id])
    found = next((one for one in tracks[command.recording_id] if one.id == command.track_id), None)
    whose = await work.tx.row("recordings.get", work.organization_id, command.recording_id)
    if found is None or whose is None or whose["conversation_id"] != conversation.id:
        return Refusal(Reason.NOT_FOUND)
    if rules.days_over(whose["state"], whose["keep_until"], work.now):
        return Refusal(Reason.NOT_FOUND)
    work.note(
        RecordingHeard(conversation_id=conversation.id, recording_id=command.recording_id, part=found.part)
    )
    return {}
