"""What changes for customers who wait while nothing happens to them: place, probable wait, opening hours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from valvomo.domain.conversations.model import Conversation
from valvomo.live.connection import Subscription
from valvomo.live.feed import Feed
from valvomo.protocol.customer import Prospect

Tell = Callable[[Subscription, Conversation, Prospect | None], None]


class Places:
    """`watched` are the readers by conversation; `tell` tells one of them. Only customers have a document."""

    def __init__(self, feed: Feed, watched: Mapping[str, Collection[Subscription]], tell: Tell) -> None:
        self._feed = feed
        self._watched = watched
        self._tell = tell
        self._queues: set[str] = set()

    def queues_moved(self, queues: Iterable[str]) -> None:
        """Somebody has come to these queues or gone from them, or they have opened or closed by the clock."""
        self._queues.update(queues)

    def agents_changed(self, agents: Iterable[str]) -> None:
        """Who waits for these agents may have to wait for longer or shorter than before."""
        seats = self._feed.floor.agents.seats
        self._queues.update(queue for one in agents if one in seats for queue in seats[one].agent.queues)

    def publish(self) -> None:
        """Tell whoever it has changed for; once a tick."""
        queues, self._queues = self._queues, set()
        floor = self._feed.floor
        waiting = floor.board.waiting
        for queue_id in queues & waiting.keys():
            watching = [
                (waiting[queue_id][one], subscription)
                for one in waiting[queue_id].keys() & self._watched.keys()
                for subscription in self._watched[one]
                if subscription.document is not None
            ]
            if watching:
                known = floor.prospects(queue_id, {one.id for one, _ in watching})
                for conversation, subscription in watching:
                    self._tell(subscription, conversation, known.get(conversation.id))
