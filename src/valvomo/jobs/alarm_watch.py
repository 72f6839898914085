"""The watch over one organization's alert rules: what is seen, what is raised, what is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.commands.alerts.raising import EndAlert, RaiseAlert
from valvomo.commands.execute import Done, Executor
from valvomo.db import journal
from valvomo.db.alerts import Rule
from valvomo.db.database import Database
from valvomo.db.journal import Fact
from valvomo.domain.access.actor import system
from valvomo.domain.alerts.conditions import EVENTS, lasts, of_conversations
from valvomo.domain.alerts.events import AlertCleared
from valvomo.domain.alerts.judging import Seen, Verdict, judged
from valvomo.domain.attention.agent import agent_parts, counted
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.mute import mute_of
from valvomo.live.feed import Feed
from valvomo.live.views.happening import Change
from valvomo.protocol.figures import FiguresItem

STRETCH = 1_000
LOOK_AGAIN = timedelta(seconds=20)
"""What may not be raised yet, in quiet hours or before its rule has cooled down, is looked at again so soon."""
Key = tuple[str, str]
"""A rule, and the conversation or queue that an alert of it is about."""


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that is not cleared."""

    id: str
    queue_id: str


class AlarmWatch:
    """`begin` it, then `judge` again and again."""

    def __init__(
        self, organization_id: str, database: Database, executor: Executor, clock: Callable[[], datetime]
    ) -> None:
        self._organization_id = organization_id
        self._database = database
        self._executor = executor
        self._clock = clock
        self._feed = Feed(organization_id, database, clock)
        self._feed.published = self._published
        self._feed.signalled = self._signalled
        self._rules: list[Rule] = []
        self._open: dict[Key, Open] = {}
        self._due: dict[Key, datetime] = {}
        self._dirty: set[str] = set()
        self._closed: set[str] = set()
        self._events: dict[str, dict[str, datetime]] = {}
        self._figures: dict[str, FiguresItem] = {}

    @property
    def position(self) -> int:
        """How far the journal has been read."""
        return self._feed.floor.position

    async def begin(self, position: int | None) -> None:
        """The floor as it is now, and what has happened since `position`, which nobody has judged yet."""
        await self._feed.load()
        async with self._database.asking() as tx:
            for row in await tx.rows("alerts.open", self._organization_id):
                self._open[row["rule_id"], row["about"]] = Open(row["id"], row["queue_id"])
            missed = position
            while missed is not None and missed < self.position:
                facts = await journal.after(tx, self._organization_id, missed, STRETCH)
                self._note(one for one in facts if (one.position or 0) <= self.position)
                missed = facts[-1].position if facts else None
        self._dirty.update(self._feed.floor.board.conversations)
        gone = {about for _, about in self._open if self._feed.floor.conversation(about) is None}
        self._closed.update(gone - self._feed.floor.lookups.queues.keys())

    async def end(self) -> None:
        """There are no rules any more: what they raised is over."""
        for key in list(self._open):
            await self._end(key, "rule_changed")

    async def judge(self, rules: list[Rule]) -> float | None:
        """What is new; in how many seconds the clock alone changes an answer."""
        if rules != self._rules:
            await self._take_rules(rules)
        await self._feed.read_on()
        now = self._clock()
        self._count()
        for key in [key for key in self._open if key[1] in self._closed]:
            await self._end(key, "closed")
        dirty = self._dirty | {about for (_, about), due in self._due.items() if due <= now}
        self._dirty, self._closed = set(), set()
        for about in sorted(dirty):
            await self._look(about, now)
        coming = min(self._due.values(), default=None)
        return None if coming is None else max(0.0, (coming - now).total_seconds())

    async def _take_rules(self, rules: list[Rule]) -> None:
        kept = {one.id for one in rules if one in self._rules} if self._rules else {one.id for one in rules}
        for key in [key for key in self._open if key[0] not in kept]:
            await self._end(key, "rule_changed")
        self._rules = rules
        self._due.clear()
        self._dirty.update(self._feed.floor.board.conversations, self._feed.floor.lookups.queues)

    async def _look(self, about: str, now: datetime) -> None:
        floor = self._feed.floor
        one = floor.conversation(about)
        if one is None and about not in floor.lookups.queues:
            self._forget(about)
            return
        queue_id = one.queue_id if one else about
        seen = self._seen(one, queue_id)
        for rule in self._rules:
            if of_conversations(rule.conditions) == (one is not None):
                applies = rule.applies_in(queue_id)
                verdict = judged(rule.conditions, seen, now) if applies else Verdict(holds=False)
                await self._answer(rule, (about, queue_id), verdict, now)

    async def _answer(self, rule: Rule, where: tuple[str, str], verdict: Verdict, now: datetime) -> None:
        about, queue_id = where
        key = (rule.id, about)
        self._due.pop(key, None)
        if verdict.again_at is not None and verdict.again_at > now:
            self._due[key] = verdict.again_at
        if verdict.holds and key not in self._open:
            self._due[key] = now + LOOK_AGAIN
            if rule.quiet(now):
                return
            conversation_id = about if about != queue_id else None
            command = RaiseAlert(rule_id=rule.id, queue_id=queue_id, conversation_id=conversation_id)
            outcome = await self._executor.execute(system(self._organization_id, "alarms"), command)
            if isinstance(outcome, Done) and "id" in outcome.result:
                self._open[key] = Open(str(outcome.result["id"]), queue_id)
                self._due.pop(key)
                if verdict.again_at is not None:
                    self._due[key] = verdict.again_at
        elif not verdict.holds and key in self._open and lasts(rule.conditions):
            await self._end(key, "no_longer")

    async def _end(self, key: Key, cause: str) -> None:
        alert = self._open.pop(key)
        command = EndAlert(alert_id=alert.id, cause=cause)
        await self._executor.execute(system(self._organization_id, "alarms"), command)

    def _seen(self, one: Conversation | None, queue_id: str) -> Seen:
        item = self._figures.get(queue_id)
        figures = {} if item is None else figures_of(item)
        since = item.longest_wait_since if item else None
        if one is None:
            return Seen(figures=figures, waits_since=since)
        floor = self._feed.floor
        parts = floor.lookups.attention_of(one)
        seat = floor.agents.seats.get(one.owner_id or "")
        if seat is not None:
            theirs = agent_parts(seat.agent, seat.quiet_since)
            parts = (*parts, *counted(theirs, one, floor.lookups.attention))
        mute = mute_of(one)
        forever = datetime.max.replace(tzinfo=one.created_at.tzinfo)
        return Seen(
            figures=figures, waits_since=since, parts=parts, mood=one.sentiment,
            muted_until=None if mute is None else (mute.until or forever), events=self._events.get(one.id, {}),
        )  # fmt: skip

    def _count(self) -> None:
        """Figures that have changed make their queue be judged, and what is in it."""
        items = {one.id: one for one in self._feed.floor.figures(None)}
        changed = {one for one, item in items.items() if self._figures.get(one) != item}
        self._figures = items
        self._dirty |= changed & self._feed.floor.lookups.queues.keys()
        if any(len({one.of_conversation for one in rule.conditions}) > 1 for rule in self._rules):
            ours = self._feed.floor.board.conversations.values()
            self._dirty.update(one.id for one in ours if one.queue_id in changed)

    def _published(self, changes: Sequence[Change], agents: frozenset[str]) -> None:
        for change in changes:
            (self._closed if change.after.closed_at else self._dirty).add(change.after.id)
        for agent in agents:
            self._dirty.update(self._feed.floor.agents.served.get(agent, ()))

    def _signalled(self, facts: Sequence[Fact]) -> None:
        self._note(facts)
        for fact in facts:
            if isinstance(fact.event, AlertCleared):
                cleared = fact.event.alert_id
                for key in [key for key, one in self._open.items() if one.id == cleared]:
                    del self._open[key]
                    self._events.pop(key[1], None)
                    self._dirty.add(key[1])

    def _note(self, facts: Iterable[Fact]) -> None:
        """Events count from when they are read: who was away for a while misses none."""
        for fact in facts:
            if fact.conversation_id is not None and fact.kind in EVENTS:
                self._events.setdefault(fact.conversation_id, {})[fact.kind] = self._clock()

    def _forget(self, about: str) -> None:
        self._events.pop(about, None)
        self._due = {key: due for key, due in self._due.items() if key[1] != about}


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
