"""Subscriptions of one organization: who watches which topic, and what each of them is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope
from valvomo.domain.conversations.model import Conversation
from valvomo.live import mine
from valvomo.live.audience import ROW_TOPICS, Encoder, Net, RowCache, class_of
from valvomo.live.connection import Connection, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.fanout import Fanout
from valvomo.live.floor import LiveFloor
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change
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
        self._rows = RowCache()
        self._agents = RowCache()
        self.topics: dict[str, set[Subscription]] = {name: set() for name in SHARED_TOPICS}
        self.mine: dict[str, set[Subscription]] = {}
        self.fanout = Fanout(floor, delivery, self.topics, self.mine)

    def watch(
        self, subscription: Subscription, since: int | None, notices: Iterable[NoticeItem] = ()
    ) -> None:
        """Begin: what changed since `since` if that is known, else everything."""
        topic = subscription.topic
        self.topics[topic].add(subscription)
        actor = subscription.connection.actor
        if topic == "me":
            self.mine.setdefault(actor.id, set()).add(subscription)
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
        floor = self._floor()
        supervision = floor.lookups.supervision
        rows = {
            class_of(one.connection.actor, supervision) for topic in ROW_TOPICS for one in self.topics[topic]
        }
        agents = {
            (class_of(one.connection.actor, supervision), one.connection.actor.language)
            for one in self.topics["agents"]
        }
        self._rows.prune(rows, floor.board.conversations)
        self._agents.prune(agents, floor.agents.seats)

    def encoder(self) -> Encoder:
        """For the floor as it is now."""
        return Encoder(self._floor(), self._rows, self._agents)

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        self.topics[subscription.topic].discard(subscription)
        if subscription.topic == "me":
            person = subscription.connection.actor.id
            readers = self.mine.get(person, set())
            readers.discard(subscription)
            if not readers:
                self.mine.pop(person, None)

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
        """What has been gathered, to everybody whom it concerns."""
        self.fanout.publish(nets, agents, self.encoder())

    def catch_up(self, connection: Connection) -> None:
        """A slow reader has drained: the latest state of all that changed meanwhile, in one frame a topic."""
        floor = self._floor()
        encoder = self.encoder()
        for subscription in list(connection.subscriptions.values()):
            if not subscription.behind or subscription.topic not in SHARED_TOPICS:
                continue
            topic, actor = subscription.topic, connection.actor
            if subscription.stale or topic in {"me", "figures"}:
                waiting, subscription.waiting = subscription.waiting, []
                self.snapshot(subscription, encoder, waiting)
                continue
            rows = topic in ROW_TOPICS
            found = (
                encoder.latest(topic, actor, subscription.dirty)
                if rows
                else encoder.agents(actor, subscription.dirty)
            )
            data = list(found)
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
        return mine.everything(floor, actor)

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


def _sees(topic: str, actor: Actor, conversation: Conversation | None, floor: LiveFloor) -> bool:
    now = ongoing(conversation)
    return now is not None and ROW_TOPICS[topic](actor, now, floor.lookups)
