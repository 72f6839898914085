"""Signals: topics by which lists that are asked for over HTTP are read anew when they have changed, and not before.

They carry no data, so there is nothing to keep for a reader. Who begins, or comes back, reads everything once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from valvomo.db.journal import Fact
from valvomo.domain.access import audit
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import may_see
from valvomo.domain.agents.events import ChannelSeen, Evaluated, SettingChanged, SignedIn
from valvomo.domain.alerts.events import AlertAcknowledged, AlertAssigned, AlertCleared, AlertRaised
from valvomo.domain.contacts.events import ContactChanged, ContactForgotten, ContactMerged, ContactUnmerged
from valvomo.domain.conversations.delivery import Delivery, DeliveryChanged
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.conversations.model import State
from valvomo.domain.quality.evaluation import Stage
from valvomo.domain.records.events import RecordsImported
from valvomo.domain.refusals import Reason, Refusal
from valvomo.live.audience import Net
from valvomo.live.connection import Connection, Subscription
from valvomo.live.delivery import Delivery as Outlet
from valvomo.live.feed import Feed
from valvomo.protocol.signals import AuditSignal, SettingSignal

SETTINGS, AUDIT, RAISED = "settings", "audit", "raised"
CONTACTS, EVALUATIONS = "contacts", "evaluations"
CONVERSATIONS, LETTERS = "conversations", "letters"
READERS: dict[str, tuple[UserRole, ...]] = {
    SETTINGS: (UserRole.ADMINISTRATOR, UserRole.SUPERVISOR),
    AUDIT: audit.READERS,
    RAISED: (UserRole.SUPERVISOR,),
    CONTACTS: (UserRole.SUPERVISOR, UserRole.AGENT, UserRole.ADMINISTRATOR),
    EVALUATIONS: (UserRole.SUPERVISOR, UserRole.AGENT),
    CONVERSATIONS: (UserRole.SUPERVISOR, UserRole.AGENT, UserRole.ADMINISTRATOR),
    LETTERS: (UserRole.ADMINISTRATOR,),
}
"""Topics and who may watch them: those who may ask for what they tell of."""
OF_SUPERVISORS = frozenset({"queue", "hours"})
"""The settings that supervisors are told of: what their page of queues shows."""
SIGNED_IN, LOCKED_OUT = frozenset({"signed_in", "signed_in_by_provider"}), "locked_out"
EVERYBODY = "*"
SUBMITTED = frozenset({Stage.SUBMITTED, Stage.REPLIED, Stage.CLOSED})
ALERT_FACTS = (AlertRaised, AlertAcknowledged, AlertAssigned, AlertCleared)
CONTACT_FACTS = (ContactChanged, ContactMerged, ContactUnmerged, ContactForgotten, CustomerForgotten)


def signal_refusal(topic: str, actor: Actor) -> Refusal | None:
    """Why the actor may not watch this signal."""
    roles = READERS[topic]
    if any(actor.is_(role) for role in roles):
        return None
    return Refusal(Reason.ROLE_NEEDED, {"role": roles[0].value})


@dataclass(frozen=True, slots=True)
class Judged:
    """An evaluation that came further, and whose work it judges, who does not know of it before it is `submitted`."""

    signal: SettingSignal
    agent_id: str
    submitted: bool

    def told_to(self, actor: Actor) -> bool:
        """Agents are told of their own once it is submitted, supervisors of all but drafts about themselves."""
        if actor.is_(UserRole.INTEGRATION):
            return False
        return self.submitted if actor.id == self.agent_id else actor.is_(UserRole.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class News:
    """What facts mean for the signals: what changed of settings, alerts and so on, how far the audit log goes."""

    settings: tuple[SettingSignal, ...] = ()
    audited: int | None = None
    alerts: tuple[SettingSignal, ...] = ()
    contacts: tuple[SettingSignal, ...] = ()
    evaluations: tuple[Judged, ...] = ()


def news_of(facts: Iterable[Fact]) -> News:
    """The news in these facts; of several changes of one thing the last one counts."""
    settings: dict[tuple[str, str], SettingSignal] = {}
    audited: int | None = None
    alerts: dict[str, SettingSignal] = {}
    contacts: dict[str, SettingSignal] = {}
    evaluations: dict[str, Judged] = {}
    for fact in facts:
        position = fact.position or 0
        if fact.audited:
            audited = position
        if isinstance(fact.event, ALERT_FACTS):
            one = fact.event.alert_id
            alerts[one] = SettingSignal(kind=fact.kind, id=one, position=position)
        if isinstance(fact.event, CONTACT_FACTS):
            one = fact.event.contact_id
            contacts[one] = SettingSignal(kind=fact.kind, id=one, position=position)
        if isinstance(fact.event, Evaluated):
            evaluations[fact.event.evaluation_id] = _judged(fact.event, fact.kind, position)
        if (thing := _thing(fact)) is not None:
            settings[thing] = SettingSignal(kind=thing[0], id=thing[1], position=position)
    return News(
        tuple(settings.values()),
        audited,
        tuple(alerts.values()),
        tuple(contacts.values()),
        tuple(evaluations.values()),
    )


def course_of(net: Net) -> str | None:
    """What lists of conversations have to know of this: one began, closed, or is in other hands; None for all else."""
    before, after = net.before, net.after
    if not net.loud:
        return None
    if before is None:
        return "begun"
    if after.state is not before.state:
        return "closed" if after.state is State.CLOSED else "moved"
    hands = (before.owner_id, before.bot_id, before.queue_id, before.subject)
    return "moved" if hands != (after.owner_id, after.bot_id, after.queue_id, after.subject) else None


def told_to(actor: Actor, settings: tuple[SettingSignal, ...]) -> tuple[SettingSignal, ...]:
    """The changes of settings that this actor may know of."""
    if actor.is_(UserRole.ADMINISTRATOR):
        return settings
    return tuple(one for one in settings if one.kind in OF_SUPERVISORS)


def _judged(event: Evaluated, kind: str, position: int) -> Judged:
    signal = SettingSignal(kind=kind, id=event.evaluation_id, position=position)
    return Judged(signal, event.agent_id, event.stage in SUBMITTED)


def doubted_by(facts: Iterable[Fact]) -> set[str]:
    """People whose sessions or tokens these facts may have ended; `EVERYBODY` where that is not known."""
    found: set[str] = set()
    for fact in facts:
        match fact.event:
            case SignedIn(user_id=user, outcome=outcome) if outcome not in SIGNED_IN:
                found.add(user)
            case SettingChanged(subject="user", subject_id=user):
                found.add(user)
            case SettingChanged(subject="token"):
                found.add(EVERYBODY)
            case _:
                pass
    return found


def _thing(fact: Fact) -> tuple[str, str] | None:
    match fact.event:
        case SettingChanged(subject=subject, subject_id=one):
            return subject, one
        case RecordsImported(import_id=one):
            return "record_import", one
        case SignedIn(user_id=user, outcome=outcome) if outcome == LOCKED_OUT:
            # The list of accounts shows who is locked out.
            return "user", user
        case ChannelSeen(account_id=one):
            return "channel_account", one
        case DeliveryChanged(state=Delivery.FAILED, message_id=one):
            # The list of what did not reach its customer.
            return "dispatch", one
        case _:
            return None


class Signals:
    """Who watches which signal in one organization."""

    def __init__(self, feed: Feed, delivery: Outlet) -> None:
        self._feed = feed
        self._delivery = delivery
        self.topics: dict[str, set[Subscription]] = {topic: set() for topic in READERS}

    def watch(self, subscription: Subscription) -> None:
        """Begin."""
        self.topics[subscription.topic].add(subscription)
        self._begin(subscription)

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        self.topics[subscription.topic].discard(subscription)

    def publish(self, facts: Sequence[Fact]) -> None:
        """What just happened."""
        news = news_of(facts)
        for subscription in self.topics[SETTINGS] if news.settings else ():
            if settings := told_to(subscription.connection.actor, news.settings):
                self._tell_one(subscription, "changes", settings)
        if news.alerts:
            self._tell(RAISED, "changes", news.alerts)
        if news.contacts:
            self._tell(CONTACTS, "changes", news.contacts)
        for subscription in self.topics[EVALUATIONS] if news.evaluations else ():
            actor = subscription.connection.actor
            if told := tuple(one.signal for one in news.evaluations if one.told_to(actor)):
                self._tell_one(subscription, "changes", told)
        if news.audited is not None:
            self._tell(AUDIT, "changes", (AuditSignal(position=news.audited),))

    def moved(self, nets: Iterable[Net]) -> None:
        """Conversations that began, closed or went into other hands: told to whoever may see them, or could."""
        watching = self.topics[CONVERSATIONS]
        found = [(net, course) for net in nets if (course := course_of(net))] if watching else []
        for subscription in watching if found else ():
            actor = subscription.connection.actor
            # As the reader counts: nobody learns from it how much happened unseen.
            number = self._feed.floor.number(actor)
            told = [
                SettingSignal(kind=course, id=net.after.id, position=number)
                for net, course in found
                if any(one is not None and may_see(actor, one) for one in (net.before, net.after))
            ]
            if told:
                self._tell_one(subscription, "changes", told)

    def posted(self, webhooks: Iterable[str]) -> None:
        """Of these webhooks and bots the log of letters is other than before."""
        number = self._feed.floor.position
        told = [SettingSignal(kind="letters", id=one, position=number) for one in webhooks]
        if told:
            self._tell(LETTERS, "changes", told)

    def begin_again(self) -> None:
        """The journal was left and found again: whatever was told meanwhile is lost."""
        for topic in self.topics:
            self._tell(topic, "snapshot", self._now(topic))

    def catch_up(self, connection: Connection) -> None:
        """A slow reader has drained."""
        for subscription in connection.subscriptions.values():
            if subscription.topic in READERS and subscription.behind:
                subscription.stale = False
                self._begin(subscription)

    def _now(self, topic: str) -> tuple[object, ...]:
        return (AuditSignal(position=self._feed.audited),) if topic == AUDIT else ()

    def _begin(self, subscription: Subscription) -> None:
        topic, number = subscription.topic, self._feed.floor.number(subscription.connection.actor)
        frame = self._delivery.frame(topic, "snapshot", number, self._now(topic))
        self._delivery.send(subscription, frame)

    def _tell(self, topic: str, op: str, items: Sequence[object]) -> None:
        for subscription in self.topics[topic]:
            self._tell_one(subscription, op, items)

    def _tell_one(self, subscription: Subscription, op: str, items: Sequence[object]) -> None:
        number = self._feed.floor.number(subscription.connection.actor)
        self._delivery.tell(subscription, self._delivery.frame(subscription.topic, op, number, items))
