"""Fan-out: what changed, to everybody who watches it, encoded once for all who are shown the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from valvomo.db.journal import Fact
from valvomo.domain.access.colleagues import figures_scope
from valvomo.live import mine
from valvomo.live.audience import ROW_TOPICS, Encoder, Net, people_of
from valvomo.live.connection import MOST_WAITING, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.floor import LiveFloor, counts_all
from valvomo.live.notices import notice_of_house
from valvomo.live.row_cache import ClassKey
from valvomo.protocol.frames import Frame


class Fanout:
    """The way out of one organization's floor. `topics` are who watches what, `mine` the readers of `me` by person."""

    def __init__(
        self,
        floor: Callable[[], LiveFloor],
        delivery: Delivery,
        topics: Mapping[str, set[Subscription]],
        readers: Mapping[str, set[Subscription]],
    ) -> None:
        self._floor = floor
        self._delivery = delivery
        self._topics = topics
        self._mine = readers

    def publish(self, nets: list[Net], agents: frozenset[str], encoder: Encoder) -> None:
        """Rows and agents that changed."""
        people = {one for net in nets for one in people_of(net)}
        for topic in ROW_TOPICS:
            self._publish_rows(topic, nets, people, encoder)
        if agents:
            self._publish_agents(agents, encoder)

    def publish_mine(self, nets: list[Net], agents: frozenset[str]) -> None:
        """What concerns people in person; costs as much as there are of them, however many watch."""
        floor = self._floor()
        for person in (mine.concerned(nets) | agents) & self._mine.keys():
            for subscription in self._mine[person]:
                actor = subscription.connection.actor
                notices = list(mine.notices(nets, actor, floor))
                data = [
                    *mine.changes(nets, actor, floor), *mine.presence(floor, actor, agents), *notices,
                ]  # fmt: skip
                if not data:
                    continue
                if subscription.connection.slow:
                    subscription.waiting = [*subscription.waiting, *notices][-MOST_WAITING:]
                frame = self._delivery.frame("me", "changes", floor.number(actor), data)
                self._delivery.tell(subscription, frame)

    def publish_notices(self, facts: Iterable[Fact]) -> None:
        """What facts of no conversation tell people in person."""
        floor = self._floor()
        for fact in facts:
            for person in set(fact.notify) & self._mine.keys() if fact.conversation_id is None else ():
                for subscription in self._mine[person]:
                    actor = subscription.connection.actor
                    notice = notice_of_house(fact, actor, floor.lookups)
                    if notice is None:
                        continue
                    if subscription.connection.slow:
                        subscription.waiting = [*subscription.waiting, notice][-MOST_WAITING:]
                    frame = self._delivery.frame("me", "changes", floor.number(actor), [notice])
                    self._delivery.tell(subscription, frame)

    def publish_figures(self) -> None:
        """Figures that differ from what their readers have; once a tick, whatever happened within it."""
        frames: dict[object, Frame] = {}
        floor = self._floor()
        for subscription in self._topics["figures"]:
            actor = subscription.connection.actor
            scope = figures_scope(actor)
            items = floor.figures(scope)
            if items is subscription.figures or subscription.connection.slow:
                continue
            same, subscription.figures = items == subscription.figures, items
            if same:
                continue
            key = (scope, counts_all(actor))
            if key not in frames:
                frames[key] = self._delivery.frame("figures", "changes", floor.number(actor), items)
            self._delivery.send(subscription, frames[key])

    def _publish_rows(self, topic: str, nets: list[Net], people: set[str], encoder: Encoder) -> None:
        made: dict[str | ClassKey, tuple[set[str], Frame] | None] = {}
        floor = self._floor()
        for subscription in self._topics[topic]:
            actor = subscription.connection.actor
            key = actor.id if actor.id in people else encoder.class_of(actor)
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
        for subscription in self._topics["agents"]:
            actor = subscription.connection.actor
            key = actor.id if actor.id in agents else (encoder.class_of(actor), actor.language)
            if key not in made:
                data = encoder.agents(actor, agents)
                made[key] = (
                    self._delivery.frame("agents", "changes", floor.number(actor), data) if data else None
                )
            frame = made[key]
            if frame is not None:
                self._delivery.tell(subscription, frame, agents)
