"""A credential that is wrong or has been taken back fails no message: the account is held until it is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sample_floor import AATU, AINO, HOUSE, Floor
from sample_line import LOOPBACK, SECRET, Line, messages, served
from sample_provider import Said

from valvomo.channels.http import GuardedHttp
from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.mending import SendAgain
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.db.doorbell import Doorbell
from valvomo.jobs import dispatching
from valvomo.jobs.dispatching import Dispatching
from valvomo.live.notices import notice_of_house
from valvomo.protocol.lookups import Lookups

HOUR = 3600.0


async def account(line: Line) -> dict[str, Any]:
    (row,) = await line.floor.sql("SELECT * FROM channel_accounts WHERE id = $1", line.account_id)
    return dict(row)


def refuse(line: Line) -> None:
    line.system.answer = lambda _asked: Said(401)


@pytest.fixture
async def held(line: Line) -> Line:
    """Three messages to two customers wait, because the system does not know us any more."""
    ann, bob = await served(line, "ann"), await served(line, "bob")
    refuse(line)
    for one, text in ((ann, "first"), (ann, "second"), (bob, "other")):
        await line.floor.write(AINO, one, text)
    await line.send()
    return line


async def states(line: Line) -> list[str]:
    rows = await line.floor.sql("SELECT state FROM dispatches ORDER BY place")
    return [row["state"] for row in rows]


async def test_nothing_fails_and_everything_waits(held: Line) -> None:
    assert await states(held) == ["queued"] * 3
    one = await account(held)
    assert one["held_since"] is not None
    assert one["seen"]["problem"] == "account"
    asked = len(held.system.asked)
    await held.send()
    assert len(held.system.asked) == asked


async def test_with_a_new_credential_it_goes_on_in_order(held: Line) -> None:
    held.system.answer = lambda _asked: Said()
    held.system.asked.clear()
    setting_up = SettingUp(held.floor.executor, held.opener, LOOPBACK)
    command = ChangeChannelAccount(account_id=held.account_id)
    await setting_up.change(AATU, command, {"secret": SECRET}, None)
    await held.send()
    assert await states(held) == ["sent"] * 3
    assert [one["text"] for one in held.got() if one["to"] == "ann"] == ["first", "second"]
    one = await account(held)
    assert one["held_since"] is None
    assert one["seen"]["well"] is True


async def test_a_look_that_succeeds_lets_it_go_on(held: Line) -> None:
    held.system.answer = lambda _asked: Said()
    await SettingUp(held.floor.executor, held.opener, LOOPBACK).check(AATU, held.account_id)
    await held.send()
    assert await states(held) == ["sent"] * 3


async def test_it_is_tried_again_by_itself_one_message_at_a_time(held: Line) -> None:
    held.system.asked.clear()
    held.floor.clock.advance(33)
    await held.send()
    assert len(held.system.asked) == 1
    held.system.answer = lambda _asked: Said()
    held.floor.clock.advance(2 * HOUR)
    await held.send()
    assert await states(held) == ["sent"] * 3


async def test_after_two_days_they_have_failed(held: Line) -> None:
    for _ in range(2 * 24 + 1):
        held.floor.clock.advance(HOUR)
        await held.send()
    assert set(await states(held)) == {"failed"}
    rows = await held.floor.sql("SELECT DISTINCT problem FROM dispatches")
    assert [row["problem"] for row in rows] == ["account"]


async def test_what_is_sent_again_has_two_days_anew(held: Line) -> None:
    held.floor.clock.advance(50 * HOUR)
    await held.send()
    assert set(await states(held)) == {"failed"}
    (one, *_) = await held.floor.sql("SELECT message_id FROM dispatches ORDER BY place")
    await held.floor.done(AATU, SendAgain(account_id=held.account_id, message_id=one["message_id"]))
    held.floor.clock.advance(2 * HOUR)
    await held.send()
    assert (await states(held))[0] == "queued"


async def test_a_message_that_is_refused_alone_holds_up_nobody_for_long(line: Line) -> None:
    ann, bob = await served(line, "ann"), await served(line, "bob")
    line.system.answer = lambda asked: Said(403 if b"odd" in asked.body else 200)
    await line.floor.write(AINO, ann, "odd")
    await line.send()
    await line.floor.write(AINO, bob, "good")
    async with GuardedHttp(LOOPBACK) as http:
        sender = line.sender(http)
        for _ in range(4):
            line.floor.clock.advance(600)
            await sender.work()
    assert (await messages(line.floor, bob))[-1] == ("good", "sent", None)
    assert (await messages(line.floor, ann))[-1] == ("odd", "failed", "account")
    assert (await account(line))["held_since"] is None


async def test_administrators_and_supervisors_hear_of_it_once(held: Line, floor: Floor) -> None:
    facts = [one for one in await floor.all_facts() if one.kind == "channel_seen"]
    told = [one for one in facts if one.notify]
    assert len(told) == 1
    assert AATU.id in told[0].notify
    assert AINO.id not in told[0].notify
    notice = notice_of_house(told[0], AATU, Lookups())
    assert notice is not None
    assert notice.code == "channel_held"


async def test_a_process_whose_clock_is_ahead_takes_over_nothing(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "words")
    async with line.floor.database.transaction() as tx:
        now = line.floor.clock()
        claim = ("dispatches.claim_account", HOUSE, line.account_id)
        assert await tx.row(*claim, "process-1", now, 15.0, []) is not None
        assert await tx.row(*claim, "process-2", now + timedelta(minutes=5), 15.0, []) is None


async def test_more_accounts_than_are_read_at_a_time_all_have_their_turn(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "AT_A_TIME", 2)
    await line.floor.write(AINO, await served(line), "words")
    for number in range(5):
        await line.floor.sql(
            "INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets,"
            " created_at) SELECT organization_id, $1, provider, $1, workstream_id, settings, secrets, created_at"
            " FROM channel_accounts WHERE id = $2", f"00000000-{number}", line.account_id,
        )  # fmt: skip
        await line.floor.sql(
            "INSERT INTO dispatches (organization_id, message_id, account_id, conversation_id, address, text, state,"
            " due, created_at) SELECT organization_id, $1, $2, conversation_id, address, 'words', 'queued', due,"
            " created_at FROM dispatches LIMIT 1", f"d-{number}", f"00000000-{number}",
        )  # fmt: skip
    job = Dispatching(line.floor.executor, Doorbell(), line.opener, process_id="p", allowed=LOOPBACK)
    assert len(await job._due(line.floor.clock())) == 6
