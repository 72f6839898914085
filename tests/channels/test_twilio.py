"""SMS by Twilio, held against its public documentation: what it signs, what it says, what it answers."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from sample_line import LOOPBACK
from sample_provider import Asked, Said, StandIn

from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import (
    Account,
    Inbound,
    Letter,
    RejectedError,
    Report,
    Request,
    UnavailableError,
    UnreadableError,
    UnverifiedError,
)
from valvomo.channels.twilio import Twilio
from valvomo.channels.twilio.provider import TwilioSecrets, TwilioSettings
from valvomo.channels.twilio.signing import signature
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem

SID, TOKEN = "AC" + "0" * 32, "0123456789abcdef0123456789abcdef"
CALLBACK = "https://desk.example.org/channels/twilio/one"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MESSAGE = "SM" + "a" * 32
# https://www.twilio.com/docs/messaging/guides/webhook-request
RECEIVED = {
    "MessageSid": MESSAGE, "SmsSid": MESSAGE, "SmsMessageSid": MESSAGE, "AccountSid": SID, "From": "+358401234567",
    "To": "+358457000000", "Body": "Hei! Missä pakettini on?", "NumMedia": "0", "NumSegments": "1",
    "SmsStatus": "received",
    "FromCountry": "FI", "FromCity": "", "ApiVersion": "2010-04-01",
}  # fmt: skip
# https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
STATUS = {
    "MessageSid": MESSAGE, "SmsSid": MESSAGE, "AccountSid": SID, "From": "+358457000000", "To": "+358401234567",
    "MessageStatus": "delivered", "SmsStatus": "delivered", "ApiVersion": "2010-04-01",
}  # fmt: skip


def account(base_url: str = "https://api.twilio.com", sender: str = "+358457000000") -> Account:
    return Account(
        id="one", organization_id="house", settings=TwilioSettings(account_sid=SID, sender=sender, base_url=base_url),
        secrets=TwilioSecrets(auth_token=TOKEN), callback=CALLBACK,
    )  # fmt: skip


def call(fields: dict[str, str], *, token: str = TOKEN, url: str = CALLBACK, query: str = "") -> Request:
    signed = signature(token, url + (f"?{query}" if query else ""), list(fields.items()))
    return Request(
        method="POST",
        query=query,
        headers={"x-twilio-signature": signed},
        body=urlencode(fields).encode(),
        at=NOW,
    )


def letter(text: str = "Tulossa on.", address: str = "+358401234567") -> Letter:
    return Letter(
        id="01a2287f-bd50-7043-8471-2cc40e90e6d2", conversation_id="c", address=address, text=text, author_name="Aino",
        language="fi", subject="", created_at=NOW, at=NOW,
    )  # fmt: skip


def test_the_signature_is_twilios() -> None:
    """The example of Twilio's own documentation and libraries (https://www.twilio.com/docs/usage/security)."""
    fields = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030",
        "To": "+18005551212",
    }  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, list(fields.items())) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_a_message_is_read() -> None:
    received = Twilio().receive(account(), call(RECEIVED))
    (item,) = received.items
    assert isinstance(item, Inbound)
    assert (item.key, item.address, item.text) == (f"message:{MESSAGE}", "+358401234567", RECEIVED["Body"])
    assert item.identity is not None
    assert (item.identity.kind, item.identity.value) == ("phone", "+358401234567")
    assert item.context == {"country": "FI"}
    assert received.answer.body == b"<Response></Response>", "Twilio says nothing to the customer by itself"
    assert received.answer.content_type.startswith("text/xml")


def test_a_picture_without_words_does_not_vanish() -> None:
    place = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
    media = {"Body": "", "NumMedia": "2", "MediaContentType0": "image/jpeg", "MediaContentType1": "image/png",
             "MediaUrl0": place, "MediaUrl1": "https://elsewhere.example/a.png"}  # fmt: skip
    (item,) = Twilio().receive(account(), call({**RECEIVED, **media})).items
    assert isinstance(item, Inbound)
    assert item.text == ""
    assert [(one.ref, one.media_type, one.problem) for one in item.media] == [
        (f"MM{'a' * 32}/ME{'b' * 32}", "image/jpeg", None), ("", "image/png", MediaProblem.UNSUPPORTED)
    ]  # fmt: skip


