"""Whatever is sent to where providers call: nothing is believed without its signature, and nothing breaks the house."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_floor import HOUSE, OTHER_HOUSE, Floor
from sample_line import BASE, SECRET, Line, conversation_of, messages, received

from valvomo.channels import PROVIDERS
from valvomo.channels.forms import filled_in
from valvomo.channels.port import Account, Request, UnverifiedError
from valvomo.channels.signing import signed
from valvomo.commands.channels import taking_in
from valvomo.commands.switchboard import Switchboard
from valvomo.edge.http.arrivals import MOST_BODY, Arrivals

ODD = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)
FIELDS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(("type", "timestamp", "data")),
    st.sampled_from(("message.received", "message.status", "2026-03-02T09:00:00Z", "", None, 7, {}, [])),
)
NESTED = b'{"type":"message.received","timestamp":"2026-03-02T09:00:00Z","data":' + b"[" * 200_000
"""Deeper than anybody reads."""


@pytest.fixture
async def client(line: Line) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who calls the route of all providers."""
    arrivals = Arrivals(line.reception, Switchboard(line.floor.database))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        answer = arrivals.find(scope)
        assert answer is not None
        await answer(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as made:
        yield made


async def kept(line: Line) -> int:
    return int((await line.floor.sql("SELECT count(*) FROM arrivals"))[0][0])


async def test_unsigned_or_wrongly_signed_is_refused_and_nothing_is_kept(
    line: Line, client: httpx.AsyncClient
) -> None:
    path = f"/channels/custom/{line.account_id}"
    body = json.dumps(received("ann", "hello", "m1", line.floor.clock())).encode()
    right = signed(SECRET, "one", line.floor.clock(), body)
    late = line.floor.clock().replace(year=2025)
    wrong = [
        {},
        {**right, "webhook-signature": "v1,AAAA"},
        {**right, "webhook-signature": ""},
        {**right, "webhook-id": "another"},
        {**right, "webhook-timestamp": "x"},
        {**right, "webhook-timestamp": "9" * 400},
        signed(SECRET, "one", late, body),
    ]
    for headers in wrong:
        answer = await client.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "channel/unverified"), headers
    assert (await client.post(path, content=body + b" ", headers=right)).status_code == 403
    assert await kept(line) == 0
    several = {**right, "webhook-signature": f"v1,AAAA v2,xyz {right['webhook-signature']}"}
    assert (await client.post(path, content=body, headers=several)).status_code == 200
    assert await kept(line) == 1


async def test_other_accounts_providers_and_methods_are_not_there(
    line: Line, client: httpx.AsyncClient
) -> None:
    body = json.dumps(received("ann", "hello", "m1", line.floor.clock())).encode()
    headers = signed(SECRET, "one", line.floor.clock(), body)
    nobody = "01890000-0000-7000-8000-000000000000"
    for path in (
        f"custom/{nobody}",
        f"twilio/{line.account_id}",
        "custom/x",
        f"custom/{line.account_id}/",
        "",
    ):
        answer = await client.post(f"/channels/{path}", content=body, headers=headers)
        assert answer.status_code == 404, path
    path = f"/channels/custom/{line.account_id}"
    assert (await client.delete(path)).status_code == 405
    assert (await client.post(path, content=b"x" * (MOST_BODY + 1))).status_code == 413
    await line.floor.sql("UPDATE channel_accounts SET disabled = true")
    assert (await client.post(path, content=body, headers=headers)).status_code == 404
    assert await kept(line) == 0


