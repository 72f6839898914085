"""Telegram, held against its public documentation: what it tells, how it is asked, what it answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_floor import AATU, HOUSE, Floor
from sample_line import LOOPBACK, opener
from sample_provider import Asked, Said, StandIn

from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import (
    Account,
    Inbound,
    Letter,
    RejectedError,
    Request,
    UnavailableError,
    UnreadableError,
    UnverifiedError,
)
from valvomo.channels.telegram import Telegram
from valvomo.channels.telegram.provider import TelegramSecrets, TelegramSettings, secret_token
from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.jobs.arriving import Arriving
from valvomo.jobs.listening import Ear

TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"  # the form of https://core.telegram.org/bots/api#authorizing-your-bot
CALLBACK = "https://desk.example.org/channels/telegram/one"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
USER = {"id": 7001, "is_bot": False, "first_name": "Aada", "last_name": "Niemi", "language_code": "fi-FI"}
PRIVATE = {"id": 7001, "type": "private", "first_name": "Aada"}


def account(
    base_url: str = "https://api.telegram.org", mode: Literal["webhook", "polling"] = "webhook", **more: Any
) -> Account:
    return Account(
        id="one", organization_id="house", settings=TelegramSettings(base_url=base_url, mode=mode),
        secrets=TelegramSecrets(bot_token=TOKEN), callback=CALLBACK, **more,
    )  # fmt: skip


def told(number: int = 10, **message: Any) -> dict[str, Any]:
    """An update with a message (https://core.telegram.org/bots/api#message)."""
    said = {"message_id": 5, "from": USER, "chat": PRIVATE, "date": int(NOW.timestamp()), **message}
    return {"update_id": number, "message": said}


def call(update: Any, secret: str | None = None) -> Request:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    given = secret_token(account()) if secret is None else secret
    return Request(
        method="POST", query="", headers={"x-telegram-bot-api-secret-token": given}, body=body, at=NOW
    )


def letter(text: str = "Tulossa on.") -> Letter:
    return Letter(
        id="01a2287f-bd50-7043-8471-2cc40e90e6d2", conversation_id="c", address="7001", text=text, author_name="Aino",
        language="fi", subject="", created_at=NOW, at=NOW,
    )  # fmt: skip


def ok(result: Any) -> Said:
    return Said(body=json.dumps({"ok": True, "result": result}).encode())


def no(code: int, description: str, **parameters: Any) -> Said:
    """https://core.telegram.org/bots/api#making-requests and #responseparameters."""
    said = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return Said(status=code, body=json.dumps(said).encode())


def method(asked: Asked) -> str:
    assert asked.path.split("/")[1].endswith(TOKEN.partition(":")[2])
    return asked.path.rpartition("/")[2]


def test_a_message_is_read() -> None:
    (item,) = Telegram().receive(account(), call(told(text="Hei! Missä paketti on?"))).items
    assert isinstance(item, Inbound)
    assert (item.address, item.text, item.name, item.language) == (
        "7001",
        "Hei! Missä paketti on?",
        "Aada Niemi",
        "fi",
    )
    assert item.sent_at == NOW
    assert item.identity is not None
    assert (item.identity.kind, item.identity.value) == ("telegram", "7001")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"photo": [{"file_id": "a"}], "caption": "Näin kävi"}, "Näin kävi <photo>"),
        ({"photo": [{"file_id": "s", "file_size": 9}, {"file_id": "l", "file_size": 99}]}, "<photo>"),
        (
            {"document": {"file_id": "a", "file_name": "kuitti.pdf", "mime_type": "application/pdf"}},
            "<kuitti.pdf>",
        ),
        ({"voice": {"file_id": "a", "duration": 3, "mime_type": "audio/ogg"}}, "<voice>"),
        ({"video_note": {"file_id": "a", "duration": 3}}, "<video_note>"),
        ({"audio": {"title": "no id"}}, "<audio!>"),
        ({"sticker": {"file_id": "a", "emoji": "😀"}}, "😀 <sticker>"),
        ({"sticker": {"file_id": "a", "emoji": "😀", "is_animated": True}}, "😀"),
        ({"sticker": {"file_id": "a", "is_video": True}}, "[sticker]"),
        ({"location": {"latitude": 60.17, "longitude": 24.94}}, "📍 60.170000, 24.940000"),
        ({"contact": {"phone_number": "+358401234567", "first_name": "Eino"}}, "👤 Eino  +358401234567"),
        (
            {
                "animation": {"file_id": "a", "file_name": "x.mp4"},
                "document": {"file_id": "a", "file_name": "x.mp4"},
            },
            "<x.mp4>",
        ),
    ],
)
def test_what_is_not_words_does_not_vanish(message: dict[str, Any], text: str) -> None:
    (item,) = Telegram().receive(account(), call(told(**message))).items
    assert isinstance(item, Inbound)
    files = [f"<{one.name}{'!' if one.problem else ''}>" for one in item.media]
    assert " ".join([*([item.text] if item.text else []), *files]) == text