@pytest.mark.parametrize(("said", "opted"), [("STOP", "out"), ("START", "in"), ("HELP", ""), ("", "")])
def test_who_opts_out_says_so(said: str, opted: str) -> None:
    """As https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out says of `OptOutType`."""
    (item,) = Twilio().receive(account(), call({**RECEIVED, "OptOutType": said})).items
    assert isinstance(item, Inbound)
    assert item.opted == opted


def test_a_sender_that_is_a_name_is_nobody_known() -> None:
    (item,) = Twilio().receive(account(), call({**RECEIVED, "From": "Posti"})).items
    assert isinstance(item, Inbound)
    assert (item.address, item.identity) == ("Posti", None)


@pytest.mark.parametrize(
    ("status", "code", "state", "problem"),
    [
        ("sent", "", Delivery.SENT, None),
        ("delivered", "", Delivery.DELIVERED, None),
        ("read", "", Delivery.READ, None),
        ("undelivered", "30003", Delivery.FAILED, DeliveryProblem.UNREACHABLE),
        ("undelivered", "30004", Delivery.FAILED, DeliveryProblem.BLOCKED),
        ("undelivered", "30005", Delivery.FAILED, DeliveryProblem.INVALID_ADDRESS),
        ("undelivered", "30007", Delivery.FAILED, DeliveryProblem.REFUSED),
        ("failed", "30008", Delivery.FAILED, DeliveryProblem.OTHER),
        ("failed", "x" * 40, Delivery.FAILED, DeliveryProblem.OTHER),
    ],
)
def test_how_far_a_message_has_come(
    status: str, code: str, state: Delivery, problem: DeliveryProblem | None
) -> None:
    fields = {**STATUS, "MessageStatus": status, "SmsStatus": status, **({"ErrorCode": code} if code else {})}
    (item,) = Twilio().receive(account(), call(fields)).items
    assert isinstance(item, Report)
    assert (item.provider_id, item.state, item.problem) == (MESSAGE, state, problem)


@pytest.mark.parametrize(
    "status", ["accepted", "scheduled", "queued", "sending", "what Twilio says next year"]
)
def test_what_says_nothing_new_is_nothing(status: str) -> None:
    assert (
        Twilio().receive(account(), call({**STATUS, "MessageStatus": status, "SmsStatus": status})).items
        == ()
    )


@pytest.mark.parametrize(
    "request_",
    [
        call(RECEIVED, token="another-token-of-32-characters!!"),
        call(RECEIVED, url="https://desk.example.org/channels/twilio/another"),
        Request(method="POST", query="", headers={}, body=urlencode(RECEIVED).encode(), at=NOW),
        Request(method="POST", query="", headers={"x-twilio-signature": "ä"}, body=b"\xff\xfe", at=NOW),
        Request(
            method="POST",
            query="a=b",
            headers=call(RECEIVED).headers,
            body=urlencode(RECEIVED).encode(),
            at=NOW,
        ),
        Request(
            method="POST", query="", headers=call(RECEIVED).headers, body=urlencode(STATUS).encode(), at=NOW
        ),
        Request(method="POST", query="", headers=call(RECEIVED).headers, body=b"a=b&" * 300, at=NOW),
    ],
)
def test_nothing_is_believed_that_twilio_has_not_signed(request_: Request) -> None:
    with pytest.raises(UnverifiedError):
        Twilio().receive(account(), request_)


def test_a_query_is_part_of_what_is_signed() -> None:
    assert Twilio().receive(account(), call(RECEIVED, query="foo=1")).items


def test_what_is_signed_and_says_nothing_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        Twilio().receive(account(), call({"AccountSid": SID}))


@pytest.fixture
async def twilio() -> AsyncIterator[StandIn]:
    async with StandIn(created).open() as stand_in:
        yield stand_in


def created(_asked: Asked) -> Said:
    """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource."""
    return Said(201, json.dumps({"sid": MESSAGE, "status": "queued", "error_code": None}).encode())


def wrong(status: int, code: int, **headers: str) -> Said:
    """https://www.twilio.com/docs/usage/twilios-response#error-and-exception-responses."""
    body = {
        "code": code,
        "message": "no",
        "more_info": "https://www.twilio.com/docs/errors",
        "status": status,
    }
    return Said(status, json.dumps(body).encode(), headers)