async def test_an_account_whose_secrets_cannot_be_opened_says_so_and_believes_nothing(
    line: Line, client: httpx.AsyncClient
) -> None:
    body = json.dumps(received("ann", "hello", "m1", line.floor.clock())).encode()
    headers = signed(SECRET, "one", line.floor.clock(), body)
    await line.floor.sql("UPDATE channel_accounts SET secrets = secrets || '\\x00'")
    answer = await client.post(f"/channels/custom/{line.account_id}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (503, "channel/unavailable")


async def test_an_account_of_another_organization_gets_its_own_alone(line: Line) -> None:
    await line.floor.sql(
        "UPDATE channel_accounts SET organization_id = $1 WHERE organization_id = $2", OTHER_HOUSE, HOUSE
    )
    answer = await line.call(received("ann", "hello", "m1", line.floor.clock()))
    assert getattr(answer, "reason", None) == "channel/unavailable", (
        "what was sealed for one opens at no other"
    )


@given(body=ODD | FIELDS.map(lambda fields: json.dumps(fields).encode()))
@settings(max_examples=60, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
async def test_whatever_is_signed_is_answered_without_a_server_error(
    line: Line, client: httpx.AsyncClient, body: bytes
) -> None:
    headers = signed(SECRET, "one", line.floor.clock(), body)
    answer = await client.post(f"/channels/custom/{line.account_id}", content=body, headers=headers)
    assert answer.status_code in {200, 422}
    assert (await client.post(f"/channels/custom/{line.account_id}", content=body)).status_code == 403


async def test_what_is_nested_without_end_is_answered(line: Line, client: httpx.AsyncClient) -> None:
    headers = signed(SECRET, "one", line.floor.clock(), NESTED)
    answer = await client.post(f"/channels/custom/{line.account_id}", content=NESTED, headers=headers)
    assert answer.status_code == 422


NUMBER, KEY = "123456789012345", "0123456789abcdef0123456789abcdef"
FILLED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "custom": ({"url": "https://example.org/in"}, {"secret": SECRET}),
    "twilio": ({"account_sid": "AC" + "0" * 32, "sender": "Valvomo"}, {"auth_token": "0" * 32}),
    "telegram": ({}, {"bot_token": "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"}),
    "whatsapp": (
        {"phone_number_id": NUMBER, "business_account_id": NUMBER},
        {"access_token": KEY, "app_secret": KEY, "verify_token": KEY},
    ),
    "messenger": ({"page_id": NUMBER}, {"access_token": KEY, "app_secret": KEY, "verify_token": KEY}),
    "email": (
        {"address": "help@example.org", "imap_host": "mail.example.org", "smtp_host": "mail.example.org"},
        {"password": KEY},
    ),
    "smpp": ({"host": "smpp.example.org", "system_id": "valvomo"}, {"password": KEY}),
}
HEADERS = ("x-twilio-signature", "x-telegram-bot-api-secret-token", "x-hub-signature-256", "webhook-signature",
           "webhook-id", "webhook-timestamp")  # fmt: skip


def test_every_provider_is_tried() -> None:
    assert FILLED.keys() == PROVIDERS.keys()


@pytest.mark.parametrize("name", FILLED)
@given(
    method=st.sampled_from(["POST", "GET"]),
    query=st.text(max_size=60) | st.just("hub.mode=subscribe&hub.challenge=1&hub.verify_token=x"),
    headers=st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=80) | st.just("sha256=" + "0" * 64)),
    body=ODD,
)
def test_no_provider_believes_what_nobody_has_signed(
    *, name: str, method: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    provider, (settings_given, secrets_given) = PROVIDERS[name], FILLED[name]
    account = Account(
        id="one", organization_id="house", settings=filled_in(provider.settings, settings_given),
        secrets=filled_in(provider.secrets, secrets_given), callback=f"{BASE}/channels/{name}/one",
    )  # fmt: skip
    request = Request(
        method=method, query=query, headers=headers, body=body, at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    with pytest.raises(UnverifiedError):
        provider.receive(account, request)


async def test_what_cannot_be_taken_in_is_given_up_and_lets_others_go_on(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    await line.says("ann", "poison", "m1")
    line.floor.clock.advance(0.001)
    await line.says("ann", "behind it", "m2")
    await line.says("bob", "elsewhere", "m3")
    whole = taking_in._post

    async def failing(work: Any, conversation: Any, account_id: str, said: Any) -> Any:
        if said.text == "poison":
            raise ZeroDivisionError
        return await whole(work, conversation, account_id, said)

    monkeypatch.setattr(taking_in, "_post", failing)
    await line.take_in()
    assert len(await line.floor.sql("SELECT 1 FROM conversations")) == 1, "others do not wait"
    for _ in range(8):
        await line.take_in(after=301)
    assert [text for text, *_ in await messages(line.floor, await conversation_of(line.floor))] == [
        "behind it"
    ]
    (row,) = await line.floor.sql("SELECT key, problem, attempts FROM arrivals WHERE given_up_at IS NOT NULL")
    assert (row["key"], row["attempts"]) == ("message:m1", 6)
    assert "ZeroDivisionError" in row["problem"]


async def test_a_report_waits_for_our_note_of_the_sending_and_not_for_ever(line: Line, floor: Floor) -> None:
    await line.reports("a-message-that-never-was", "delivered")
    await line.take_in()
    (row,) = await floor.sql("SELECT done_at, attempts FROM arrivals")
    assert (row["done_at"], row["attempts"]) == (None, 1)
    for _ in range(14):
        await line.take_in(after=301)
    (row,) = await floor.sql("SELECT done_at, problem FROM arrivals")
    assert row["done_at"] is not None
    assert row["problem"] == taking_in.UNKNOWN_MESSAGE


async def test_what_was_taken_in_long_ago_is_swept_and_what_was_given_up_stays(line: Line) -> None:
    await line.says("ann", "hello", "m1")
    await line.take_in()
    await line.says("ann", "again", "m2")
    await line.floor.sql("UPDATE arrivals SET given_up_at = received_at WHERE key = 'message:m2'")
    async with line.floor.database.transaction() as tx:
        await tx.run("arrivals.drop_old", line.floor.clock().replace(year=2027), 100)
    assert [row["key"] for row in await line.floor.sql("SELECT key FROM arrivals")] == ["message:m2"]
