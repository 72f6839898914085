"""What callers send about settings, sessions and accounts (spec 2). In changes, what is left out stays as it is."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.supervision import AgentFigures, Right
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import LEAST_LEVEL, MOST_LEVEL
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.conversations.workstream import WrapUpBlock
from valvomo.domain.routing.facts import Method, SkillMatch
from valvomo.domain.routing.overflow import Remedy, Trigger
from valvomo.domain.routing.rules import Operator
from valvomo.domain.routing.soundness import MOST_CONDITIONS, MOST_RULES, MOST_VALUES
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.announcements import Announcements, PlaceMinutes, SurveyMinutes
from valvomo.protocol.attachments import LimitsBody
from valvomo.protocol.calls import KeepsCalls
from valvomo.protocol.requests import Email, Id, Line, Priority, Request
from valvomo.protocol.timers import TimersRequest

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$(?!\n)"
Title = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s])?$(?!\n)")
]
Password = Annotated[
    str, Meta(min_length=1, max_length=1000, description="Ten to 200 characters when it is set.")
]
Spoken = Literal["en", "fi", "sv"]
AnyLanguage = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)", description="ISO 639, such as fi.")]
Ids = Annotated[frozenset[Id], Meta(max_length=10_000)]
Roles = Annotated[frozenset[UserRole], Meta(min_length=1)]
Units = Annotated[int, Meta(ge=0, le=1000)]
Limits = Annotated[
    dict[Channel, Units], Meta(description="The most conversations at a time, by kind of channel.")
]
Narrowing = Annotated[dict[str, frozenset[Right]], Meta(max_length=10_000)]
QueuePriority = Annotated[int, Meta(ge=-1000, le=1000, description="The higher is served first.")]
ServiceLevel = Annotated[int, Meta(ge=1, le=366 * 24 * 3600, description="Seconds within which to accept.")]
ShortAbandon = Annotated[
    int, Meta(ge=0, le=3600, description="Who leaves sooner, in seconds, gave nobody a chance to accept.")
]
Presences = Annotated[frozenset[Presence], Meta(min_length=1)]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^https?://[A-Za-z0-9.\-\[\]:]+$(?!\n)",
        max_length=300,
        description="Such as https://shop.example.",
    ),
]
Origins = Annotated[tuple[Origin, ...], Meta(max_length=100)]
Said = Annotated[str, Meta(min_length=1, max_length=5000, pattern=r"\S")]
Proficiency = Annotated[int, Meta(ge=LEAST_LEVEL, le=MOST_LEVEL, description="Proficiency.")]
Skills = Annotated[
    dict[Id, Proficiency], Meta(max_length=1000, description="Skills, by id, with their levels.")
]


class OverflowBody(Request, frozen=True, kw_only=True):
    """What a queue does when it is `closed`, when `over` wait already, or when somebody has waited `over` seconds.

    Moves to a queue of the same kind; says something, or closes, in the customer's language or else in English.
    """

    trigger: Trigger
    remedy: Remedy
    over: Annotated[int, Meta(ge=0, le=366 * 24 * 3600)] = 0
    queue_id: Id | None = None
    texts: Annotated[dict[AnyLanguage, Said], Meta(max_length=50)] = msgspec.field(default_factory=dict)


class ConditionBody(Request, frozen=True, kw_only=True):
    """A field that is one of the values, contains or starts with one, is none of them; or is set or empty.

    Fields: channel, language, subject, customer.name, customer.email, customer.domain, customer.phone, customer.known
    (yes or no), answers.… and context.….
    """

    field: Annotated[str, Meta(min_length=1, max_length=110)]
    operator: Operator = Operator.IS
    values: Annotated[tuple[Line, ...], Meta(max_length=MOST_VALUES)] = ()


Conditions = Annotated[tuple[ConditionBody, ...], Meta(max_length=MOST_CONDITIONS)]


class QueueRuleBody(Request, frozen=True, kw_only=True):
    """Into this queue, if all conditions hold; the first rule that matches decides."""

    name: Title
    queue_id: Id
    conditions: Conditions = ()


class NeedBody(Request, frozen=True, kw_only=True):
    """A skill that is asked for, and how much of it at least."""

    skill_id: Id
    level: Proficiency = LEAST_LEVEL


class SkillRuleBody(Request, frozen=True, kw_only=True):
    """These skills and so much more priority, if all conditions hold; every rule that matches applies."""

    name: Title
    conditions: Conditions = ()
    needs: Annotated[tuple[NeedBody, ...], Meta(max_length=20)] = ()
    priority: Priority = 0


Overflow = Annotated[tuple[OverflowBody, ...], Meta(max_length=20, description="The first that applies.")]
QueueRules = Annotated[tuple[QueueRuleBody, ...], Meta(max_length=MOST_RULES)]
SkillRules = Annotated[tuple[SkillRuleBody, ...], Meta(max_length=MOST_RULES)]


class ChangeMeRequest(Request, frozen=True, kw_only=True):
    """One's own account."""

    language: Spoken


class ChangePasswordRequest(Request, frozen=True, kw_only=True):
    """One's own password."""

    old: Password
    new: Password


class CreateUserRequest(Request, frozen=True, kw_only=True):
    """A new account; without a password it is used by API tokens only."""

    email: Email
    name: Title
    roles: Roles
    language: Spoken = "en"
    password: Password | None = None
    capacity: Units = 3
    limits: Limits = msgspec.field(default_factory=dict)
    skills: Skills = msgspec.field(default_factory=dict)
    hours_id: Id | None = None
    queues: Ids = frozenset()
    supervised: Ids = frozenset()
    supervises_all: bool = False


