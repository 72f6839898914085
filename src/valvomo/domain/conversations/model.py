"""What a conversation is: its states, its people, its pending offers, its deadlines (spec 1 §1, §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Self

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.bot_marks import BotPause, Escalation
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.marks import (
    Asked,
    LanguageSource,
    Mute,
    Pin,
    ScheduledTransfer,
    Undelivered,
)
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.survey_form import Survey
from valvomo.domain.sentiment.levels import Level
from valvomo.domain.sentiment.mood import Mood, Reading, mood_of


class Channel(StrEnum):
    """How the customer is reached."""

    LIVE_CHAT = "live_chat"
    PERSISTENT_CHAT = "persistent_chat"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    MESSENGER = "messenger"
    TELEGRAM = "telegram"
    EMAIL = "email"
    CUSTOM = "custom"
    VOICE = "voice"
    VIDEO = "video"
    RECORD = "record"


SPOKEN = frozenset({Channel.VOICE, Channel.VIDEO})
SYNCHRONOUS = frozenset({Channel.LIVE_CHAT, *SPOKEN})
ASYNCHRONOUS = frozenset(Channel) - SYNCHRONOUS
"""Kinds that may wait for the customer's next message; a record waits for whoever works on it."""


class Mode(StrEnum):
    """What the conversation is in right now; a text conversation may be elevated to a call."""

    TEXT = "text"
    VOICE = "voice"
    VIDEO = "video"


class State(StrEnum):
    """Where a conversation is in its life; `closed` is final."""

    OPEN = "open"
    ACTIVE = "active"
    WAITING = "waiting"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class Stage(StrEnum):
    """The two stages of `active`."""

    OFFERED = "offered"
    ACCEPTED = "accepted"


class Role(StrEnum):
    """As what somebody takes part."""

    PRIMARY = "primary"
    CONSULT = "consult"
    MONITOR = "monitor"
    SUPERVISOR = "supervisor"
    BOT = "bot"
    CUSTOMER = "customer"


class OfferKind(StrEnum):
    """What an agent is asked: to take it from the queue, from another agent, or to advise."""

    ASSIGNMENT = "assignment"
    TRANSFER = "transfer"
    CONSULT = "consult"


