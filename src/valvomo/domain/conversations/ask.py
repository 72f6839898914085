"""Ask: an agent or the customer wants a supervisor; withdrawn by who asked, answered by a supervisor who comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Asked
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Conversation, Role, State
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorAsked(Event):
    """Somebody wants a supervisor: `by_role` is `agent` or `customer`. The note is the agent's, for the house only."""

    kind: ClassVar[str] = "supervisor_asked"
    by_id: str
    by_name: str
    by_role: str
    note: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It counts from when it was first asked; an agent's words say more than that the customer asked.

        It ends a mute: whoever muted it did not know of this.
        """
        return conversation.but(asked=self._beside(conversation.asked, at), muted=None)

    def _beside(self, before: Asked | None, at: datetime) -> Asked:
        said = Asked(since=at, by_role=self.by_role, by_id=self.by_id, by_name=self.by_name, note=self.note)
        if before is None:
            return said
        if self.by_role == "customer":
            return replace(before, customer=said) if before.by_role == "agent" else before
        return replace(said, since=before.since, customer=_of_customer(before))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWithdrawn(Event):
    """The agent needs none any more."""

    kind: ClassVar[str] = "ask_withdrawn"
    by_id: str
    by_name: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """What the customer asked remains; else nobody asks."""
        return conversation.but(asked=_of_customer(conversation.asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAnswered(Event):
    """A supervisor has spoken, which the agent reads: somebody is there. Joining answers by itself."""

    kind: ClassVar[str] = "ask_answered"
    supervisor_id: str
    supervisor_name: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Nobody asks any more."""
        return conversation.but(asked=None)


def ask_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Its primary, while it is active, once; that the customer has asked does not take the agent's word."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    asked = conversation.asked
    if asked is not None and asked.by_role == "agent":
        return Refusal(Reason.ALREADY_ASKED, {"by": asked.by_name})
    return None


def withdraw_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Its primary takes back what an agent asked; what the customer asked is for a supervisor to answer."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    asked = conversation.asked
    return None if asked is not None and asked.by_role == "agent" else Refusal(Reason.NOT_ASKED)


def ask(agent: tuple[str, str], conversation: Conversation, note: str | None) -> tuple[Event, ...] | Refusal:
    """Ask a supervisor for help; `agent` is id and name."""
    if refusal := ask_refusal(agent[0], conversation):
        return refusal
    return (SupervisorAsked(by_id=agent[0], by_name=agent[1], by_role="agent", note=note or None),)


def withdraw(agent: tuple[str, str], conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """No help needed any more."""
    if refusal := withdraw_refusal(agent[0], conversation):
        return refusal
    return (AskWithdrawn(by_id=agent[0], by_name=agent[1]),)


def asked_by_customer(conversation: Conversation) -> tuple[Event, ...]:
    """The customer's words asked for a supervisor: noted once, while there is anything to be done about it.

    Also where an agent has asked, who may take back their own words only; not where a supervisor is there to read it.
    """
    if conversation.state in (State.WRAP_UP, State.CLOSED) or _of_customer(conversation.asked) is not None:
        return ()
    if any(one.role is Role.SUPERVISOR for one in conversation.participants):
        return ()
    by = (conversation.contact_id, conversation.customer_name)
    return (SupervisorAsked(by_id=by[0], by_name=by[1], by_role="customer"),)


def comes_to_help(visibility: Visibility, author_role: str) -> bool:
    """Whether these words are a supervisor's to the agent, or to everybody."""
    if author_role == Role.SUPERVISOR:
        return visibility in (Visibility.WHISPER, Visibility.PUBLIC)
    return visibility is Visibility.WHISPER and author_role == Role.MONITOR


def answered(supervisor: tuple[str, str], conversation: Conversation) -> tuple[Event, ...]:
    """A supervisor's words answer whoever asked; nothing when nobody did."""
    if conversation.asked is None:
        return ()
    return (AskAnswered(supervisor_id=supervisor[0], supervisor_name=supervisor[1]),)


def _of_customer(asked: Asked | None) -> Asked | None:
    if asked is None or asked.by_role == "customer":
        return asked
    return asked.customer
