"""Coach: a supervisor who monitors a call speaks to its agent, and nobody else hears it (spec 1 §3 *Monitor*)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event, ongoing_call, with_participant
from valvomo.domain.conversations.model import Conversation, Participant, Role
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingStarted(Event):
    """The agent hears this supervisor now; the customer and everybody else does not."""

    kind: ClassVar[str] = "coaching_started"
    supervisor_id: str
    supervisor_name: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The monitor is one who speaks to the agent."""
        return _coaching(conversation, self.supervisor_id, coaching=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingStopped(Event):
    """The supervisor only listens again."""

    kind: ClassVar[str] = "coaching_stopped"
    supervisor_id: str
    supervisor_name: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """A monitor like any other."""
        return _coaching(conversation, self.supervisor_id, coaching=False)


def coach_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Who monitors a call that an agent is in may speak to that agent."""
    one = _monitor(supervisor_id, conversation)
    if one is None:
        return Refusal(Reason.NOT_MONITORING)
    if ongoing_call(conversation) is None:
        return Refusal(Reason.NO_CALL)
    if conversation.owner_id is None:
        return Refusal(Reason.NOT_ACCEPTED, {"state": conversation.state.value})
    return Refusal(Reason.ALREADY_COACHING) if one.coaching else None


def stop_coach_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Only who coaches can stop it."""
    one = _monitor(supervisor_id, conversation)
    return None if one is not None and one.coaching else Refusal(Reason.NOT_COACHING)


def coach(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Speak to the agent alone; `supervisor` is id and name."""
    if refusal := coach_refusal(supervisor[0], conversation):
        return refusal
    return (CoachingStarted(supervisor_id=supervisor[0], supervisor_name=supervisor[1]),)


def stop_coach(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Only listen again."""
    if refusal := stop_coach_refusal(supervisor[0], conversation):
        return refusal
    return (CoachingStopped(supervisor_id=supervisor[0], supervisor_name=supervisor[1]),)


def _monitor(supervisor_id: str, conversation: Conversation) -> Participant | None:
    one = conversation.participant(supervisor_id)
    return one if one is not None and one.role is Role.MONITOR else None


def _coaching(conversation: Conversation, supervisor_id: str, *, coaching: bool) -> Conversation:
    one = conversation.participant(supervisor_id)
    return with_participant(conversation, replace(one, coaching=coaching)) if one else conversation
