"""Settings as administrators see them: accounts, queues, workstreams, texts, supervision (spec 2, spec 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.supervision import AgentFigures, Right
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.conversations.workstream import WrapUpBlock
from valvomo.domain.routing.facts import Method, SkillMatch
from valvomo.domain.routing.overflow import OverflowRule
from valvomo.domain.routing.rules import QueueRule, SkillRule
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.attachments import LimitsBody
from valvomo.protocol.lookups import Named
from valvomo.protocol.providers import LinkDocument

Seconds = Annotated[int, Meta(ge=1, le=366 * 24 * 3600, description="Seconds.")]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, and what they may.

    `rights` are the supervisor's rights that are on for this account; narrowing per queue is answered with each
    conversation. `acknowledgements` are the kinds of text still to be acknowledged, `time_zone` is the organization's,
    `agent_figures` whether figures of individual agents are shown to them. They can do nothing but get a second factor
    while it is needed. `sign_in_link` is who they are at the provider, `by_provider` whether it opened this session.
    """

    id: str
    organization: Named
    name: str
    email: str
    roles: list[UserRole]
    rights: list[Right]
    queues: list[Named]
    supervised: list[Named]
    supervises_all: bool
    time_zone: str
    agent_figures: bool
    language: str
    acknowledgements: list[str]
    second_factor: bool
    second_factor_needed: bool
    sign_in_link: LinkDocument | None
    by_provider: bool


class UserDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An account. `capacity` in units; `limits` is the most conversations of one kind of channel at a time.

    `skills` maps skills (by id) to levels from 1 to 5. Without hours it is always on duty.
    """

    id: str
    email: str
    name: str
    roles: list[UserRole]
    language: str
    capacity: int
    limits: dict[str, int]
    skills: dict[str, int]
    hours_id: str | None
    queues: list[str]
    supervised: list[str]
    supervises_all: bool
    disabled: bool
    second_factor: bool
    sign_in_link: LinkDocument | None
    locked_until: datetime | None
    created_at: datetime


class QueueDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A queue; `kind` is messaging, voice or record, members and supervisors are ids of users.

    `open` is now, by its hours; while it is not, `opens_at` is when it will be, null if not within a year.
    At the sentiment of an alert or worse, the agent is hinted at it or supervisors are alerted.
    """

    id: str
    name: str
    kind: str
    priority: int
    service_level_seconds: int
    short_abandon_seconds: int
    method: Method
    match: SkillMatch
    hours_id: str | None
    overflow: list[OverflowRule]
    sentiment_alert_agent: Level | None
    sentiment_alert_supervisor: Level | None
    open: bool
    opens_at: datetime | None
    members: list[str]
    supervisors: list[str]
    created_at: datetime


class TimersBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds until something happens by itself; null where it never does (spec 1 §2)."""

    offer: Annotated[int, Meta(ge=5, le=3600)] = 120
    reconnect: Annotated[int, Meta(ge=1, le=86400)] = 180
    agent_gone: Annotated[int, Meta(ge=1, le=86400)] = 90
    auto_close_open: Seconds | None = None
    auto_close_wrap_up: Seconds | None = 15 * 60
    auto_close_waiting: Seconds | None = 28 * 24 * 3600
    auto_end_active: Seconds | None = None
    wrap_up_block: Annotated[int, Meta(ge=1, le=86400)] = 60


class WorkstreamDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A workstream. `key` is public: the web page that carries it opens conversations here.

    `origins` are the web sites that may do so; none means any. Conversations begin with the bot, where there is one.
    With a template, `auto_accept` and the time of offers are the template's.
    """

    id: str
    name: str
    channel: Channel
    key: str
    queue_id: str
    units: int
    allowed_presences: list[Presence]
    auto_accept: bool
    wrap_up: WrapUpBlock
    timers: TimersBody
    consent: ConsentPolicy
    origins: list[str]
    queue_rules: list[QueueRule]
    skill_rules: list[SkillRule]
    affinity: bool
    template_id: str | None
    bot_id: str | None
    attachments: LimitsBody
    announced: list[str]
    place_minutes: int
    survey_minutes: int
    calls_kept: str
    calls_days: int
    callback_account: str | None
    created_at: datetime


class TextDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a text. `subject` is `organization` or the id of a workstream."""

    subject: str
    kind: str
    language: str
    version: int
    text: str
    created_at: datetime


class SupervisionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The four switches, and what is taken from supervisors and in queues (by id).

    Beside them: whether agents see that they are monitored, and who sees figures of individual agents.
    """

    supervisor_monitor: bool
    supervisor_assign: bool
    supervisor_transfer: bool
    force_close: bool
    show_agents_monitored: bool
    show_agents_sentiment: bool
    show_agents_surveys: bool
    agent_figures: AgentFigures
    denied_to: dict[str, list[Right]]
    denied_in: dict[str, list[Right]]


class TokenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An API token without its secret, which nobody knows any more."""

    id: str
    name: str
    user: Named
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was just made, with its secret; null when the request was repeated."""

    token: TokenDocument
    secret: str | None


class WebhookDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook without its secret. No kinds means all.

    `disabled_for` is `failing` where nothing arrived for days and the house disabled it; `failing_since` is since when
    nothing has arrived. Until `former_until` the secret before the last rotation signs as well.
    """

    id: str
    url: str
    kinds: list[str]
    disabled: bool
    disabled_for: str | None
    failing_since: datetime | None
    former_until: datetime | None
    created_at: datetime


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that was just made, with its signing secret; null when the request was repeated."""

    webhook: WebhookDocument
    secret: str | None


class DeliveryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A letter to a webhook. `problem` is why the last attempt failed; `due` is when the next one is.

    `status`, `ms` and `answer` (the first of it) are what the receiver last said, `replays` how often it was sent anew.
    """

    id: str
    kind: str
    attempts: int
    created_at: datetime
    due: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None
    problem: str | None
    status: int | None
    ms: int | None
    answer: str | None
    replays: int


class AttemptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to send a letter, and what the receiver said to it: status, after how long, and the first of it."""

    number: int
    at: datetime
    status: int | None
    ms: int
    answer: str
    problem: str | None


class LetterDocument(DeliveryDocument, frozen=True, kw_only=True):
    """A letter with what it says, and every attempt to send it."""

    body: dict[str, object]
    log: list[AttemptDocument]


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A signing secret that was just made; null when the request was repeated."""

    secret: str | None


class SentAgain(msgspec.Struct, frozen=True, kw_only=True):
    """How many letters are sent again."""

    letters: int


class ToAcknowledge(msgspec.Struct, frozen=True, kw_only=True):
    """A text that the caller must acknowledge, in their language or else in English."""

    kind: str
    title: str
    text: str
    version: int
    language: str


class AuditItem(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when. `facts` are what the fact holds: on whom, why, what was overridden, before and after.

    `customer` is whom the conversation is with. `hash` is the link of the chain: the SHA-256 of this fact and of the
    one at the position before it.
    """

    position: int
    at: datetime
    actor: Named
    kind: str
    text: str
    conversation: str | None
    customer: str | None
    facts: dict[str, object]
    hash: str
