"""Subscriptions of one organization: who watches which topic, and what each of them is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope
from valvomo.domain.refusals import Reason, Refusal
from valvomo.live import mine
from valvomo.live.audience import ROW_TOPICS, Classes, Encoder, Net, candidates, class_of
from valvomo.live.backlog import Backlog
from valvomo.live.connection import Connection, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.fanout import Fanout
from valvomo.live.floor import LiveFloor
from valvomo.live.resumed import Resumed
from valvomo.live.row_cache import BoardRows, RowCache
from valvomo.live.snapshots import SMALL, Snapshot, Snapshots
from valvomo.protocol.frames import Frame
from valvomo.protocol.messages import NoticeItem

SHARED_TOPICS = frozenset({*ROW_TOPICS, "agents", "figures", "me"})


class Subscriptions:
    """The topics that are folds of the whole floor; a single conversation's are in `transcripts`."""

    def __init__(
        self, floor: Callable[[], LiveFloor], delivery: Delivery, timer: Callable[[], float]
    ) -> None:
        self._floor = floor
        self._delivery = delivery
        self._rows = BoardRows()
        self._agents = RowCache()
        self._classes = Classes()
        self._resumed = Resumed(floor, self.encoder, delivery)
        self.topics: dict[str, set[Subscription]] = {name: set() for name in SHARED_TOPICS}
        self.mine: dict[str, set[Subscription]] = {}
        self.fanout = Fanout(floor, delivery, self.topics, self.mine)
        self.snapshots = Snapshots(floor, self.encoder, delivery, timer)
        self.again = Backlog(lambda one: self._show(one, one.shown), self._give_up)

    async def watch(
        self, subscription: Subscription, since: int | None, notices: Iterable[NoticeItem] = ()
    ) -> None:
        """Begin: what changed since `since` if that is known and not more than a snapshot, else everything."""
        topic, actor = subscription.topic, subscription.connection.actor
        if topic == "me":
            self.mine.setdefault(actor.id, set()).add(subscription)
        if since is not None and self._floor().resumable(since, actor) and self._resume(subscription, since):
            self.topics[topic].add(subscription)
        else:
            await self._show(subscription, since or 0, notices)

    def begin_again(self, subscription: Subscription) -> None:
        """The reader's rights or what is shown have changed: a snapshot at the next tick, and nothing before it."""
        self.topics[subscription.topic].discard(subscription)
        subscription.rest = None
        subscription.shown = self._floor().number(subscription.connection.actor)
        self.again.add(subscription)

    async def show_again(self) -> None:
        """Those who begin again, and those whose snapshot was overtaken before they had all of it."""
        await self.again.go_round()

    async def _show(self, subscription: Subscription, least: int, notices: Iterable[object] = ()) -> None:
        """Everything, not older than the number `least`; then the reader is told what changes."""
        topic, connection = subscription.topic, subscription.connection
        if topic not in ROW_TOPICS or len(candidates(connection.actor, self._floor())) <= SMALL:
            self.topics[topic].add(subscription)
            self.snapshot(subscription, notices=notices)
            return
        # Who begins again while a beginning is under way is told by the later one only.
        subscription.showing = showing = object()
        floor, actor, snapshot = None, None, None
        while floor is not self._floor() or actor is not connection.actor or self._by_class(snapshot, actor):
            floor, actor = self._floor(), connection.actor
            snapshot = await self.snapshots.of(subscription, least)
        if snapshot is None or connection.subscriptions.get(topic) is not subscription:
            return
        if subscription.showing is not showing:
            return
        self._delivery.snapshots += 1
        subscription.dirty.clear()
        subscription.shown = snapshot.number
        subscription.rest = deque(snapshot.frames)
        self.advance(subscription)

    def _by_class(self, snapshot: Snapshot | None, actor: Actor) -> bool:
        """Whether it is what others of their class are shown, and this reader has become somebody in it meanwhile."""
        return snapshot is None or (not snapshot.personal and actor.id in self._floor().personal)

    def advance(self, subscription: Subscription) -> None:
        """Send as much of a snapshot as gets through; after it what has changed since, and then what changes."""
        connection, rest = subscription.connection, subscription.rest
        while rest:
            if connection.slow:
                self._delivery.put_off(connection)
                return
            self._delivery.send(subscription, rest.popleft())
        subscription.rest = None
        floor, actor = self._floor(), connection.actor
        if floor.number(actor) == subscription.shown or self._resume(
            subscription, subscription.shown, whole=True
        ):
            self.topics[subscription.topic].add(subscription)
        else:
            self.again.add(subscription)

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
        self.snapshots.prune()
        self._classes.forget()
        self._resumed.forget()

    def encoder(self) -> Encoder:
        """For the floor as it is now."""
        return Encoder(self._floor(), self._rows, self._agents, self._classes)

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        self.topics[subscription.topic].discard(subscription)
        self.again.discard(subscription)
        if subscription.topic == "me":
            person = subscription.connection.actor.id
            readers = self.mine.get(person, set())
            readers.discard(subscription)
            if not readers:
                self.mine.pop(person, None)

    def _give_up(self, subscription: Subscription) -> None:
        self.unwatch(subscription)
        subscription.connection.subscriptions.pop(subscription.topic, None)
        self._delivery.refuse(subscription, Refusal(Reason.INTERNAL))

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
        frame = self._delivery.frame(subscription.topic, "snapshot", floor.number(actor), [*data, *notices])
        self._delivery.send(subscription, frame)

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
            if subscription.rest is not None:
                self.advance(subscription)
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

    def _resume(self, subscription: Subscription, since: int, *, whole: bool = False) -> bool:
        """Tell what changed since a number, if that is known and cheaper than a snapshot; `whole` tells it anyway."""
        actor, floor = subscription.connection.actor, self._floor()
        if subscription.topic == "agents":
            agents = floor.agents_since(since, actor)
            data = None if agents is None else self.encoder().agents(actor, agents)
            frame = None if data is None else self._frame(subscription, data)
        elif subscription.topic in ROW_TOPICS:
            frame = self._resumed.frame(subscription, since, whole=whole)
        else:
            frame = None
        if frame is None:
            return False
        self._delivery.resumes += 1
        self._delivery.send(subscription, frame)
        return True

    def _frame(self, subscription: Subscription, data: Sequence[object]) -> Frame:
        number = self._floor().number(subscription.connection.actor)
        return self._delivery.frame(subscription.topic, "changes", number, data)
