"""Subscriptions of one organization: who watches which topic, and what each of them is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope
from valvomo.domain.conversations.model import Conversation
from valvomo.live.audience import ROW_TOPICS, ClassKey, Encoder, Net, RowCache, agents_class, class_of
from valvomo.live.connection import MOST_WAITING, Connection, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.floor import LiveFloor, counts_all
from valvomo.live.views import me
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change
from valvomo.protocol.frames import Frame
from valvomo.protocol.messages import NoticeItem

MOST_ROWS = 2_000
"""Rows of one frame."""
WARM = 50
"""Rows that are encoded at a time; others have their turn in between."""
SHARED_TOPICS = frozenset({*ROW_TOPICS, "agents", "figures", "me"})


class Subscriptions:
    """The topics that are folds of the whole floor; a single conversation's are in `transcripts`."""

    def __init__(self, floor: Callable[[], LiveFloor], delivery: Delivery) -> None:
        self._floor = floor
        self._delivery = delivery
        self._cache = RowCache()
        self.topics: dict[str, set[Subscription]] = {name: set() for name in SHARED_TOPICS}

    def watch(
        self, subscription: Subscription, since: int | None, notices: Iterable[NoticeItem] = ()
    ) -> None:
        """Begin: what changed since `since` if that is known, else everything."""
        topic = subscription.topic
        self.topics[topic].add(subscription)
        actor = subscription.connection.actor
        if topic in ROW_TOPICS and since is not None:
            changes = self._floor().changes_since(since, actor)
            if changes is not None:
                self._resume(subscription, changes)
                return
        self.snapshot(subscription, notices=notices)

    async def warm(self, subscription: Subscription) -> None:
        """Encode what a snapshot will need, a little at a time: a large floor must not hold everybody else up."""
        if subscription.topic not in ROW_TOPICS:
            return
        actor, sees = subscription.connection.actor, ROW_TOPICS[subscription.topic]
        floor = self._floor()
        ids = list(floor.board.conversations)
        for begin in range(0, len(ids), WARM):
            encoder = self.encoder()
            for one in ids[begin : begin + WARM]:
                conversation = floor.conversation(one)
                if conversation is not None and sees(actor, conversation, floor.lookups):
                    encoder.row(actor, conversation)
            await asyncio.sleep(0)

    def prune(self) -> None:
        """Forget encoded rows that nobody needs any more."""
        floor, readers = self._floor(), [one for topic in ROW_TOPICS for one in self.topics[topic]]
        self._cache.prune(
            {class_of(one.connection.actor, floor.lookups.supervision) for one in readers}, floor
        )

    def encoder(self) -> Encoder:
        """For the floor as it is now."""
        return Encoder(self._floor(), self._cache)

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        self.topics[subscription.topic].discard(subscription)

    def snapshot(
        self, subscription: Subscription, encoder: Encoder | None = None, notices: Iterable[object] = ()
    ) -> None:
        """Everything that the topic shows now."""
        self._delivery.snapshots += 1
        floor = self._floor()
        actor = subscription.connection.actor
        data = self._everything(subscription, encoder or self.encoder())
        subscription.dirty.clear()
        subscription.stale = False
        data = [*data, *notices]
        # A very large floor comes in several frames, so that no one of them fills the reader's buffer.
        for begin in range(0, max(1, len(data)), MOST_ROWS):
            op = "changes" if begin else "snapshot"
            part = data[begin : begin + MOST_ROWS]
            self._delivery.send(
                subscription, self._delivery.frame(subscription.topic, op, floor.number(actor), part)
            )

    def publish(self, nets: list[Net], agents: frozenset[str]) -> None:
        """What just happened, to everybody whom it concerns."""
        encoder = self.encoder()
        people = {one for net in nets for one in _people(net)}
        for topic in ROW_TOPICS:
            self._publish_rows(topic, nets, people, encoder)
        if agents:
            self._publish_agents(agents, encoder)
        self._publish_me(nets, agents)

    def publish_figures(self) -> None:
        """Figures that differ from what their readers have; once a tick, whatever happened within it."""
        frames: dict[object, Frame] = {}
        floor = self._floor()
        for subscription in self.topics["figures"]:
            actor = subscription.connection.actor
            scope = figures_scope(actor)
            items = floor.figures(scope)
            if items == subscription.figures or subscription.connection.slow:
                continue
            subscription.figures = items
            key = (scope, counts_all(actor))
            if key not in frames:
                frames[key] = self._delivery.frame("figures", "changes", floor.number(actor), items)
            self._delivery.send(subscription, frames[key])

    def catch_up(self, connection: Connection) -> None:
        """A slow reader has drained: the latest state of all that changed meanwhile, in one frame a topic."""
        floor = self._floor()
        encoder = self.encoder()
        for subscription in list(connection.subscriptions.values()):
            if not subscription.behind or subscription.topic not in SHARED_TOPICS:
                continue
            topic, actor = subscription.topic, connection.actor
            if subscription.stale or topic not in ROW_TOPICS:
                waiting, subscription.waiting = subscription.waiting, []
                self.snapshot(subscription, encoder, waiting)
                continue
            data = list(encoder.latest(topic, actor, subscription.dirty))
            subscription.dirty.clear()
            self._delivery.send(
                subscription, self._delivery.frame(topic, "changes", floor.number(actor), data)
            )

    def _everything(self, subscription: Subscription, encoder: Encoder) -> list[object]:
        topic, actor, floor = subscription.topic, subscription.connection.actor, self._floor()
        if topic in ROW_TOPICS:
            return list(encoder.rows(topic, actor))
        if topic == "agents":
            return list(encoder.agents(actor, floor.agents.seats))
        if topic == "figures":
            subscription.figures = floor.figures(figures_scope(actor))
            return list(subscription.figures)
        return _mine(floor, actor)

    def _resume(self, subscription: Subscription, changes: list[Change]) -> None:
        self._delivery.resumes += 1
        floor, topic = self._floor(), subscription.topic
        actor = subscription.connection.actor
        saw = {one.after.id for one in changes if one.before and _sees(topic, actor, one.before, floor)}
        sees = {
            one.after.id for one in changes if _sees(topic, actor, floor.conversation(one.after.id), floor)
        }
        data = list(self.encoder().latest(topic, actor, saw | sees))
        self._delivery.send(subscription, self._delivery.frame(topic, "changes", floor.number(actor), data))

    def _publish_rows(self, topic: str, nets: list[Net], people: set[str], encoder: Encoder) -> None:
        made: dict[str | ClassKey, tuple[set[str], Frame] | None] = {}
        floor = self._floor()
        for subscription in self.topics[topic]:
            actor = subscription.connection.actor
            key = actor.id if actor.id in people else class_of(actor, floor.lookups.supervision)
            if key not in made:
                changed = list(encoder.changed(topic, actor, nets))
                items = [item for _, item in changed]
                frame = self._delivery.frame(topic, "changes", floor.number(actor), items) if items else None
                made[key] = ({one for one, _ in changed}, frame) if frame else None
            found = made[key]
            if found is not None:
                self._delivery.tell(subscription, found[1], found[0])

    def _publish_agents(self, agents: frozenset[str], encoder: Encoder) -> None:
        floor = self._floor()
        made: dict[str | ClassKey, Frame | None] = {}
        for subscription in self.topics["agents"]:
            actor = subscription.connection.actor
            key = actor.id if actor.id in agents else agents_class(actor, floor.lookups.supervision)
            if key not in made:
                data = encoder.agents(actor, agents)
                made[key] = (
                    self._delivery.frame("agents", "changes", floor.number(actor), data) if data else None
                )
            frame = made[key]
            if frame is not None:
                self._delivery.tell(subscription, frame)

    def _publish_me(self, nets: list[Net], agents: frozenset[str]) -> None:
        floor = self._floor()
        concerned = set(agents)
        for net in nets:
            for change in net.changes:
                concerned |= me.involved(change.before) | me.involved(change.after)
                concerned.update(change.happening.notify)
        for subscription in self.topics["me"]:
            actor = subscription.connection.actor
            if actor.id not in concerned:
                continue
            notices = [one for net in nets for one in _notices(net, actor, floor)]
            data = [*_my_changes(nets, actor, floor), *_my_presence(floor, actor, agents), *notices]
            if data:
                if subscription.connection.slow:
                    subscription.waiting = [*subscription.waiting, *notices][-MOST_WAITING:]
                frame = self._delivery.frame("me", "changes", floor.number(actor), data)
                self._delivery.tell(subscription, frame)


