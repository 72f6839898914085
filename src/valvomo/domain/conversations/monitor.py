"""Monitor: a supervisor reads along, unseen; and stops (spec 1 §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.consent.policy import consent_refusal
from valvomo.domain.conversations.event import Event, with_participant, without_participant
from valvomo.domain.conversations.model import Conversation, Participant, Role, State
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStarted(Event):
    """A supervisor monitors. `shown` when the organization chose to tell agents."""

    kind: ClassVar[str] = "monitor_started"
    supervisor_id: str
    supervisor_name: str
    shown: bool = False

    @property
    def silent(self) -> bool:
        """Silent unless the organization chose to show agents that they are monitored."""
        return not self.shown

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """One more unseen participant."""
        one = Participant(
            id=self.supervisor_id, name=self.supervisor_name, role=Role.MONITOR, since=at, shown=self.shown
        )
        return with_participant(conversation, one)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStopped(Event):
    """A supervisor stopped monitoring; `cause` says why it stopped without them, None when they stopped it.

    `connection_lost`, `right_withdrawn`, `not_serving`, `taking_part`, `queued` or `ended`.
    """

    kind: ClassVar[str] = "monitor_stopped"
    supervisor_id: str
    supervisor_name: str
    shown: bool = False
    cause: str | None = None

    @property
    def silent(self) -> bool:
        """As silent as the start was."""
        return not self.shown

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """One less."""
        return without_participant(conversation, self.supervisor_id)


def listening_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """What monitor and join have in common: accepted, not one's own, allowed by the customer (spec 1 §3 d, §5)."""
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    if conversation.state is State.OPEN or (conversation.state is State.ACTIVE and not conversation.accepted):
        return Refusal(Reason.NOT_ACCEPTED, facts)
    if conversation.owner_id == supervisor_id:
        return Refusal(Reason.OWN_CONVERSATION)
    return consent_refusal(conversation)


def monitor_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Accepted, waiting or in wrap-up; once; not while visible in it."""
    if refusal := listening_refusal(supervisor_id, conversation):
        return refusal
    role = conversation.role_of(supervisor_id)
    if role is Role.MONITOR:
        return Refusal(Reason.ALREADY_MONITORING)
    return Refusal(Reason.ALREADY_IN_CONVERSATION, {"role": role.value}) if role else None


def monitor(
    supervisor: tuple[str, str], conversation: Conversation, *, shown: bool
) -> tuple[Event, ...] | Refusal:
    """Begin to read along; `supervisor` is id and name."""
    if refusal := monitor_refusal(supervisor[0], conversation):
        return refusal
    return (MonitorStarted(supervisor_id=supervisor[0], supervisor_name=supervisor[1], shown=shown),)


def stop_monitor(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Stop reading along; whoever was not shown the beginning is not shown the end, whatever the switch is now."""
    one = conversation.participant(supervisor[0])
    if one is None or one.role is not Role.MONITOR:
        return Refusal(Reason.NOT_MONITORING)
    return (MonitorStopped(supervisor_id=supervisor[0], supervisor_name=supervisor[1], shown=one.shown),)
