"""What operators are told: the counts that were made, in Prometheus' form, and to nobody else."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sample_place import Place
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from valvomo.domain.calls.hearing import Part
from valvomo.edge.families import FAMILIES
from valvomo.edge.http.operators import operators
from valvomo.edge.metrics import class_of
from valvomo.telemetry.counts import Spread
from valvomo.telemetry.fresh import Fresh

Metrics = dict[tuple[str, tuple[str, ...]], float]


async def read(place: Place) -> Metrics:
    answer = await place.anybody().get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_what_happened_is_counted(place: Place) -> None:
    conversation = await place.served("eino")
    eino = await place.as_("eino")
    said = {"text": "salaisuus", "client_id": "c1"}
    for _ in range(2):
        assert (await eino.post(f"/api/v1/conversations/{conversation}/messages", json=said)).is_success
    assert (await eino.post(f"/api/v1/conversations/{conversation}/pick")).status_code == 409
    found = await read(place)
    assert found["valvomo_commands_total", ("pick", "done")] == 1
    assert found["valvomo_commands_total", ("pick", "refused")] == 1
    refusals = {labels[0]: value for (name, labels), value in found.items() if "refusals_total" in name}
    assert sum(refusals.values()) == 1
    assert found["valvomo_messages_total", ("posted",)] == 1
    assert found["valvomo_messages_total", ("repeated",)] == 1
    route = "/api/v1/conversations/{conversation_id}/pick"
    picks = {labels: value for (name, labels), value in found.items() if "pick" in str(labels)}
    assert {labels[-1] for labels in picks if labels[0] == "POST"} == {"200", "409"}, (route, picks)
    assert found["valvomo_http_request_duration_seconds_count", ("api",)] == sum(
        value
        for (name, labels), value in found.items()
        if "http_requests_total" in name and "/api/" in labels[1]
    )
    assert found["valvomo_conversations", ("active",)] == 1
    assert found["valvomo_command_duration_seconds_count", ()] >= 3
    assert found["valvomo_message_commit_duration_seconds_count", ()] == 2
    assert found["valvomo_backlog_known", ()] == 1


async def test_what_comes_from_listeners_is_told_also_while_it_is_nothing(place: Place) -> None:
    found = await read(place)
    parts = {labels for name, labels in found if name == "valvomo_call_packets_received_total"}
    assert parts == {(one.value,) for one in Part}
    assert found["valvomo_call_packets_received_total", ("listener",)] == 0
    place.parts.packets.came["listener"] += 2
    place.parts.packets.refused["listener"] += 2
    place.parts.channels.switchboard.refused["token"] += 1
    found = await read(place)
    assert found["valvomo_call_packets_received_total", ("listener",)] == 2
    assert found["valvomo_call_packets_refused_total", ("listener",)] == 2
    assert found["valvomo_trunk_refusals_total", ("token",)] == 1
    assert found["valvomo_trunk_refusals_total", ("unsigned",)] == 0
    assert found["valvomo_trunk_refusals_total", ("source",)] == 0


async def test_every_family_is_told_and_none_names_anybody(place: Place) -> None:
    conversation = await place.served("eino")
    text = (await place.anybody().get("/metrics")).text
    typed = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    for name, family in FAMILIES.items():
        # The text format of Prometheus puts the type of a counter under its full name.
        assert (name, family.kind) in typed, name
    for secret in (conversation, "Ada", "demo.example", place.house.sample.organization_id):
        assert secret not in text


async def test_a_silent_database_leaves_the_numbers_of_the_house_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.house.database._pool.execute("ALTER TABLE outbox RENAME TO lost")
    found = await read(place)
    assert found["valvomo_backlog_known", ()] == 0
    assert ("valvomo_timers_due", ()) not in found
    assert ("valvomo_database_waiters", ()) in found


async def test_others_are_told_that_there_is_no_such_page(place: Place) -> None:
    def coming_from(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=place.app, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://valvomo.test")

    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 404), ("fe80::1%eth0", 404)):
        assert (await coming_from(address).get("/metrics")).status_code == status, address
    missing = (await coming_from("192.0.2.7").get("/metrics")).json()
    nothing = (await coming_from("192.0.2.7").get("/api/nothing")).json()
    assert {**missing, "instance": ""} == {**nothing, "instance": ""}


@pytest.mark.parametrize("claimed", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::"])
async def test_what_a_proxy_passes_on_never_comes_from_here(place: Place, claimed: str) -> None:
    """A proxy in between is believed; what it was told by a stranger is not."""
    believing: Any = ProxyHeadersMiddleware(place.app, ["10.0.0.0/8", "127.0.0.1"])
    for proxy in ("10.0.0.9", "127.0.0.1"):
        transport = httpx.ASGITransport(app=believing, client=(proxy, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://valvomo.test") as client:
            answer = await client.get("/metrics", headers={"X-Forwarded-For": claimed})
            assert answer.status_code == 404, proxy
            assert (await client.get("/metrics")).status_code == (200 if proxy == "127.0.0.1" else 404)


OTHER_FORMS = ["/{}/", "//{}", "/{}//", "//{}/", "/%{:x}{}", "/{}%2F"]


@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("page", ["metrics", "readyz", "healthz"])
async def test_what_is_for_operators_has_one_spelling(place: Place, page: str, form: str) -> None:
    """Proxies keep these paths from strangers, and know no other."""
    assert (await place.anybody().get(f"/{page}?x=1")).status_code == 200
    encoded = form.format(ord(page[0]), page[1:]) if ":x" in form else form.format(page)
    url = httpx.URL("http://valvomo.test").copy_with(raw_path=encoded.encode())
    answer = await place.anybody().get(url)
    if answer.headers["content-type"].startswith("text/html"):
        return  # what the console makes of an address that is nobody's
    assert answer.status_code == answer.json()["status"] == 404, encoded


def test_networks_and_tokens() -> None:
    house = operators(["10.1.0.0/16", "::1"])
    assert house.admit("10.1.2.3", None)
    assert house.admit("::ffff:10.1.2.3", None)
    assert not any(house.admit(one, "Bearer x") for one in ("10.2.0.1", "::2", "", None, "unix:/socket"))
    keyed = operators(["127.0.0.1"], "k" * 16)
    assert keyed.admit("192.0.2.7", "Bearer " + "k" * 16)
    assert not keyed.admit("127.0.0.1", None), "with a token the address does not count"
    assert not keyed.admit("127.0.0.1", "Bearer " + "k" * 15)
    assert not keyed.admit("127.0.0.1", "Basic " + "k" * 16)


def test_a_spread_counts_what_is_at_most_each_bound() -> None:
    spread = Spread((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.5):
        spread.add(value)
    assert (spread.counts, spread.total, spread.count) == ([2, 1, 1], 5.5, 4)
    spread.merge(spread)
    assert spread.count == 8


def test_routes_have_few_kinds() -> None:
    found = {route: class_of(route) for route in ("/api/v1/me", "/widget/v1/x", "/readyz", "file", "unknown")}
    assert list(found.values()) == ["api", "widget", "operations", "file", "unknown"]


async def test_however_many_ask_at_once_it_is_asked_once() -> None:
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return asked

    fresh = Fresh(ask, 60)
    assert fresh.last is None
    assert await asyncio.gather(*(fresh.get() for _ in range(50))) == [1] * 50
    fresh = Fresh(ask, -1)
    assert [await fresh.get(), await fresh.get()] == [2, 3]
