"""The watch over one organization's alert rules: what is seen, what is raised, what is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import structlog

from valvomo.commands.alerts.raising import EndAlert, RaiseAlert
from valvomo.commands.execute import Done, Executor
from valvomo.db import journal
from valvomo.db.alerts import Rule
from valvomo.db.database import Database
from valvomo.db.journal import Fact
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import system
from valvomo.domain.alerts.answering import LOOK_AGAIN, answered, waits_until
from valvomo.domain.alerts.conditions import asks_survey, of_conversations, of_one, of_queue
from valvomo.domain.alerts.events import AlertCleared, AlertRaised
from valvomo.domain.alerts.judging import Seen, Verdict, judged, taken_back
from valvomo.jobs.alarm_sight import AlarmSight
from valvomo.live.feed import Feed
from valvomo.live.views.happening import Change

STRETCH = 1_000
SET_ASIDE = timedelta(minutes=1)
"""For so long a rule that cannot be judged is left alone, and the others are judged without it."""
OF_A_RULE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What the database says when the fault is in what it was given."""
Key = tuple[str, str]
"""A rule, and the conversation or queue that an alert of it is about."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that is not cleared."""

    id: str
    queue_id: str


class AlarmWatch:
    """`begin` it, then `judge` again and again.

    A rule about conversations that asks for figures too is judged by its figures first, once for each queue: while its
    gate there is closed, no conversation is looked at for it.
    """

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
        self._sight = AlarmSight(self._feed, clock)
        self._rules: list[Rule] = []
        self._cool_downs: list[int] = []
        self._open: dict[Key, Open] = {}
        self._due: dict[Key, datetime] = {}
        self._cools: dict[Key, datetime] = {}
        self._gates: dict[Key, bool] = {}
        self._aside: dict[str, datetime] = {}
        self._outliving: frozenset[str] = frozenset()
        self._dirty: set[str] = set()
        self._closed: set[str] = set()

    @property
    def position(self) -> int:
        """How far the journal has been read."""
        return self._feed.floor.position

    async def begin(self, position: int | None, rules: Sequence[Rule]) -> None:
        """The floor as it is now, and what has happened since `position`, which nobody has judged yet."""
        self._sight.look_for(rules)
        await self._feed.load()
        async with self._database.asking() as tx:
            for row in await tx.rows("alerts.open", self._organization_id):
                self._open[row["rule_id"], row["about"]] = Open(row["id"], row["queue_id"])
            missed = position
            while missed is not None and missed < self.position:
                facts = await journal.after(tx, self._organization_id, missed, STRETCH)
                self._sight.note(one for one in facts if (one.position or 0) <= self.position)
                missed = facts[-1].position if facts else None
        gone = {about for _, about in self._open if self._feed.floor.conversation(about) is None}
        self._closed.update(gone - self._feed.floor.lookups.queues.keys())

    async def end(self) -> None:
        """There are no rules any more: what they raised is over."""
        for key in list(self._open):
            await self._end(key, "rule_changed")

    async def judge(self, rules: list[Rule]) -> float | None:
        """What is new; in how many seconds the clock alone changes an answer."""
        if rules != self._rules or [one.cool_down for one in rules] != self._cool_downs:
            await self._take_rules(rules)
        await self._feed.read_on()
        now = self._clock()
        self._dirty |= self._sight.counted_anew()
        self._dirty |= {about for (_, about), due in self._due.items() if due <= now}
        await self._close()
        # First the queues: whether conversations have to be looked at may depend on them.
        for one in sorted(self._dirty & self._feed.floor.lookups.queues.keys()):
            self._dirty.discard(one)
            await self._look_at_queue(one, now)
        for one in sorted(self._dirty):
            await self._look_at_conversation(one, now)
        self._dirty.clear()
        self._sight.drop_old(now)
        coming = min(self._due.values(), default=None)
        return None if coming is None else max(0.0, (coming - now).total_seconds())

    async def _close(self) -> None:
        """What was about these is over, but for what their customers answered."""
        for key in [key for key in self._open if key[1] in self._closed and key[0] not in self._outliving]:
            await self._end(key, "closed")
        for one in self._closed:
            self._sight.closed(one)
            self._forget(one)
        self._dirty |= self._closed & self._sight.answers.keys()
        self._closed.clear()

    async def _take_rules(self, rules: list[Rule]) -> None:
        kept = {one.id for one in rules if one in self._rules} if self._rules else {one.id for one in rules}
        for key in [key for key in self._open if key[0] not in kept]:
            await self._end(key, "rule_changed")
        self._rules = rules
        self._cool_downs = [one.cool_down for one in rules]
        self._outliving = frozenset(one.id for one in rules if asks_survey(one.conditions))
        self._sight.look_for(rules)
        self._dirty.update(self._sight.answers)
        for memory in (self._due, self._cools, self._gates, self._aside):
            memory.clear()
        self._dirty.update(self._feed.floor.board.conversations, self._feed.floor.lookups.queues)

    async def _look_at_queue(self, queue_id: str, now: datetime) -> None:
        seen = self._sight.of_queue(queue_id)

        async def look(rule: Rule) -> None:
            if not (asked := of_queue(rule.conditions)):
                return
            verdict = judged(asked, seen, now) if rule.applies_in(queue_id) else Verdict(holds=False)
            if of_conversations(rule.conditions):
                self._turn((rule.id, queue_id), verdict)
            else:
                await self._answer(rule, (queue_id, queue_id), verdict, now)

        await self._by_each_rule(queue_id, now, look)

    async def _look_at_conversation(self, conversation_id: str, now: datetime) -> None:
        gone = self._feed.floor.conversation(conversation_id) is None
        queue_id = self._sight.queue_of(conversation_id)
        if queue_id is None:
            self._forget(conversation_id)
            return
        found: list[Seen] = []

        async def look(rule: Rule) -> None:
            if not (asked := of_one(rule.conditions)) or (gone and rule.id not in self._outliving):
                return
            verdict = Verdict(holds=False)
            gate = self._gates.get((rule.id, queue_id), not of_queue(rule.conditions))
            if gate and rule.applies_in(queue_id):
                found[:] = found or [self._sight.of_conversation(conversation_id)]
                verdict = judged(asked, found[0], now)
            await self._answer(rule, (conversation_id, queue_id), verdict, now)

        await self._by_each_rule(conversation_id, now, look)

    async def _by_each_rule(self, about: str, now: datetime, look: Callable[[Rule], Awaitable[None]]) -> None:
        for rule in self._rules:
            until = self._aside.get(rule.id)
            if until is not None and until > now:
                self._due[rule.id, about] = until
                continue
            try:
                await look(rule)
            except Exception as error:
                if isinstance(error, LOST) and not isinstance(error, OF_A_RULE):
                    raise
                log.exception("alarms.rule_set_aside", organization=self._organization_id, rule=rule.id)
                self._aside[rule.id] = self._due[rule.id, about] = now + SET_ASIDE

    def _turn(self, key: Key, verdict: Verdict) -> None:
        """A gate opens or closes: then it concerns what is in the queue."""
        self._plan(key, verdict.again_at)
        if self._gates.get(key) is not verdict.holds:
            self._gates[key] = verdict.holds
            ours = self._feed.floor.board.conversations.values()
            self._dirty.update(one.id for one in ours if one.queue_id == key[1])
            self._dirty.update(self._sight.answers)

    async def _answer(self, rule: Rule, where: tuple[str, str], verdict: Verdict, now: datetime) -> None:
        about, queue_id = where
        key = (rule.id, about)
        self._plan(key, verdict.again_at)
        former = self._open.get(key)
        answer = answered(
            rule.conditions, holds=verdict.holds, applies=rule.applies_in(queue_id), here=queue_id,
            former=former.queue_id if former else None,
            taken_back=taken_back(rule.conditions, self._sight.answers.get(about)),
        )  # fmt: skip
        if answer.ends is not None:
            await self._end(key, answer.ends)
        if answer.ends == "moved":
            self._cools.pop(key, None)
        if answer.raises:
            await self._raise(rule, where, now, stays=answer.stays)

    async def _raise(self, rule: Rule, where: tuple[str, str], now: datetime, *, stays: bool) -> None:
        about, queue_id = where
        key = (rule.id, about)
        later = waits_until(now, self._cools.get(key), quiet=rule.quiet(now), stays=stays)
        if later is not None:
            self._due[key] = later
            return
        conversation_id = about if about != queue_id else None
        command = RaiseAlert(rule_id=rule.id, queue_id=queue_id, conversation_id=conversation_id)
        outcome = await self._executor.execute(system(self._organization_id, "alarms"), command)
        result = outcome.result if isinstance(outcome, Done) else {}
        if "id" in result:
            self._open[key] = Open(str(result["id"]), queue_id)
        elif isinstance(until := result.get("cools_until"), datetime):
            self._cools[key] = self._due[key] = until
        else:
            self._due[key] = now + LOOK_AGAIN

    async def _end(self, key: Key, cause: str) -> None:
        command = EndAlert(alert_id=self._open[key].id, cause=cause)
        await self._executor.execute(system(self._organization_id, "alarms"), command)
        del self._open[key]

    def _plan(self, key: Key, moment: datetime | None) -> None:
        self._due.pop(key, None)
        if moment is not None:
            self._due[key] = moment

    def _published(self, changes: Sequence[Change], agents: frozenset[str]) -> None:
        for change in changes:
            (self._closed if change.after.closed_at else self._dirty).add(change.after.id)
        for agent in agents:
            self._dirty.update(self._feed.floor.agents.served.get(agent, ()))

    def _signalled(self, facts: Sequence[Fact]) -> None:
        self._sight.note(facts)
        for fact in facts:
            event = fact.event
            if fact.conversation_id in self._sight.answers:
                self._dirty.add(fact.conversation_id)
            if isinstance(event, AlertRaised):
                # By another process, which led just before.
                key = (event.rule_id, event.conversation_id or event.queue_id)
                self._open.setdefault(key, Open(event.alert_id, event.queue_id))
            elif isinstance(event, AlertCleared):
                for key in [key for key, one in self._open.items() if one.id == event.alert_id]:
                    del self._open[key]
                    self._sight.forget(key[1])
                    self._dirty.add(key[1])

    def _forget(self, conversation_id: str) -> None:
        for rule in self._rules:
            self._due.pop((rule.id, conversation_id), None)
            self._cools.pop((rule.id, conversation_id), None)
