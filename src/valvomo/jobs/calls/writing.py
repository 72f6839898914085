"""Writing down: what is said in the calls of this process, in processes beside it, and what comes of it in the journal.

Nothing of a call waits for it. What cannot be written down in time is written later, and what cannot be kept waiting is
given up and counted; how far behind it is stands on the floor.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import structlog

from valvomo.commands.conversations.write_down import WriteDown
from valvomo.commands.execute import Executor
from valvomo.db import insight
from valvomo.db.insight import Report
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Refusal
from valvomo.domain.speech.choice import SpeechBackend
from valvomo.domain.speech.waiting import Waiting
from valvomo.insight.port import UnavailableError
from valvomo.insight.speech.choosing import SpeechPlaces, speech_configured
from valvomo.insight.speech.port import Sound, Writing
from valvomo.insight.speech.processes import SpeechProcess
from valvomo.insight.speech.talk import Answered
from valvomo.jobs.calls.listening import Listening, Speech
from valvomo.jobs.wanting import Wanting
from valvomo.media.port import Engine

TRIES = 2
"""A process that dies of an utterance is not given it for ever."""
AGAIN_SECONDS = 1.0
REPORT_SECONDS = 1.0
LISTEN_SECONDS = 2.0
"""After which it is looked again whether to listen, where that was not wanted or did not go."""
KEEP_TRYING = 30
"""Times that a line is offered to a database that is away."""

log = structlog.get_logger(__name__)


class Writer:
    """One for a process that carries calls, with so many `processes` that write."""

    def __init__(self, executor: Executor, places: SpeechPlaces, processes: int, *, process_id: str) -> None:
        self._executor = executor
        self._database = executor.database
        self._places = places
        self._able = speech_configured(places)
        self._processes = processes
        self._process_id = process_id
        self._waiting = Waiting[Speech]()
        self._more = asyncio.Event()
        self._to_listen: asyncio.Queue[tuple[Listening, str]] = asyncio.Queue()
        self._wanting = Wanting(self._database)
        self._names: dict[str, str] = {}
        self._calls: dict[str, int] = {}
        self._written = Counter[str]()
        self._lost = Counter[str]()

    async def run(self) -> None:
        """Write, until cancelled."""
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            for _ in range(self._processes):
                one = await stack.enter_async_context(SpeechProcess.running(self._places))
                group.create_task(self._write_all(one))
            group.create_task(self._report())
            while True:
                group.create_task(self._listen(*await self._to_listen.get()))

    def listen(
        self, engine: Engine, conversation: Conversation, place: tuple[str, str], *, ago: float = 0.0
    ) -> Listening:
        """Begin with a call, see `Listening`; it costs nothing before somebody may be kept."""
        return Listening(engine, conversation, place, self, ago=ago)

    def begin(self, listening: Listening, person_id: str) -> None:
        """See `Scribe`."""
        self._to_listen.put_nowait((listening, person_id))

    def take(self, speech: Speech) -> None:
        """See `Scribe`."""
        if gone := self._waiting.add(speech, len(speech.pcm), speech.since):
            log.warning("calls.speech_given_up", utterances=len(gone))
            self._lost.update(one.organization_id for one in gone)
        self._more.set()

    async def _listen(self, listening: Listening, person_id: str) -> None:
        """For as long as the call is there, whatever happens meanwhile: also to what the house wants."""
        while not listening.over.is_set():
            try:
                await self._listen_once(listening, person_id)
            except LOST as error:
                log.warning("calls.not_listened", call=listening.call_id, error=repr(error))
            except Exception:
                # What goes wrong in one call must not end what all of them rely on.
                log.exception("calls.not_listened", call=listening.call_id)
            with suppress(TimeoutError):
                async with asyncio.timeout(LISTEN_SECONDS):
                    await listening.over.wait()

    async def _listen_once(self, listening: Listening, person_id: str) -> None:
        """Only where the house wants it, and somebody could: what nobody writes down need not be decoded."""
        house = listening.conversation.organization_id
        wanted = (await self._wanting.of(house)).insight.speech
        if wanted is SpeechBackend.NONE or wanted not in self._able:
            return
        self._calls[house] = self._calls.get(house, 0) + 1
        self.take(listening.silence(person_id))
        try:
            await listening.listen(person_id)
        finally:
            self._calls[house] -= 1

    async def _write_all(self, process: SpeechProcess) -> None:
        while True:
            speech = self._waiting.take(time.monotonic())
            if speech is None:
                self._more.clear()
                await self._more.wait()
                continue
            try:
                await self._write(process, speech)
            except (UnavailableError, *LOST) as error:
                log.warning("calls.not_written", error=repr(error))
                self._lost[speech.organization_id] += 1
            except Exception:
                log.exception("calls.not_written")
                self._lost[speech.organization_id] += 1

    async def _write(self, process: SpeechProcess, speech: Speech) -> None:
        wanted = await self._wanting.of(speech.organization_id)
        if wanted.insight.speech is SpeechBackend.NONE:
            return
        language = speech.language or next(iter(wanted.languages), "")
        try:
            answer = await process.write(wanted.insight.speech, Sound(pcm=speech.pcm, language=language))
        except ConnectionError as error:
            if speech.tries + 1 >= TRIES:
                raise UnavailableError(f"processes die of it: {error}") from error
            await asyncio.sleep(AGAIN_SECONDS)
            self.take(replace(speech, tries=speech.tries + 1))
            return
        self._names[speech.organization_id] = answer.name or wanted.insight.speech.value
        if answer.writing is not None and answer.writing.text:
            await self._keep(speech, answer, answer.writing)

    async def _keep(self, speech: Speech, answer: Answered, writing: Writing) -> None:
        began, ended = speech.began_ms, speech.ended_ms
        if writing.words:
            began, ended = (
                min(ended, began + round(1000 * one))
                for one in (writing.words[0].began, writing.words[-1].ended)
            )
        command = WriteDown(
            recording_id=speech.recording_id,
            person_id=speech.person_id,
            name=speech.name,
            spoken_as=speech.role,
            text=writing.text,
            began_ms=began,
            ended_ms=max(began, ended),
            confidence=writing.confidence,
            heard=speech.heard,
            by=answer.name,
            language=writing.language,
        )
        outcome = await self._done(speech, command)
        if isinstance(outcome, Refusal):
            log.warning("calls.line_refused", reason=outcome.reason.value)
        else:
            self._written[speech.organization_id] += 1

    async def _done(self, speech: Speech, command: WriteDown) -> object:
        """Once, under a key of its own, however often it is tried."""
        actor = system(speech.organization_id, "calls")
        for left in reversed(range(KEEP_TRYING)):
            try:
                return await self._executor.execute(actor, command, f"speech:{speech.id}")
            except LOST:
                if not left:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)
        return None

    async def _report(self) -> None:
        """How it goes, for the floor, while there are calls or anything waits."""
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            since: dict[str, list[float]] = {one: [] for one, legs in self._calls.items() if legs}
            for one in self._waiting:
                since.setdefault(one.organization_id, []).append(one.since)
            for house, waits in since.items():
                try:
                    async with self._database.transaction() as tx:
                        await insight.report(tx, house, self._said(house, waits), insight.SPEECH)
                except LOST as error:
                    log.warning("calls.writing_not_told", error=repr(error))

    def _said(self, house: str, waits: list[float]) -> Report:
        """How it goes with what is said in one house, of which utterances wait since these moments."""
        now = time.monotonic()
        return Report(
            process_id=self._process_id,
            at=self._executor.clock(),
            backend=self._names.get(house, ""),
            waiting=len(waits),
            lag_ms=round(1000 * max(0.0, now - min(waits, default=now))),
            measured=self._written[house],
            skipped=self._lost[house],
        )
