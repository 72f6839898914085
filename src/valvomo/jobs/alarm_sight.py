"""What alert rules can see of one organization's floor: figures by queue, conversations, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from valvomo.db.alerts import Rule
from valvomo.db.journal import Fact
from valvomo.domain.alerts.conditions import ConditionKind, looked_for
from valvomo.domain.alerts.judging import Answer, Seen
from valvomo.live.feed import Feed
from valvomo.live.views import alerts as seen
from valvomo.protocol.figures import FiguresItem


class AlarmSight:
    """Through the floor of `feed`. Of events it knows those that one of the rules names, of ongoing conversations.

    `answers` are what customers answered to surveys, by conversation, of closed ones too, the newest last; none is kept
    for longer than a rule asks for.
    """

    def __init__(self, feed: Feed, clock: Callable[[], datetime]) -> None:
        self._feed = feed
        self._clock = clock
        self.answers: dict[str, Answer] = {}
        self._kept = timedelta()
        self._named: frozenset[str] = frozenset()
        self._events: dict[str, dict[str, datetime]] = {}
        self._figures: dict[str, FiguresItem] = {}

    def look_for(self, rules: Sequence[Rule]) -> None:
        """From now on for what these rules ask for."""
        self._named = frozenset(
            name for rule in rules for condition in rule.conditions for name in condition.events
        )
        asked = [one.within for rule in rules for one in rule.conditions if one.kind is ConditionKind.SURVEY]
        self._kept = timedelta(seconds=max(asked, default=0))

    def note(self, facts: Iterable[Fact]) -> None:
        """Events count from when they are read: who was away for a while misses none."""
        for fact in facts:
            about, name = fact.conversation_id, looked_for(fact.event)
            if name in self._named and about and self._feed.floor.conversation(about) is not None:
                self._events.setdefault(about, {})[name] = self._clock()
            answer = seen.answer_of(fact.event, self._clock()) if self._kept else None
            if answer is not None and about:
                self.answers.pop(about, None)
                self.answers[about] = answer

    def forget(self, conversation_id: str) -> None:
        """What happened to it."""
        self._events.pop(conversation_id, None)
        self.answers.pop(conversation_id, None)

    def drop_old(self, now: datetime) -> None:
        """Answers that count for no rule any more."""
        while self.answers and next(iter(self.answers.values())).at + self._kept <= now:
            del self.answers[next(iter(self.answers))]

    def closed(self, conversation_id: str) -> None:
        """What happened to it counts no more, but what its customer answers."""
        self._events.pop(conversation_id, None)

    def queue_of(self, conversation_id: str) -> str | None:
        """Where it is, or was when its customer answered; None for whatever no rule looks at any more."""
        one, answer = self._feed.floor.conversation(conversation_id), self.answers.get(conversation_id)
        return one.queue_id if one else answer.queue_id if answer else None

    def counted_anew(self) -> frozenset[str]:
        """Queues whose figures have changed."""
        items = {one.id: one for one in self._feed.floor.figures(None)}
        changed = frozenset(one for one, item in items.items() if self._figures.get(one) != item)
        self._figures = items
        return changed & self._feed.floor.lookups.queues.keys()

    def of_queue(self, queue_id: str) -> Seen:
        """A queue's figures."""
        return seen.of_queue(self._figures.get(queue_id))

    def of_conversation(self, one: str) -> Seen:
        """What is to be seen of one conversation beside its queue's figures; of one that is closed, the answer."""
        floor, answer = self._feed.floor, self.answers.get(one)
        conversation = floor.conversation(one)
        if conversation is None:
            return Seen(answer=answer)
        return seen.of_conversation(floor, conversation, self._events.get(one, {}), answer)