class ConsentPolicy(StrEnum):
    """What a workstream asks of its customers before the first message (spec 1 §5)."""

    NONE = "none"
    NOTICE = "notice"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the workstream asked, with the text that was shown, and the answer, None until given (spec 1 §5)."""

    policy: ConsentPolicy = ConsentPolicy.NONE
    answer: bool | None = None
    version: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The notification by which an agent is asked to take a conversation, or a part in it.

    `by_id` is None for the router. `units` is what it costs the agent from now on, `excess_units` by how many
    of them the agent's capacity is exceeded. `stay` says that the first agent remains as consult on accept.
    """

    id: str
    kind: OfferKind
    agent_id: str
    agent_name: str
    by_id: str | None
    by_role: str
    made_at: datetime
    expires_at: datetime
    units: int = 0
    excess_units: int = 0
    override_presence: bool = False
    override_capacity: bool = False
    note: str | None = None
    stay: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody beside primary and customer, `public` to the customer, `shown` to agents; `coaching` heard by them."""

    id: str
    name: str
    role: Role
    since: datetime
    public: bool = False
    shown: bool = False
    coaching: bool = False


# Without slots, so that a copy with changes is a copy of one dictionary.
@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One customer matter from first contact to Closed; always the fold of its facts.

    `version` counts all facts, `revision` only those that agents may know of: silent ones leave no gap in it. `seq`
    numbers all messages, `public_seq` those that the customer can read. `queued_at` keeps the place in the queue for
    life, `session_queued_at` restarts in each queue. `served_by` were primary at some time. `needs` are the skills
    asked for, `routed_by` the queue rule that chose its first queue, `affinity_id` who served the customer before,
    `overflowed` the rules applied since it last was served. `holds` maps agents to the units that it costs them now.
    `account_id` is the channel account over which they are reached; `window_closed` that its channel takes no free text
    until they write again, `undelivered` messages that did not reach them and nobody has seen to. `readings` are of
    their last six messages, `sentiment_level` their mood. `record` is None for anything else. `survey` was asked at the
    end, `verified` is whom their site has signed. `call` is None where nothing was said of one (see `call_of`),
    `recordings` counts those of its calls, `spoken` lines that a machine wrote of them, `call_score` is how the worst
    way into one did. `outbound`: the house wrote first. Without words since `erased_at`, and without the
    customer's name since `forgotten_at`.
    """

    id: str
    organization_id: str
    workstream_id: str
    queue_id: str
    channel: Channel
    mode: Mode
    state: State
    contact_id: str
    customer_name: str
    units: int
    created_at: datetime
    queued_at: datetime
    session_queued_at: datetime
    subject: str = ""
    language: str = ""
    language_source: LanguageSource = LanguageSource.SUPPOSED
    priority: int = 0
    tags: tuple[str, ...] = ()
    vip: bool = False
    disposition: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    routed_by: str | None = None
    affinity_id: str | None = None
    overflowed: tuple[str, ...] = ()
    consent: Consent = field(default_factory=Consent)
    owner_id: str | None = None
    owner_name: str | None = None
    bot_id: str | None = None
    bot_name: str | None = None
    bot_patience: int = 0
    bot_idle: int = 0
    bot_paused: BotPause | None = None
    escalation: Escalation | None = None
    served_by: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    participants: tuple[Participant, ...] = ()
    declines: Mapping[str, int] = field(default_factory=dict)
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    holds: Mapping[str, int] = field(default_factory=dict)
    excess_units: int = 0
    transfers: int = 0
    scheduled_transfer: ScheduledTransfer | None = None
    orphaned: bool = False
    asked: Asked | None = None
    muted: Mute | None = None
    pinned: Pin | None = None
    customer_online: bool | None = None
    account_id: str | None = None
    window_closed: bool = False
    undelivered: tuple[Undelivered, ...] = ()
    outbound: bool = False
    first_accepted_at: datetime | None = None
    accepted_at: datetime | None = None
    wrap_up_at: datetime | None = None
    waiting_at: datetime | None = None
    closed_at: datetime | None = None
    closed_as: str | None = None
    erased_at: datetime | None = None
    forgotten_at: datetime | None = None
    version: int = 0
    revision: int = 0
    seq: int = 0
    public_seq: int = 0
    unanswered_since: datetime | None = None
    first_response_at: datetime | None = None
    last_message_at: datetime | None = None
    readings: tuple[Reading, ...] = ()
    sentiment_level: Level | None = None
    record: Record | None = None
    survey: Survey | None = None
    call: Call | None = None
    recordings: int = 0
    spoken: int = 0
    call_score: float | None = None
    verified: bool = False

    def but(self, **changes: object) -> Self:
        """The same with these fields changed, as `dataclasses.replace` does it but thirty times as fast.

        For messages and what most other events are made of. Raises TypeError for a field that there is not.
        """
        if not _FIELDS.issuperset(changes):
            raise TypeError(f"no such fields: {sorted(changes.keys() - _FIELDS)}")
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, **changes)
        return copy

    @property
    def stage(self) -> Stage | None:
        """Offered or accepted while active, else None."""
        if self.state is not State.ACTIVE:
            return None
        return Stage.ACCEPTED if self.owner_id or self.bot_id else Stage.OFFERED

    @property
    def accepted(self) -> bool:
        """Active with an agent or a bot in conversation."""
        return self.stage is Stage.ACCEPTED

    @property
    def elevated(self) -> bool:
        """A text conversation that is in a call right now."""
        return self.mode is not Mode.TEXT and self.channel not in SPOKEN

    @property
    def sentiment(self) -> Mood | None:
        """The customer's mood; None while nothing has been measured."""
        return mood_of(self.readings)

    @property
    def offer(self) -> Offer | None:
        """The one pending offer to become primary (assignment or transfer)."""
        return next((offer for offer in self.offers if offer.kind is not OfferKind.CONSULT), None)

    def offer_to(self, agent_id: str) -> Offer | None:
        """The pending offer to this agent, of whatever kind."""
        return next((offer for offer in self.offers if offer.agent_id == agent_id), None)

    def participant(self, person_id: str) -> Participant | None:
        """This person's participation beside primary and customer."""
        return next((one for one in self.participants if one.id == person_id), None)

    def role_of(self, person_id: str) -> Role | None:
        """As what this user is in the conversation, or None."""
        one = self.participant(person_id)
        return Role.PRIMARY if person_id == self.owner_id else one.role if one else None


_FIELDS = frozenset(one.name for one in fields(Conversation))
