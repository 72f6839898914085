"""Join, leave, take over: a supervisor or consult steps in visibly and out again (spec 1 §3, §4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event, with_deadlines, with_participant, without_participant
from valvomo.domain.conversations.model import Channel, Conversation, Participant, Role, State
from valvomo.domain.conversations.monitor import listening_refusal
from valvomo.domain.conversations.offers import OfferWithdrawn, owned
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorJoined(Event):
    """A supervisor is visible in the conversation; agent and customer are told."""

    kind: ClassVar[str] = "supervisor_joined"
    supervisor_id: str
    supervisor_name: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Monitoring, if any, has become taking part; whoever asked for a supervisor has one."""
        one = Participant(
            id=self.supervisor_id, name=self.supervisor_name, role=Role.SUPERVISOR, since=at, public=True
        )
        return with_participant(replace(conversation, asked=None), one)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft(Event):
    """A joined supervisor or a consult left. `public` says whether the customer knew of them and is told.

    `cause` says why without their doing, None when they left: `connection_lost`, `right_withdrawn`, `not_serving`,
    `queued`, `parked` or `ended`.
    """

    kind: ClassVar[str] = "participant_left"
    person_id: str
    person_name: str
    role: Role
    public: bool
    cause: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """One less."""
        return without_participant(conversation, self.person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TookOver(Event):
    """A joined supervisor became primary, the agent became consult."""

    kind: ClassVar[str] = "took_over"
    supervisor_id: str
    supervisor_name: str
    from_id: str | None
    from_name: str | None
    units: int
    excess_units: int = 0

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The supervisor owns it, and pays for it; nothing is pending any more.

        From a bot it comes to people only now: what they are measured by begins now, as with an escalation (spec 1 §8).
        """
        changed = without_participant(replace(conversation, offers=(), asked=None), self.supervisor_id)
        if conversation.bot_id:
            changed = replace(changed, queued_at=at, session_queued_at=at, first_response_at=None)
        if self.from_id and self.from_name:
            former = Participant(
                id=self.from_id, name=self.from_name, role=Role.CONSULT, since=at, public=True
            )
            changed = with_participant(changed, former)
        changed = with_deadlines(replace(changed, bot_id=None, bot_name=None, bot_paused=None), bot=None)
        return owned(
            changed, (self.supervisor_id, self.supervisor_name), units=(self.units, self.excess_units), at=at
        )


def join_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Only what is being talked about right now can be joined; a record has nobody to talk to."""
    if refusal := listening_refusal(supervisor_id, conversation):
        return refusal
    if conversation.channel is Channel.RECORD:
        return Refusal(Reason.RECORD_NOT_JOINABLE)
    if conversation.state is not State.ACTIVE:
        return Refusal(Reason.NOT_ACTIVE, {"state": conversation.state.value})
    role = conversation.role_of(supervisor_id)
    if role is Role.SUPERVISOR:
        return Refusal(Reason.ALREADY_JOINED)
    return Refusal(Reason.ALREADY_IN_CONVERSATION, {"role": role.value}) if role is Role.CONSULT else None


def leave_refusal(person_id: str, conversation: Conversation) -> Refusal | None:
    """Only who joined or consults can leave."""
    if conversation.role_of(person_id) in (Role.SUPERVISOR, Role.CONSULT):
        return None
    return Refusal(Reason.NOT_JOINED)


def take_over_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Join first: nobody is replaced by somebody unseen."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    if conversation.owner_id == supervisor_id:
        return Refusal(Reason.OWN_CONVERSATION)
    if conversation.role_of(supervisor_id) is not Role.SUPERVISOR:
        return Refusal(Reason.NOT_JOINED)
    if not conversation.accepted:
        return Refusal(Reason.NOT_ACCEPTED, {"state": conversation.state.value})
    return None


def join(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Step in visibly; `supervisor` is id and name."""
    if refusal := join_refusal(supervisor[0], conversation):
        return refusal
    return (SupervisorJoined(supervisor_id=supervisor[0], supervisor_name=supervisor[1]),)


def leave(person_id: str, conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Step out again."""
    one = conversation.participant(person_id)
    if one is None or leave_refusal(person_id, conversation):
        return Refusal(Reason.NOT_JOINED)
    return (ParticipantLeft(person_id=one.id, person_name=one.name, role=one.role, public=one.public),)


def take_over(
    supervisor: tuple[str, str], conversation: Conversation, excess: int
) -> tuple[Event, ...] | Refusal:
    """Become primary; `excess` is by how many units this exceeds the supervisor's own capacity."""
    if refusal := take_over_refusal(supervisor[0], conversation):
        return refusal
    asked = (OfferWithdrawn(offer=one, cause="taken_over") for one in conversation.offers)
    return (
        *asked,
        TookOver(
            supervisor_id=supervisor[0],
            supervisor_name=supervisor[1],
            from_id=conversation.owner_id,
            from_name=conversation.owner_name,
            units=conversation.units,
            excess_units=excess,
        ),
    )
