"""Telephones whose trunk, engine or conversation gives trouble, beside others that have nothing to do with it."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sample_floor import AINO, EINO
from sample_lines import TRUNK, line_of
from sample_telephones import LINES_AGENT, OTHER, TelephoneHouse

from valvomo.commands.channels.administering import SeeChannel
from valvomo.commands.conversations.call import Hold
from valvomo.commands.conversations.telephone import LoseTelephone
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.calls import telephones as telephones_module

AT_ONCE = Refusal(Reason.BUSY, {"why": ""})
"""As it is said where it has gone wrong; whoever has waited in vain is told nothing of why."""


async def test_nobody_waits_for_a_network_that_is_slow_with_somebody_else(house: TelephoneHouse) -> None:
    slow, other = await house.rings("C1"), await house.rings("C2", OTHER)
    await house.served(slow)
    await house.served(other, EINO)
    house.trunk.stuck[f"transfer C1 {OTHER}"] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(house.calling.forward(LINES_AGENT, slow, OTHER))
        await house.told(f"transfer C1 {OTHER}")
        await house.floor.done(EINO, Hold(conversation_id=other))
        await house.told("hold C2")
        assert await house.calling.press(EINO, other, "1") is None
        # What is asked of the slow one comes after, in its order.
        await house.floor.done(AINO, Hold(conversation_id=slow))
        await house.until(lambda: house.call(slow).music(house.contact_of[slow]))
        assert "hold C1" not in house.trunk.told
        house.trunk.stuck.popitem()[1].set()
    await house.until_state(slow, State.WRAP_UP)


async def test_a_process_is_seen_to_live_whatever_its_calls_wait_for(house: TelephoneHouse) -> None:
    async def seen() -> datetime:
        rows = await house.floor.sql("SELECT seen_at FROM call_carriers WHERE process_id = 'carrier'")
        found: datetime = rows[0]["seen_at"]
        return found

    one = await house.rings()
    house.engine.stuck = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        coming = group.create_task(house.served(one))
        await house.until(lambda: house.engine.waiting > 0)
        before = await seen()

        async def again() -> bool:
            return await seen() > before

        await house.eventually(again)
        assert house.engine.waiting
        house.engine.stuck.set()
        await coming


async def test_a_call_that_cannot_be_carried_is_nobody_elses_trouble(house: TelephoneHouse) -> None:
    bad, good = await house.rings("C1"), await house.rings("C2", OTHER)
    await house.served(bad)
    house.engine.broken.add(bad)
    await house.floor.done(AINO, Hold(conversation_id=bad))
    await house.served(good, EINO)
    assert await house.calling.come(AINO, bad, "of aino") == AT_ONCE
    await house.floor.done(EINO, Hold(conversation_id=good))
    await house.until(lambda: house.call(good).music(house.contact_of[good]))
    await house.told("hold C2")


async def test_a_trunk_that_fails_at_one_call_serves_the_others(house: TelephoneHouse) -> None:
    bad, good = await house.rings("C1"), await house.rings("C2", OTHER)
    await house.served(bad)
    await house.served(good, EINO)
    house.trunk.broken |= {"hold C1", "keys C1 1", f"transfer C1 {OTHER}"}
    await house.floor.done(AINO, Hold(conversation_id=bad))
    await house.told("hold C1")
    for answer in (
        await house.calling.press(AINO, bad, "1"),
        await house.calling.forward(LINES_AGENT, bad, OTHER),
    ):
        assert answer == AT_ONCE
    await house.floor.done(EINO, Hold(conversation_id=good))
    await house.told("hold C2")
    assert await line_of(house.floor, bad) is Line.UP


async def test_one_telephone_that_cannot_be_lost_keeps_no_other(
    house: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await house.rings("C1"), await house.rings("C2", OTHER)
    execute = house.floor.executor.execute

    async def troubled(actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        if isinstance(command, LoseTelephone) and command.conversation_id == bad:
            raise RuntimeError(bad)
        return await execute(actor, command, key)

    monkeypatch.setattr(house.floor.executor, "execute", troubled)
    await house.floor.sql("UPDATE telephones SET process_id = 'dead'")
    await house.until_lost(good)
    assert [str(row[0]) for row in await house.floor.sql("SELECT call_id FROM telephones")] == [bad]


async def test_a_trunk_that_takes_its_time_to_close_lets_no_other_be_taken_for_dead(
    house: TelephoneHouse,
) -> None:
    async def seen() -> datetime:
        rows = await house.floor.sql("SELECT seen_at FROM trunk_holders WHERE account_id = 'other'")
        found: datetime = rows[0]["seen_at"]
        return found

    first = house.trunk
    await house.another_account("other")
    await house.until(lambda: len(house.kind.trunks) > 1 and house.trunk.running)
    first.closes = asyncio.Event()
    await house.floor.sql("UPDATE channel_accounts SET disabled = true WHERE id = $1", TRUNK)
    await house.until(lambda: not first.running)
    before = await seen()

    async def again() -> bool:
        return await seen() > before

    await house.eventually(again)
    first.closes.set()

    async def free() -> bool:
        held = await house.floor.sql("SELECT account_id FROM trunk_holders")
        return [row["account_id"] for row in held] == ["other"]

    await house.eventually(free)


async def test_an_account_that_cannot_be_seen_to_is_tried_again(
    house: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, before = house.floor.executor.execute, house.trunk

    async def troubled(actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        if isinstance(command, SeeChannel):
            raise ConnectionError("the database is away")
        return await execute(actor, command, key)

    monkeypatch.setattr(house.floor.executor, "execute", troubled)
    house.kind.broken = True
    tried = house.kind.tried
    await house.floor.sql("UPDATE channel_accounts SET settings = $1 WHERE id = $2", {"new": True}, TRUNK)
    await house.until(lambda: house.kind.tried > tried)
    house.kind.broken = False
    await house.until(lambda: house.trunk is not before and house.trunk.running)
    await house.rings()


@pytest.mark.parametrize("away", [False, True])
async def test_who_was_away_itself_takes_nobody_for_dead(
    house: TelephoneHouse, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    async def there() -> bool:
        return bool(await house.floor.sql("SELECT 1 FROM telephones"))

    one = await house.rings()
    if away:
        await house.lost.round()
        await house.lost.round()
        with monkeypatch.context() as patched:
            patched.setattr(house.floor.executor, "database", None)
            with pytest.raises(AttributeError):
                await house.lost.round()
    await house.floor.sql("UPDATE telephones SET process_id = 'dead'")
    for _ in range(2):
        await house.lost.round()
        assert await there()
    await house.until_lost(one)
    assert not await there()


async def test_a_call_that_is_taken_for_lost_is_hung_up(house: TelephoneHouse) -> None:
    await house.rings()
    await house.floor.sql("DELETE FROM telephones")
    await house.told("end C1")
    await house.until(lambda: not attending())


async def test_a_call_that_has_moved_is_neither_ended_nor_remembered(house: TelephoneHouse) -> None:
    one = await house.rings()
    await house.floor.sql("UPDATE telephones SET process_id = 'another'")
    await house.told("forget C1")
    await house.until(lambda: not attending())
    assert "end C1" not in house.trunk.told
    assert (await house.floor.get(one)).state is State.OPEN


def attending() -> list[str]:
    """Tasks that hear of a telephone."""
    named = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in named if name == "Telephones._attend"]


async def test_a_call_that_fails_by_a_bug_as_it_is_dialled_is_missed(house: TelephoneHouse) -> None:
    house.trunk.broken.add("dial")
    one, _ = await house.dials()
    await house.until_line(one, Line.MISSED)
    await house.until_forgotten()


async def test_a_call_that_was_taken_and_not_dialled_is_missed(
    house: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephones_module, "_stands", lambda *_: 1 / 0)
    monkeypatch.setattr(telephones_module, "ALONE_SECONDS", 0.1)
    one, _ = await house.dials()
    await house.until_line(one, Line.MISSED)
    await house.until_forgotten()