async def send(twilio: StandIn, one: Letter, sender: str = "+358457000000") -> Any:
    async with GuardedHttp(LOOPBACK) as http:
        return await Twilio().send(account(twilio.url, sender), one, http)


async def test_a_message_is_created(twilio: StandIn) -> None:
    sent = await send(twilio, letter())
    assert sent.provider_id == MESSAGE
    (asked,) = twilio.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    assert dict(parse_qsl(asked.body.decode())) == {
        "To": "+358401234567", "From": "+358457000000", "Body": "Tulossa on.", "StatusCallback": CALLBACK,
    }  # fmt: skip


async def test_a_messaging_service_sends(twilio: StandIn) -> None:
    await send(twilio, letter(), sender="MG" + "0" * 32)
    assert dict(parse_qsl(twilio.asked[0].body.decode()))["MessagingServiceSid"] == "MG" + "0" * 32


async def test_what_is_no_number_is_not_asked_about(twilio: StandIn) -> None:
    with pytest.raises(RejectedError) as rejected:
        await send(twilio, letter(address="Posti"))
    assert rejected.value.problem is DeliveryProblem.INVALID_ADDRESS
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("status", "code", "problem"),
    [
        (400, 21211, DeliveryProblem.INVALID_ADDRESS),
        (400, 21610, DeliveryProblem.BLOCKED),
        (400, 21617, DeliveryProblem.TOO_LONG),
        (403, 21408, DeliveryProblem.REFUSED),
        (401, 20003, DeliveryProblem.ACCOUNT),
        (404, 20404, DeliveryProblem.ACCOUNT),
        (400, 99999, DeliveryProblem.OTHER),
    ],
)
async def test_a_no_is_final_and_says_why(
    twilio: StandIn, status: int, code: int, problem: DeliveryProblem
) -> None:
    twilio.answer = lambda _asked: wrong(status, code)
    with pytest.raises(RejectedError) as rejected:
        await send(twilio, letter())
    assert (rejected.value.problem, rejected.value.detail) == (problem, str(code))


async def test_too_quick_is_paced(twilio: StandIn) -> None:
    """https://www.twilio.com/docs/api/errors/20429."""
    twilio.answer = lambda _asked: wrong(429, 20429, **{"retry-after": "7"})
    with pytest.raises(UnavailableError) as unavailable:
        await send(twilio, letter())
    assert (unavailable.value.paced, unavailable.value.lost, unavailable.value.retry_after) == (
        True,
        False,
        7.0,
    )


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        (Said(500, b"<html>oops</html>"), True),
        (Said(502), True),
        (Said(503), False),
        (Said(201, b"not JSON"), True),
        (Said(201, b'{"sid": 7}'), True),
        (Said(drop=True), True),
    ],
)
async def test_who_may_have_taken_it_is_known_as_such(twilio: StandIn, said: Said, lost: bool) -> None:
    twilio.answer = lambda _asked: said
    with pytest.raises(UnavailableError) as unavailable:
        await send(twilio, letter())
    assert unavailable.value.lost is lost


async def test_who_is_away_has_taken_nothing(twilio: StandIn) -> None:
    await twilio.down()
    with pytest.raises(UnavailableError) as unavailable:
        await send(twilio, letter())
    assert not unavailable.value.lost


async def test_private_addresses_are_out_of_reach(twilio: StandIn) -> None:
    async with GuardedHttp() as http:
        with pytest.raises(UnavailableError, match="not a public address"):
            await Twilio().send(account(twilio.url), letter(), http)
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("said", "well", "problem"),
    [
        (Said(200, b'{"sid": "x", "status": "active"}'), True, None),
        (Said(200, b'{"sid": "x", "status": "suspended"}'), False, DeliveryProblem.ACCOUNT),
        (wrong(401, 20003), False, DeliveryProblem.ACCOUNT),
        (Said(503), False, DeliveryProblem.UNAVAILABLE),
    ],
)
async def test_a_look_at_the_account(
    twilio: StandIn, said: Said, well: bool, problem: DeliveryProblem | None
) -> None:
    twilio.answer = lambda _asked: said
    async with GuardedHttp(LOOPBACK) as http:
        health = await Twilio().check(account(twilio.url), http, NOW)
    assert (health.well, health.problem) == (well, problem)
    assert twilio.asked[0].method == "GET"