def _people(net: Net) -> set[str]:
    found: set[str] = set()
    for one in (net.before, net.after):
        if one is not None:
            found.update(me.involved(one), one.served_by, one.declines)
            found.update(participant.id for participant in one.participants)
    return found


def _sees(topic: str, actor: Actor, conversation: Conversation | None, floor: LiveFloor) -> bool:
    now = ongoing(conversation)
    return now is not None and ROW_TOPICS[topic](actor, now, floor.lookups)


def _mine(floor: LiveFloor, actor: Actor) -> list[object]:
    items: list[object] = []
    for one in sorted(floor.parts.get(actor.id, ())):
        conversation = floor.conversation(one)
        if conversation is not None:
            preview = floor.board.previews.get(conversation.id)
            items.extend(me.items_about(conversation, actor, floor.lookups, preview))
    items.extend(_my_presence(floor, actor, frozenset({actor.id})))
    return items


def _my_changes(nets: list[Net], actor: Actor, floor: LiveFloor) -> Iterable[object]:
    for net in nets:
        if net.concerns(actor, floor.lookups):
            if net.before is not None:
                yield from me.gone(net.before, net.after, actor.id)
            preview = floor.board.previews.get(net.after.id)
            yield from me.items_about(net.after, actor, floor.lookups, preview)


def _my_presence(floor: LiveFloor, actor: Actor, agents: frozenset[str]) -> Iterable[object]:
    seat = floor.agents.seats.get(actor.id) if actor.id in agents else None
    if seat is not None:
        yield me.presence_item(seat.agent, seat.since, actor, floor.lookups)


def _notices(net: Net, actor: Actor, floor: LiveFloor) -> Iterable[NoticeItem]:
    for change in net.changes:
        if actor.id in change.happening.notify and not change.happening.silent:
            notice = me.notice_of(change, floor.lookups)
            if notice is not None:
                yield notice
