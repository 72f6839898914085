"""WhatsApp, held against Meta's public documentation: what it signs, what it says, what it answers."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_floor import AATU, AINO, Floor
from sample_line import LOOPBACK
from sample_meta import (
    ACCESS_TOKEN,
    BUSINESS_ID,
    NOW,
    NUMBER_ID,
    MetaLine,
    account,
    answered,
    asking,
    called,
    letter,
    newest,
    refused,
    said_in,
    signed,
    wa_status,
    wa_text,
    whatsapp,
)
from sample_provider import Asked, Said, StandIn

from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import (
    Inbound,
    RejectedError,
    Report,
    UnavailableError,
    UnreadableError,
    UnverifiedError,
)
from valvomo.channels.whatsapp import WhatsApp
from valvomo.commands.conversations import serve
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.refusals import Reason, Refusal

SETTINGS = {"phone_number_id": NUMBER_ID, "business_account_id": BUSINESS_ID}
SCOPED = "FI.13491208655302741918"
_sent = itertools.count(1)


def one(base_url: str = "https://graph.facebook.com") -> Any:
    return account(WhatsApp(), {**SETTINGS, "base_url": base_url})


def read(body: dict[str, Any]) -> list[Any]:
    return list(WhatsApp().receive(one(), called(body)).items)


def said(message: dict[str, Any]) -> str:
    (item,) = read(whatsapp(messages=[{**wa_text("wamid.1", ""), **message}]))
    return " ".join([*([item.text] if item.text else []), *(f"<{one.name}>" for one in item.media)])


def taken(_asked: Asked) -> Said:
    """As https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages says so."""
    return answered(
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": "+358401234567", "wa_id": "358401234567"}],
            "messages": [{"id": f"wamid.sent-{next(_sent)}", "message_status": "accepted"}],
        }
    )


@pytest.fixture
async def wa(floor: Floor) -> AsyncIterator[MetaLine]:
    async with MetaLine.open(floor, "whatsapp", SETTINGS, taken) as opened:
        yield opened


async def served(wa: MetaLine) -> str:
    """A conversation that a customer began, with Aino."""
    await wa.call(whatsapp(messages=[wa_text("wamid.1", "hello", wa.floor.clock())]))
    await wa.take_in()
    conversation = await newest(wa.floor)
    await wa.floor.done(AINO, serve.Pick(conversation_id=conversation))
    return conversation


def test_the_handshake_is_answered_to_who_knows_the_token() -> None:
    assert WhatsApp().receive(one(), asking()).answer.body == b"1158201444"
    for wrong in (
        asking(token="x" * 19),
        asking(mode="unsubscribe"),
        asking(token=""),
        asking(challenge="1" * 300),
    ):
        with pytest.raises(UnverifiedError):
            WhatsApp().receive(one(), wrong)


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    """Meta signs what it sends, with escaped characters beyond ASCII; another form of the same JSON is unsigned."""
    body = json.dumps(whatsapp(messages=[wa_text("wamid.1", "Hyvää päivää äö 😀")])).encode()
    request = signed(body)
    (item,) = WhatsApp().receive(one(), request).items
    assert isinstance(item, Inbound)
    assert item.text == "Hyvää päivää äö 😀"
    plain = json.dumps(json.loads(body), ensure_ascii=False).encode()
    for wrong in (
        signed(body, secret="f" * 32),
        type(request)(method="POST", query="", headers=request.headers, body=plain, at=NOW),
        type(request)(method="POST", query="", headers={}, body=body, at=NOW),
        type(request)(
            method="POST", query="", headers={"x-hub-signature-256": "sha256=é"}, body=body, at=NOW
        ),
        type(request)(method="POST", query="", headers={"x-hub-signature": "sha1=00"}, body=body, at=NOW),
    ):
        with pytest.raises(UnverifiedError):
            WhatsApp().receive(one(), wrong)


def test_a_text_is_read_with_who_wrote_it_and_when() -> None:
    (item,) = read(whatsapp(messages=[wa_text("wamid.1", "Hei! Missä pakettini on?")]))
    assert (item.key, item.address, item.text) == (
        "message:wamid.1",
        "+358401234567",
        "Hei! Missä pakettini on?",
    )
    assert (item.identity.kind, item.identity.value) == ("phone", "+358401234567")
    assert (item.name, item.sent_at) == ("Customer 358401234567", NOW)


def test_who_shows_no_number_is_known_by_what_the_business_knows_them_by() -> None:
    message = {**wa_text("wamid.1", "hello"), "from_user_id": SCOPED}
    del message["from"]
    contacts = [{"profile": {"name": "", "username": "ann"}, "user_id": SCOPED}]
    (item,) = read(whatsapp(messages=[message], contacts=contacts))
    assert (item.address, item.name) == (SCOPED, "ann")
    assert (item.identity.kind, item.identity.value) == ("whatsapp", SCOPED)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "button", "button": {"payload": "yes", "text": "Yes, please"}}, "Yes, please"),
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}},
         "Yes"),
        ({"type": "interactive", "interactive": {"type": "list_reply",
          "list_reply": {"id": "1", "title": "Express", "description": "1 day"}}}, "Express – 1 day"),
        ({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent",
          "response_json": '{"size":"L"}'}}}, '[form] Sent {"size":"L"}'),
        ({"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "👍"}}, "[reaction] 👍"),
        ({"type": "reaction", "reaction": {"message_id": "wamid.0"}}, "[reaction removed]"),
        ({"type": "location", "location": {"latitude": 60.1699, "longitude": 24.9384, "name": "Kamppi",
          "address": "Helsinki"}}, "[location] Kamppi, Helsinki, 60.1699, 24.9384"),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Aino A"}, "phones": [{"phone": "+358 40 1"}],
          "emails": [{"email": "a@example.org"}]}]}, "[contact] Aino A, +358 40 1, a@example.org"),
        ({"type": "image", "image": {"id": "9", "mime_type": "image/jpeg", "caption": "broken"}}, "broken <image>"),
        ({"type": "image", "image": {"mime_type": "image/jpeg", "caption": "broken"}}, "[image] broken"),
        ({"type": "document", "document": {"id": "9", "filename": "lasku.pdf"}}, "<lasku.pdf>"),
        ({"type": "audio", "audio": {"id": "9", "voice": True}}, "<voice>"),
        ({"type": "sticker", "sticker": {"id": "9", "animated": False}}, "<sticker>"),
        ({"type": "order", "order": {"catalog_id": "1", "text": "quickly", "product_items": [
          {"product_retailer_id": "shoe-42", "quantity": 2, "item_price": 9.5, "currency": "EUR"}]}},
         "[order] 2 × shoe-42 quickly"),
        ({"type": "system", "system": {"body": "Ann changed from 1 to 2", "wa_id": "2", "type": "user_changed_number"}},
         "[system] Ann changed from 1 to 2"),
        ({"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
         "[unsupported: Message type unknown]"),
        ({"type": "hologram", "hologram": {"x": 1}}, "[hologram]"),
        ({"type": "image", "image": "not what it should be"}, "[image]"),
        ({"type": "text", "text": {"body": ""}}, "[text]"),
        ({"type": "text", "text": {"body": "a\x00b"}}, "ab"),
    ],
)  # fmt: skip
def test_nothing_that_a_customer_sends_vanishes(message: dict[str, Any], words: str) -> None:
    assert said(message) == words


def test_an_advertisement_by_which_somebody_came_is_told() -> None:
    referral = {"headline": "Shoes", "source_url": "https://fb.me/x", "source_type": "ad"}
    (item,) = read(whatsapp(messages=[{**wa_text("wamid.1", "hello"), "referral": referral}]))
    assert item.context == {"advertisement": "Shoes", "advertisement_address": "https://fb.me/x"}


def test_several_of_a_call_are_read_and_those_of_other_numbers_are_not() -> None:
    ours = whatsapp(messages=[wa_text("wamid.1", "one"), wa_text("wamid.2", "two")])
    statuses = whatsapp(statuses=[wa_status("wamid.9", "sent"), wa_status("wamid.9", "delivered")])
    theirs = whatsapp(messages=[wa_text("wamid.3", "not ours")], number="999999")
    other = whatsapp(messages=[wa_text("wamid.4", "not a message")])
    other["entry"][0]["changes"][0]["field"] = "account_update"
    ours["entry"] += statuses["entry"] + theirs["entry"] + other["entry"]
    items = read(ours)
    assert [one.key for one in items] == [
        "message:wamid.1", "message:wamid.2", "status:wamid.9:sent", "status:wamid.9:delivered",
    ]  # fmt: skip
    assert items[0].sent_at < items[1].sent_at, "what was said within a second stays in its order"


@pytest.mark.parametrize(
    ("state", "code", "reached", "problem"),
    [
        ("sent", 0, Delivery.SENT, None),
        ("delivered", 0, Delivery.DELIVERED, None),
        ("read", 0, Delivery.READ, None),
        ("played", 0, Delivery.READ, None),
        ("failed", 131026, Delivery.FAILED, DeliveryProblem.UNREACHABLE),
        ("failed", 131047, Delivery.FAILED, DeliveryProblem.WINDOW_CLOSED),
        ("failed", 131049, Delivery.FAILED, DeliveryProblem.REFUSED),
        ("failed", 131050, Delivery.FAILED, DeliveryProblem.BLOCKED),
        ("failed", 131042, Delivery.FAILED, DeliveryProblem.ACCOUNT),
        ("failed", 999999, Delivery.FAILED, DeliveryProblem.OTHER),
        ("failed", 0, Delivery.FAILED, DeliveryProblem.OTHER),
    ],
)
def test_how_far_a_message_has_come(
    state: str, code: int, reached: Delivery, problem: DeliveryProblem | None
) -> None:
    (item,) = read(whatsapp(statuses=[wa_status("wamid.9", state, code=code)]))
    assert isinstance(item, Report)
    assert (item.provider_id, item.state, item.problem, item.at) == ("wamid.9", reached, problem, NOW)
    assert item.detail == (str(code) if code else "")


def test_a_state_that_is_not_known_says_nothing() -> None:
    assert read(whatsapp(statuses=[wa_status("wamid.9", "warmed")])) == []


async def test_a_text_goes_out_as_meta_wants_it() -> None:
    async with StandIn(taken).open() as graph, GuardedHttp(LOOPBACK) as http:
        sent = await WhatsApp().send(one(graph.url), letter(), http)
        await WhatsApp().send(one(graph.url), letter(address=SCOPED), http)
    first, second = graph.asked
    assert sent.provider_id.startswith("wamid.sent-")
    assert (first.method, first.path) == ("POST", f"/v26.0/{NUMBER_ID}/messages")
    assert first.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert json.loads(first.body) == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+358401234567", "type": "text",
        "text": {"body": "Tulossa on.", "preview_url": False},
    }  # fmt: skip
    assert json.loads(second.body)["recipient"] == SCOPED
    assert "to" not in json.loads(second.body)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (refused(400, 131026), DeliveryProblem.UNREACHABLE),
        (refused(400, 131047), DeliveryProblem.WINDOW_CLOSED),
        (refused(400, 131021), DeliveryProblem.INVALID_ADDRESS),
        (refused(400, 100), DeliveryProblem.REFUSED),
        (refused(400, 132005), DeliveryProblem.TOO_LONG),
        (refused(401, 190), DeliveryProblem.ACCOUNT),
        (refused(401, 0), DeliveryProblem.ACCOUNT),
        (refused(403, 200), DeliveryProblem.ACCOUNT),
        (refused(403, 299), DeliveryProblem.ACCOUNT),
        (refused(500, 131026), DeliveryProblem.UNREACHABLE),
        (Said(401, b"<html>"), DeliveryProblem.ACCOUNT),
        (Said(418, b"[]"), DeliveryProblem.OTHER),
    ],
)
async def test_what_is_refused_for_good(answer: Said, problem: DeliveryProblem) -> None:
    async with StandIn(lambda _asked: answer).open() as graph, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(RejectedError) as raised:
            await WhatsApp().send(one(graph.url), letter(), http)
    assert raised.value.problem is problem


@pytest.mark.parametrize(
    ("answer", "paced", "lost", "alone", "after"),
    [
        (refused(429, 130429, headers={"retry-after": "7"}), True, False, False, 7.0),
        (refused(400, 4), True, False, False, None),
        (refused(400, 80007), True, False, False, None),
        (refused(400, 131056), True, False, True, None),
        (Said(429), True, False, False, None),
        (refused(503, 131016), False, False, False, None),
        (refused(400, 131057), False, False, False, None),
        (refused(500, 131000), False, True, False, None),
        (Said(500, b"<html>"), False, True, False, None),
        (Said(503), False, False, False, None),
        (Said(200, b"{}"), False, True, False, None),
        (Said(200, b'{"messages":[{"id":7}]}'), False, True, False, None),
        (Said(200, b"[" * 100_000), False, True, False, None),
        (Said(drop=True), False, True, False, None),
    ],
)
async def test_what_is_only_for_now(
    answer: Said, *, paced: bool, lost: bool, alone: bool, after: float | None
) -> None:
    async with StandIn(lambda _asked: answer).open() as graph, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(UnavailableError) as raised:
            await WhatsApp().send(one(graph.url), letter(), http)
    error = raised.value
    assert (error.paced, error.lost, error.alone, error.retry_after) == (paced, lost, alone, after)


async def test_an_address_that_is_none_is_not_asked_for() -> None:
    async with StandIn(taken).open() as graph, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(RejectedError):
            await WhatsApp().send(one(graph.url), letter(address="ann"), http)
    assert graph.asked == []


def _always(answer: Said, _asked: Asked) -> Said:
    return answer


async def test_a_look_says_whose_number_it_is_or_what_is_wrong(wa: MetaLine) -> None:
    number = {"id": NUMBER_ID, "display_phone_number": "+358 45 7000000", "verified_name": "The house"}
    wa.graph.answer = lambda asked: answered({"data": []} if "templates" in asked.path else number)
    health = await wa.setting_up.check(AATU, wa.account_id)
    assert not isinstance(health, Refusal)
    assert (health.well, health.detail) == (True, "The house +358 45 7000000")
    for answer, problem in (
        (refused(401, 190), DeliveryProblem.ACCOUNT),
        (refused(400, 100), DeliveryProblem.ACCOUNT),
        (Said(503), DeliveryProblem.UNAVAILABLE),
        (Said(drop=True), DeliveryProblem.UNAVAILABLE),
    ):
        wa.graph.answer = partial(_always, answer)
        health = await wa.setting_up.check(AATU, wa.account_id)
        assert not isinstance(health, Refusal)
        assert (health.well, health.problem) == (False, problem)


async def test_a_message_comes_in_is_answered_and_followed_to_the_customer(wa: MetaLine) -> None:
    conversation = await served(wa)
    assert (await wa.floor.get(conversation)).customer_name == "Customer 358401234567"
    await wa.floor.write(AINO, conversation, "good morning")
    await wa.send()
    assert [got["text"]["body"] for got in wa.got()] == ["good morning"]
    (row,) = await wa.floor.sql("SELECT provider_id FROM dispatches")
    for state in ("read", "delivered", "sent"):
        await wa.call(whatsapp(statuses=[wa_status(row["provider_id"], state, wa.floor.clock())]))
        await wa.take_in()
    assert (await said_in(wa.floor, conversation))[1] == ("good morning", "read", None)
    (identity,) = await wa.floor.sql("SELECT kind, value FROM identities")
    assert tuple(identity) == ("phone", "+358401234567")


async def test_a_day_after_the_customer_wrote_free_text_is_refused(wa: MetaLine) -> None:
    conversation = await served(wa)
    wa.floor.clock.advance(timedelta(hours=24, seconds=1).total_seconds())
    await wa.floor.fire(conversation)
    refusal = await wa.floor.write(AINO, conversation, "are you there?")
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.WINDOW_CLOSED
    await wa.call(whatsapp(messages=[wa_text("wamid.2", "yes", wa.floor.clock())]))
    await wa.take_in()
    assert not isinstance(await wa.floor.write(AINO, conversation, "good"), Refusal)


async def test_too_quick_with_one_customer_holds_up_nobody_else(wa: MetaLine) -> None:
    conversation = await served(wa)
    await wa.call(whatsapp(messages=[wa_text("wamid.7", "me too", wa.floor.clock(), "358407654321")]))
    await wa.take_in()
    other = await newest(wa.floor)
    await wa.floor.done(AINO, serve.Pick(conversation_id=other))
    wait = {"retry-after": "600"}
    wa.graph.answer = lambda asked: (
        refused(400, 131056, headers=wait) if b"+358401234567" in asked.body else taken(asked)
    )
    await wa.floor.write(AINO, conversation, "to the first")
    async with asyncio.timeout(90):
        await wa.send()
        await wa.floor.write(AINO, other, "to the second")
        await wa.send()
    rows = await wa.floor.sql("SELECT state, attempts FROM dispatches ORDER BY place")
    assert [tuple(row) for row in rows] == [("queued", 0), ("sent", 1)]
    (account,) = await wa.floor.sql("SELECT seen FROM channel_accounts")
    assert account["seen"].get("well") is not False


async def test_a_token_that_has_ended_is_seen(wa: MetaLine) -> None:
    conversation = await served(wa)
    wa.graph.answer = lambda _asked: refused(401, 190)
    await wa.floor.write(AINO, conversation, "good morning")
    await wa.send()
    (account,) = await wa.floor.sql("SELECT seen FROM channel_accounts")
    assert (account["seen"]["well"], account["seen"]["problem"]) == (False, "account")
    assert (await said_in(wa.floor, conversation))[1] == ("good morning", "queued", None)


BITS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(("id", "from", "type", "text", "body", "timestamp", "contacts", "profile", "name", "status",
                         "image", "errors", "code", "interactive", "location")), inner, max_size=5),
    max_leaves=14,
)  # fmt: skip


@given(parts=st.lists(BITS, max_size=3), body=st.binary(max_size=60))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_whatever_is_signed_is_read_or_refused_and_unsigned_nothing_is(parts: list[Any], body: bytes) -> None:
    odd = json.dumps(whatsapp(messages=parts, statuses=parts, contacts=parts)).encode()
    for one_body in (odd, body, odd[:-7]):
        try:
            items = WhatsApp().receive(one(), signed(one_body)).items
        except UnreadableError:
            items = ()
        assert all(item.key and (item.text if isinstance(item, Inbound) else item.provider_id) is not None
                   for item in items)  # fmt: skip
        with pytest.raises(UnverifiedError):
            WhatsApp().receive(one(), signed(one_body, secret="f" * 32))
