"""What came of a sending is not lost by what fails beside it: else a customer would be told the same thing again."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import asyncpg
import pytest
from sample_floor import AINO, Floor
from sample_line import LOOPBACK, Line
from sample_provider import Said

from valvomo.channels.http import GuardedHttp
from valvomo.commands.channels.delivery import NoteDeliveries
from valvomo.commands.conversations import serve
from valvomo.commands.execute import Executor
from valvomo.jobs.pacing import after_lost
from valvomo.jobs.sending import MOST_LOST

HOUR = 3600.0


async def served(line: Line, sender: str = "ann") -> str:
    """A conversation that began over the line, with Aino."""
    await line.says(sender, "hello", f"m-{sender}")
    await line.take_in()
    (row,) = await line.floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
    await line.floor.done(AINO, serve.Pick(conversation_id=row["id"]))
    return str(row["id"])


async def messages(floor: Floor, one: str) -> list[tuple[str, str | None, str | None]]:
    rows = await floor.sql(
        "SELECT text, delivery, delivery_problem FROM public_messages WHERE conversation_id = $1 ORDER BY seq",
        one,
    )
    return [tuple(row) for row in rows]


def forgetful(line: Line, row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider does not know a message again by our id."""
    kind = type(line.opener.open(row).provider)
    usual = kind.abilities

    def abilities(self: Any, account: Any) -> Any:
        return dataclasses.replace(usual(self, account), idempotent=False)

    monkeypatch.setattr(kind, "abilities", abilities)


@pytest.fixture
async def plain(line: Line, monkeypatch: pytest.MonkeyPatch) -> Line:
    (row,) = await line.floor.sql("SELECT * FROM channel_accounts")
    forgetful(line, row, monkeypatch)
    return line


async def test_an_outcome_outlives_a_database_that_is_away(
    plain: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await served(plain)
    await plain.floor.write(AINO, one, "once")
    usual = Executor.execute

    async def away(self: Executor, actor: Any, command: Any, key: str | None = None) -> Any:
        if isinstance(command, NoteDeliveries):
            raise ConnectionError
        return await usual(self, actor, command, key)

    async with GuardedHttp(LOOPBACK) as http:
        sender = plain.sender(http)
        monkeypatch.setattr(Executor, "execute", away)
        with pytest.raises(ConnectionError):
            await sender.work()
        assert sender.unnoted
        monkeypatch.setattr(Executor, "execute", usual)
        plain.floor.clock.advance(HOUR)
        await sender.work()
    assert len(plain.got()) == 1
    assert (await messages(plain.floor, one))[1] == ("once", "sent", None)


async def test_what_cannot_be_noted_of_one_holds_up_no_other(
    plain: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await served(plain, "ann"), await served(plain, "bob")
    await plain.floor.write(AINO, ann, "to ann")
    await plain.floor.write(AINO, bob, "to bob")
    usual = Executor.execute

    async def refusing(self: Executor, actor: Any, command: Any, key: str | None = None) -> Any:
        bad = {got["id"] for got in plain.got() if got["to"] == "ann"}
        if isinstance(command, NoteDeliveries) and bad & {one.message_id for one in command.told}:
            raise asyncpg.CharacterNotInRepertoireError
        return await usual(self, actor, command, key)

    monkeypatch.setattr(Executor, "execute", refusing)
    for _ in range(3 * MOST_LOST):
        await plain.send()
        plain.floor.clock.advance(HOUR)
    assert (await messages(plain.floor, bob))[1] == ("to bob", "sent", None)
    assert sum(got["to"] == "bob" for got in plain.got()) == 1
    assert sum(got["to"] == "ann" for got in plain.got()) == MOST_LOST


async def test_who_has_to_end_hears_the_answers_out(plain: Line) -> None:
    one = await served(plain)
    await plain.floor.write(AINO, one, "once")
    async with GuardedHttp(LOOPBACK) as http, asyncio.TaskGroup() as group:
        working = group.create_task(plain.sender(http).work())

        def answer(_asked: Any) -> Said:
            working.cancel()
            return Said()

        plain.system.answer = answer
    assert working.cancelled()
    assert (await messages(plain.floor, one))[1] == ("once", "sent", None)


async def test_a_provider_that_answers_badly_for_an_hour_gets_everything_afterwards(plain: Line) -> None:
    one = await served(plain)
    await plain.floor.write(AINO, one, "patience")
    plain.system.answer = lambda _asked: Said(500)
    for _ in range(60):
        await plain.send()
        plain.floor.clock.advance(60)
    assert (await messages(plain.floor, one))[1][:2] == ("patience", "queued")
    assert len(plain.got()) < MOST_LOST
    plain.system.answer = lambda _asked: Said()
    plain.floor.clock.advance(HOUR)
    await plain.send()
    assert (await messages(plain.floor, one))[1] == ("patience", "sent", "possibly_repeated")


def test_few_attempts_outlast_an_hour() -> None:
    assert sum(after_lost(times) for times in range(1, MOST_LOST)) >= HOUR


async def test_one_message_that_fails_is_no_provider_that_is_away(line: Line) -> None:
    ann, bob = await served(line, "ann"), await served(line, "bob")
    line.system.answer = lambda asked: Said(503 if b"bad words" in asked.body else 200)
    await line.floor.write(AINO, ann, "bad words")
    await line.floor.write(AINO, bob, "good words")
    await line.send()
    assert (await messages(line.floor, bob))[1][:2] == ("good words", "sent")
    (account,) = await line.floor.sql("SELECT seen FROM channel_accounts")
    assert account["seen"].get("well") is not False
