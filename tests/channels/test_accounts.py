"""Accounts: sealed secrets, what administrators may do with them, windows, and what is sent again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sample_floor import AATU, AINO, HOUSE, SAARA, TIMER, Floor, reason
from sample_line import BASE, LOOPBACK, SECRET, Line, furnish, messages, opener, served
from sample_lines import lay_lines
from sample_provider import Said

from valvomo.channels.custom.provider import CustomSecrets
from valvomo.channels.port import Health
from valvomo.channels.vault import NoKeyError, UnopenableError, Vault
from valvomo.cli.doctor import channels
from valvomo.cli.doctor.finding import State
from valvomo.commands.channels.accounts import Opener
from valvomo.commands.channels.administering import (
    ChangeChannelAccount,
    CreateChannelAccount,
    RemoveChannelAccount,
)
from valvomo.commands.channels.mending import SendAgain
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.execute import Done
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.db import house
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.conversations.model import ConsentPolicy
from valvomo.domain.refusals import Reason, Refusal
from valvomo.house_key import HouseKey
from valvomo.jobs.pacing import LONGEST_PAUSE
from valvomo.queries.verify import verify

ONE, OTHER = bytes(32), bytes(range(32))
ACCOUNT = ("house", "account")


def vault(*keys: bytes) -> Vault:
    return Vault(lambda: HouseKey(keys) if keys else None)


def test_what_is_sealed_opens_with_its_key_and_for_its_account_alone() -> None:
    secrets = CustomSecrets(secret=SECRET)
    sealed = vault(ONE).seal(secrets, ACCOUNT)
    assert SECRET.encode() not in sealed
    assert vault(ONE).seal(secrets, ACCOUNT) != sealed
    assert vault(ONE).open(sealed, ACCOUNT, CustomSecrets) == secrets
    assert vault(OTHER, ONE).open(sealed, ACCOUNT, CustomSecrets) == secrets, "an older key still opens"
    for keys, account, given in (
        ((OTHER,), ACCOUNT, sealed),
        ((), ACCOUNT, sealed),
        ((ONE,), ("house", "another"), sealed),
        ((ONE,), ACCOUNT, sealed[:-1]),
        ((ONE,), ACCOUNT, b""),
    ):
        with pytest.raises(UnopenableError):
            vault(*keys).open(given, account, CustomSecrets)
    with pytest.raises(NoKeyError):
        vault().seal(secrets, ACCOUNT)


async def create(floor: Floor, opened: Opener, **more: Any) -> Done | Refusal:
    filled = (
        {"url": "https://ours.example/in", **more.get("settings", {})},
        more.get("secrets", {"secret": SECRET}),
    )
    named = (more.get("provider", "custom"), more.get("name", "Ours"), more.get("workstream", "custom"))
    return await SettingUp(floor.executor, opened, LOOPBACK).create(
        more.get("by", AATU), named, filled, more.get("key")
    )


async def test_secrets_stand_nowhere_in_the_clear(floor: Floor) -> None:
    await furnish(floor)
    assert isinstance(await create(floor, opener(floor.database)), Done)
    assert SECRET.removeprefix("whsec_") not in str(await floor.everything())
    told = [fact.event for fact in await floor.all_facts() if isinstance(fact.event, SettingChanged)]
    assert told[-1].subject == "channel_account"
    assert "secret" not in str(told[-1].after)


async def test_without_a_key_nothing_is_kept(floor: Floor) -> None:
    await furnish(floor)
    outcome = await create(floor, Opener(vault(), BASE, floor.database))
    assert reason(outcome) is Reason.NO_HOUSE_KEY
    assert await floor.sql("SELECT 1 FROM channel_accounts") == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"by": AINO}, Reason.ROLE_NEEDED),
        ({"provider": "pigeon"}, Reason.MALFORMED),
        ({"workstream": "chat"}, Reason.MALFORMED),
        ({"workstream": "nowhere"}, Reason.UNKNOWN_TARGET),
        ({"settings": {"per_second": -1}}, Reason.MALFORMED),
        ({"settings": {"unknown": 1}}, Reason.MALFORMED),
        ({"secrets": {}}, Reason.MALFORMED),
        ({"secrets": {"secret": "whsec_short"}}, Reason.MALFORMED),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    floor: Floor, more: dict[str, Any], why: Reason
) -> None:
    await furnish(floor)
    outcome = await create(floor, opener(floor.database), **more)
    assert reason(outcome) is why, outcome
    assert "whsec_short" not in str(getattr(outcome, "facts", ""))
    assert await floor.sql("SELECT 1 FROM channel_accounts") == []


@pytest.mark.parametrize(
    ("provider", "workstream", "why"),
    [("custom", "custom", Reason.MALFORMED), ("twilio_voice", "line", None)],
)
async def test_consent_is_asked_where_customers_can_answer(
    floor: Floor, provider: str, workstream: str, why: Reason | None
) -> None:
    await furnish(floor)
    await lay_lines(floor, HOUSE)
    await floor.sql("UPDATE workstreams SET consent = 'consent'")
    command = CreateChannelAccount(
        account_id="new", provider=provider, name="New", workstream_id=workstream, settings={}, sealed=b"sealed"
    )  # fmt: skip
    outcome = await floor.do(AATU, command)
    assert reason(outcome) is why, outcome


@pytest.mark.parametrize(
    ("provider", "workstream", "why"),
    [("custom", "custom", Reason.MALFORMED), ("twilio_voice", "line", None)],
)
async def test_consent_is_not_begun_to_be_asked_where_customers_cannot_answer(
    floor: Floor, provider: str, workstream: str, why: Reason | None
) -> None:
    """Nothing that they write would begin a conversation any more."""
    await furnish(floor)
    await lay_lines(floor, HOUSE)
    asks = ChangeWorkstream(workstream_id=workstream, consent=ConsentPolicy.CONSENT)
    await floor.done(AATU, asks)
    await floor.done(AATU, ChangeWorkstream(workstream_id=workstream, consent=ConsentPolicy.NOTICE))
    command = CreateChannelAccount(
        account_id="new", provider=provider, name="New", workstream_id=workstream, settings={}, sealed=b"sealed"
    )  # fmt: skip
    await floor.done(AATU, command)
    outcome = await floor.do(AATU, asks)
    assert reason(outcome) is why, outcome
    async with floor.database.reading() as tx:
        kept = (await house.workstream(tx, HOUSE, workstream)).consent
    assert kept is (ConsentPolicy.NOTICE if why else ConsentPolicy.CONSENT)


async def test_the_same_key_makes_one_account(floor: Floor) -> None:
    await furnish(floor)
    opened = opener(floor.database)
    first, again = await create(floor, opened, key="k"), await create(floor, opened, key="k")
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert first.result == again.result
    assert len(await floor.sql("SELECT 1 FROM channel_accounts")) == 1


async def test_an_account_that_was_used_stays_and_can_be_disabled(line: Line) -> None:
    one = await served(line)
    remove = RemoveChannelAccount(account_id=line.account_id)
    assert reason(await line.floor.do(AATU, remove)) is Reason.IN_USE
    await line.floor.done(AATU, ChangeChannelAccount(account_id=line.account_id, disabled=True))
    await line.floor.write(AINO, one, "later")
    await line.send()
    assert line.got() == []
    await line.floor.done(AATU, ChangeChannelAccount(account_id=line.account_id, disabled=False))
    await line.send()
    assert [got["text"] for got in line.got()] == ["later"]


async def test_a_look_and_a_test_message(line: Line) -> None:
    setting_up = SettingUp(line.floor.executor, line.opener, LOOPBACK)
    health = await setting_up.check(AATU, line.account_id)
    assert isinstance(health, Health)
    assert health.well
    assert isinstance(await setting_up.send_test(AATU, line.account_id, ("ann", "A test"), "key"), Done)
    again = await setting_up.send_test(AATU, line.account_id, ("ann", "A test"), "key")
    assert isinstance(again, Done)
    assert again.repeated
    assert [got["text"] for got in line.got()] == ["A test"]
    facts = await line.floor.sql(
        "SELECT f::text AS fact FROM facts f WHERE audited ORDER BY position DESC LIMIT 1"
    )
    assert "channel_account" in facts[0]["fact"]
    assert "ann" in facts[0]["fact"], "to whom is told to who asks later"
    assert "A test" not in facts[0]["fact"]
    line.system.answer = lambda _asked: Said(422)
    other = await setting_up.send_test(AATU, line.account_id, ("ann", "Another"), "key")
    assert reason(other) is Reason.KEY_REUSED
    refused = await setting_up.send_test(AATU, line.account_id, ("ann", "A test"), "another")
    assert reason(refused) is Reason.CHANNEL_REJECTED
    line.system.answer = lambda _asked: Said()
    assert isinstance(await setting_up.send_test(AATU, line.account_id, ("ann", "A test"), "another"), Done)
    assert len(line.got()) == 3, "the first, the refused, and that again"
    assert reason(await setting_up.check(SAARA, line.account_id)) is Reason.ROLE_NEEDED


async def test_what_failed_is_sent_again_or_dropped_by_a_person(line: Line) -> None:
    one = await served(line)
    line.system.answer = lambda _asked: Said(410)
    for text in ("first", "second"):
        await line.floor.write(AINO, one, text)
    await line.send()
    ids = [
        row["message_id"] for row in await line.floor.sql("SELECT message_id FROM dispatches ORDER BY place")
    ]
    again = SendAgain(account_id=line.account_id, message_id=ids[0])
    assert reason(await line.floor.do(AINO, again)) is Reason.ROLE_NEEDED
    await line.floor.done(AATU, again)
    assert reason(await line.floor.do(AATU, again)) is Reason.NOT_GIVEN_UP
    await line.floor.done(AATU, SendAgain(account_id=line.account_id, message_id=ids[1], drop=True))
    line.system.answer = lambda _asked: Said()
    await line.send()
    assert [text for text, state, _ in await messages(line.floor, one) if state == "sent"] == ["first"]
    assert (await messages(line.floor, one))[2] == ("second", "failed", "dropped")
    nobody = SendAgain(account_id="another", message_id=ids[1])
    assert reason(await line.floor.do(AATU, nobody)) is Reason.NOT_FOUND
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_a_reply_after_the_window_is_refused_by_button_and_interface_alike(floor: Floor) -> None:
    async with Line.open(floor, session_hours=24) as line:
        one = await served(line)
        conversation = await floor.get(one)
        assert act_refusal(Act.REPLY, AINO, conversation, await _on(floor)) is None
        floor.clock.advance(24 * 3600 + 1)
        await floor.done(TIMER, FireTimers(conversation_id=one))
        refusal = act_refusal(Act.REPLY, AINO, await floor.get(one), await _on(floor))
        assert refusal is not None
        assert refusal.reason is Reason.WINDOW_CLOSED
        assert reason(await floor.write(AINO, one, "too late")) is Reason.WINDOW_CLOSED
        await line.says("+358401", "I am back", "m2")
        await line.take_in()
        assert act_refusal(Act.REPLY, AINO, await floor.get(one), await _on(floor)) is None
        report = await verify(floor.database)
        assert report.clean, report.findings


async def _on(floor: Floor) -> Any:
    async with floor.database.reading() as tx:
        return await house.supervision(tx, HOUSE)


async def test_what_was_broken_off_says_that_it_may_have_come_twice(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that does not know a message again by our id."""
    plain = line.opener.open((await line.floor.sql("SELECT * FROM channel_accounts"))[0]).provider
    forgetful = type(plain).abilities

    def abilities(self: Any, account: Any) -> Any:
        return dataclasses.replace(forgetful(self, account), idempotent=False)

    monkeypatch.setattr(type(plain), "abilities", abilities)
    one = await served(line)
    await line.floor.write(AINO, one, "once or twice")
    line.system.answer = lambda _asked: Said(drop=True)
    await line.send()
    line.system.answer = lambda _asked: Said()
    line.floor.clock.advance(LONGEST_PAUSE)
    await line.send()
    assert len(line.got()) == 2
    assert len({got["id"] for got in line.got()}) == 1
    assert (await messages(line.floor, one))[1] == ("once or twice", "sent", "possibly_repeated")
    await line.reports(line.got()[0]["id"], "delivered")
    await line.take_in()
    assert (await messages(line.floor, one))[1] == ("once or twice", "delivered", "possibly_repeated")


async def test_verify_misses_a_dispatch(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "hello")
    await line.floor.sql("DELETE FROM dispatches")
    report = await verify(line.floor.database)
    assert not report.clean
    assert "dispatch" in str(report.findings[0])


async def test_the_doctor_sees_accounts_that_the_key_does_not_open(line: Line) -> None:
    assert (await channels.examine(line.floor.database, line.opener.vault)).state is State.OK
    closed = await channels.examine(line.floor.database, vault(OTHER))
    assert closed.state is State.BROKEN
    assert "VALVOMO_SECRET_KEY" in closed.cure
    await line.floor.sql("UPDATE channel_accounts SET seen = '{\"well\": false}'::jsonb")
    assert (await channels.examine(line.floor.database, line.opener.vault)).state is State.WARNING
    await line.floor.sql("DELETE FROM channel_accounts")
    assert (await channels.examine(line.floor.database, vault())).state is State.NOT_CONFIGURED
