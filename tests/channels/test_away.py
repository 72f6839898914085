"""A provider that is away for an hour: the floor says what waits, and afterwards all of it arrives in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sample_floor import AATU, AINO, SAARA, SULO
from sample_line import Line, messages, served
from sample_provider import Said
from sample_stage import Reader, Stage

from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.live import health

HOUR = 3600.0
CHIEF = replace(SAARA, supervises_all=True)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "WAITING_EVERY", 0.0)


async def shown(stage: Stage, reader: Reader) -> list[dict[str, Any]]:
    """What stands on the floor of what waits."""
    await stage.settle()
    await stage.room.health.look()
    return list(reader.rows["health"].get("waiting", {}).get("accounts", ()))


async def watching(stage: Stage, *actors: Any) -> list[Reader]:
    readers = [stage.reader(one) for one in actors]
    for one in readers:
        await one.watch("health")
    return readers


async def away_for_an_hour(line: Line) -> None:
    passed = 0.0
    while passed < HOUR:
        await line.send()
        line.floor.clock.advance(120)
        passed += 120


async def test_the_floor_says_what_waits_until_all_has_gone_in_order(line: Line) -> None:
    conversations = {name: await served(line, name) for name in ("ann", "bob", "cid")}
    stage = await Stage.open(line.floor)
    saara, chief, sulo = await watching(stage, SAARA, CHIEF, SULO)
    assert await shown(stage, saara) == []
    await line.system.down()
    begun = line.floor.clock()
    for number in range(5):
        for name, one in conversations.items():
            await line.floor.write(AINO, one, f"{name} {number}")
    await away_for_an_hour(line)
    for reader in (saara, chief):
        (account,) = await shown(stage, reader)
        assert (account["messages"], account["problem"]) == (15, "unavailable")
        assert datetime.fromisoformat(account["since"]) == begun
    assert await shown(stage, sulo) == [], "queues of others are none of theirs"
    late = stage.reader(SAARA)
    await late.watch("health")
    assert await shown(stage, late) == await shown(stage, saara), "who comes later sees it too"
    await line.system.up()
    line.floor.clock.advance(1800)
    await line.send()
    for name in conversations:
        assert [got["text"] for got in line.got() if got["to"] == name] == [f"{name} {n}" for n in range(5)]
    assert await shown(stage, saara) == []
    rows = await line.floor.sql("SELECT DISTINCT state, possibly_repeated FROM dispatches")
    assert [tuple(row) for row in rows] == [("sent", False)]


async def test_a_provider_that_takes_and_does_not_say_so(line: Line) -> None:
    one = await served(line, "ann")
    for number in range(3):
        await line.floor.write(AINO, one, f"{number}")
    line.system.answer = lambda _asked: Said(drop=True)
    await away_for_an_hour(line)
    line.system.answer = lambda _asked: Said()
    line.floor.clock.advance(1800)
    await line.send()
    ids = [got["id"] for got in line.got()]
    assert [got["text"] for got in line.got()][-3:] == ["0", "1", "2"]
    assert len(set(ids)) == 3, "a system that knows messages by their ids has each once"
    assert {state for _, state, _ in await messages(line.floor, one)} == {None, "sent"}


async def test_a_disabled_account_says_that_it_is(line: Line) -> None:
    one = await served(line, "ann")
    stage = await Stage.open(line.floor)
    (saara,) = await watching(stage, SAARA)
    setting_up = SettingUp(line.floor.executor, line.opener, ())
    off = ChangeChannelAccount(account_id=line.account_id, disabled=True)
    assert isinstance(await setting_up.change(AATU, off, None, None), Done)
    await line.floor.write(AINO, one, "words")
    (account,) = await shown(stage, saara)
    assert (account["messages"], account["problem"]) == (1, "disabled")
