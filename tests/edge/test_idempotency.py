"""`Idempotency-Key` on every command (spec 2): the same request again is answered alike and has no second effect."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sample_files as files
from litestar.handlers import HTTPRouteHandler
from sample_place import Place
from sample_routes import routes
from sample_uploads import known, widget

API = "/api/v1"
OURS = (API, "/widget/v1", "/bot/v1")
_ASKED = "it changes nothing: what is asked has a body, because it is too much for an address"
_SEEN = "what is seen by it is judged and noted each time, or a key would show it unasked and unnoted"
WITHOUT = {
    "tryAlertRule": _ASKED,
    "tryBackend": _ASKED,
    "tryRules": _ASKED,
    "whatIf": _ASKED,
    "sayBotTyping": "a hint that is never stored",
    "checkChannelAccount": "the provider is asked anew, and how it is now is noted: a former answer would be untrue",
    "hearRecording": _SEEN,
    "takeTranscript": _SEEN,
    "signIn": "nobody is known yet whose key it could be; a second session is the same right once more",
    "endOidcByCode": "nobody is known yet whose key it could be, and a code of the second factor opens once",
    "tryProvider": _ASKED,
    "identify": "nobody is known yet whose key it could be; a second token is the same right once more",
    "beginSecondFactor": "each takes the place of the one before until one is confirmed, and a repeat would be "
    "without the secret",
}
"""Operations that take no key, and why none could matter."""


def commands() -> list[HTTPRouteHandler]:
    """Every route that may change something."""
    return [
        handler
        for route in routes().routes
        if route.path.startswith(OURS)
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods - {"GET", "HEAD", "OPTIONS"}
    ]


def test_every_route_that_changes_something_takes_a_key() -> None:
    """One that it takes is used, which ruff holds (ARG001)."""
    found = commands()
    assert sum("POST" in one.http_methods for one in found) > 100
    without = {str(one.operation_id) for one in found if "key" not in inspect.signature(one.fn).parameters}
    assert without == set(WITHOUT)


@dataclass
class Asked:
    """A request, another one, and where there is one thing more after each that had an effect."""

    client: httpx.AsyncClient
    path: str
    first: dict[str, Any]
    other: dict[str, Any]
    effects: str
    method: str = "POST"

    async def ask(self, key: str, request: dict[str, Any]) -> httpx.Response:
        headers = {"Idempotency-Key": key, **request.get("headers", {})}
        return await self.client.request(self.method, self.path, **{**request, "headers": headers})


PDF = {"Content-Type": "application/pdf"}


def _upload(client: httpx.AsyncClient, path: str) -> Asked:
    file = {"params": {"name": "a.pdf"}, "headers": PDF, "content": files.PDF}
    return Asked(
        client, f"{path}/attachments", file, {**file, "content": files.PDF + b"\n%more"},
        "SELECT count(*) FROM attachments",
    )  # fmt: skip


async def _by_staff(place: Place) -> Asked:
    conversation = await place.served()
    return _upload(await place.as_("eino"), f"{API}/conversations/{conversation}")


async def _by_customer(place: Place) -> Asked:
    customer, _ = await widget(place)
    return _upload(customer, "/widget/v1")


async def _records(place: Place) -> Asked:
    admin = await place.as_("admin")
    found = (await admin.get(f"{API}/workstreams")).json()["items"]
    params = {"name": "c.csv", "workstream": next(one["id"] for one in found if one["channel"] == "record")}
    file = {"params": params, "content": b"Subject,Customer\nOurs,Kaisa"}
    other = {**file, "content": b"Subject,Customer\nOurs,Maija"}
    return Asked(admin, f"{API}/record-imports", file, other, "SELECT count(*) FROM record_imports")


async def _export(place: Place) -> Asked:
    now = place.house.clock()
    body = {"since": now.replace(hour=0).isoformat(), "until": now.isoformat(), "purpose": "Staffing"}
    other = {**body, "by": ["queue"]}
    effects = "SELECT count(*) FROM facts WHERE kind = 'figures_exported'"
    return Asked(await place.as_("saara"), f"{API}/exports", {"json": body}, {"json": other}, effects)


async def _survey(place: Place) -> Asked:
    admin = await place.as_("admin")
    found = (await admin.get(f"{API}/workstreams")).json()["items"]
    chat = next(one["id"] for one in found if one["key"] == place.house.sample.keys["Web chat"])
    body = {"survey": {"kind": "csat"}}
    assert (await admin.patch(f"{API}/workstreams/{chat}/widget", json=body)).is_success
    customer, _ = await widget(place)
    assert (await customer.post("/widget/v1/end")).is_success
    first, other = ({"json": {"score": score}} for score in (5, 1))
    effects = "SELECT count(*) FROM facts WHERE kind = 'survey_answered'"
    return Asked(customer, "/widget/v1/survey", first, other, effects, "PUT")


async def _words(place: Place) -> Asked:
    conversation = await place.served()
    path = f"{API}/conversations/{conversation}/messages"
    first, other = ({"json": {"text": text}} for text in ("Hello", "Good day"))
    return Asked(await place.as_("eino"), path, first, other, "SELECT count(*) FROM public_messages")


async def counted(place: Place, query: str) -> int:
    async with place.house.database.transaction() as tx:
        return int(await tx._connection.fetchval(query))


def last(answer: httpx.Response) -> str:
    """What it comes to: of lines, the last one."""
    return answer.text.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "make", [_by_staff, _by_customer, _records, _export, _survey, _words], ids=lambda one: one.__name__
)
async def test_a_key_has_one_effect_and_one_answer(place: Place, make: Any) -> None:
    asked = await make(place)
    first = await asked.ask("one", asked.first)
    assert first.is_success, first.text
    before = await counted(place, asked.effects)
    assert before > 0
    again = await asked.ask("one", asked.first)
    assert (again.status_code, last(again)) == (first.status_code, last(first))
    other = await asked.ask("one", asked.other)
    assert (other.status_code, other.json()["type"]) == (422, "request/idempotency-key-reused")
    assert await counted(place, asked.effects) == before
    assert (await asked.ask("two", asked.other)).is_success
    assert await counted(place, asked.effects) == before + 1


async def test_an_upload_that_broke_off_may_come_again_with_its_key(place: Place) -> None:
    """The key belongs to a file that is there, so that nobody loses one to a bad line."""
    customer, _ = await widget(place)
    asked = _upload(customer, "/widget/v1")
    refused = await asked.ask("one", {**asked.first, "content": b"MZ" + files.PDF})
    assert refused.status_code == 422
    made = await asked.ask("one", asked.first)
    assert made.status_code == 201
    gone = await customer.delete(f"/widget/v1/attachments/{made.json()['id']}")
    assert gone.status_code == 204
    assert (await asked.ask("one", asked.first)).status_code == 404, "it is not brought anew unasked"
    assert await known(customer, "/widget/v1", made.json()["id"]) == []
