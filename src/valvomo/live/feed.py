"""The feed: reads the journal of one organization and keeps its live floor (design §1 step 8).

It holds a position and reads what follows. The doorbell wakes it at once and may be lost; it looks by itself twice
a second. Messages that this process has written itself are handed to it, and taken in if they continue its position;
if not, others have written between them, and it reads. Whatever it cannot fold, it does not guess: it reads the whole
floor anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from valvomo.db import agents, hours, house, journal
from valvomo.db import floor as stored
from valvomo.db.database import Database
from valvomo.db.doorbell import Said
from valvomo.db.journal import Fact
from valvomo.db.lost import LOST
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.event import Event
from valvomo.live import configuration, reading
from valvomo.live.configuration import Configuration
from valvomo.live.floor import LiveFloor
from valvomo.live.views.happening import Change, Words
from valvomo.protocol.customer import QueueHours
from valvomo.telemetry.counts import Spread
from valvomo.telemetry.spans import part, span, written_by

POLL_SECONDS = 0.5
LONGEST_PAUSE = 10.0
"""Seconds between two attempts to read the floor anew: twice as many after each that failed."""
BATCH = 500
GATHER_SECONDS = 0.01
"""After a batch, so that facts that come in quick succession share a frame."""

log = structlog.get_logger(__name__)


class Feed:
    """`published` hears of changes and agents that changed, `restarted` that everything may be different.

    `turned` hears of queues that have opened or closed, `troubled` of channel accounts over which messages wait now, or
    no longer, `signalled` of all facts, `reconfigured` that settings have changed, `redrawn` that with them names or
    switches have that everybody is shown; `audited` is how far the audit
    log goes. `taken` facts were told of, `ages` seconds after they happened; `restarts` times the floor was read anew.
    `unreadable`: something that is stored cannot be read.
    """

    def __init__(self, organization_id: str, database: Database, clock: Callable[[], datetime]) -> None:
        self.organization_id = organization_id
        self.published: Callable[[Sequence[Change], frozenset[str]], None] = lambda _changes, _agents: None
        self.turned: Callable[[frozenset[str]], None] = lambda _queues: None
        self.troubled: Callable[[frozenset[str]], None] = lambda _accounts: None
        self.signalled: Callable[[Sequence[Fact]], None] = lambda _facts: None
        self.reconfigured: Callable[[], None] = lambda: None
        self.redrawn: Callable[[], None] = lambda: None
        self.restarted: Callable[[], None] = lambda: None
        self.audited = 0
        self.taken = 0
        self.restarts = 0
        self.unreadable = False
        self.ages = Spread()
        self._database = database
        self._clock = clock
        self._wake = asyncio.Event()
        self._rung = False
        self._said: deque[Said] = deque()
        self._current_at = time.monotonic()
        self._minute: datetime | None = None
        self._floor: LiveFloor | None = None

    @property
    def floor(self) -> LiveFloor:
        """The floor as it is known now."""
        if self._floor is None:
            raise RuntimeError("the feed has not been started")
        return self._floor

    def age_ms(self) -> int:
        """How long ago the floor was last known to be complete."""
        return int((time.monotonic() - self._current_at) * 1000)

    def ring(self) -> None:
        """There may be something new in the journal."""
        self._rung = True
        self._wake.set()

    def hand(self, said: Said) -> None:
        """This process has written messages."""
        self._said.append(said)
        self._wake.set()

    async def load(self) -> None:
        """Read the floor as it is now."""
        began = time.monotonic()
        await self._have_calendars()
        now = self._clock()
        async with self._database.reading() as tx:
            found = await stored.load(tx, self.organization_id, now)
            self.audited = await journal.newest_audited(tx, self.organization_id)
        self._floor = LiveFloor.begin(self.organization_id, found)
        self._minute = _minute_of(now)
        self._current_at = began

    async def run(self) -> None:
        """Keep up, until cancelled; no error ends it."""
        while True:
            try:
                await self.keep_up()
            except LOST as error:
                log.warning("feed.lost", organization=self.organization_id, error=repr(error))
                await asyncio.sleep(POLL_SECONDS / 2)
            except Exception:
                # A fact that one view cannot take in must not freeze every screen: begin anew from the truth.
                log.exception("feed.restart", organization=self.organization_id, position=self.floor.position)
                await self._begin_anew()
            await self._rest()

    async def _begin_anew(self) -> None:
        """Read the whole floor until that succeeds, less and less often; meanwhile readers see how old theirs is."""
        self.restarts += 1
        pause = POLL_SECONDS / 2
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                await self.load()
                self.restarted()
            except LOST as error:
                log.warning("feed.lost", organization=self.organization_id, error=repr(error))
            except Exception:
                # Whoever has to mend what is stored learns here where it is; nobody else has to suffer from it.
                self.unreadable = True
                log.exception("feed.unreadable", organization=self.organization_id)
            else:
                self.unreadable = False
                return

    async def keep_up(self) -> None:
        """Take in what was handed over, and ask the journal only if there may be more than that."""
        self._wake.clear()
        due = time.monotonic() - self._current_at >= POLL_SECONDS
        if due or self._rung or not self._take_said():
            await self.read_on()

    async def read_on(self) -> int:
        """Take in everything that was committed until now; how many facts that was."""
        taken = 0
        await self._turn_minute()
        while True:
            began = time.monotonic()
            self._wake.clear()
            self._rung = False
            facts, words, configured = await self._read()
            self._take(facts, words, configured)
            taken += len(facts)
            while self._said and _last(self._said[0]) <= self.floor.position:
                self._said.popleft()
            if len(facts) < BATCH:
                self._current_at = began
                return taken

    def _take_said(self) -> bool:
        """Take in what continues the floor's position; False when something is missing before it."""
        position, facts, words = self.floor.position, list[Fact](), dict[str, Words]()
        whole = True
        while self._said and whole:
            said = self._said.popleft()
            if said.facts[0].position == position + 1:
                facts.extend(said.facts)
                words.update((one.id, reading.words_of_message(one)) for one in said.messages)
                position = _last(said)
            else:
                whole = _last(said) <= position
        self._take(facts, words, None)
        return whole

    async def _rest(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()

    async def _read(self) -> tuple[list[Fact], dict[str, Words], Configuration | None]:
        """Facts and words never change, so each may be read at a moment of its own; settings and facts may not."""
        await self._turn_day()
        async with self._database.asking() as tx:
            facts, words = await self._facts(tx)
        if not configuration.is_other(facts):
            return facts, words, None
        if configuration.turns_hours(facts):
            await self._have_calendars()
        async with self._database.reading() as tx:
            facts, words = await self._facts(tx)
            return facts, words, await configuration.read(tx, self.organization_id, self._clock())

    async def _facts(self, tx: Transaction) -> tuple[list[Fact], dict[str, Words]]:
        facts = await journal.after(tx, self.organization_id, self.floor.position, BATCH)
        return facts, await reading.words_of_facts(tx, self.organization_id, facts)

    async def _turn_day(self) -> None:
        now = self._clock()
        if now - self.floor.day.since > timedelta(hours=23):
            async with self._database.asking() as tx:
                day = await stored.day_of(tx, self.organization_id, now)
            if day[0] != self.floor.day.since:
                self.floor.turn_day(day)

    async def _turn_minute(self) -> None:
        """Working and opening hours begin and end without a fact, but only when a minute does."""
        now = self._clock()
        if _minute_of(now) == self._minute:
            return
        async with self._database.asking() as tx:
            duty = await agents.duty(tx, self.organization_id, now)
            openings = await house.openings(tx, self.organization_id, now)
        self._minute = _minute_of(now)
        if turned := self.floor.turn_duty(duty):
            self.published((), turned)
        self._turn_hours(openings)

    def _turn_hours(self, openings: Mapping[str, QueueHours]) -> None:
        if queues := self.floor.turn_hours(openings):
            self.turned(queues)

    async def _have_calendars(self) -> None:
        async with self._database.asking() as tx:
            await hours.get_ready(tx, self._clock())

    def _take(self, facts: list[Fact], words: dict[str, Words], configured: Configuration | None) -> None:
        if not facts:
            return
        causes = written_by(self.organization_id, [one.position or 0 for one in facts])
        if not causes:
            self._tell(facts, words, configured)
            return
        with span("feed", causes, valvomo__facts=len(facts)):
            self._tell(facts, words, configured)

    def _tell(self, facts: list[Fact], words: dict[str, Words], configured: Configuration | None) -> None:
        changes: list[Change] = []
        turned: frozenset[str] = frozenset()
        for fact in facts:
            changed, concerned = self._fold(fact, words)
            turned |= concerned
            changes.extend(changed)
        before = self.floor.lookups.accounts
        shown = configured is not None and self.floor.reconfigure(configured.lookups, configured.seats)
        self.audited = max((one.position or 0 for one in facts if one.audited), default=self.audited)
        with part("delivery", valvomo__conversations=len(changes)):
            self.published(changes, turned)
            self.signalled(facts)
        if configured is not None:
            self.floor.day.calendars = configured.calendars
            self._turn_hours(configured.openings)
            self.reconfigured()
        if accounts := self.floor.troubles_since(before):
            self.troubled(accounts)
        if shown:
            self.redrawn()
        self.taken += len(facts)
        # Of the batch's first fact: nobody saw any of them later than this after it happened.
        self.ages.add(max(0.0, (self._clock() - facts[0].at).total_seconds()))

    def _fold(self, fact: Fact, words: dict[str, Words]) -> tuple[list[Change], frozenset[str]]:
        floor, position = self.floor, fact.position or 0
        if position != floor.position + 1:
            raise ValueError(f"fact {position} does not follow {floor.position}")
        event = fact.event
        if isinstance(event, Event) and event.secret:
            floor.silent.append(position)
        message = words.get(getattr(event, "message_id", ""))
        happening = reading.happening_of(fact, floor.quiet(position), message)
        change, concerned = floor.take(happening)
        return floor.take_usual(happening) if change is None else [change], concerned


def _last(said: Said) -> int:
    return said.facts[-1].position or 0


def _minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
