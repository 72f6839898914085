"""Measuring: what customers write is read after it was delivered, and what it feels like is told the conversation.

It reads the journal and never stands in a message's way. Any number of processes do the same: each conversation is
claimed by a lock of a session, so that a message is read once, and a process that dies costs nothing but time. When
messages come faster than they can be read, the newest of each conversation is, and how far behind that is, is said.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from valvomo.commands.conversations.measure import MeasureSentiment
from valvomo.commands.execute import Executor
from valvomo.db import insight
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.insight import Claims, Report, Spoken, Wanted
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.measure import Measured
from valvomo.domain.sentiment.backlog import Backlog, Turn, places
from valvomo.insight.choosing import Models
from valvomo.insight.language import detected
from valvomo.insight.port import Feeling, UnavailableError, Utterance
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.wanting import Wanting

BATCH = 4
"""Messages measured between two looks at the journal: about 120 ms."""
READ = 500
AGAIN_SECONDS = 0.05
"""Until what another process is at is looked at again."""
RETRY_SECONDS = 1.0
"""Until what has not been measured is tried again."""
REPORT_SECONDS = 1.0
IDLE_REPORT_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class MeasuringStatistics:
    """Of a process: messages `measured`, and by how many seconds the last of them were behind."""

    measured: int = 0
    behind: list[float] = field(default_factory=list)


class Sentiment(Rounds):
    """One for a process. It is late by what is in front of a message, and says so."""

    every = 0.25
    gather = 0.0
    words = True

    def __init__(
        self,
        database: Database,
        executor: Executor,
        bell: Doorbell,
        models: Models,
        *,
        clock: Callable[[], datetime],
        process_id: str,
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor
        self._clock = clock
        self._models = models
        self._process_id = process_id
        self._claims = Claims(database.url)
        self._backlog = Backlog()
        self._read: dict[str, int] = {}
        self._wanting = Wanting(self._database)
        self._names: dict[str, str] = {}
        self._reported: dict[str, float] = {}
        self._looked_at = -REPORT_SECONDS
        self.counts = MeasuringStatistics()

    async def round(self) -> float | None:
        """Read on, then measure until nothing waits; in how many seconds to look again."""
        await self._read_on()
        while turns := self._backlog.take(BATCH, time.monotonic()):
            await self._measure(turns)
            await self._report()
            await self._read_on()
        await self._report()
        return self._backlog.next_due(time.monotonic())

    async def close(self) -> None:
        """Let go of what is claimed."""
        await self._claims.close()

    async def _read_on(self) -> None:
        async with self._database.asking() as tx:
            heads = await insight.heads(tx)
        now, clock = time.monotonic(), self._clock()
        for one in places(heads, self._read):
            async with self._database.asking() as tx:
                if one in self._read:
                    said, read = await insight.said(tx, one, (self._read[one], heads[one]), READ)
                else:
                    said, read = await insight.unmeasured(tx, one, clock), heads[one]
            for conversation_id, seq, at in reversed(said) if one not in self._read else said:
                age = max(0.0, (clock - at).total_seconds())
                self._backlog.add((one, conversation_id), seq, now - (age if one in self._read else 0.0))
            self._read[one] = read

    async def _measure(self, turns: Sequence[Turn]) -> None:
        taken_at = time.monotonic()
        names = {f"{one.key[0]} {one.key[1]}": one for one in turns}
        left = dict(names)
        claimed: set[str] = set()
        try:
            claimed = await self._claims.take(names)
            for name in names.keys() - claimed:
                self._backlog.put_back(left.pop(name), taken_at, taken_at + RETRY_SECONDS)
            by_house: dict[str, list[str]] = {}
            for name in sorted(claimed):
                by_house.setdefault(names[name].key[0], []).append(name)
            for organization_id, mine in by_house.items():
                await self._measure_of(organization_id, [names[name] for name in mine])
                for name in mine:
                    del left[name]
        except BaseException:
            for turn in left.values():
                self._backlog.put_back(turn, taken_at, taken_at + RETRY_SECONDS)
            raise
        finally:
            await self._let_go(claimed)

    async def _measure_of(self, organization_id: str, turns: Sequence[Turn]) -> None:
        """Together; where that goes wrong one by one, so that a message which no model takes costs itself only."""
        try:
            await self._measure_in(organization_id, turns)
        except (*LOST, UnavailableError):
            raise
        except Exception:
            log.exception("sentiment.failed", organization=organization_id, conversations=len(turns))
            if len(turns) > 1:
                for one in turns:
                    await self._measure_of(organization_id, [one])

    async def _let_go(self, claimed: Iterable[str]) -> None:
        """Of a session that is lost, the server has let go already."""
        try:
            await self._claims.let_go(claimed)
        except LOST:
            await self._claims.close()

    async def _measure_in(self, organization_id: str, turns: Sequence[Turn]) -> None:
        wanted = await self._wanting.of(organization_id)
        up_to = [(one.key[1], one.seqs[-1]) for one in turns]
        async with self._database.asking() as tx:
            spoken = await insight.spoken(tx, organization_id, up_to)
        work = [
            (found, seq, at, text)
            for one in turns
            if (found := spoken.get(one.key[1])) is not None
            for seq, at, text in found.words
            if seq in one.seqs and seq > found.measured
        ]
        if not work:
            return
        said = await asyncio.to_thread(self._feel, wanted, work)
        self._names[organization_id] = said[0]
        readings: dict[str, tuple[Measured, ...]] = {}
        for (found, *_), measured in zip(work, said[1], strict=True):
            # What says nothing new is no reason to lock a conversation.
            if measured.felt or measured.language not in {"", found.language}:
                readings[found.conversation_id] = (*readings.get(found.conversation_id, ()), measured)
        if not readings:
            return
        await self._executor.execute(system(organization_id, "insight"), MeasureSentiment(readings=readings))
        self.counts.measured += len(work)
        now = self._clock()
        self.counts.behind.extend((now - at).total_seconds() for _, _, at, _ in work)
        del self.counts.behind[:-1000]

    def _feel(
        self, wanted: Wanted, work: Sequence[tuple[Spoken, int, datetime, str]]
    ) -> tuple[str, list[Measured]]:
        """In a thread: languages first, since some models know one only."""
        languages = [self._language(wanted, found, seq) for found, seq, _, _ in work]
        utterances = [
            Utterance(text=text, language=language or found.language)
            for (found, _, _, text), (language, _) in zip(work, languages, strict=True)
        ]
        name, feelings = self._models.feel(wanted.insight.backend, utterances)
        return name, [
            _measured(seq, at, feeling, language)
            for (_, seq, at, _), feeling, language in zip(work, feelings, languages, strict=True)
        ]

    def _language(self, wanted: Wanted, found: Spoken, seq: int) -> tuple[str, float]:
        if not wanted.insight.detect_language or found.language_chosen or seq in found.said:
            return "", 0.0
        # What a machine has written down is in the language that it was asked for, whatever was spoken.
        written = (text for one, _, text in found.words if one <= seq and one not in found.said)
        try:
            return detected(" ".join(written), wanted.languages)
        except UnavailableError:
            return "", 0.0

    async def _report(self) -> None:
        """How it goes, for the floor: once a second while something waits, else now and then."""
        now = time.monotonic()
        if now - self._looked_at < REPORT_SECONDS:
            return
        self._looked_at = now
        everywhere = self._backlog.waiting(now)
        for one in self._read:
            waiting, lag = everywhere.get(one, (0, 0.0))
            if now - self._reported.get(one, 0.0) < (REPORT_SECONDS if waiting else IDLE_REPORT_SECONDS):
                continue
            self._reported[one] = now
            name = self._names.get(one) or self._models.name_of((await self._wanting.of(one)).insight.backend)
            said = Report(
                process_id=self._process_id,
                at=self._clock(),
                backend=name,
                waiting=waiting,
                lag_ms=round(1000 * lag),
                measured=self.counts.measured,
                skipped=self._backlog.skipped,
            )
            async with self._database.transaction() as tx:
                await insight.report(tx, one, said)


def _measured(seq: int, at: datetime, feeling: Feeling | None, language: tuple[str, float]) -> Measured:
    return Measured(
        seq=seq,
        said_at=at,
        score=0.0 if feeling is None else feeling.score,
        confidence=0.0 if feeling is None else feeling.confidence,
        language=language[0],
        language_confidence=language[1],
        felt=feeling is not None,
    )
