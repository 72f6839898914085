"""A customer in the widget asks to be called back: over HTTP, with everything that may be wrong with that."""

from typing import Any

import httpx
import pytest
from sample_place import Place
from sample_twilio_voice import ACCOUNT, NUMBER, TOKEN

BACK = "/widget/v1/call/back"
HERS = "+358 40 123 4567"


async def calling(place: Place, *, back: bool = True, **settings: Any) -> httpx.AsyncClient:
    """Somebody waits in a call, over whose workstream one is called back, or not."""
    workstream = place.house.sample.workstreams["Voice calls"]
    admin = await place.as_("admin")
    account = {
        "provider": "twilio_voice", "name": "Main line", "workstream_id": workstream,
        "settings": {"account_sid": ACCOUNT, "number": NUMBER, **settings}, "secrets": {"auth_token": TOKEN},
    }  # fmt: skip
    made = await admin.post("/api/v1/channel-accounts", json=account)
    assert made.status_code == 201, made.text
    body = {"callback_account": made.json()["id"] if back else None}
    assert (await admin.patch(f"/api/v1/workstreams/{workstream}", json=body)).status_code == 200
    client = place.anybody()
    wanted = {"key": place.house.sample.keys["Voice calls"], "name": "Ada", "language": "sv"}
    answer = await client.post("/widget/v1/conversations", json=wanted)
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


async def refused(client: httpx.AsyncClient, body: object) -> tuple[int, str]:
    answer = await client.post(BACK, json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"]


async def test_who_waits_is_called_back_once(place: Place) -> None:
    client = await calling(place)
    key = {"Idempotency-Key": "5f0c3b7e-0000-4000-8000-000000000001"}
    first = await client.post(BACK, json={"number": HERS}, headers=key)
    assert (first.status_code, first.json()["call"]["state"]) == (200, "wanted")
    again = await client.post(BACK, json={"number": HERS}, headers=key)
    assert (again.status_code, again.json()["call"]["id"]) == (200, first.json()["call"]["id"])
    assert await refused(client, {"number": HERS}) == (409, "call/not-waiting")
    assert HERS.replace(" ", "") not in first.text, "the number is the house's"


async def test_whoever_only_chats_is_given_no_way_through_our_relay(place: Place) -> None:
    way = "/widget/v1/call/ice"
    in_call = await calling(place)
    assert (await in_call.get(way)).json() == {"ice_servers": []}, "this house has none"
    chat = place.anybody()
    begun = await chat.post("/widget/v1/conversations", json={"key": place.house.sample.keys["Web chat"]})
    chat.headers["Authorization"] = f"Bearer {begun.json()['token']}"
    answer = await chat.get(way)
    assert (answer.status_code, answer.json()["type"]) == (409, "call/none")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+358700123456", "call/number-forbidden"),
        ("+870301234567", "call/number-forbidden"),
        ("+46812345678", "call/country-forbidden"),
        ("+18765230123", "call/country-forbidden"),
        ("+358 000", "call/number-forbidden"),
    ],
    ids=["premium", "satellite", "abroad", "overseas", "not given out"],
)
async def test_what_is_not_called_is_said_in_the_customers_language(
    place: Place, number: str, expected: str
) -> None:
    client = await calling(place)
    answer = await client.post(BACK, json={"number": number})
    assert (answer.status_code, answer.json()["type"]) == (409, expected)
    assert "nummer" in answer.json()["detail"] or "kostar" in answer.json()["detail"]
    state = (await client.get("/widget/v1/conversation")).json()
    assert (state["state"], state["call"]["state"]) == ("open", "on")


UNREADABLE: dict[str, object] = {
    "nothing": {},
    "a number": {"number": 358},
    "empty": {"number": ""},
    "national": {"number": "040 123 4567"},
    "nonsense": {"number": "\u0000\u202e"},
    "too long": {"number": "+" + "1" * 40},
    "more": {"number": HERS, "by": "me"},
    "a list": [],
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_cannot_be_read_is_refused(place: Place, body: object) -> None:
    assert await refused(await calling(place), body) == (422, "request/malformed")


async def test_where_nobody_calls_back_it_is_refused(place: Place) -> None:
    client = await calling(place, back=False)
    assert await refused(client, {"number": HERS}) == (409, "call/callback-off")


async def test_more_than_an_account_takes_are_refused(place: Place) -> None:
    client = await calling(place, callbacks_per_hour=0)
    assert await refused(client, {"number": HERS}) == (409, "call/callbacks-full")


async def test_it_is_the_customers_alone(place: Place) -> None:
    await calling(place)
    for other in (place.anybody(), await place.as_("eino"), await place.as_("admin")):
        assert (await refused(other, {"number": HERS}))[0] == 401


@pytest.mark.parametrize("countries", ["XX", "fi", "FI,SE", "FI  SE", " FI"])
async def test_a_country_that_there_is_not_is_refused(place: Place, countries: str) -> None:
    admin = await place.as_("admin")
    account = {
        "provider": "twilio_voice", "name": "Main line",
        "workstream_id": place.house.sample.workstreams["Voice calls"], "secrets": {"auth_token": TOKEN},
        "settings": {"account_sid": ACCOUNT, "number": NUMBER, "countries": countries},
    }  # fmt: skip
    answer = await admin.post("/api/v1/channel-accounts", json=account)
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed")
    assert (await admin.get("/api/v1/channel-accounts")).json()["items"] == []
