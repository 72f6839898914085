"""Messenger, held against Meta's public documentation: what it signs, what it says, what it answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_floor import AATU, AINO, Floor
from sample_line import LOOPBACK
from sample_meta import (
    NOW,
    PAGE_ID,
    MetaLine,
    account,
    answered,
    asking,
    called,
    letter,
    messenger,
    ms_event,
    newest,
    refused,
    said_in,
    signed,
)
from sample_provider import Asked, Said, StandIn

from valvomo.channels.http import GuardedHttp
from valvomo.channels.messenger import Messenger
from valvomo.channels.port import RejectedError, UnavailableError, UnreadableError, UnverifiedError
from valvomo.commands.conversations import serve
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.refusals import Reason, Refusal

ANN = "4000000001"
_sent = itertools.count(1)


def one(base_url: str = "https://graph.facebook.com", **more: Any) -> Any:
    return account(Messenger(), {"page_id": PAGE_ID, "base_url": base_url, **more})


def read(body: dict[str, Any]) -> list[Any]:
    return list(Messenger().receive(one(), called(body)).items)


def words(**said: Any) -> str:
    (item,) = read(messenger(ms_event(**said)))
    return " ".join([*([item.text] if item.text else []), *(f"<{one.name}>" for one in item.media)])


def text(mid: str, said: str, at: datetime = NOW, sender: str = ANN) -> dict[str, Any]:
    return ms_event(at, sender, message={"mid": mid, "text": said})


def taken(_asked: Asked) -> Said:
    return answered({"recipient_id": ANN, "message_id": f"m_sent-{next(_sent)}"})


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@pytest.fixture
async def ms(floor: Floor) -> AsyncIterator[MetaLine]:
    async with MetaLine.open(floor, "messenger", {"page_id": PAGE_ID}, taken) as opened:
        yield opened


async def served(ms: MetaLine, sender: str = ANN) -> str:
    await ms.call(messenger(text(f"m_{sender}", "hello", ms.floor.clock(), sender)))
    await ms.take_in()
    conversation = await newest(ms.floor)
    await ms.floor.done(AINO, serve.Pick(conversation_id=conversation))
    return conversation


async def states(ms: MetaLine, conversation: str) -> list[str | None]:
    return [state for _, state, _ in await said_in(ms.floor, conversation)][1:]


def test_the_handshake_and_the_signature_come_first() -> None:
    assert Messenger().receive(one(), asking()).answer.body == b"1158201444"
    with pytest.raises(UnverifiedError):
        Messenger().receive(one(), asking(token="x" * 19))
    with pytest.raises(UnverifiedError):
        Messenger().receive(one(), signed(b"not even JSON", secret="f" * 32))
    with pytest.raises(UnreadableError):
        Messenger().receive(one(), signed(b"not even JSON"))


def test_a_text_is_read_with_who_wrote_it_and_when() -> None:
    (item,) = read(messenger(text("m_1", "Hei!", NOW + timedelta(milliseconds=478))))
    assert (item.key, item.address, item.text) == ("message:m_1", ANN, "Hei!")
    assert item.sent_at == NOW + timedelta(milliseconds=478)
    assert (item.identity.kind, item.identity.value) == ("messenger", f"{PAGE_ID}:{ANN}")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"message": {"mid": "m", "text": "Red", "quick_reply": {"payload": "RED"}}}, "Red"),
        ({"message": {"mid": "m", "attachments": [{"type": "image", "payload": {"url": "https://x"}}]}}, "<image>"),
        ({"message": {"mid": "m", "attachments": [{"type": "image", "payload": {}}]}}, "[image]"),
        ({"message": {"mid": "m", "text": "see", "attachments": [
            {"type": "fallback", "title": "A page", "payload": None}]}}, "see [fallback: A page]"),
        ({"message": {"mid": "m", "attachments": [
            {"type": "location", "payload": {"coordinates": {"lat": 60.1, "long": 24.9}}}]}}, "[location] 60.1, 24.9"),
        ({"message": {"mid": "m"}}, "[unsupported]"),
        ({"message": {"mid": "m", "is_deleted": True}}, "[deleted]"),
        ({"message": {"mid": "m", "text": 7}}, "[unsupported]"),
        ({"postback": {"mid": "m", "title": "Begin", "payload": "START"}}, "Begin"),
        ({"postback": {"payload": "START"}}, "START"),
        ({"reaction": {"mid": "m", "action": "react", "reaction": "love", "emoji": "❤"}}, "[reaction] ❤"),
        ({"reaction": {"mid": "m", "action": "unreact", "reaction": "love"}}, "[reaction removed]"),
    ],
)  # fmt: skip
def test_nothing_that_a_customer_sends_vanishes(said: dict[str, Any], wanted: str) -> None:
    assert words(**said) == wanted


def test_echoes_other_pages_and_what_stands_by_say_nothing() -> None:
    echo = ms_event(sender=PAGE_ID, recipient=ANN, message={"mid": "m_1", "text": "ours", "is_echo": True})
    odd_echo = ms_event(message={"mid": "m_2", "text": 7, "is_echo": True})
    other = ms_event(recipient="99999", message={"mid": "m_3", "text": "theirs"})
    assert read(messenger(echo, odd_echo, other)) == []
    assert read(messenger(text("m_4", "theirs"), page="99999")) == []
    assert read(messenger(text("m_5", "another app's"), standby=True)) == []
    assert read({**messenger(text("m_6", "x")), "object": "instagram"}) == []


def test_what_was_delivered_is_told_by_name_and_by_a_moment() -> None:
    named, until = read(messenger(ms_event(delivery={"mids": ["m_9"], "watermark": millis(NOW)})))
    assert (named.provider_id, named.state, named.until) == ("m_9", Delivery.DELIVERED, None)
    assert (until.provider_id, until.state, until.until) == (ANN, Delivery.DELIVERED, NOW)
    (until,) = read(messenger(ms_event(read={"watermark": millis(NOW)})))
    assert (until.state, until.until) == (Delivery.READ, NOW)


async def test_a_message_goes_out_as_an_answer_and_late_with_the_tag() -> None:
    late = letter(address=ANN, last_inbound_at=NOW - timedelta(hours=30))
    async with StandIn(taken).open() as graph, GuardedHttp(LOOPBACK) as http:
        await Messenger().send(one(graph.url), letter(address=ANN, last_inbound_at=NOW), http)
        await Messenger().send(one(graph.url, human_agent=True), late, http)
        await Messenger().send(one(graph.url), late, http)
        with pytest.raises(RejectedError):
            await Messenger().send(one(graph.url), letter(address="ann"), http)
    first, tagged, untagged = [json.loads(asked.body) for asked in graph.asked]
    assert graph.asked[0].path == f"/v26.0/{PAGE_ID}/messages"
    assert first == {
        "recipient": {"id": ANN},
        "message": {"text": "Tulossa on."},
        "messaging_type": "RESPONSE",
    }
    assert (tagged["messaging_type"], tagged["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert untagged["messaging_type"] == "RESPONSE"
    assert Messenger().abilities(one()).session_hours == 24
    assert Messenger().abilities(one(human_agent=True)).session_hours == 168


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (refused(400, 10, 2018278), DeliveryProblem.WINDOW_CLOSED),
        (refused(400, 10), DeliveryProblem.ACCOUNT),
        (refused(400, 100, 2018001), DeliveryProblem.INVALID_ADDRESS),
        (refused(400, 100), DeliveryProblem.REFUSED),
        (refused(400, 551), DeliveryProblem.UNREACHABLE),
        (refused(403, 200, 1545041), DeliveryProblem.UNREACHABLE),
        (refused(403, 200), DeliveryProblem.ACCOUNT),
        (refused(401, 190), DeliveryProblem.ACCOUNT),
        (refused(400, 77777), DeliveryProblem.OTHER),
    ],
)
async def test_what_is_refused_for_good(answer: Said, problem: DeliveryProblem) -> None:
    async with StandIn(lambda _asked: answer).open() as graph, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(RejectedError) as raised:
            await Messenger().send(one(graph.url), letter(address=ANN), http)
    assert raised.value.problem is problem


@pytest.mark.parametrize(
    ("answer", "paced", "lost"),
    [
        (refused(400, 613), True, False),
        (refused(400, 4), True, False),
        (Said(429), True, False),
        (refused(500, 2), False, False),
        (refused(500, 1200), False, True),
        (Said(500), False, True),
        (Said(200, b"{}"), False, True),
        (Said(drop=True), False, True),
    ],
)
async def test_what_is_only_for_now(answer: Said, *, paced: bool, lost: bool) -> None:
    async with StandIn(lambda _asked: answer).open() as graph, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(UnavailableError) as raised:
            await Messenger().send(one(graph.url), letter(address=ANN), http)
    assert (raised.value.paced, raised.value.lost) == (paced, lost)


async def test_a_look_says_whose_page_it_is_or_what_is_wrong(ms: MetaLine) -> None:
    ms.graph.answer = lambda _asked: answered({"name": "The house", "id": PAGE_ID})
    health = await ms.setting_up.check(AATU, ms.account_id)
    assert not isinstance(health, Refusal)
    assert (health.well, health.detail) == (True, "The house")
    ms.graph.answer = lambda _asked: refused(401, 190)
    health = await ms.setting_up.check(AATU, ms.account_id)
    assert not isinstance(health, Refusal)
    assert (health.well, health.problem) == (False, DeliveryProblem.ACCOUNT)


async def test_everything_up_to_a_moment_is_read_and_nothing_after_it(ms: MetaLine) -> None:
    conversation, other = await served(ms), await served(ms, "4000000002")
    for said in ("first", "second"):
        await ms.floor.write(AINO, conversation, said)
        await ms.send()
        ms.floor.clock.advance(10)
    await ms.floor.write(AINO, other, "to another")
    await ms.send()
    at = ms.floor.clock()
    await ms.call(messenger(ms_event(read={"watermark": millis(at - timedelta(seconds=15))})))
    await ms.take_in()
    assert await states(ms, conversation) == ["read", "sent"]
    await ms.call(messenger(ms_event(delivery={"watermark": millis(at)})))
    await ms.take_in()
    assert await states(ms, conversation) == ["read", "delivered"]
    assert await states(ms, other) == ["sent"]


async def test_what_failed_is_not_read(ms: MetaLine) -> None:
    conversation = await served(ms)
    ms.graph.answer = lambda _asked: refused(400, 100)
    await ms.floor.write(AINO, conversation, "refused")
    await ms.send()
    await ms.call(messenger(ms_event(read={"watermark": millis(ms.floor.clock() + timedelta(hours=1))})))
    await ms.take_in()
    assert await states(ms, conversation) == ["failed"]


async def test_a_report_waits_for_what_is_on_its_way(ms: MetaLine) -> None:
    conversation = await served(ms)
    await ms.floor.write(AINO, conversation, "good morning")
    ms.graph.answer = lambda _asked: Said(drop=True)
    await ms.send()
    await ms.call(messenger(ms_event(read={"watermark": millis(ms.floor.clock() + timedelta(minutes=2))})))
    await ms.take_in()
    (row,) = await ms.floor.sql("SELECT done_at FROM arrivals WHERE kind = 'status'")
    assert row["done_at"] is None
    ms.graph.answer = taken
    ms.floor.clock.advance(30)
    await ms.send()
    await ms.take_in(after=60)
    assert await states(ms, conversation) == ["read"]
    assert (await said_in(ms.floor, conversation))[1][2] == "possibly_repeated"


async def test_a_day_after_the_customer_wrote_free_text_is_refused(ms: MetaLine) -> None:
    conversation = await served(ms)
    ms.floor.clock.advance(24 * 3600 + 1)
    await ms.floor.fire(conversation)
    refusal = await ms.floor.write(AINO, conversation, "are you there?")
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.WINDOW_CLOSED


BITS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(("sender", "recipient", "id", "timestamp", "message", "mid", "text", "attachments", "payload",
                         "coordinates", "read", "delivery", "watermark", "mids", "postback", "reaction")), inner),
    max_leaves=14,
)  # fmt: skip


@given(parts=st.lists(BITS, max_size=3), said=st.dictionaries(
    st.sampled_from(("message", "postback", "reaction", "delivery", "read", "timestamp")), BITS))  # fmt: skip
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_whatever_is_signed_is_read_or_refused_and_unsigned_nothing_is(parts: list[Any], said: Any) -> None:
    body = json.dumps(messenger(*parts, {**ms_event(), **said})).encode()
    for whole in (body, body[:-7]):
        try:
            items = Messenger().receive(one(), signed(whole)).items
        except UnreadableError:
            items = ()
        assert all(item.key for item in items)
        with pytest.raises(UnverifiedError):
            Messenger().receive(one(), signed(whole, secret="f" * 32))


@pytest.fixture
async def named(ms: MetaLine) -> AsyncIterator[MetaLine]:
    """Where names can be asked for."""
    async with GuardedHttp(LOOPBACK) as ms.arriving._http:
        yield ms


async def test_a_name_that_could_not_be_learned_is_asked_for_when_they_write_later(named: MetaLine) -> None:
    asked, away = list[str](), True

    def answer(seen: Asked) -> Said:
        if "first_name" not in seen.path:
            return taken(seen)
        asked.append(seen.path)
        return refused(503, 2) if away else answered({"first_name": "Ann", "last_name": "Aalto"})

    named.graph.answer = answer
    conversation = await served(named)
    assert (await named.floor.get(conversation)).customer_name == f"{PAGE_ID}:{ANN}"
    away = False
    await named.call(messenger(text("m_soon", "anybody?", named.floor.clock())))
    await named.take_in()
    assert len(asked) == 1, "not with every message"
    named.floor.clock.advance(16 * 60)
    await named.call(messenger(text("m_later", "hello?", named.floor.clock())))
    await named.take_in()
    await named.call(messenger(text("m_last", "thanks", named.floor.clock())))
    await named.take_in()
    assert len(asked) == 2
    (contact,) = await named.floor.sql("SELECT name FROM contacts JOIN identities ON contact_id = id")
    assert contact["name"] == "Ann Aalto"
    facts = [one for one in await named.floor.all_facts() if one.kind == "contact_changed"]
    assert [one.event.after for one in facts] == [{"name": "Ann Aalto"}]  # type: ignore[union-attr]
    await named.floor.done(AINO, serve.End(conversation_id=conversation))
    await named.call(messenger(text("m_again", "one more", named.floor.clock())))
    await named.take_in()
    assert (await named.floor.get(await newest(named.floor))).customer_name == "Ann Aalto"


async def test_the_name_that_somebody_has_given_stays(named: MetaLine) -> None:
    named.graph.answer = lambda seen: refused(503, 2) if "first_name" in seen.path else taken(seen)
    await served(named)
    await named.floor.sql(
        "UPDATE contacts SET name = 'Annie' WHERE id IN (SELECT contact_id FROM identities)"
    )
    named.graph.answer = lambda _seen: answered({"first_name": "Ann", "last_name": "Aalto"})
    named.floor.clock.advance(16 * 60)
    await named.call(messenger(text("m_later", "hello?", named.floor.clock())))
    await named.take_in()
    (contact,) = await named.floor.sql("SELECT name FROM contacts JOIN identities ON contact_id = id")
    assert contact["name"] == "Annie"


async def test_a_customers_name_is_asked_for_once(ms: MetaLine) -> None:
    def profile(asked: Asked) -> Said:
        """As .../messenger-platform/identity/user-profile says it."""
        if asked.method == "GET":
            return answered({"first_name": "Ann", "last_name": "Aalto", "id": ANN})
        return taken(asked)

    ms.graph.answer = profile
    async with GuardedHttp(LOOPBACK) as http:
        ms.arriving._http = http
        for number in range(3):
            await ms.call(messenger(text(f"m_{number}", "hello", ms.floor.clock())))
            await ms.take_in()
    asked = [one.path for one in ms.graph.asked if one.method == "GET"]
    assert asked == [f"/v26.0/{ANN}?fields=first_name%2Clast_name"]
    assert (await ms.floor.get(await newest(ms.floor))).customer_name == "Ann Aalto"


@pytest.mark.parametrize(
    "answer", [Said(status=500), Said(drop=True), Said(body=b"[]"), answered({"error": {}}, 400)]
)
async def test_who_has_no_name_is_served_all_the_same(ms: MetaLine, answer: Said) -> None:
    ms.graph.answer = lambda _asked: answer
    async with GuardedHttp(LOOPBACK) as http:
        ms.arriving._http = http
        await ms.call(messenger(text("m_1", "hello", ms.floor.clock())))
        await ms.take_in()
    assert (await ms.floor.get(await newest(ms.floor))).customer_name == f"{PAGE_ID}:{ANN}"
