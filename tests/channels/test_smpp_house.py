"""SMPP in the house: a conversation over a session, in order, by one process, whatever becomes of the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sample_centre import Centre
from sample_floor import AATU, AINO, HOUSE, Floor
from sample_line import LOOPBACK, conversation_of, messages, opener
from smpp.pdu.pdu_types import CommandStatus

from valvomo.channels import PROVIDERS
from valvomo.channels.http import GuardedHttp
from valvomo.channels.optional import Attached, Coupled, Divider, Listener
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.conversations import serve
from valvomo.commands.execute import Done
from valvomo.jobs.arriving import Arriving
from valvomo.jobs.listening import Ear
from valvomo.jobs.sending import Sender


@dataclass
class Desk:
    """An account at a message centre, and the processes' parts that serve it."""

    floor: Floor
    centre: Centre
    account_id: str
    http: GuardedHttp
    ear: Ear

    def sender(self, process: str = "process-1") -> Sender:
        key = (HOUSE, self.account_id)
        return Sender(
            self.floor.executor, opener(self.floor.database), self.http, key=key, process_id=process
        )

    async def hear(self) -> None:
        """What has come is kept and answered, and taken in."""
        while True:
            used = await self.ear._used()
            assert used is not None
            await self.ear.once(used)
            if not self.centre.owed:
                break
        self.floor.clock.advance(1)
        arriving = Arriving(self.floor.executor, self.floor.executor.bell, opener(self.floor.database))
        while await arriving.round() == 0.0:
            pass

    async def served(self) -> str:
        """A conversation with Aino that a customer has begun."""
        self.centre.deliver(b"Moi")
        await self.hear()
        one = await conversation_of(self.floor)
        await self.floor.done(AINO, serve.Pick(conversation_id=one))
        return one


