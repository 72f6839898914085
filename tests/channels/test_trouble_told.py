"""Who works in a conversation, and who watches the floor, is told which channel account nothing goes out over."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import AATU, AINO, SAARA, SULO, Floor
from sample_line import LOOPBACK, SECRET, Line, served
from sample_provider import Said
from sample_stage import Reader, Stage

from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.setting_up import SettingUp


@pytest.fixture
async def stage(line: Line) -> Stage:
    return await Stage.open(line.floor)


async def refused(line: Line, one: str) -> None:
    """The provider does not know us any more, and somebody writes."""
    line.system.answer = lambda _asked: Said(401)
    await line.floor.write(AINO, one, "words")
    await line.send()


async def renewed(line: Line) -> None:
    line.system.answer = lambda _asked: Said()
    setting_up = SettingUp(line.floor.executor, line.opener, LOOPBACK)
    command = ChangeChannelAccount(account_id=line.account_id)
    await setting_up.change(AATU, command, {"secret": SECRET}, None)


async def name_of(floor: Floor) -> str:
    (row,) = await floor.sql("SELECT name FROM channel_accounts")
    return str(row["name"])


def trouble(reader: Reader, one: str) -> Any:
    return reader.rows[f"conversation:{one}"][one]["account_trouble"]


async def test_a_conversation_says_so_while_its_account_is_held(line: Line, stage: Stage) -> None:
    one = await served(line)
    await stage.settle()
    aino = stage.reader(AINO)
    await aino.watch(f"conversation:{one}")
    assert trouble(aino, one) is None
    await refused(line, one)
    await stage.settle()
    told = trouble(aino, one)
    assert (told["name"], told["problem"]) == (await name_of(line.floor), "account")
    assert told["since"] is not None
    late = stage.reader(AINO)
    await late.watch(f"conversation:{one}")
    assert trouble(late, one) == told
    await renewed(line)
    await stage.settle()
    assert trouble(aino, one) is None


async def test_and_while_it_is_disabled(line: Line, stage: Stage) -> None:
    one = await served(line)
    chat = await line.floor.accepted("chat")
    await stage.settle()
    aino, board = stage.reader(AINO), stage.reader(SAARA)
    for each in (one, chat):
        await aino.watch(f"conversation:{each}")
    await board.watch("board")
    frames = len(board.frames)
    for disabled in (True, False):
        command = ChangeChannelAccount(account_id=line.account_id, disabled=disabled)
        await line.floor.done(AATU, command)
        await stage.settle()
        found = trouble(aino, one)
        assert (found["problem"] if found else None) == ("disabled" if disabled else None)
        assert trouble(aino, chat) is None
    assert len(board.frames) == frames, "nobody's board is drawn anew for it"


async def test_the_floor_names_an_account_that_is_held_also_where_nothing_waits(
    line: Line, stage: Stage
) -> None:
    one = await served(line)
    await refused(line, one)
    await line.floor.sql("DELETE FROM dispatches")
    saara, sulo = stage.reader(SAARA), stage.reader(SULO)
    for reader in (saara, sulo):
        await reader.watch("health")
    await stage.room.health.look()
    (account,) = saara.rows["health"]["waiting"]["accounts"]
    assert account["name"] == await name_of(line.floor)
    assert (account["messages"], account["since"], account["problem"]) == (0, None, "account")
    assert account["held_since"] is not None
    assert "waiting" not in sulo.rows["health"], "its queue is none of theirs"
    await renewed(line)
    stage.room.health._waiting_at = -1e9
    await stage.room.health.look()
    assert saara.rows["health"]["waiting"]["accounts"] == []


async def test_what_waits_over_it_is_counted_with_it(line: Line, stage: Stage) -> None:
    one = await served(line)
    await refused(line, one)
    await line.floor.sql("UPDATE dispatches SET created_at = created_at - interval '1 hour'")
    saara = stage.reader(SAARA)
    await saara.watch("health")
    await stage.room.health.look()
    (account,) = saara.rows["health"]["waiting"]["accounts"]
    assert account["messages"] == 1
    assert account["since"] is not None
    assert account["held_since"] is not None