class ChangeUserRequest(Request, frozen=True, kw_only=True):
    """Changes of an account. `password` is reset to this one; it and `disabled` sign the account out.

    Skills are replaced as a whole; `hours_id` null is always on duty.
    """

    email: Email | None = None
    name: Title | None = None
    roles: Roles | None = None
    language: Spoken | None = None
    password: Password | None = None
    capacity: Units | None = None
    limits: Limits | None = None
    skills: Skills | None = None
    hours_id: Id | UnsetType | None = UNSET
    queues: Ids | None = None
    supervised: Ids | None = None
    supervises_all: bool | None = None
    disabled: bool | None = None


class CreateQueueRequest(Request, frozen=True, kw_only=True):
    """A new queue; members and supervisors are ids of users."""

    name: Title
    kind: Literal["messaging", "voice", "record"] = "messaging"
    priority: QueuePriority = 0
    service_level_seconds: ServiceLevel = 60
    short_abandon_seconds: ShortAbandon = 5
    method: Method = Method.FREE_CAPACITY
    match: SkillMatch = SkillMatch.CLOSEST
    hours_id: Id | None = None
    overflow: Overflow = ()
    sentiment_alert_agent: Level | None = None
    sentiment_alert_supervisor: Level | None = None
    members: Ids = frozenset()
    supervisors: Ids = frozenset()


class ChangeQueueRequest(Request, frozen=True, kw_only=True):
    """Changes of a queue. Overflow rules are replaced as a whole; `hours_id` null is always open.

    A sentiment of null alerts nobody.
    """

    name: Title | None = None
    priority: QueuePriority | None = None
    service_level_seconds: ServiceLevel | None = None
    short_abandon_seconds: ShortAbandon | None = None
    method: Method | None = None
    match: SkillMatch | None = None
    hours_id: Id | UnsetType | None = UNSET
    overflow: Overflow | None = None
    sentiment_alert_agent: Level | UnsetType | None = UNSET
    sentiment_alert_supervisor: Level | UnsetType | None = UNSET
    members: Ids | None = None
    supervisors: Ids | None = None


class CreateWorkstreamRequest(KeepsCalls, frozen=True, kw_only=True):
    """A new workstream with defaults of its channel; `texts` are words of the notice or question, by language."""

    name: Title
    channel: Channel
    queue: Id
    units: Units = 1
    allowed_presences: Presences | None = None
    auto_accept: bool = False
    wrap_up: WrapUpBlock = WrapUpBlock.ALWAYS
    timers: TimersRequest | None = None
    consent: ConsentPolicy | None = None
    origins: Origins = ()
    queue_rules: QueueRules = ()
    skill_rules: SkillRules = ()
    affinity: bool = True
    template_id: Id | None = None
    bot_id: Id | None = None
    attachments: LimitsBody | None = None
    announced: Announcements | None = None
    place_minutes: PlaceMinutes = 0
    survey_minutes: SurveyMinutes = 0
    texts: Annotated[dict[AnyLanguage, Said], Meta(max_length=50)] = msgspec.field(default_factory=dict)


class ChangeWorkstreamRequest(KeepsCalls, frozen=True, kw_only=True):
    """Changes of a workstream. Rules and `attachments` are replaced; `template_id`, `bot_id` null are none."""

    name: Title | None = None
    queue: Id | None = None
    units: Units | None = None
    allowed_presences: Presences | None = None
    auto_accept: bool | None = None
    wrap_up: WrapUpBlock | None = None
    timers: TimersRequest | None = None
    consent: ConsentPolicy | None = None
    origins: Origins | None = None
    queue_rules: QueueRules | None = None
    skill_rules: SkillRules | None = None
    affinity: bool | None = None
    template_id: Id | UnsetType | None = UNSET
    bot_id: Id | UnsetType | None = UNSET
    attachments: LimitsBody | None = None
    announced: Announcements | None = None
    place_minutes: PlaceMinutes | None = None
    survey_minutes: SurveyMinutes | None = None


class StoreTextRequest(Request, frozen=True, kw_only=True):
    """What is said from now on. `subject` is `organization`, or the id of a workstream."""

    subject: Annotated[str, Meta(min_length=1, max_length=36, pattern=_PRINTABLE)]
    kind: Literal["notice", "consent", "agent_monitoring", "supervisor_purpose"]
    language: AnyLanguage
    text: Said


class SupervisionRequest(Request, frozen=True, kw_only=True):
    """Switches, and what is taken from supervisors (`denied_to`) and in queues (`denied_in`), by id."""

    supervisor_monitor: bool | None = None
    supervisor_assign: bool | None = None
    supervisor_transfer: bool | None = None
    force_close: bool | None = None
    show_agents_monitored: bool | None = None
    show_agents_sentiment: bool | None = None
    show_agents_surveys: bool | None = None
    agent_figures: AgentFigures | None = None
    denied_to: Narrowing | None = None
    denied_in: Narrowing | None = None


class AcknowledgeRequest(Request, frozen=True, kw_only=True):
    """The text that was read, as `GET /acknowledgements` gave it."""

    kind: Literal["agent_monitoring", "supervisor_purpose"]
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    language: AnyLanguage
