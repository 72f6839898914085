"""A room: everything live of one organization — its feed, its readers, and what they watch."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog

from valvomo.db import floor as stored
from valvomo.db.database import Database
from valvomo.db.journal import Fact
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.conversations.media import MessageChanged
from valvomo.live.audience import collapse
from valvomo.live.call_grades import CALLS, CallGrades
from valvomo.live.connection import CLOSE_SIGNED_OUT, Connection, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.feed import Feed
from valvomo.live.floor import LiveFloor
from valvomo.live.gathering import Gathering
from valvomo.live.health import HEALTH, Health
from valvomo.live.hints import Hints
from valvomo.live.letters import Letters
from valvomo.live.notices import notices_since
from valvomo.live.signals import EVERYBODY, Signals, doubted_by
from valvomo.live.subscriptions import SHARED_TOPICS, Subscriptions
from valvomo.live.topics import OF_THE_HOUSE, topic_refusal
from valvomo.live.transcripts import Transcripts
from valvomo.live.views.happening import Change
from valvomo.protocol.frames import lag_frame
from valvomo.protocol.messages import NoticeItem

TICK_SECONDS = 0.1
FIGURES_SECONDS = 0.3
"""Between two looks at the figures, at least."""
RIGHTS_EVERY = 10
"""Ticks between two looks at what readers may see."""
MOST_ASKED = 200
"""Readers whose rights are asked again each second though nothing says that they have changed."""

log = structlog.get_logger(__name__)


class Room:
    """Made by the hub for an organization when its first reader comes.

    `doubted` are people whose sessions or tokens may have ended, `EVERYBODY` among them for all.
    """

    def __init__(self, organization_id: str, database: Database, clock: Callable[[], datetime]) -> None:
        self.organization_id = organization_id
        self.connections: set[Connection] = set()
        self.feed = Feed(organization_id, database, clock)
        self.delivery = Delivery(self.feed.age_ms, clock, time.monotonic)
        self.subscriptions = Subscriptions(lambda: self.feed.floor, self.delivery, time.monotonic)
        self.transcripts = Transcripts(self.feed, database, self.delivery)
        self.hints = Hints(self.feed, self.transcripts, self.delivery)
        self.signals = Signals(self.feed, self.delivery)
        self.letters = Letters(self.signals, database, organization_id)
        self.health = Health(lambda: self.feed.floor, database, self.delivery, organization_id)
        self.grades = CallGrades(lambda: self.feed.floor, self.delivery, time.monotonic)
        self.feed.published = self._published
        self.feed.turned = self.transcripts.places.queues_moved
        self.feed.troubled = self.transcripts.reread_over
        self.feed.signalled = self._signalled
        self.feed.reconfigured = self._reconfigured
        self.feed.redrawn = self._redrawn
        self.feed.restarted = self._restarted
        self.gathering = Gathering(self.subscriptions.publish, time.monotonic, self._untold)
        self._database = database
        self._clock = clock
        self._settings_changed = False
        self._all_anew = False
        self._figures_at = 0.0
        self._asked: deque[Connection] = deque()
        self.doubted: set[str] = set()

    @property
    def floor(self) -> LiveFloor:
        """The floor as it is known now."""
        return self.feed.floor

    async def watch(
        self, connection: Connection, topic: str, since: int | None, *, packs: bool = False
    ) -> None:
        """Show a topic, or say why not."""
        self.unwatch(connection, topic)
        subscription = Subscription(connection=connection, topic=topic, packs=packs)
        if refusal := topic_refusal(connection, topic):
            self.delivery.refuse(subscription, refusal)
            return
        connection.subscriptions[topic] = subscription
        if topic in OF_THE_HOUSE:
            self._of_the_house(topic).watch(subscription)
        elif topic in SHARED_TOPICS:
            notices = list[NoticeItem]()
            if topic == "me" and since is not None:
                notices = await notices_since(self._database, self.floor, connection.actor, since)
            self.gathering.flush()
            if connection.subscriptions.get(topic) is subscription:
                await self.subscriptions.watch(subscription, since, notices)
        else:
            await self.transcripts.watch(subscription, since)

    def unwatch(self, connection: Connection, topic: str) -> None:
        """No more of this."""
        subscription = connection.subscriptions.pop(topic, None)
        if subscription is None:
            return
        if topic in OF_THE_HOUSE:
            self._of_the_house(topic).unwatch(subscription)
        elif topic in SHARED_TOPICS:
            self.subscriptions.unwatch(subscription)
        else:
            self.transcripts.unwatch(subscription)

    def _of_the_house(self, topic: str) -> Signals | Health | CallGrades:
        if topic == CALLS:
            return self.grades
        return self.health if topic == HEALTH else self.signals

    def leave(self, connection: Connection) -> None:
        """The connection is gone."""
        for topic in list(connection.subscriptions):
            self.unwatch(connection, topic)
        self.connections.discard(connection)
        self.delivery.forget(connection)

    def say_lag(self, connections: Iterable[Connection]) -> None:
        """How old what these see may be; each is told every second, all with one frame."""
        frame = lag_frame(self.feed.age_ms(), self._clock())
        for connection in connections:
            if connection.slow:
                # Also where nothing else is told: whoever does not read must not stay for good.
                self.delivery.put_off(connection)
            else:
                connection.sink.write(frame)

    async def run(self) -> None:
        """Keep up with the journal and with slow readers, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.feed.run())
            group.create_task(self.health.run())
            group.create_task(self.letters.run())
            group.create_task(self._tick())
            group.create_task(self._show_again())

    def doubtful(self) -> list[Connection]:
        """Readers whose sessions and tokens have to be looked at now; asked once."""
        doubted, self.doubted = self.doubted, set()
        if EVERYBODY in doubted:
            return self._all_staff()
        return [one for one in self._all_staff() if one.actor.id in doubted] if doubted else []

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
            try:
                if self._settings_changed or ticks % RIGHTS_EVERY == 0:
                    await self._renew_rights()
                if ticks % RIGHTS_EVERY == 0:
                    self.subscriptions.prune()
                self._catch_up()
                if time.monotonic() >= self._figures_at:
                    self._publish_figures()
            except LOST as error:
                log.warning("room.tick", organization=self.organization_id, error=repr(error))
            except Exception:
                # One tick that went wrong must not leave every screen of the house to itself.
                log.exception("room.tick", organization=self.organization_id)

    async def _show_again(self) -> None:
        """Beside the ticks, which must not wait until everybody has been shown everything anew."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.show_again()
            except LOST as error:
                log.warning("room.show_again", organization=self.organization_id, error=repr(error))

    async def show_again(self) -> None:
        """Whoever begins again, or has missed something."""
        await self.subscriptions.show_again()
        await self.transcripts.read_on()

    def _publish_figures(self) -> None:
        """Counting a very large floor takes its time: it never gets more than a tenth of it."""
        began = time.monotonic()
        self.subscriptions.fanout.publish_figures()
        ended = time.monotonic()
        self._figures_at = ended + max(FIGURES_SECONDS, 10 * (ended - began))

    def _catch_up(self) -> None:
        self.gathering.flush()
        for connection in list(self.delivery.behind):
            if self.delivery.ready(connection):
                self.subscriptions.catch_up(connection)
                self.signals.catch_up(connection)
                self.health.catch_up(connection)
                self.grades.catch_up(connection)
        self.grades.publish()
        self.transcripts.places.publish()

    def _published(self, changes: Sequence[Change], agents: frozenset[str]) -> None:
        nets = list(collapse(changes).values())
        self.subscriptions.fanout.publish_mine(nets, agents)
        self.transcripts.publish(nets)
        self.transcripts.places.agents_changed(agents)
        self.grades.changed(nets)
        self.signals.moved(nets)
        self.gathering.add(changes, agents)

    def _untold(self, error: Exception) -> None:
        """Telling what was gathered went wrong: nobody knows what was told, so everybody begins anew."""
        log.error("room.untold", organization=self.organization_id, error=repr(error), exc_info=error)
        self._redrawn()

    def _reconfigured(self) -> None:
        self._settings_changed = True

    def _redrawn(self) -> None:
        self._settings_changed = self._all_anew = True

    def _restarted(self) -> None:
        # At once: what comes next does not follow what the readers of a conversation have.
        self.transcripts.restart()
        self._redrawn()
        self.subscriptions.snapshots.forget()
        self.signals.begin_again()

    def _signalled(self, facts: Sequence[Fact]) -> None:
        self.signals.publish(facts)
        self.subscriptions.fanout.publish_notices(facts)
        for one in {each.conversation_id or "" for each in facts if isinstance(each.event, MessageChanged)}:
            if self.floor.conversation(one) is None:
                self.transcripts.reread_of(one)
        self.doubted |= doubted_by(facts)

    async def _renew_rights(self) -> None:
        """What readers may see and do is asked again, when settings have changed.

        Whose rights have changed gets everything anew; where what is shown to all has changed, everybody does,
        because names and reasons in what they see may have. Without any such fact some are asked each second, in
        turn: should rights ever change without one, nobody keeps them for long.
        """
        changed, everybody = self._settings_changed, self._all_anew
        staff = self._all_staff() if changed else self._some_staff()
        self._settings_changed = self._all_anew = False
        try:
            async with self._database.asking() as tx:
                ids = [one.actor.id for one in staff]
                actors = await stored.actors(tx, self.organization_id, ids) if staff else {}
        except BaseException:
            # Asked again at the next tick: what has changed is told once and must not be forgotten.
            self._settings_changed |= changed
            self._all_anew |= everybody
            raise
        self.gathering.flush()
        for connection in staff:
            actor = actors.get(connection.actor.id)
            if actor is None:
                connection.sink.close(CLOSE_SIGNED_OUT)
            elif everybody or actor != connection.actor:
                connection.actor = actor
                self._begin_again(connection)
        if everybody:
            self.transcripts.restart()

    def _all_staff(self) -> list[Connection]:
        return [one for one in self.connections if one.actor.kind is ActorKind.USER]

    def _some_staff(self) -> list[Connection]:
        if not self._asked:
            self._asked.extend(self._all_staff())
        return [self._asked.popleft() for _ in range(min(MOST_ASKED, len(self._asked)))]

    def _begin_again(self, connection: Connection) -> None:
        for topic, subscription in list(connection.subscriptions.items()):
            if topic not in SHARED_TOPICS and topic not in OF_THE_HOUSE:
                self.transcripts.reread(subscription)
            elif refusal := topic_refusal(connection, topic):
                self.unwatch(connection, topic)
                self.delivery.refuse(subscription, refusal)
            elif topic in {HEALTH, CALLS}:
                (self.health if topic == HEALTH else self.grades).begin_again(subscription)
            elif topic in SHARED_TOPICS:
                self.subscriptions.begin_again(subscription)
