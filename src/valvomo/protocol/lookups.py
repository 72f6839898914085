"""What the house knows beside its conversations: names and switches that rows are made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import knows_mood, knows_of_monitoring
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Status
from valvomo.domain.attention.part import Part
from valvomo.domain.attention.parts import QueueNorms, attention
from valvomo.domain.attention.rules import PLAIN, AttentionRules
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.measure import SentimentMeasured
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.mute import Muted, Pinned, Unmuted, Unpinned
from valvomo.domain.conversations.survey import SurveyAnswered
from valvomo.domain.figures.sums import Goal
from valvomo.domain.routing.facts import House
from valvomo.domain.sentiment.levels import Level

DEFAULT_SERVICE_LEVEL = 60
DEFAULT_SHORT_ABANDON = 5


class Named(msgspec.Struct, frozen=True):
    """Something with a name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """What a row says of a queue, and by which service level its waiting is judged (N and S, spec 1 §8).

    At the sentiment of `sentiment_alert_agent` or worse the agent is hinted at it, at that of
    `sentiment_alert_supervisor` supervisors are alerted; None: never. `usual_handle_seconds` is what nine of ten of its
    conversations take at most, None while it is not known.
    """

    id: str
    name: str
    service_level_seconds: int = DEFAULT_SERVICE_LEVEL
    short_abandon_seconds: int = DEFAULT_SHORT_ABANDON
    sentiment_alert_agent: Level | None = None
    sentiment_alert_supervisor: Level | None = None
    usual_handle_seconds: float | None = None

    @property
    def goal(self) -> Goal:
        """By what its waits are judged."""
        return Goal(self.service_level_seconds, self.short_abandon_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingFacts:
    """How a workstream's offers are brought to agents, and for which reasons alone they are rejected, if any."""

    reject_reasons: tuple[str, ...] = ()
    sound: bool = True
    desktop: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTrouble:
    """Why nothing goes out over a channel account: `disabled`, or the problem with which it is held, and since when."""

    name: str
    problem: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """The organization's names and switches that rows are made with; `people` are names of users by id.

    `workstreams` are names, `asking` how their offers are brought to agents; `statuses` are custom presences;
    `skills` are names, `house` is by which rules it routes, `attention` by which it looks at what needs an eye.
    `accounts` are those of channels over which nothing goes out now, `trunks` the names of those of telephone calls.
    """

    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    workstreams: Mapping[str, str] = field(default_factory=dict)
    asking: Mapping[str, AskingFacts] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    supervision: Supervision = field(default_factory=Supervision)
    house: House = field(default_factory=lambda: House(workstreams={}, queues={}))
    attention: AttentionRules = PLAIN
    accounts: Mapping[str, AccountTrouble] = field(default_factory=dict)
    trunks: Mapping[str, str] = field(default_factory=dict)

    def with_usual(self, seconds: Mapping[str, float]) -> Lookups:
        """The same where other handle times are usual in these queues."""
        queues = dict(self.queues)
        for one in seconds.keys() & queues.keys():
            queues[one] = replace(queues[one], usual_handle_seconds=seconds[one])
        return replace(self, queues=queues)

    def attention_of(self, conversation: Conversation) -> tuple[Part, ...]:
        """The parts of its attention score that are its own."""
        queue = self.queues.get(conversation.queue_id)
        norms = QueueNorms(
            service_level=queue.service_level_seconds if queue else DEFAULT_SERVICE_LEVEL,
            usual_handle=queue.usual_handle_seconds if queue else None,
            alert_at=queue.sentiment_alert_supervisor if queue else None,
        )
        return attention(conversation, norms, self.attention)

    def status(self, agent: Agent, reader: Actor) -> Named | None:
        """The custom presence that the agent has chosen, in the reader's language."""
        found = self.statuses.get(agent.status_id or "")
        return Named(found.id, found.named(reader.language)) if found else None

    def knows(self, actor: Actor, conversation: Conversation) -> bool:
        """Whether monitoring may be named to this actor."""
        shown = self.supervision.show_agents_monitored
        return knows_of_monitoring(actor, conversation, shown_to_agents=shown)

    def knows_mood(self, actor: Actor, conversation: Conversation) -> bool:
        """Whether what the customer feels may be shown to this actor."""
        return knows_mood(actor, conversation, shown_to_agents=self.supervision.show_agents_sentiment)

    def knows_survey(self, actor: Actor, conversation: Conversation) -> bool:
        """Whether what the customer answered may be shown to this actor: to those who may know what they feel."""
        return knows_mood(actor, conversation, shown_to_agents=self.supervision.show_agents_surveys)

    def knows_all(self, actor: Actor, conversation: Conversation) -> bool:
        """Whether this actor counts every fact, as who watches over it does: no switch shows mutes to agents."""
        return knows_mood(actor, conversation, shown_to_agents=False)

    def knows_of(self, event: Event, actor: Actor, conversation: Conversation) -> bool:
        """Whether the actor may be told that this happened.

        A reading is kept from whoever may not know it now, also if agents were shown readings when it was made.
        """
        if isinstance(event, SentimentMeasured):
            return self.knows_mood(actor, conversation)
        if isinstance(event, SurveyAnswered):
            return self.knows_survey(actor, conversation)
        if not event.silent:
            return True
        if isinstance(event, Muted | Unmuted | Pinned | Unpinned):
            return actor.supervises(conversation.queue_id)
        return self.knows(actor, conversation)
