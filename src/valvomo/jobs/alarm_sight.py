"""What alert rules can see of one organization's floor: figures by queue, conversations, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from valvomo.db.alerts import Rule
from valvomo.db.journal import Fact
from valvomo.domain.alerts.judging import Seen
from valvomo.domain.attention.agent import agent_parts, counted
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.mute import mute_of
from valvomo.live.feed import Feed
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
            about = fact.conversation_id
            if fact.kind in self._named and about and self._feed.floor.conversation(about) is not None:
                self._events.setdefault(about, {})[fact.kind] = self._clock()

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
        item = self._figures.get(queue_id)
        return Seen() if item is None else Seen(figures=figures_of(item), waits_since=item.longest_wait_since)

    def of_conversation(self, one: Conversation) -> Seen:
        """What is to be seen of one conversation beside its queue's figures."""
        floor = self._feed.floor
        parts = floor.lookups.attention_of(one)
        seat = floor.agents.seats.get(one.owner_id or "")
        if seat is not None:
            theirs = agent_parts(seat.agent, seat.quiet_since)
            parts = (*parts, *counted(theirs, one, floor.lookups.attention))
        mute = mute_of(one)
        forever = datetime.max.replace(tzinfo=one.created_at.tzinfo)
        muted_until = None if mute is None else (mute.until or forever)
        events = self._events.get(one.id, {})
        return Seen(parts=parts, mood=one.sentiment, muted_until=muted_until, events=events)


def figures_of(item: FiguresItem) -> dict[str, float]:
    """The figures that rules may ask for, by name; the service level in percent, missing while nothing was offered."""
    found = {
        name: float(getattr(item, name))
        for name in ("in_queue", "active", "waiting", "wrap_up", "orphans", "abandoned")
    }
    found["agents_available"] = float(item.agents.get("available", 0))
    if item.service_level.ratio is not None:
        found["service_level"] = 100 * item.service_level.ratio
    return found
