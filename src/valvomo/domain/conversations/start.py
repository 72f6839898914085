"""Start: the customer begins, or somebody creates the conversation for them (T1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.call_marks import Call, Telephone
from valvomo.domain.conversations.event import Event, with_deadlines
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.conversations.model import (
    Channel,
    Consent,
    ConsentPolicy,
    Conversation,
    Mode,
    State,
)
from valvomo.domain.conversations.offers import owned
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted(Event):
    """The first fact of every conversation; `begin` makes the conversation out of nothing."""

    kind: ClassVar[str] = "conversation_started"
    conversation_id: str
    organization_id: str
    workstream_id: str
    queue_id: str
    queue_name: str
    channel: Channel
    mode: Mode
    contact_id: str
    customer_name: str
    units: int
    subject: str = ""
    language: str = ""
    language_source: LanguageSource = LanguageSource.SUPPOSED
    priority: int = 0
    tags: tuple[str, ...] = ()
    vip: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    routed_by: str | None = None
    affinity_id: str | None = None
    consent: Consent = field(default_factory=Consent)
    bot_id: str | None = None
    bot_name: str | None = None
    account_id: str | None = None
    window_closed: bool = False
    verified: bool = False
    bot_patience: int = 0
    bot_idle: int = 0
    auto_close_at: datetime | None = None
    record: Record | None = None
    owner_id: str | None = None
    owner_name: str | None = None
    excess_units: int = 0
    telephone: Telephone | None = None

    def begin(self, at: datetime) -> Conversation:
        """The new conversation: open in its queue, active with a bot as primary, or with the agent who began it.

        Nobody has waited for an agent who writes first, and no customer for their first response.
        """
        conversation = Conversation(
            id=self.conversation_id,
            organization_id=self.organization_id,
            workstream_id=self.workstream_id,
            queue_id=self.queue_id,
            channel=self.channel,
            mode=self.mode,
            state=State.ACTIVE if self.bot_id else State.OPEN,
            customer_name=self.customer_name,
            **{name: getattr(self, name) for name in _OF_CUSTOMER},
            units=self.units,
            created_at=at,
            queued_at=at,
            session_queued_at=at,
            consent=self.consent,
            bot_id=self.bot_id,
            bot_name=self.bot_name,
            record=self.record,
            bot_patience=self.bot_patience,
            bot_idle=self.bot_idle,
            call=Call(id=self.conversation_id, video=False, since=at, telephone=self.telephone)
            if self.telephone
            else None,
        )
        # A bot that cannot be reached, or never says a word, must not keep anybody.
        bot = at + timedelta(seconds=self.bot_patience) if self.bot_id else None
        begun = with_deadlines(conversation, auto_close=None if bot else self.auto_close_at, bot=bot)
        if self.owner_id is None:
            return begun
        agent = (self.owner_id, self.owner_name or "")
        taken = owned(begun, agent, units=(self.units, self.excess_units), at=at)
        return replace(taken, outbound=True, first_response_at=at)

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """A conversation starts once."""
        raise ValueError(f"conversation {conversation.id} has already started")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBot:
    """The bot that a workstream begins with, and how long (seconds) it may be silent and a talk with it idle."""

    id: str
    name: str
    patience: int
    idle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Whom the conversation is with, what they said before it began, and what follows from that for routing.

    `account_id` is the channel account over which they are reached in writing, if any; `window_closed` where it takes
    free text only after the customer has written. `telephone` is theirs, where they are on it or to be called.
    """

    contact_id: str
    name: str
    language: str = ""
    language_source: LanguageSource = LanguageSource.SUPPOSED
    subject: str = ""
    priority: int = 0
    tags: tuple[str, ...] = ()
    vip: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    routed_by: str | None = None
    affinity_id: str | None = None
    record: Record | None = None
    account_id: str | None = None
    window_closed: bool = False
    verified: bool = False
    telephone: Telephone | None = None


_OF_CUSTOMER = (
    "contact_id", "subject", "language", "language_source", "priority", "tags", "vip", "answers", "context", "needs",
    "routed_by", "affinity_id", "account_id", "window_closed", "verified",
)  # fmt: skip
"""What the first fact says of the customer as it was said of them."""


def start(
    workstream: Workstream,
    queue: tuple[str, str],
    customer: Customer,
    consent: Consent,
    *,
    conversation_id: str,
    at: datetime,
) -> ConversationStarted | Refusal:
    """Begin in the queue (`id`, `name`). Where consent is asked, an answer must be given first: yes or no.

    Whoever is on a telephone is asked there, once it has begun.
    """
    if _asks(workstream) and consent.answer is None and customer.telephone is None:
        return Refusal(Reason.CONSENT_NEEDED)
    return ConversationStarted(
        conversation_id=conversation_id,
        organization_id=workstream.organization_id,
        workstream_id=workstream.id,
        queue_id=queue[0],
        queue_name=queue[1],
        channel=workstream.channel,
        mode=_mode(workstream.channel),
        customer_name=customer.name,
        **{name: getattr(customer, name) for name in _OF_CUSTOMER},
        units=workstream.units,
        consent=consent,
        telephone=customer.telephone,
        record=(customer.record or Record()) if workstream.channel is Channel.RECORD else None,
        auto_close_at=workstream.auto_close(workstream.timers.auto_close_open, at),
    )


def begun_by(begun: ConversationStarted, agent: tuple[str, str], *, excess_units: int) -> ConversationStarted:
    """The same, begun by this agent (`id`, `name`), who is primary at once and pays its units."""
    return replace(
        begun, owner_id=agent[0], owner_name=agent[1], excess_units=excess_units, auto_close_at=None
    )


def with_bot(begun: ConversationStarted, bot: FirstBot) -> ConversationStarted:
    """The same, with this bot first; it hands over to the queue."""
    return replace(begun, bot_id=bot.id, bot_name=bot.name, bot_patience=bot.patience, bot_idle=bot.idle)


def _asks(workstream: Workstream) -> bool:
    return workstream.consent is ConsentPolicy.CONSENT and workstream.channel is not Channel.RECORD


def _mode(channel: Channel) -> Mode:
    if channel is Channel.VOICE:
        return Mode.VOICE
    return Mode.VIDEO if channel is Channel.VIDEO else Mode.TEXT