def test_what_was_changed_afterwards_is_told_beside_what_was_said() -> None:
    edited = {
        "update_id": 11,
        "edited_message": {**told()["message"], "text": "Kaksi", "edit_date": 1772442060},
    }
    first, second = (Telegram().receive(account(), call(one)).items[0] for one in (told(text="Yksi"), edited))
    assert isinstance(first, Inbound)
    assert isinstance(second, Inbound)
    assert (first.text, second.text) == ("Yksi", "✏️ Kaksi")
    assert first.key != second.key


@pytest.mark.parametrize(
    "update",
    [
        told(chat={"id": -5, "type": "group"}, text="hello all"),
        told(text=""),
        {"update_id": 12, "channel_post": {"message_id": 1}},
        {
            **told(text="I am a bot"),
            "message": {**told(text="x")["message"], "from": {**USER, "is_bot": True}},
        },
    ],
)
def test_what_is_no_customers_matter_is_taken_and_left(update: dict[str, Any]) -> None:
    received = Telegram().receive(account(), call(update))
    assert received.items == ()
    assert received.answer.status == 200, "else Telegram would tell it for ever"


@pytest.mark.parametrize("secret", ["", "wrong", TOKEN, "ä"])
def test_who_does_not_know_the_secret_is_not_believed(secret: str) -> None:
    with pytest.raises(UnverifiedError):
        Telegram().receive(account(), call(b"{not even json", secret))


def test_another_account_has_another_secret() -> None:
    other = Account(
        id="two", organization_id="house", settings=account().settings, secrets=account().secrets, callback=CALLBACK
    )  # fmt: skip
    assert secret_token(other) != secret_token(account())
    assert TOKEN not in secret_token(account())


@given(st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.text() | st.integers(), lambda one: st.lists(one)
       | st.dictionaries(st.sampled_from(["update_id", "message", "chat", "from", "date", "text"]), one))))  # fmt: skip
def test_anything_that_is_signed_is_read_or_refused(body: Any) -> None:
    with suppress(UnreadableError):
        Telegram().receive(account(), call(body))


@asynccontextmanager
async def server(*answers: Said) -> AsyncIterator[tuple[StandIn, GuardedHttp]]:
    """Answers in this order, the last one for ever."""
    left = list(answers)
    stand_in = StandIn(lambda _asked: left.pop(0) if len(left) > 1 else left[0])
    async with stand_in.open(), GuardedHttp(LOOPBACK) as http:
        yield stand_in, http