@pytest.fixture
async def desk(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    for name in ("WAIT_SECONDS", "SOON_SECONDS", "HOPE_SECONDS"):
        monkeypatch.setattr(f"valvomo.channels.smpp.hearing.{name}", 0.05)
    await floor.sql("UPDATE workstreams SET channel = 'sms' WHERE id = 'persistent'")
    async with Centre().open() as centre, GuardedHttp(LOOPBACK) as http:
        settings = {
            "host": "127.0.0.1",
            "port": centre.port,
            "security": "none",
            "system_id": "valvomo",
            "sender": "16400",
        }
        filled = (settings, {"password": "s3cret"})
        made = await SettingUp(floor.executor, opener(floor.database), LOOPBACK).create(
            AATU, ("smpp", "Numbers", "persistent"), filled, None
        )
        assert isinstance(made, Done), made
        one = str(made.result["id"])
        opened = opener(floor.database)
        reception = Reception(floor.database, floor.executor.bell, floor.clock, opened)
        ear = Ear(floor.executor, opened, reception, http, key=(HOUSE, one), process_id="process-1")
        desk = Desk(floor, centre, one, http, ear)
        yield desk
        await ear._detach()


def test_it_is_what_the_jobs_ask_for() -> None:
    for part in (Listener, Attached, Coupled, Divider):
        assert isinstance(PROVIDERS["smpp"], part)
    assert [name for name, one in PROVIDERS.items() if isinstance(one, Coupled)] == ["smpp"]


async def test_a_conversation_from_the_first_word_to_the_receipt(desk: Desk) -> None:
    one = await desk.served()
    await desk.floor.write(AINO, one, "Päivää")
    await desk.sender().work()
    assert [one.params["short_message"] for one in desk.centre.submitted] == [b"P\x7biv\x7b\x7b"]
    assert (await messages(desk.floor, one))[-1] == ("Päivää", "sent", None)
    desk.centre.receipt("id:id-1 stat:DELIVRD err:000 text:")
    await desk.hear()
    assert (await messages(desk.floor, one))[-1] == ("Päivää", "delivered", None)


async def test_who_does_not_listen_does_not_send(desk: Desk) -> None:
    one = await desk.served()
    await desk.floor.write(AINO, one, "Päivää")
    await desk.sender("process-2").work()
    assert desk.centre.submitted == []
    assert (await messages(desk.floor, one))[-1] == ("Päivää", "queued", None)
    await desk.sender("process-1").work()
    assert len(desk.centre.submitted) == 1


async def test_of_a_long_message_what_was_taken_goes_once_and_the_last_receipt_counts(desk: Desk) -> None:
    one = await desk.served()
    text = "".join(f"{number:04d}" for number in range(100))
    await desk.floor.write(AINO, one, text)
    desk.centre.answer = lambda said: (
        CommandStatus.ESME_RSYSERR if said.params["short_message"][5] == 2 else CommandStatus.ESME_ROK
    )
    await desk.sender().work()
    assert [said.params["short_message"][5] for said in desk.centre.submitted] == [1, 2]
    desk.centre.answer = lambda _said: CommandStatus.ESME_ROK
    desk.floor.clock.advance(60)
    await desk.sender().work()
    taken = [said.params["short_message"] for said in desk.centre.submitted]
    assert [said[5] for said in taken] == [1, 2, 2, 3]
    assert b"".join(said[6:] for said in (taken[0], *taken[2:])).decode() == text
    for number in (4, 1):
        desk.centre.receipt(f"id:id-{number} stat:DELIVRD err:000 text:")
    await desk.hear()
    assert (await messages(desk.floor, one))[-1][1] == "sent"
    desk.centre.receipt("id:id-3 stat:DELIVRD err:000 text:")
    await desk.hear()
    assert (await messages(desk.floor, one))[-1][1] == "delivered"


async def test_too_quick_is_no_failure_and_keeps_the_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.channels.smpp.problems.PACE_SECONDS", 0.01)
    one = await desk.served()
    for text in ("yksi", "kaksi"):
        await desk.floor.write(AINO, one, text)
    throttled = iter([CommandStatus.ESME_RTHROTTLED] * 3)
    desk.centre.answer = lambda _said: next(throttled, CommandStatus.ESME_ROK)
    for _ in range(5):
        await desk.sender().work()
        desk.floor.clock.advance(1)
    said = [one.params["short_message"] for one in desk.centre.submitted]
    assert said == [b"yksi"] * 4 + [b"kaksi"]
    rows = await desk.floor.sql("SELECT attempts, possibly_repeated FROM dispatches ORDER BY place")
    assert [tuple(row) for row in rows] == [(1, False)] * 2


async def test_a_password_that_is_refused_holds_the_account_and_loses_nothing(desk: Desk) -> None:
    one = await desk.served()
    desk.centre.hang_up()
    desk.centre.bind_status = CommandStatus.ESME_RINVPASWD
    used = await desk.ear._used()
    assert used is not None
    for _ in range(2):
        assert not await desk.ear.once(used)
    await desk.floor.write(AINO, one, "Päivää")
    await desk.sender().work()
    (row,) = await desk.floor.sql("SELECT held_since FROM channel_accounts")
    assert row["held_since"] is not None
    assert (await messages(desk.floor, one))[-1] == ("Päivää", "queued", None)
    desk.centre.bind_status = CommandStatus.ESME_ROK
    await desk.hear()
    desk.floor.clock.advance(3600)
    await desk.sender().work()
    assert (await messages(desk.floor, one))[-1] == ("Päivää", "sent", None)


async def test_a_message_in_parts_that_are_kept_over_a_restart(desk: Desk) -> None:
    desk.centre.deliver(b"\x05\x00\x03\x07\x02\x02loppu", header=True)
    await desk.hear()
    assert desk.centre.owed == 0
    await desk.ear._detach()
    desk.centre.deliver(b"\x05\x00\x03\x07\x02\x01alku ja ", header=True)
    await desk.hear()
    one = await conversation_of(desk.floor)
    assert [text for text, *_ in await messages(desk.floor, one)] == ["alku ja loppu"]
