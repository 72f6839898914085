"""What came of a sending is not lost by what fails beside it: else a customer would be told the same thing again."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import asyncpg
import pytest
from sample_floor import AATU, AINO, HOUSE, Floor
from sample_line import LOOPBACK, SECRET, Line, opener, received
from sample_provider import Said

from valvomo.channels.http import GuardedHttp
from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.delivery import NoteDeliveries
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.commands.execute import Done, Executor
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Refusal
from valvomo.jobs import arriving
from valvomo.jobs.janitor import Janitor
from valvomo.jobs.pacing import after_lost
from valvomo.jobs.sending import MOST_LOST
from valvomo.queries.verify import verify

HOUR = 3600.0


async def served(line: Line, sender: str = "ann") -> str:
    """A conversation that began over the line, with Aino."""
    await line.says(sender, "hello", f"m-{sender}")
    await line.take_in()
    (row,) = await line.floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
    await line.floor.done(AINO, serve.Pick(conversation_id=row["id"]))
    return str(row["id"])


async def newest(line: Line) -> str:
    (row,) = await line.floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
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


async def test_a_report_that_cannot_be_taken_in_holds_up_no_other(line: Line) -> None:
    one = await served(line)
    for number in range(3):
        await line.floor.write(AINO, one, f"number {number}")
    await line.send()
    for got in line.got():
        await line.reports(got["id"], "read")
    bad = line.got()[1]["id"]
    await line.floor.sql(
        "UPDATE arrivals SET body = '{\"state\": 7}' WHERE kind = 'status' AND address = $1", bad
    )
    for _ in range(8):
        await line.take_in(after=600)
    assert [state for _, state, _ in (await messages(line.floor, one))[1:]] == ["read", "sent", "read"]
    given_up = await line.floor.sql("SELECT address FROM arrivals WHERE given_up_at IS NOT NULL")
    assert [row["address"] for row in given_up] == [bad]


async def test_threads_that_wait_to_be_tried_again_do_not_take_the_turns_of_others(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "BATCH", 2)
    for name in ("ann", "bob"):
        for number in range(2):
            await line.says(name, "hello", f"{name}-{number}")
    await line.floor.sql("UPDATE arrivals SET body = '{\"text\": 7}' WHERE key LIKE '%-0'")
    await line.take_in()
    await line.says("eve", "hello", "eve-0")
    await line.take_in(after=0.6)
    said = await line.floor.sql("SELECT body ->> 'customer_name' AS customer_name FROM conversations")
    assert [row["customer_name"] for row in said] == ["Customer eve"]


async def test_the_house_does_not_repeat_itself_to_who_answers_by_machine(line: Line) -> None:
    closed = [{"trigger": "wait", "remedy": "close", "over": 30, "texts": {"en": "Nobody is here."}}]
    await line.floor.sql("UPDATE queues SET overflow = $1 WHERE id = 'support'", closed)
    for number in range(5):
        await line.says("robot", "I am away.", f"m{number}")
        await line.take_in()
        line.floor.clock.advance(31)
        await line.floor.done(system(HOUSE, "overflow"), ApplyOverflow(conversation_id=await newest(line)))
        await line.send()
    assert [got["text"] for got in line.got()] == ["Nobody is here."]
    line.floor.clock.advance(HOUR)
    await line.says("robot", "And now?", "m9")
    await line.take_in()
    line.floor.clock.advance(31)
    await line.floor.done(system(HOUSE, "overflow"), ApplyOverflow(conversation_id=await newest(line)))
    await line.send()
    assert len(line.got()) == 2


async def test_an_address_that_somebody_else_has_now_is_somebody_elses(floor: Floor) -> None:
    async with Line.open(floor, vouches=True) as line:
        contacts = []
        for number, phone in enumerate(("+358401234567", "+358401234567", "+358407654321")):
            said = received("terminal", "hello", f"m{number}", floor.clock())
            said["data"]["from"]["phone"] = phone
            await line.call(said)
            await line.take_in()
            one = await newest(line)
            contacts.append((await floor.get(one)).contact_id)
            await floor.done(AINO, serve.Pick(conversation_id=one))
            await floor.done(AINO, serve.End(conversation_id=one))
    assert contacts[0] == contacts[1] != contacts[2]


async def test_what_comes_after_its_window_opens_none(floor: Floor) -> None:
    async with Line.open(floor, session_hours=24) as line:
        early = floor.clock()
        floor.clock.advance(25 * HOUR)
        await line.says("ann", "hello", "m1", at=early)
        await line.take_in()
        assert (await floor.get(await newest(line))).window_closed


async def test_secrets_are_not_told_to_another_server(floor: Floor) -> None:
    await floor.sql(
        "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, timers, consent, created_at)"
        " SELECT organization_id, 'sms', 'sms', 'sms', organization_id || '-sms', queue_id, timers, 'none', created_at"
        " FROM workstreams WHERE id = 'persistent'"
    )
    setting_up = SettingUp(floor.executor, opener(floor.database), LOOPBACK)
    settings = {"account_sid": "AC" + "0" * 32, "sender": "+358457000000"}
    made = await setting_up.create(AATU, ("twilio", "SMS", "sms"), (settings, {"auth_token": "t" * 32}), None)
    assert isinstance(made, Done), made
    command = ChangeChannelAccount(
        account_id=str(made.result["id"]), settings={**settings, "base_url": "https://elsewhere.example"}
    )
    refused = await setting_up.change(AATU, command, None, None)
    assert isinstance(refused, Refusal)
    assert "body.secrets" in str(refused.facts)
    assert isinstance(await setting_up.change(AATU, command, {"auth_token": "u" * 32}, None), Done)


@pytest.mark.parametrize("given", [
    ({"url": "ftp://system.example"}, {"secret": SECRET}),
    ({"url": "https://system.example"}, {"secret": SECRET + "A"}),
])  # fmt: skip
async def test_what_could_never_work_is_not_kept(line: Line, given: Any) -> None:
    setting_up = SettingUp(line.floor.executor, line.opener, LOOPBACK)
    assert isinstance(await setting_up.create(AATU, ("custom", "Other", "custom"), given, None), Refusal)


async def test_what_was_taken_in_is_forgotten_in_the_end(line: Line) -> None:
    await served(line)
    await line.says("bob", "hello", "m2")
    line.floor.clock.advance(86400 * 31)
    janitor = Janitor(line.floor.database, line.floor.executor, line.floor.clock, process_id="one", live=dict)
    await janitor._sweep(line.floor.clock())
    assert [row["address"] for row in await line.floor.sql("SELECT address FROM arrivals")] == ["bob"]


async def test_who_writes_over_a_channel_is_told_the_notice_and_it_is_noted(line: Line) -> None:
    await line.floor.sql("UPDATE workstreams SET consent = 'notice' WHERE id = 'custom'")
    await line.floor.sql(
        "INSERT INTO texts VALUES ($1, 'custom', 'notice', 'en', 4, 'We may listen.', $2)",
        HOUSE,
        line.floor.clock(),
    )
    one = await served(line)
    await line.floor.write(AINO, one, "good morning")
    await line.send()
    assert [got["text"] for got in line.got()] == ["We may listen.", "good morning"]
    consent = (await line.floor.get(one)).consent
    assert (consent.policy.value, consent.version, consent.language) == ("notice", 4, "en")
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_a_customer_without_a_name_goes_by_the_one_that_the_house_knows(floor: Floor) -> None:
    async with Line.open(floor, vouches=True) as line:
        said = received("x", "hello", "m1", floor.clock())
        said["data"]["from"] = {"id": "x", "phone": "+358401234567"}
        await line.call(said)
        await line.take_in()
        one = await newest(line)
        assert (await floor.get(one)).customer_name == "+358401234567"
        await floor.sql("UPDATE contacts SET name = 'Aada Niemi' WHERE name = '+358401234567'")
        await floor.done(AINO, serve.Pick(conversation_id=one))
        await floor.done(AINO, serve.End(conversation_id=one))
        said["data"]["id"] = "m2"
        await line.call(said)
        await line.take_in()
        assert (await floor.get(await newest(line))).customer_name == "Aada Niemi"


async def test_an_account_that_is_found_well_again_has_what_waits_go_at_once(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "at last")
    line.system.answer = lambda _asked: Said(503)
    for _ in range(10):
        await line.send()
        line.floor.clock.advance(1800)
    await line.send()
    line.system.answer = lambda _asked: Said()
    setting_up = SettingUp(line.floor.executor, line.opener, LOOPBACK)
    await line.floor.sql("UPDATE channel_accounts SET seen = '{\"well\": false}'")
    assert (await messages(line.floor, one))[1][1] == "queued"
    await line.send()
    assert (await messages(line.floor, one))[1][1] == "queued", "not due"
    await setting_up.check(AATU, line.account_id)
    await line.send()
    assert (await messages(line.floor, one))[1][:2] == ("at last", "sent")