async def test_a_message_is_sent_as_plain_text() -> None:
    async with server(ok({"message_id": 99})) as (stand_in, http):
        sent = await Telegram().send(account(stand_in.url), letter("*no* <b>markup</b>"), http)
        assert sent.provider_id == "7001:99"
        (asked,) = stand_in.asked
        assert method(asked) == "sendMessage"
        assert json.loads(asked.body) == {"chat_id": "7001", "text": "*no* <b>markup</b>"}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (no(403, "Forbidden: bot was blocked by the user"), DeliveryProblem.BLOCKED),
        (no(403, "Forbidden: user is deactivated"), DeliveryProblem.UNREACHABLE),
        (no(400, "Bad Request: chat not found"), DeliveryProblem.INVALID_ADDRESS),
        (no(400, "Bad Request: message is too long"), DeliveryProblem.TOO_LONG),
        (no(400, "Bad Request: something else"), DeliveryProblem.REFUSED),
        (no(401, "Unauthorized"), DeliveryProblem.ACCOUNT),
    ],
)
async def test_what_is_refused_is_final(said: Said, problem: DeliveryProblem) -> None:
    async with server(said) as (stand_in, http):
        with pytest.raises(RejectedError) as caught:
            await Telegram().send(account(stand_in.url), letter(), http)
        assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("said", "paced", "after", "lost"),
    [
        (no(429, "Too Many Requests: retry after 7", retry_after=7), True, 7.0, False),
        (no(500, "Internal Server Error"), False, None, True),
        (Said(status=502, body=b"<html>"), False, None, True),
        (Said(body=b"not json"), False, None, True),
        (ok({}), False, None, True),
        (Said(drop=True), False, None, True),
    ],
)
async def test_what_may_do_later_is_tried_again(
    said: Said, paced: bool, after: float | None, lost: bool
) -> None:
    async with server(said) as (stand_in, http):
        with pytest.raises(UnavailableError) as caught:
            await Telegram().send(account(stand_in.url), letter(), http)
        error = caught.value
        assert (error.paced, error.retry_after, error.lost) == (paced, after, lost)
        assert TOKEN not in error.detail


async def test_a_look_tells_telegram_where_to_call() -> None:
    async with server(ok({"username": "ValvomoBot"}), ok({"url": ""}), ok(True)) as (stand_in, http):
        health = await Telegram().check(account(stand_in.url), http, NOW)
        assert (health.well, health.detail) == (True, "@ValvomoBot")
        assert [method(one) for one in stand_in.asked] == ["getMe", "getWebhookInfo", "setWebhook"]
        hook = json.loads(stand_in.asked[-1].body)
        assert hook["url"] == CALLBACK
        assert hook["secret_token"] == secret_token(account())


async def test_a_look_at_one_that_is_asked_ends_calls() -> None:
    async with server(ok({"username": "B"}), ok({"url": "https://old.example"}), ok(True)) as (
        stand_in,
        http,
    ):
        assert (await Telegram().check(account(stand_in.url, "polling"), http, NOW)).well
        assert method(stand_in.asked[-1]) == "deleteWebhook"
        assert json.loads(stand_in.asked[-1].body) == {"drop_pending_updates": False}


async def test_a_wrong_token_is_found_by_a_look() -> None:
    async with server(no(401, "Unauthorized")) as (stand_in, http):
        health = await Telegram().check(account(stand_in.url), http, NOW)
        assert (health.well, health.problem) == (False, DeliveryProblem.ACCOUNT)


class Updates:
    """What waits at Telegram: an update is forgotten once the one after it is asked for."""

    def __init__(self, *updates: dict[str, Any]) -> None:
        self.waiting = list(updates)
        self.hooked = False

    def __call__(self, asked: Asked) -> Said:
        name = method(asked)
        if name == "getUpdates":
            if self.hooked:
                return no(409, "Conflict: can't use getUpdates method while webhook is active")
            offset = json.loads(asked.body)["offset"]
            self.waiting = [one for one in self.waiting if one["update_id"] >= offset]
            return ok(self.waiting)
        if name == "deleteWebhook":
            self.hooked = False
            return ok(True)
        return ok({"url": "https://old.example" if self.hooked else "", "username": "B"})


@asynccontextmanager
async def listening(floor: Floor, telegram: Updates) -> AsyncIterator[tuple[Ear, str]]:
    """An ear for an account that is asked."""
    await floor.sql(
        "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, timers, consent, created_at)"
        " SELECT organization_id, 'telegram', 'telegram', 'telegram', organization_id || '-telegram', queue_id, timers,"
        " 'none', created_at FROM workstreams WHERE id = 'persistent'"
    )
    async with StandIn(telegram).open() as stand_in, GuardedHttp(LOOPBACK) as http:
        opened = opener(floor.database)
        filled = ({"base_url": stand_in.url, "mode": "polling"}, {"bot_token": TOKEN})
        made = await SettingUp(floor.executor, opened, LOOPBACK).create(
            AATU, ("telegram", "Our bot", "telegram"), filled, None
        )
        assert isinstance(made, Done), made
        one = str(made.result["id"])
        reception = Reception(floor.database, floor.executor.bell, floor.clock, opened)
        yield Ear(floor.executor, opened, reception, http, key=(HOUSE, one), process_id="process-1"), one


