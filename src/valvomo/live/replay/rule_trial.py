"""What an alert rule would have raised: the floor as it was, fact by fact, judged as live alarms judge it.

The past is folded beside everything else that the process does, a few facts at a time, and never longer than a trial
may take: then it says how far it got. What happened at one moment is judged together, as whoever looks at it live sees
it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from valvomo.db import conversations, floor, journal, replay
from valvomo.db.database import Database
from valvomo.db.journal import Fact
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import may_see
from valvomo.domain.agents.events import SettingChanged, UsualHandleNoted
from valvomo.domain.alerts.conditions import HAPPENED, ConditionKind, looked_for, of_queue
from valvomo.domain.alerts.judging import Answer, Seen
from valvomo.domain.alerts.trial import Trial, Tried, Would
from valvomo.domain.conversations.model import Conversation
from valvomo.live.replay import folding
from valvomo.live.replay.stepping import SHOWN, TURNS
from valvomo.live.replay.watching import scene_of
from valvomo.live.views import alerts as seen_by_rules
from valvomo.live.views import past
from valvomo.live.views.happening import Change
from valvomo.live.views.past import Past
from valvomo.live.views.scene import Scene

SLICE = 25
"""Facts after which others have their turn."""
READ = 500
"""Facts that are read together."""
TELL_EVERY = 0.25
"""Seconds between two lines of progress."""
MOST_SECONDS = 60.0
"""A trial takes no longer."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The trial has come to this moment of the past and has found so much."""

    at: datetime
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What came of it between two moments; `customers` are names by conversation, of those that the actor may see.

    `whole` is false where the time that a trial may take was over before the past was. `mood_seen`: some mood was
    measured then.
    """

    since: datetime
    until: datetime
    whole: bool
    raised: tuple[Would, ...]
    customers: dict[str, str]
    queues: dict[str, str]
    mood_seen: bool


@dataclass(slots=True, kw_only=True)
class RuleTrial:
    """One trial, for one actor. `lines` is read once; who stops reading ends it."""

    database: Database
    actor: Actor
    tried: Tried
    since: datetime
    until: datetime
    seconds: float = MOST_SECONDS
    customers: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    mood_seen: bool = False
    _events: dict[str, dict[str, datetime]] = field(default_factory=dict)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _conversations: set[str] = field(default_factory=set)
    _queues: set[str] = field(default_factory=set)
    _stale: bool = False
    _slot: int = 0
    _now: datetime = field(init=False)
    _trial: Trial = field(init=False)
    _scene: Scene = field(init=False)

    def __post_init__(self) -> None:
        """It has found nothing yet."""
        self._trial = Trial(self.tried)

    async def lines(self) -> AsyncGenerator[Reached | Tested]:
        """How far it is, now and then, and at last what came of it."""
        ends, told = time.monotonic() + self.seconds, time.monotonic()
        position, whole = await self._begin(), True
        reached = self._now = self.since
        self._judge_all(self.since)
        while whole and (facts := await self._read(position)):
            for number, fact in enumerate(facts):
                await self._take(fact)
                if not number % SLICE:
                    await asyncio.sleep(0)
            position, reached = facts[-1].position or 0, max(reached, facts[-1].at)
            if time.monotonic() - told >= TELL_EVERY:
                told = time.monotonic()
                yield Reached(reached, len(self._trial.raised))
            whole = time.monotonic() < ends
        await self._settle()
        if whole:
            reached = self.until
            await self._clock_to(reached)
        await self._know_customers()
        yield Tested(
            since=self.since, until=reached, whole=whole, raised=tuple(self._trial.raised),
            customers=self.customers, queues=self.queues, mood_seen=self.mood_seen,
        )  # fmt: skip

    async def _begin(self) -> int:
        """The floor at the beginning, or where what is kept of the past begins; what had just happened is known."""
        house = self.actor.organization_id
        before = timedelta(
            seconds=max((one.within for one in self.tried.conditions if one.kind in HAPPENED), default=0)
        )
        async with self.database.reading() as tx:
            then = await folding.at_moment(tx, house, self.since - before)
            if then is None:
                then = await self._oldest(tx)
                self.since = max(self.since, then.at)
            async for facts in folding.facts_after(tx, house, then.position):
                for fact in facts:
                    if fact.at > self.since:
                        break
                    change = past.apply(then, folding.happening(fact))
                    self._note(fact, change)
                if facts[-1].at > self.since:
                    break
            self._scene = await scene_of(tx, house, then, self.since)
        self._know_queues()
        return then.position

    async def _oldest(self, tx: Transaction) -> Past:
        first = await replay.oldest(tx, self.actor.organization_id)
        kept = None if first is None else await replay.nearest(tx, self.actor.organization_id, first)
        if kept is not None:
            return await folding.opened(kept)
        return folding.beginning(await replay.founded(tx, self.actor.organization_id))

    async def _read(self, position: int) -> list[Fact]:
        async with self.database.asking() as tx:
            facts = await journal.after(tx, self.actor.organization_id, position, READ)
        return [one for one in facts if one.at <= self.until]

    async def _take(self, fact: Fact) -> None:
        """What came before it is judged, then what the clock did, and then it is taken in."""
        if fact.at > self._now:
            await self._settle()
            await self._clock_to(fact.at)
            self._now = fact.at
        event = fact.event
        change, concerned = self._scene.take(folding.happening(fact))
        self._note(fact, change)
        self._concern(change, concerned)
        if isinstance(event, UsualHandleNoted):
            self._scene.take_usual(event.seconds)
            self._conversations |= {one.id for one in self._ongoing() if one.queue_id in event.seconds}
        self._stale = self._stale or (isinstance(event, SettingChanged) and event.subject in SHOWN)

    async def _settle(self) -> None:
        """Judge what has become of the last moment."""
        if self._stale:
            await self._set_up()
        else:
            self._judge(self._conversations, self._queues, self._now)
        self._conversations, self._queues = set(), set()

    def _note(self, fact: Fact, change: Change | None) -> None:
        about = fact.conversation_id
        if about is None:
            return
        name = looked_for(fact.event)
        if any(name in one.events for one in self.tried.conditions):
            self._events.setdefault(about, {})[name] = fact.at
        if self.tried.asks(ConditionKind.SURVEY) and (answer := seen_by_rules.answer_of(fact.event, fact.at)):
            self._answers[about] = answer
            self._conversations.add(about)
        if change is not None and change.after.sentiment is not None:
            self.mood_seen = True

    def _concern(self, change: Change | None, agents: frozenset[str]) -> None:
        """Conversations and queues to look at."""
        if change is not None:
            self._conversations.add(change.after.id)
            self._queues.update(one.queue_id for one in (change.before, change.after) if one is not None)
        for one in agents:
            self._conversations.update(self._scene.agents.served.get(one, ()))
            self._queues.update(self._scene.agents.seats[one].agent.queues)

    async def _clock_to(self, moment: datetime) -> None:
        """Everything that the clock alone changes up to a moment, in order."""
        if ConditionKind.FIGURE in {one.kind for one in self.tried.conditions}:
            await self._turn(moment)
        while (due := self._trial.due()) is not None and due[0] <= moment:
            at, about = due
            if about in self._scene.lookups.queues:
                self._judge(set(), {about}, at)
            elif about in self._scene.conversations or about in self._answers:
                self._judge({about}, set(), at)
            else:
                self._trial.gone(about, at)

    async def _turn(self, moment: datetime) -> None:
        """Days and working hours begin and end without a fact."""
        slot = int(moment.timestamp() // TURNS)
        if slot == self._slot:
            return
        self._slot = slot
        async with self.database.reading() as tx:
            day = await floor.day_of(tx, self.actor.organization_id, moment)
        before = self._scene.day.since
        turned = self._scene.turn(day, moment)
        if turned or self._scene.day.since != before:
            self._judge(set(), set(self._scene.lookups.queues), moment)

    async def _set_up(self) -> None:
        """Settings have changed: the same floor with those of its time."""
        async with self.database.reading() as tx:
            self._scene = await scene_of(tx, self.actor.organization_id, self._scene.past, self._now)
        self._stale = False
        self._know_queues()
        self._judge_all(self._now)

    def _judge_all(self, at: datetime) -> None:
        ongoing = {one.id for one in self._ongoing()}
        self._judge(ongoing | self._answers.keys(), set(self._scene.lookups.queues), at)

    def _judge(self, conversations: set[str], queues: set[str], at: datetime) -> None:
        """First the queues: whether conversations have to be looked at may depend on them."""
        if of_queue(self.tried.conditions):
            for one in sorted(queues):
                found = (item for item in self._scene.figures(frozenset({one})) if item.id == one)
                if self._trial.queue(one, seen_by_rules.of_queue(next(found, None)), at):
                    conversations |= {each.id for each in self._ongoing() if each.queue_id == one}
                    conversations |= self._answers.keys()
        for one in sorted(conversations):
            self._look_at(one, at)

    def _look_at(self, conversation_id: str, at: datetime) -> None:
        one, answer = self._scene.conversations.get(conversation_id), self._answers.get(conversation_id)
        if one is None:
            self._events.pop(conversation_id, None)
            if answer is None:
                self._trial.gone(conversation_id, at)
            else:
                self._trial.conversation(conversation_id, answer.queue_id, Seen(answer=answer), at)
            return
        known = len(self._trial.raised)
        seen = seen_by_rules.of_conversation(self._scene, one, self._events.get(one.id, {}), answer)
        self._trial.conversation(one.id, one.queue_id, seen, at)
        if len(self._trial.raised) > known and may_see(self.actor, one):
            self.customers[one.id] = one.customer_name

    def _ongoing(self) -> list[Conversation]:
        return list(self._scene.conversations.values())

    async def _know_customers(self) -> None:
        """Of those who answered when their conversation was over already."""
        told = {one.conversation_id for one in self._trial.raised}
        unnamed = [one for one in self._answers if one in told and one not in self.customers]
        if not unnamed:
            return
        async with self.database.asking() as tx:
            known = await conversations.get_many(tx, self.actor.organization_id, unnamed)
        self.customers.update((one.id, one.customer_name) for one in known if may_see(self.actor, one))

    def _know_queues(self) -> None:
        self.queues.update((one, queue.name) for one, queue in self._scene.lookups.queues.items())
