"""Recording of calls: begun where the workstream wants it and consent allows it, paused by the agent (spec 1 §5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.consent.policy import consent_refusal
from valvomo.domain.conversations.call_marks import Call, Kept, Recording
from valvomo.domain.conversations.consent import is_untold
from valvomo.domain.conversations.event import Event, call_of, ongoing_call
from valvomo.domain.conversations.hold import own_call
from valvomo.domain.conversations.model import ConsentPolicy, Conversation
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(Event):
    """From now on the call is kept: its sound, or what is said in writing only (`kept`)."""

    kind: ClassVar[str] = "recording_started"
    recording_id: str
    kept: Kept

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It is being recorded."""
        begun = _with(conversation, Recording(id=self.recording_id, kept=self.kept, since=at))
        return begun.but(recordings=conversation.recordings + (self.kept is Kept.RECORDING))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(Event):
    """Nothing is kept for now: the `agent` wants it, or a payment `card` is spoken of (`cause`)."""

    kind: ClassVar[str] = "recording_paused"
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Paused."""
        call = call_of(conversation)
        going = call.recording if call else None
        return _with(conversation, replace(going, paused=True)) if going else conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(Event):
    """The call is kept again."""

    kind: ClassVar[str] = "recording_resumed"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Going on."""
        call = call_of(conversation)
        going = call.recording if call else None
        return _with(conversation, replace(going, paused=False)) if going else conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKept(Event):
    """A recording is over and can be listened to; not `whole` where something of it could not be kept."""

    kind: ClassVar[str] = "recording_kept"
    recording_id: str
    whole: bool = True

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The conversation is what it was."""
        return conversation.but()


def days_over(state: str, keep_until: datetime, now: datetime) -> bool:
    """Whether a recording in this state is removed, or is to be: nothing of it is heard, and nothing more is kept."""
    return state == "removed" or keep_until <= now


def recording_refusal(conversation: Conversation, kept: Kept) -> Refusal | None:
    """Why a call is not kept: the workstream does not want it, its customer was told nothing, or does not agree."""
    call = ongoing_call(conversation)
    if call is None or not conversation.accepted:
        return Refusal(Reason.NO_CALL)
    if call.recording is not None:
        return Refusal(Reason.ALREADY_RECORDED)
    if kept is Kept.OFF or conversation.consent.policy is ConsentPolicy.NONE:
        return Refusal(Reason.NOT_RECORDED)
    if refusal := consent_refusal(conversation):
        return refusal
    return Refusal(Reason.NOT_RECORDED) if is_untold(conversation) else None


def start_recording(conversation: Conversation, kept: Kept, recording_id: str) -> tuple[Event, ...] | Refusal:
    """Begin to keep the call."""
    return recording_refusal(conversation, kept) or (RecordingStarted(recording_id=recording_id, kept=kept),)


def pause_recording_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """The primary of a call that is being recorded pauses that."""
    going = _going(agent_id, conversation)
    if isinstance(going, Refusal):
        return going
    return Refusal(Reason.RECORDING_PAUSED) if going.paused else None


def resume_recording_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Whoever is primary lets it go on."""
    going = _going(agent_id, conversation)
    if isinstance(going, Refusal):
        return going
    return None if going.paused else Refusal(Reason.RECORDING_GOES_ON)


def pause_recording(agent_id: str, conversation: Conversation, cause: str) -> tuple[Event, ...] | Refusal:
    """Keep nothing for now; see `RecordingPaused`."""
    return pause_recording_refusal(agent_id, conversation) or (RecordingPaused(cause=cause),)


def resume_recording(agent_id: str, conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Keep it again."""
    return resume_recording_refusal(agent_id, conversation) or (RecordingResumed(),)


def _going(agent_id: str, conversation: Conversation) -> Recording | Refusal:
    call = own_call(agent_id, conversation)
    if isinstance(call, Refusal):
        return call
    return call.recording or Refusal(Reason.NOT_RECORDED)


def _with(conversation: Conversation, recording: Recording) -> Conversation:
    call: Call | None = call_of(conversation)
    return conversation.but(call=replace(call, recording=recording)) if call else conversation