async def test_what_is_asked_for_becomes_a_conversation_once(floor: Floor) -> None:
    telegram = Updates(told(10, text="Hei"), told(11, message_id=6, text="Missä paketti on?"))
    async with listening(floor, telegram) as (ear, _one):
        for _ in range(2):
            used = await ear._used()
            assert used is not None
            assert await ear.once(used)
        assert telegram.waiting == [], "what is kept is not asked for again"
        arriving = Arriving(floor.executor, floor.executor.bell, opener(floor.database))
        floor.clock.advance(1)
        while await arriving.round() == 0.0:
            pass
        said = await floor.sql("SELECT text FROM public_messages ORDER BY conversation_id, seq")
        assert [row["text"] for row in said] == ["Hei", "Missä paketti on?"]
        conversations = await floor.sql("SELECT channel, count(*) FROM conversations GROUP BY 1")
        assert [tuple(row) for row in conversations] == [("telegram", 1)]


async def test_an_update_that_we_do_not_understand_holds_up_nobody(floor: Floor) -> None:
    strange = told(10, location={"latitude": "somewhere new"})
    telegram = Updates(strange, {"update_id": 11, "message": {"chat": "?"}}, told(12, text="Hei"))
    async with listening(floor, telegram) as (ear, _one):
        for _ in range(2):
            used = await ear._used()
            assert used is not None
            assert await ear.once(used)
        assert telegram.waiting == []
        kept = await floor.sql("SELECT body ->> 'text' AS text FROM arrivals ORDER BY key")
        assert [row["text"] for row in kept] == ["[?]", "Hei"]


async def test_another_bot_is_asked_from_its_own_beginning(floor: Floor) -> None:
    telegram = Updates(told(900, text="Hei"))
    async with listening(floor, telegram) as (ear, one):
        used = await ear._used()
        assert used is not None
        await ear.once(used)
        telegram.waiting = [told(10, text="Toinen botti")]
        other = {"bot_token": TOKEN.replace(TOKEN.partition(":")[0], "99887766")}
        setting_up = SettingUp(floor.executor, opener(floor.database), LOOPBACK)
        changed = await setting_up.change(AATU, ChangeChannelAccount(account_id=one), other, None)
        assert isinstance(changed, Done), changed
        used = await ear._used()
        assert used is not None
        await ear.once(used)
        kept = await floor.sql("SELECT body ->> 'text' AS text FROM arrivals ORDER BY received_at, key")
        assert sorted(row["text"] for row in kept) == ["Hei", "Toinen botti"]


async def test_updates_that_were_told_twice_are_kept_once(floor: Floor) -> None:
    telegram = Updates(told(10, text="Hei"))
    async with listening(floor, telegram) as (ear, one):
        used = await ear._used()
        assert used is not None
        assert await ear.once(used)
        assert await ear.once(used)
        kept = await floor.sql("SELECT key FROM arrivals WHERE account_id = $1", one)
        assert len(kept) == 1


async def test_calls_that_are_still_set_up_are_ended(floor: Floor) -> None:
    telegram = Updates(told(10, text="Hei"))
    telegram.hooked = True
    async with listening(floor, telegram) as (ear, _one):
        used = await ear._used()
        assert used is not None
        assert not await ear.once(used), "it is told so, and asks again after a pause"
        assert await ear.once(used)


async def test_an_account_is_one_process_at_a_time(floor: Floor) -> None:
    async with listening(floor, Updates()) as (ear, _one):
        assert await ear._used() is not None
        ear._process_id = "process-2"
        assert await ear._used() is None
