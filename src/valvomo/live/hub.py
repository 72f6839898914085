"""The hub: all live connections of this process, by organization (design §1 step 9)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

import msgspec
import structlog

from valvomo.bus.port import Bus
from valvomo.db import floor as stored
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell, Said
from valvomo.db.ids import new_id, secret_digest
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.reading import read_to, reads_as
from valvomo.live.calls import CHANNEL as CALL_CHANNEL
from valvomo.live.calls import KEYS_CHANNEL, CallSignal, KeysSignal, call_keys, call_status
from valvomo.live.connection import CLOSE_SIGNED_OUT, Connection, Sink
from valvomo.live.handing_over import HandingOver
from valvomo.live.reads import ReadSignal
from valvomo.live.room import Room
from valvomo.live.rooms import Rooms
from valvomo.live.statistics import Counted, LiveStatistics, statistics_of
from valvomo.live.typing import EVERY_SECONDS, TypingSignal, typing_item
from valvomo.protocol.frames import GZIP, PONG, ClientFrame, Ping, Seen, Typing, Unwatch, Watch, closing_frame

TYPING_CHANNEL = "typing"
READ_CHANNEL = "read"
MOST_TYPING = 100
"""More people than this that write within a second are not told of elsewhere; nobody reads so fast."""
LAG_SECONDS = 1.0
AT_A_TIME = 250
"""Readers who are told how old what they see may be, before others have their turn."""
BACK_A_SECOND = 500
"""Readers who come back in a second after a planned end, for whoever takes them in."""
LEAST_WITHIN = 1.0
MOST_ASKED = 1_000
"""Sessions and tokens of staff, and as many of customers, that are asked again each second though nothing says that
they have ended."""

log = structlog.get_logger(__name__)


class Hub:
    """One for a process. `run` must be running before connections are opened.

    `process_id` marks the connections of this process in the database; typing is told to other processes under
    it, and what comes back under it is our own.
    """

    def __init__(self, database: Database, bell: Doorbell, bus: Bus, clock: Callable[[], datetime]) -> None:
        self.process_id = new_id()
        self._database = database
        self._clock = clock
        self._counted = Counted()
        self.rooms = Rooms(lambda one: Room(one, database, clock), self._counted.add)
        self._bus = bus
        self._signals: list[TypingSignal] = []
        self._asked: dict[ActorKind, deque[Connection]] = {}
        self.handing_over = HandingOver(self._everybody)
        bell.listen(self._rung, taker=self._said)
        bus.subscribe(TYPING_CHANNEL, self.heard)
        bus.subscribe(READ_CHANNEL, self.heard_read)
        bus.subscribe(CALL_CHANNEL, self.heard_call)
        bus.subscribe(KEYS_CHANNEL, self.heard_keys)

    async def run(self) -> None:
        """Keep everybody up to date, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self.rooms.begin(group)
            group.create_task(self._each_second())
            group.create_task(self._say_lag())

    async def open(self, actor: Actor, sink: Sink, secret: str | None = None) -> Connection:
        """A new reader; `secret` is the session or token that opened it, asked again as long as it is open.

        Raises `UnreadableError` when the floor of their organization cannot be read now.
        """
        connection = Connection(
            id=new_id(), actor=actor, sink=sink, digest=secret_digest(secret) if secret else None
        )
        await self.rooms.enter(connection)
        return connection

    def close(self, connection: Connection) -> None:
        """The reader is gone."""
        self.rooms.leave(connection)

    async def receive(self, connection: Connection, frame: ClientFrame) -> None:
        """What a reader says."""
        room = self.rooms.of(connection)
        match frame:
            case Watch(topic=topic, since=since, accept=accept):
                await room.delivery.drained(connection)
                await room.watch(connection, topic, since, packs=accept == GZIP)
            case Unwatch(topic=topic):
                room.unwatch(connection, topic)
            case Typing():
                self._typing(connection, frame)
            case Ping():
                connection.sink.write(PONG)
            case _:
                pass

    def say_closing(self) -> None:
        """This process is going: everybody is told within which time to come back, wherever that will be."""
        everybody = self._everybody()
        within = max(LEAST_WITHIN, len(everybody) / BACK_A_SECOND)
        frame = closing_frame(round(1000 * within))
        for one in everybody:
            one.sink.write(frame)

    def heard(self, payload: str) -> None:
        """What another process tells of typing; empty after a lost connection, when nothing has to be done."""
        if not payload:
            return
        origin, signal = msgspec.json.decode(payload, type=tuple[str, TypingSignal])
        if origin != self.process_id and (room := self.rooms.get(signal.organization_id)):
            room.hints.show(signal, typing_item)

    def heard_call(self, payload: str) -> None:
        """What whoever carries a call tells of it."""
        if not payload:
            return
        signal = msgspec.json.decode(payload, type=CallSignal)
        if room := self.rooms.get(signal.organization_id):
            room.hints.show(signal, call_status)
            room.grades.heard(signal)

    def heard_keys(self, payload: str) -> None:
        """What a customer has pressed on their telephone."""
        if not payload:
            return
        signal = msgspec.json.decode(payload, type=KeysSignal)
        if room := self.rooms.get(signal.organization_id):
            room.hints.show(signal, call_keys)

    def heard_read(self, payload: str) -> None:
        """What another process tells of reading."""
        if not payload:
            return
        origin, signal = msgspec.json.decode(payload, type=tuple[str, ReadSignal])
        if origin != self.process_id and (room := self.rooms.get(signal.organization_id)):
            room.transcripts.reads.show(signal)

    def seen(self, connection: Connection, frame: Seen) -> ReadSignal | None:
        """Show how far somebody has read, here and elsewhere; None where that is no news, or nobody's to know."""
        actor, room = connection.actor, self.rooms.of(connection)
        conversation = room.floor.conversation(actor.conversation_id or frame.conversation or "")
        side = reads_as(actor, conversation) if conversation is not None else None
        if conversation is None or side is None or not (seq := read_to(side, conversation, frame.seq)):
            return None
        signal = ReadSignal(
            organization_id=actor.organization_id, conversation_id=conversation.id, side=side, seq=seq
        )
        if not room.transcripts.reads.show(signal):
            return None
        self._bus.publish(READ_CHANNEL, msgspec.json.encode((self.process_id, signal)).decode())
        return signal

    @property
    def leaving(self) -> bool:
        """Whether this process is going and takes no new readers."""
        return self.handing_over.begun

    def connected(self) -> dict[str, Actor]:
        """All connections that are open now or were handed over, by id, and whose they are."""
        open_ones = {one.id: one.actor for one in self._everybody()}
        return open_ones | self.handing_over.handed()

    def lag_ms(self) -> int:
        """Age of the oldest feed: how long ago it last knew that it had read everything."""
        return max((room.feed.age_ms() for room in self.rooms), default=0)

    def least_lag_ms(self) -> int:
        """Age of the youngest feed, of those that can read what is stored."""
        return min((room.feed.age_ms() for room in self.rooms if not room.feed.unreadable), default=0)

    def statistics(self) -> LiveStatistics:
        """What this process carries."""
        return statistics_of(list(self.rooms), self._counted)

    def _everybody(self) -> list[Connection]:
        return [one for room in self.rooms for one in room.connections]

    def _rung(self, organization_id: str) -> None:
        for room in self.rooms:
            if organization_id in ("", room.organization_id):
                room.feed.ring()

    def _said(self, organization_id: str, said: Said) -> None:
        if (room := self.rooms.get(organization_id)) is not None:
            room.feed.hand(said)

    def _typing(self, connection: Connection, frame: Typing) -> None:
        actor, now = connection.actor, time.monotonic()
        conversation_id = actor.conversation_id or frame.conversation
        known = now - connection.typed_at < EVERY_SECONDS if frame.typing else not connection.typed_at
        if conversation_id is None or known:
            return
        connection.typed_at = now if frame.typing else 0.0
        self.tell_typing(
            TypingSignal(
                organization_id=actor.organization_id,
                conversation_id=conversation_id,
                author_id=actor.id,
                author_name=actor.name,
                typing=frame.typing,
            )
        )

    def tell_typing(self, signal: TypingSignal) -> None:
        """Show it to whoever reads here, and tell it to the other processes."""
        if (room := self.rooms.get(signal.organization_id)) is not None:
            room.hints.show(signal, typing_item)
        self._signals.append(signal)

    async def _each_second(self) -> None:
        while True:
            began = time.monotonic()
            try:
                self._tell_others()
                await self.rooms.end_unused()
                await self._recheck()
            except LOST as error:
                log.warning("hub.second", error=repr(error))
            except Exception:
                # This is of all organizations, and none of them may end it for the others.
                log.exception("hub.second")
            await asyncio.sleep(max(0.0, began + LAG_SECONDS - time.monotonic()))

    async def _say_lag(self) -> None:
        """To everybody once a second, but not to all in the same moment: ten thousand writes take a tenth of one."""
        while True:
            began = time.monotonic()
            everybody = [(room, list(room.connections)) for room in self.rooms]
            slices = [
                (room, some[begin : begin + AT_A_TIME])
                for room, some in everybody
                for begin in range(0, len(some), AT_A_TIME)
            ]
            for number, (room, some) in enumerate(slices):
                room.say_lag(some)
                due = began + LAG_SECONDS * (number + 1) / (len(slices) + 1)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            await asyncio.sleep(max(0.0, began + LAG_SECONDS - time.monotonic()))

    async def _recheck(self) -> None:
        """Close what was signed out: at once where a fact says so, and some in turn should none have."""
        doubted = [one for room in self.rooms for one in room.doubtful()]
        # Each in a turn of its own: however many customers there are, nobody of the house is asked less often.
        staff, customers = self._turn(ActorKind.USER), self._turn(ActorKind.CUSTOMER)
        connections: dict[bytes, list[Connection]] = {}
        for one in (*doubted, *staff, *customers):
            if one.digest is not None:
                connections.setdefault(one.digest, []).append(one)
        if not connections:
            return
        async with self._database.asking() as tx:
            valid = await stored.valid_secrets(tx, connections, self._clock())
        for digest in connections.keys() - valid:
            for one in connections[digest]:
                one.sink.close(CLOSE_SIGNED_OUT)

    def _turn(self, kind: ActorKind) -> list[Connection]:
        left = self._asked.setdefault(kind, deque())
        if not left:
            left.extend(one for one in self._everybody() if one.actor.kind is kind)
        return [left.popleft() for _ in range(min(MOST_ASKED, len(left)))]

    def _tell_others(self) -> None:
        signals, self._signals = self._signals, []
        newest = {(one.conversation_id, one.author_id): one for one in signals}.values()
        for one in list(newest)[:MOST_TYPING]:
            self._bus.publish(TYPING_CHANNEL, msgspec.json.encode((self.process_id, one)).decode())
