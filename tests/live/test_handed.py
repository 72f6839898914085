"""Messages that a process has written itself are handed to its feed, which shows what it would have read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import pytest
from sample_floor import AINO, HOUSE, SAARA, Floor
from sample_stage import Reader, new_room

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.execute import Done
from valvomo.db.doorbell import Doorbell, Said
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.message import Visibility
from valvomo.live.room import Room

pytestmark = pytest.mark.slow


@dataclass
class Process:
    """A lane and a room that hears of its commits, as in one process. `reads` counts looks into the journal."""

    floor: Floor
    room: Room
    lane: MessageLane
    said: list[Said]
    reads: int = 0

    @classmethod
    @asynccontextmanager
    async def of(cls, floor: Floor) -> AsyncIterator[Process]:
        bell, room = Doorbell(), await new_room(floor)
        made = cls(floor, room, MessageLane(floor.database, floor.clock, bell), [])
        bell.listen(lambda _house: room.feed.ring(), taker=made._taken)
        read = room.feed._read

        async def counted() -> object:
            made.reads += 1
            return await read()

        room.feed._read = counted  # type: ignore[method-assign, assignment]
        running = asyncio.get_running_loop().create_task(made.lane.run())
        yield made
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def _taken(self, house: str, said: Said) -> None:
        assert house == HOUSE
        self.said.append(said)
        self.room.feed.hand(said)

    async def write(self, actor: Actor, one: str, text: str, kind: Visibility = Visibility.PUBLIC) -> None:
        command = PostMessage(conversation_id=one, text=text, client_id=text, visibility=kind)
        assert isinstance(await self.lane.post(actor, command), Done)

    async def readers(self, topics: Mapping[str, Iterable[Actor]]) -> list[Reader]:
        readers = [Reader(self.room, actor) for some in topics.values() for actor in some]
        for reader, topic in zip(readers, [one for one, some in topics.items() for _ in some], strict=True):
            await reader.watch(topic)
        return readers


@pytest.fixture(autouse=True)
def _looks_by_itself_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, no look is due while a test runs."""
    monkeypatch.setattr("valvomo.live.feed.POLL_SECONDS", 3600.0)


async def test_what_was_handed_is_shown_as_what_is_read(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(SAARA, Monitor(conversation_id=one))
    guest = await floor.guest(one)
    topics = {"board": (AINO, SAARA), f"conversation:{one}": (AINO, SAARA), "conversation": (guest,)}
    async with Process.of(floor) as writing, Process.of(floor) as reading:
        readers = [await process.readers(topics) for process in (writing, reading)]
        began = writing.reads
        for number in range(3):
            await asyncio.gather(
                writing.write(guest, one, f"from outside {number}"),
                writing.write(AINO, one, f"from Aino {number} \u00e4\u2019\n"),
                writing.write(AINO, one, f"a note {number}", Visibility.INTERNAL),
                writing.write(SAARA, one, f"to Aino {number}", Visibility.WHISPER),
            )
            await writing.room.feed.keep_up()
            await reading.room.feed.read_on()
            for process in (writing, reading):
                process.room.gathering.flush()
        assert writing.reads == began, "nothing was read back"
        assert writing.room.floor == reading.room.floor
        for mine, other in zip(*readers, strict=True):
            assert mine.timeless() == other.timeless()
            assert mine.frames


async def test_what_does_not_continue_the_position_makes_it_read(floor: Floor) -> None:
    one = await floor.accepted("persistent")
    async with Process.of(floor) as here:
        feed = here.room.feed
        await feed.read_on()
        before = here.reads
        await here.write(AINO, one, "a")
        await floor.write(AINO, one, "by another process")
        await here.write(AINO, one, "b")
        await feed.keep_up()
        assert (here.reads, feed.floor.position) == (before + 1, here.said[-1].facts[-1].position)
        for said in reversed(here.said):
            feed.hand(said)  # late, and in the wrong order
        await feed.keep_up()
        await here.write(AINO, one, "c")
        await feed.keep_up()
        assert here.reads == before + 1
        await floor.done(AINO, serve.Park(conversation_id=one))
        await here.write(await floor.guest(one), one, "which revives it")
        assert len(here.said) == 3, "more than words: read, not handed"
        await feed.keep_up()
        assert feed.floor.conversation(one) == await floor.get(one)


async def test_many_processes_write_at_once_and_all_show_the_same(floor: Floor) -> None:
    ids = [await floor.accepted("chat") for _ in range(3)]
    async with Process.of(floor) as first, Process.of(floor) as second:
        processes, dice, done = (first, second), Random(7), asyncio.Event()

        async def writes(process: Process, name: str) -> None:
            for number in range(40):
                await process.write(AINO, dice.choice(ids), f"{name} {number}")
                await asyncio.sleep(0)

        async def keeps_up(process: Process) -> None:
            while not done.is_set():
                await process.room.feed.keep_up()
                await asyncio.sleep(dice.uniform(0, 0.01))

        async with asyncio.TaskGroup() as group:
            for one in processes:
                group.create_task(keeps_up(one))
            await asyncio.gather(
                *(
                    writes(one, f"{number} {task}")
                    for number, one in enumerate(processes)
                    for task in range(3)
                )
            )
            done.set()
        fresh = await new_room(floor)
        for process in processes:
            assert any(process.said)
            await process.room.feed.read_on()
            assert process.room.feed.restarts == 0
            floors = [(one.floor.position, one.floor.board) for one in (process.room, fresh)]
            assert floors[0] == floors[1]
            assert not process.room.feed._said, "what was read meanwhile is not kept"
