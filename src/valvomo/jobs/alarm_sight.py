"""What alert rules can see of one organization's floor: figures by queue, conversations, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from valvomo.db.alerts import Rule
from valvomo.db.journal import Fact
from valvomo.domain.alerts.conditions import looked_for
from valvomo.domain.alerts.judging import Seen
from valvomo.domain.conversations.model import Conversation
from valvomo.live.feed import Feed
from valvomo.live.views import alerts as seen
from valvomo.protocol.figures import FiguresItem


class AlarmSight:
    """Through the floor of `feed`. Of events it knows those that one of the rules names, of ongoing conversations."""

    def __init__(self, feed: Feed, clock: Callable[[], datetime]) -> None:
        self._feed = feed
        self._clock = clock
        self._named: frozenset[str] = frozenset()
        self._events: dict[str, dict[str, datetime]] = {}
        self._figures: dict[str, FiguresItem] = {}

    def look_for(self, rules: Sequence[Rule]) -> None:
        """From now on for what these rules ask for."""
        self._named = frozenset(
            name for rule in rules for condition in rule.conditions for name in condition.events
        )

    def note(self, facts: Iterable[Fact]) -> None:
        """Events count from when they are read: who was away for a while misses none."""
        for fact in facts:
            about, name = fact.conversation_id, looked_for(fact.event)
            if name in self._named and about and self._feed.floor.conversation(about) is not None:
                self._events.setdefault(about, {})[name] = self._clock()

    def forget(self, conversation_id: str) -> None:
        """What happened to it."""
        self._events.pop(conversation_id, None)

    def counted_anew(self) -> frozenset[str]:
        """Queues whose figures have changed."""
        items = {one.id: one for one in self._feed.floor.figures(None)}
        changed = frozenset(one for one, item in items.items() if self._figures.get(one) != item)
        self._figures = items
        return changed & self._feed.floor.lookups.queues.keys()

    def of_queue(self, queue_id: str) -> Seen:
        """A queue's figures."""
        return seen.of_queue(self._figures.get(queue_id))

    def of_conversation(self, one: Conversation) -> Seen:
        """What is to be seen of one conversation beside its queue's figures."""
        return seen.of_conversation(self._feed.floor, one, self._events.get(one.id, {}))
