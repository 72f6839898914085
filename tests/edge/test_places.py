"""A malformed request is told where it is wrong, by the names that its caller knows (spec 1 §7)."""

from __future__ import annotations

import pytest
from sample_place import Place

API = "/api/v1"


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("limit=-1", "query.limit"), ("limit=201", "query.limit"), ("limit=x", "query.limit"),
        ("state=x", "query.state"), ("state=open&state=x", "query.state"), ("channel=fax", "query.channel"),
        ("sort=secret", "query.sort"), ("sentiment=x", "query.sentiment"), ("cursor=x", "query.cursor"),
        (f"cursor={'x' * 500}", "query.cursor"), ("closed_since=x", "query.closed_since"),
    ],
)  # fmt: skip
async def test_a_malformed_query_says_where(place: Place, query: str, at: str) -> None:
    answer = await (await place.as_("saara")).get(f"{API}/conversations?{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed")
    [one] = answer.json()["errors"]
    assert one["at"] == at
    assert one["problem"]


async def test_what_is_missing_is_named(place: Place) -> None:
    conversation = await place.served()
    saara, eino = await place.as_("saara"), await place.as_("eino")
    one = f"{API}/conversations/{conversation}"
    for answer, at in (
        (await saara.get(f"{one}/candidates"), "query.for"),
        (await saara.get(f"{API}/search"), "query.q"),
        (await eino.patch(one), "body"),
        (await eino.post(f"{one}/messages"), "body"),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"] == [{"at": at, "problem": "is needed"}]


async def test_a_malformed_name_by_another_name_or_in_a_header_is_found(place: Place) -> None:
    conversation = await place.served()
    saara, eino = await place.as_("saara"), await place.as_("eino")
    one = f"{API}/conversations/{conversation}"
    headers = {"Idempotency-Key": "x" * 201}
    for answer, at in (
        (await saara.get(f"{one}/candidates?for=x"), "query.for"),
        (await saara.get(f"{API}/metrics/history?from=x"), "query.from"),
        (
            await saara.get(f"{API}/metrics/history?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"),
            "query.to",
        ),
        (await saara.get(f"{API}/metrics/history?from=2020-01-01T00:00:00Z"), "query.to"),
        (await eino.patch(one, json={}, headers=headers), "header.idempotency-key"),
    ):
        assert answer.status_code == 422, answer.text
        assert [found["at"] for found in answer.json()["errors"]] == [at]


async def test_nobody_is_called_nothing(place: Place) -> None:
    saara = await place.as_("saara")
    for customer, at in (("  ", "body.customer"), ({"name": "\t"}, "body.customer.name")):
        body = {"channel": "live_chat", "queue": "Support", "customer": customer}
        answer = await saara.post(f"{API}/conversations", json=body)
        assert answer.status_code == 422, answer.text
        assert [found["at"] for found in answer.json()["errors"]] == [at]
