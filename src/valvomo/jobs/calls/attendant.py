"""The attendant: takes what is said to calls, and lets the engine follow what becomes of their conversations."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import partial

import structlog

from valvomo.bus.port import Bus
from valvomo.commands.conversations.record import StartRecording
from valvomo.commands.execute import Executor
from valvomo.db import calls, conversations
from valvomo.db.calls import Answer, Key, Said
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Reason
from valvomo.jobs.calls.attended import Apart, Attended
from valvomo.jobs.calls.beating import Beating
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.lanes import Lanes
from valvomo.jobs.calls.rating import Rating
from valvomo.jobs.calls.saying import Saying
from valvomo.jobs.calls.signals import TO_TELEPHONES, Signals
from valvomo.jobs.calls.telephones import Telephones
from valvomo.jobs.calls.writing import Writer
from valvomo.jobs.rounds import Rounds, by_itself
from valvomo.media.port import Connected, Engine, Gone, GoneError, Happening, Lost, Played, Recorded, Speaking
from valvomo.telemetry.packets import Packets

log = structlog.get_logger(__name__)


class Attendant(Rounds):
    """One for a process that carries calls, with its engine. `alone`: there is no other process."""

    every = 1.0
    gather = 0.02

    def __init__(
        self,
        executor: Executor,
        bus: Bus,
        keeping: Keeping,
        *,
        process_id: str,
        alone: bool = False,
        writer: Writer | None = None,
        telephones: Telephones | None = None,
        packets: Packets | None = None,
    ) -> None:
        super().__init__(executor.bell)
        self._executor = executor
        self._database = executor.database
        self._keeping = keeping
        self._writer = writer
        self._rating = Rating(executor, executor.clock)
        self._telephones = telephones
        self._packets = packets
        if telephones is not None:
            telephones.wake = self.wake.set
        self._process_id = process_id
        self._alone = alone
        self._engine: Engine | None = None
        self._calls: dict[Key, Attended] = {}
        self._signals = Signals(self._database, bus, process_id, self.wake.set)
        self._beating = Beating(
            self._database, process_id, lambda: telephones is not None and telephones.speaks
        )
        self._saying = Saying(bus, self._calls.values)
        self._lanes = Lanes(self._idle)
        self._late: set[Key] = set()
        self._took_at = 0.0

    async def carry(self, engine: Engine) -> None:
        """Carry calls with this engine until cancelled."""
        self._engine = engine
        if self._alone:
            async with self._database.transaction() as tx:
                await tx.run("calls.forget", 0.0, 0.0)
        async with asyncio.TaskGroup() as group:
            await self._beating.round()
            group.create_task(self._beating.run())
            group.create_task(self._listen(engine))
            group.create_task(self._saying.run())
            group.create_task(self._lanes.run())
            group.create_task(self._keeping.run())
            if self._writer is not None:
                group.create_task(self._writer.run())
            if self._telephones is not None:
                group.create_task(self._telephones.run())
            group.create_task(self.run())

    async def end(self) -> None:
        """Nobody's call is here any more: browsers come to another process."""
        await self._rating.keep(self._calls.values(), now=True)
        async with self._database.transaction() as tx:
            await tx.run("calls.end_carrier", self._process_id)

    async def round(self) -> float | None:
        """Follow the conversations, take what is said; the latter once a second even if nobody told of it.

        Nothing here waits for anybody outside the house, nor for the engine: that is done beside, for each call by
        itself.
        """
        await self._follow()
        if self._telephones is not None:
            await self._telephones.round(self)
        await self._record()
        await self._rate()
        now = time.monotonic()
        if not self._signals.said and now - self._took_at < self.every:
            return None
        self._took_at = now
        for key, said in await self._signals.take():
            self._lanes.add(key, partial(self._take, key, said))
        return None

    async def _follow(self) -> None:
        """What has become of the conversations whose calls are here."""
        if not self._calls:
            return
        async with self._database.asking() as tx:
            known = await calls.versions(tx, self._calls)
        changed = [key for key, one in self._calls.items() if not one.follows(known.get(key))]
        self._late |= {key for key in changed if self._lanes.busy(key)}
        for key in changed:
            if key not in self._late:
                self._lanes.add(key, partial(self._look, key))

    def _idle(self, key: Key) -> None:
        if key in self._late:
            self._late.discard(key)
            self.wake.set()

    async def _record(self) -> None:
        """Have calls kept once both sides are in them; whether they are to be is their conversations' matter."""
        for attended in [one for one in self._calls.values() if one.to_record]:
            organization_id, conversation_id = attended.key
            command = StartRecording(conversation_id=conversation_id)
            with by_itself("calls.not_asked_to_record", conversation=conversation_id):
                await self._executor.execute(system(organization_id, "calls"), command)
                attended.asked_to_record = True

    async def _rate(self) -> None:
        """Keep how calls do, and note what goes wrong in them."""
        for attended in list(self._calls.values()):
            with by_itself("calls.not_rated", conversation=attended.key[1]):
                await self._rating.note(attended)
        await self._rating.keep(self._calls.values())

    async def _look(self, key: Key) -> None:
        attended = self._calls.get(key)
        if attended is None:
            return
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, *key)
        if conversation is None or not await attended.follow(conversation):
            attended.unheard()
            self._calls.pop(key, None)
            async with self._database.transaction() as tx:
                await tx.run("calls.let_go", *key, attended.call.id, self._process_id)
            await self._rating.over(attended)

    async def _take(self, key: Key, said: Iterable[Said]) -> None:
        for one in said:
            with by_itself("calls.not_answered", conversation=key[1]):
                if one.what in TO_TELEPHONES and self._telephones is not None:
                    self._telephones.asked(one, self._signals.reply)
                    continue
                given: Answer | None = Answer(refusal=Reason.BUSY.value)
                try:
                    given = await self._heard(key, one)
                except ConnectionError as error:
                    log.warning("calls.engine_away", error=repr(error))
                except Exception:
                    # Whoever waits for the answer to another signal has nothing to do with it.
                    log.exception("calls.not_heard", conversation=key[1], what=one.what)
                await self._signals.reply(one, given)

    async def _heard(self, key: Key, said: Said) -> Answer | None:
        """What came of it; None where another process has the call."""
        if said.what == "come":
            return await self._come(key, said)
        if said.what in TO_TELEPHONES:
            return Answer(refusal=Reason.NO_TELEPHONE.value)
        attended = self._calls.get(key)
        if attended is not None:
            if said.what == "go":
                await attended.go(said.person_id)
            elif said.what == "agree":
                await attended.agree(said.person_id, said.offer)
            else:
                await attended.mute(said.person_id, muted=said.what == "mute")
        return Answer()

    async def _come(self, key: Key, said: Said) -> Answer | None:
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, *key)
        call = ongoing_call(conversation) if conversation is not None else None
        if conversation is None or call is None:
            return Answer(refusal=Reason.NO_CALL.value)
        attended = await self._attended(conversation, call)
        return await attended.come(said) if attended is not None else None

    async def _attended(self, conversation: Conversation, call: Call) -> Attended | None:
        """The call, carried here from now on; None where another process carries it."""
        key = conversation.organization_id, conversation.id
        attended = self._calls.get(key)
        if attended is not None and attended.conversation.version != conversation.version:
            await self._look(key)
            attended = self._calls.get(key)
        if attended is None:
            async with self._database.transaction() as tx:
                if not await calls.claim(tx, key, call.id, self._process_id):
                    return None
            engine, folder = self._engine_here(), str(self._keeping.folder)
            clock, writer = self._executor.clock, self._writer
            attended = Attended(
                engine, conversation, call, folder, clock=clock, writer=writer, packets=self._packets
            )
            self._calls[key] = attended
        return attended

    async def bring(self, conversation: Conversation, name: str, apart: Apart) -> tuple[Engine, str] | None:
        """See `Carrier`."""
        key = conversation.organization_id, conversation.id
        return await self._lanes.do(key, partial(self._bring, conversation, name, apart))

    async def _bring(self, conversation: Conversation, name: str, apart: Apart) -> tuple[Engine, str] | None:
        call = ongoing_call(conversation)
        attended = await self._attended(conversation, call) if call is not None else None
        try:
            return None if attended is None else (self._engine_here(), await attended.ring(name, apart))
        except GoneError:
            # The engine's process has died since: the next look brings them again.
            return None

    def leave(self, key: Key, call_id: str) -> None:
        """See `Carrier`."""
        self._lanes.add(key, partial(self._leave, key, call_id))

    async def _leave(self, key: Key, call_id: str) -> None:
        attended = self._calls.get(key)
        if attended is not None and attended.call.id != call_id:
            attended = None
        if attended is not None:
            with by_itself("calls.not_ended", conversation=key[1]):
                await self._engine_here().end_call(call_id)
        async with self._database.transaction() as tx:
            await tx.run("calls.let_go", *key, call_id, self._process_id)
        if attended is not None:
            self._give_up(attended)

    def _give_up(self, attended: Attended) -> None:
        """It is not here any more: its browsers come anew, to whichever process takes them."""
        attended.ways.clear()
        attended.unheard()
        self._saying.say(attended)
        self._calls.pop(attended.key, None)
        self._rating.leave(attended)

    def has(self, key: Key, leg_id: str) -> bool:
        """See `Carrier`."""
        attended = self._calls.get(key)
        return attended is not None and leg_id in attended.ways

    def _engine_here(self) -> Engine:
        if self._engine is None:
            raise ConnectionError("there is no engine")
        return self._engine

    async def _listen(self, engine: Engine) -> None:
        async for one in engine.happenings():
            self._note(one, {attended.call.id: attended for attended in self._calls.values()})

    def _note(self, happening: Happening, of: dict[str, Attended]) -> None:
        match happening:
            case Gone(call_ids=ids):
                for attended in [of[one] for one in ids if one in of]:
                    self._give_up(attended)
                self.wake.set()
            case Connected(call_id=call_id, leg_id=leg_id) if call_id in of:
                of[call_id].mark(leg_id, connected=True)
                self.wake.set()
            case Recorded():
                self._keeping.offer(happening)
            case Lost(call_id=call_id, leg_id=leg_id) if call_id in of:
                of[call_id].mark(leg_id, connected=False, speaking=False)
            case Speaking(call_id=call_id, leg_id=leg_id, speaking=speaking) if call_id in of:
                of[call_id].mark(leg_id, speaking=speaking)
            case Played(call_id=call_id, leg_id=leg_id) if self._telephones is not None:
                self._telephones.played(call_id, leg_id)
