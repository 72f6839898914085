"""Telephones whose trunk, engine or conversation gives trouble, beside others that have nothing to do with it."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sample_floor import AINO, EINO
from sample_lines import CALLER, TRUNK, line_of
from sample_telephones import LINES_AGENT, OTHER, TelephoneHouse

from valvomo.commands.channels.administering import SeeChannel
from valvomo.commands.conversations.call import Hold, Unhold
from valvomo.commands.conversations.serve import End
from valvomo.commands.conversations.telephone import LoseTelephone
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.db import telephones
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.calls import dialling as dialling_module
from valvomo.jobs.calls import telephones as telephones_module
from valvomo.jobs.calls.telling import Telling
from valvomo.trunks.port import Answered, Ended, Keys, Ringing, Sound, Why

AT_ONCE = Refusal(Reason.BUSY, {"why": ""})
"""As it is said where it has gone wrong; whoever has waited in vain is told nothing of why."""


async def test_nobody_waits_for_a_network_that_is_slow_with_somebody_else(phones: TelephoneHouse) -> None:
    slow, other = await phones.rings("C1"), await phones.rings("C2", OTHER)
    await phones.served(slow)
    await phones.served(other, EINO)
    phones.trunk.stuck[f"transfer C1 {OTHER}"] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(phones.calling.forward(LINES_AGENT, slow, OTHER))
        await phones.told(f"transfer C1 {OTHER}")
        await phones.floor.done(EINO, Hold(conversation_id=other))
        await phones.told("hold C2")
        assert await phones.calling.press(EINO, other, "1") is None
        # What is asked of the slow one comes after, in its order.
        await phones.floor.done(AINO, Hold(conversation_id=slow))
        await phones.until(lambda: phones.call(slow).music(phones.contact_of[slow]))
        assert "hold C1" not in phones.trunk.told
        phones.trunk.stuck.popitem()[1].set()
    await phones.until_state(slow, State.WRAP_UP)


async def test_nobody_waits_for_an_engine_that_is_slow_with_somebody_else(phones: TelephoneHouse) -> None:
    slow, other = await phones.rings("C1"), await phones.rings("C2", OTHER)
    await phones.served(slow)
    await phones.served(other, EINO)
    phones.engine.late[slow] = asyncio.Event()
    await phones.floor.done(AINO, Hold(conversation_id=slow))
    await phones.until(lambda: phones.engine.waiting > 0)
    # What is said to it meanwhile waits with it, and nobody else does.
    async with asyncio.TaskGroup() as group:
        group.create_task(phones.comes(slow, AINO))
        await phones.floor.done(EINO, Hold(conversation_id=other))
        await phones.until(lambda: phones.call(other).music(phones.contact_of[other]))
        await phones.rings("C3", "+358401112223")
        assert not phones.call(slow).music(phones.contact_of[slow])
        phones.engine.late.pop(slow).set()
    await phones.until(lambda: phones.call(slow).music(phones.contact_of[slow]))
    await phones.floor.done(AINO, Unhold(conversation_id=slow))
    await phones.until(lambda: not phones.call(slow).music(phones.contact_of[slow]))


async def test_who_hangs_up_while_they_are_being_brought_is_brought_no_more(phones: TelephoneHouse) -> None:
    phones.tell(Ringing("C1", CALLER, OTHER))
    await phones.told("take C1")
    [row] = await phones.floor.sql("SELECT conversation_id FROM telephones")
    one = str(row["conversation_id"])
    released = phones.engine.late[one] = asyncio.Event()
    phones.tell(Answered("C1"))
    await phones.until(lambda: phones.engine.waiting > 0)
    await phones.rings("C2", OTHER)
    phones.tell(Ended("C1", Why.HUNG_UP))
    await phones.until_state(one, State.CLOSED)
    released.set()
    await phones.until(lambda: one in phones.engine.ended)
    phones.tell(Sound("C1", b"nobody hears this"))
    await phones.rings("C3", "+358401112223")
    assert not [call for call, _ in phones.engine.fed if call == one]


async def test_a_process_is_seen_to_live_whatever_its_calls_wait_for(phones: TelephoneHouse) -> None:
    async def seen() -> datetime:
        rows = await phones.floor.sql("SELECT seen_at FROM call_carriers WHERE process_id = 'carrier'")
        found: datetime = rows[0]["seen_at"]
        return found

    one = await phones.rings()
    phones.engine.stuck = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        coming = group.create_task(phones.served(one))
        await phones.until(lambda: phones.engine.waiting > 0)
        before = await seen()

        async def again() -> bool:
            return await seen() > before

        await phones.until(again)
        assert phones.engine.waiting
        phones.engine.stuck.set()
        await coming


async def test_a_call_that_cannot_be_carried_is_nobody_elses_trouble(phones: TelephoneHouse) -> None:
    bad, good = await phones.rings("C1"), await phones.rings("C2", OTHER)
    await phones.served(bad)
    phones.engine.broken.add(bad)
    await phones.floor.done(AINO, Hold(conversation_id=bad))
    await phones.served(good, EINO)
    assert await phones.calling.come(AINO, bad, "of aino") == AT_ONCE
    await phones.floor.done(EINO, Hold(conversation_id=good))
    await phones.until(lambda: phones.call(good).music(phones.contact_of[good]))
    await phones.told("hold C2")


async def test_a_trunk_that_fails_at_one_call_serves_the_others(phones: TelephoneHouse) -> None:
    bad, good = await phones.rings("C1"), await phones.rings("C2", OTHER)
    await phones.served(bad)
    await phones.served(good, EINO)
    phones.trunk.broken |= {"hold C1", "keys C1 1", f"transfer C1 {OTHER}"}
    await phones.floor.done(AINO, Hold(conversation_id=bad))
    await phones.told("hold C1")
    for answer in (
        await phones.calling.press(AINO, bad, "1"),
        await phones.calling.forward(LINES_AGENT, bad, OTHER),
    ):
        assert answer == AT_ONCE
    await phones.floor.done(EINO, Hold(conversation_id=good))
    await phones.told("hold C2")
    assert await line_of(phones.floor, bad) is Line.UP


async def test_one_telephone_that_cannot_be_lost_keeps_no_other(
    phones: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await phones.rings("C1"), await phones.rings("C2", OTHER)
    execute = phones.floor.executor.execute

    async def troubled(actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        if isinstance(command, LoseTelephone) and command.conversation_id == bad:
            raise RuntimeError(bad)
        return await execute(actor, command, key)

    monkeypatch.setattr(phones.floor.executor, "execute", troubled)
    await phones.floor.sql("UPDATE telephones SET process_id = 'dead'")
    await phones.until_lost(good)
    assert [str(row[0]) for row in await phones.floor.sql("SELECT call_id FROM telephones")] == [bad]


async def test_a_trunk_that_takes_its_time_to_close_lets_no_other_be_taken_for_dead(
    phones: TelephoneHouse,
) -> None:
    async def seen() -> datetime:
        rows = await phones.floor.sql("SELECT seen_at FROM trunk_holders WHERE account_id = 'other'")
        found: datetime = rows[0]["seen_at"]
        return found

    first = phones.trunk
    await phones.another_account("other")
    await phones.until(lambda: len(phones.kind.trunks) > 1 and phones.trunk.running)
    first.closes = asyncio.Event()
    await phones.floor.sql("UPDATE channel_accounts SET disabled = true WHERE id = $1", TRUNK)
    await phones.until(lambda: not first.running)
    before = await seen()

    async def again() -> bool:
        return await seen() > before

    await phones.until(again)
    first.closes.set()

    async def free() -> bool:
        held = await phones.floor.sql("SELECT account_id FROM trunk_holders")
        return [row["account_id"] for row in held] == ["other"]

    await phones.until(free)


async def test_an_account_that_cannot_be_seen_to_is_tried_again(
    phones: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, before = phones.floor.executor.execute, phones.trunk

    async def troubled(actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        if isinstance(command, SeeChannel):
            raise ConnectionError("the database is away")
        return await execute(actor, command, key)

    monkeypatch.setattr(phones.floor.executor, "execute", troubled)
    phones.kind.broken = True
    tried = phones.kind.tried
    await phones.floor.sql("UPDATE channel_accounts SET settings = $1 WHERE id = $2", {"new": True}, TRUNK)
    await phones.until(lambda: phones.kind.tried > tried)
    phones.kind.broken = False
    await phones.until(lambda: phones.trunk is not before and phones.trunk.running)
    await phones.rings()


@pytest.mark.parametrize("away", [False, True])
async def test_who_was_away_itself_takes_nobody_for_dead(
    phones: TelephoneHouse, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    async def there() -> bool:
        return bool(await phones.floor.sql("SELECT 1 FROM telephones"))

    one = await phones.rings()
    if away:
        await phones.lost.round()
        await phones.lost.round()
        with monkeypatch.context() as patched:
            patched.setattr(phones.floor.executor, "database", None)
            with pytest.raises(AttributeError):
                await phones.lost.round()
    await phones.floor.sql("UPDATE telephones SET process_id = 'dead'")
    for _ in range(2):
        await phones.lost.round()
        assert await there()
    await phones.until_lost(one)
    assert not await there()


async def test_a_call_that_is_taken_for_lost_is_hung_up(phones: TelephoneHouse) -> None:
    await phones.rings()
    await phones.floor.sql("DELETE FROM telephones")
    await phones.told("end C1")
    await phones.until(lambda: not attending())


async def test_a_call_that_has_moved_is_neither_ended_nor_remembered(phones: TelephoneHouse) -> None:
    one = await phones.rings()
    await phones.floor.sql("UPDATE telephones SET process_id = 'another'")
    await phones.told("forget C1")
    await phones.until(lambda: not attending())
    assert "end C1" not in phones.trunk.told
    assert (await phones.floor.get(one)).state is State.OPEN


def attending() -> list[str]:
    """Tasks that hear of a telephone."""
    named = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in named if name == "Telephones._attend"]


async def test_a_call_that_fails_by_a_bug_as_it_is_dialled_is_missed(phones: TelephoneHouse) -> None:
    phones.trunk.broken.add("dial")
    one, _ = await phones.dials()
    await phones.until_line(one, Line.MISSED)
    await phones.until_forgotten()


async def test_a_call_that_was_taken_and_not_dialled_is_missed(
    phones: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialling_module, "stands", lambda *_: 1 / 0)
    monkeypatch.setattr(telephones_module, "ALONE_SECONDS", 0.1)
    one, _ = await phones.dials()
    await phones.until_line(one, Line.MISSED)
    await phones.until_forgotten()


async def test_what_was_to_end_before_it_was_answered_is_hung_up_then(phones: TelephoneHouse) -> None:
    one, call = await phones.dials()
    await phones.told(f"dial {call} {OTHER}")
    phones.trunk.broken.add(f"end {call}")
    await phones.floor.done(LINES_AGENT, End(conversation_id=one))
    await phones.told(f"end {call}")
    phones.trunk.broken.clear()
    phones.tell(Answered(call))
    await phones.until(lambda: phones.trunk.told.count(f"end {call}") > 1)
    await phones.until_forgotten()


async def test_what_cannot_be_done_keeps_no_telephone_from_its_end(
    phones: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await phones.rings()

    async def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Telling, "_pressed", fails)
    phones.tell(Keys("C1", "9"), Ended("C1", Why.HUNG_UP))
    await phones.until_state(one, State.CLOSED)
    await phones.until_forgotten()


async def test_keys_are_pressed_for_the_call_that_goes_on(
    phones: TelephoneHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the line on which they were is never told to have ended."""
    monkeypatch.setattr(telephones, "LINE_SECONDS", 0.2)
    one = await phones.rings()
    phones.trunk.broken.add("end C1")
    phones.tell(Keys("C1", "1"))
    await phones.until_line(one, Line.WANTED)
    await phones.told("end C1")
    call_id = await phones.called_back(one)
    await phones.until_line(one, Line.UP)
    assert await phones.calling.press(AINO, one, "5") is None
    assert f"keys {call_id} 5" in phones.trunk.told
