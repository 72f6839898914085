"""Writing a message beside the framework and through it: whatever is asked, both ways answer alike."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sample_place import Place

from valvomo.commands.conversations.messages import PostMessage
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.bodies import MAX_BODY
from valvomo.edge.http.pace import Pace
from valvomo.edge.http.plain import CUSTOMERS, STAFF_TEMPLATE

WORDS = b'{"text": "Hello \xc3\xa4", "client_id": "c-1"}'
BODIES: Mapping[str, bytes] = {
    "words": WORDS,
    "the same words again": WORDS,
    "no id of its own": b'{"text": "Hello"}',
    "nothing": b"",
    "blanks": b"  ",
    "no JSON": b"{",
    "no object": b'["Hello"]',
    "null": b"null",
    "no text": b"{}",
    "an empty text": b'{"text": ""}',
    "blanks for text": b'{"text": "  "}',
    "a number for text": b'{"text": 1}',
    "a text that is too long": b'{"text": "' + b"x" * 10_001 + b'"}',
    "an unknown field": b'{"text": "Hello", "author": "Eino"}',
    "a field twice": b'{"text": "Hello", "text": "other", "client_id": "c-2"}',
    "NUL": b'{"text": "a\\u0000b"}',
    "half a character": b'{"text": "\\ud800"}',
    "no UTF-8": b'{"text": "\xff"}',
    "a mark before it": b'\xef\xbb\xbf{"text": "Hello"}',
    "something after it": WORDS + b"x",
    "very deep": b'{"text": ' + b"[" * 100_000,
    "a null id": b'{"text": "Hello", "client_id": null}',
    "an empty id": b'{"text": "Hello", "client_id": ""}',
    "an id that is too long": b'{"text": "Hello", "client_id": "' + b"x" * 201 + b'"}',
    "as large as may be": b'{"text": "Hello", "client_id": "c-3"}' + b" " * (MAX_BODY - 37),
    "too large": b'{"text": "Hello", "client_id": "c-4"}' + b" " * MAX_BODY,
    "a note": b'{"text": "Hello", "visibility": "internal", "client_id": "c-5"}',
    "a whisper": b'{"text": "Hello", "visibility": "whisper", "client_id": "c-6"}',
    "an unknown kind": b'{"text": "Hello", "visibility": "secret"}',
}
KEY, ORIGIN, SITE, LANGUAGE = "Idempotency-Key", "Origin", "Sec-Fetch-Site", "Accept-Language"
HEADS: Mapping[str, dict[str, str]] = {
    "a key": {KEY: "k-1"},
    "an empty key": {KEY: ""},
    "the longest key": {KEY: "k" * 200},
    "a key that is too long": {KEY: "k" * 201},
    "a key that is not ASCII": {KEY: "\xe4"},
    "from our own page": {ORIGIN: "http://valvomo.test", SITE: "same-origin"},
    "from another page": {ORIGIN: "https://elsewhere.example"},
    "from another site": {SITE: "cross-site"},
    "in Finnish": {LANGUAGE: "fi"},
    "text": {"Content-Type": "text/plain"},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "a form in parts": {"Content-Type": "multipart/form-data; boundary=x"},
    "no type": {"Content-Type": ""},
    "a length that is none": {"Content-Length": "many"},
    "nobody": {"Cookie": "", "Authorization": ""},
    "an unknown session": {"Cookie": "valvomo_session=unknown", "Authorization": ""},
    "an unknown token": {"Authorization": "Bearer unknown"},
    "another scheme": {"Authorization": "Basic unknown"},
    "a broken cookie": {"Cookie": 'valvomo_session="', "Authorization": ""},
}
PATHS = ("{path}/", "{path}?x=1", "{path}?x=%00", "/{path}", "{path}%20", "{path}/x")


@dataclass
class Ways:
    """Every request goes through the framework first, and then beside it as far as that way is open."""

    place: Place
    patch: pytest.MonkeyPatch

    async def alike(
        self, client: httpx.AsyncClient, path: str, body: Any, *, method: str = "POST", **headers: str
    ) -> httpx.Response:
        """The second answer, which is like the first one."""
        plain, find = self.place.app._plain, type(self.place.app._plain).find
        answers: list[httpx.Response] = []
        for way in (lambda _plain, _scope: None, find):
            self.patch.setattr(type(plain), "find", way)
            all_headers = {"Content-Type": "application/json", **headers}
            sent = [(name.encode(), value.encode("latin-1")) for name, value in all_headers.items()]
            content = body() if callable(body) else body
            answers.append(await client.request(method, path, content=content, headers=sent))
        first, second = (_known(one) for one in answers)
        assert first == second, f"{method} {path} {headers} {body!r:.100}"
        return answers[1]


def _known(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    """An answer without what is new in every message."""
    text = re.sub(r'"(id|at|seq)":("[^"]*"|\d+)', r'"\1":…', answer.text)
    text = re.sub(r'"client_id":"[0-9a-f-]{36}"', '"client_id":…', text)
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    if answer.content:
        assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.status_code, headers, text


@pytest.fixture
async def ways(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ways]:
    place.parts.paces["customer"].burst = 10_000
    find = type(place.app._plain).find
    yield Ways(place, monkeypatch)
    monkeypatch.setattr(type(place.app._plain), "find", find)


@dataclass
class Sides:
    """Both sides of a conversation that Eino serves, and where each of them writes."""

    staff: tuple[httpx.AsyncClient, str]
    customer: tuple[httpx.AsyncClient, str]

    def __iter__(self) -> Any:
        return iter((self.staff, self.customer))


@pytest.fixture
async def sides(place: Place) -> Sides:
    customer, eino = place.anybody(), await place.as_("eino")
    body = {"key": place.house.sample.keys["Web chat"], "name": "Ada"}
    begun = (await customer.post("/widget/v1/conversations", json=body)).json()
    customer.headers["Authorization"] = f"Bearer {begun['token']}"
    path = f"/api/v1/conversations/{begun['conversation']['id']}"
    assert (await eino.post(f"{path}/pick")).status_code == 200
    return Sides((eino, f"{path}/messages"), (customer, CUSTOMERS))


async def test_whatever_is_in_the_body(ways: Ways, sides: Sides) -> None:
    seen = set()
    for client, path in sides:
        for body in BODIES.values():
            seen.add((await ways.alike(client, path, body, **{LANGUAGE: "sv"})).status_code)
    assert seen == {201, 413, 422}


async def test_whatever_is_in_the_head(ways: Ways, sides: Sides) -> None:
    seen = set()
    for client, path in sides:
        for headers in HEADS.values():
            for body in (WORDS, b"{"):
                seen.add((await ways.alike(client, path, body, **headers)).status_code)
    assert seen == {201, 401, 403, 422}


async def test_whatever_the_address_and_the_method(ways: Ways, sides: Sides) -> None:
    for client, path in sides:
        for form in PATHS:
            await ways.alike(client, form.format(path=path), WORDS)
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            await ways.alike(client, path, WORDS, method=method)
        assert (await ways.alike(client, path, _in_pieces)).status_code == 201
    eino, path = sides.staff
    one = path.split("/")[-2]
    for other in (
        one.upper(),
        one[:-1],
        "me",
        "",
        one[:-4] + "0000",
        f"{one}%00",
        f"%{ord(one[0]):x}{one[1:]}",
    ):
        for body in (WORDS, b"{"):
            await ways.alike(eino, path.replace(one, other), body)


async def test_whatever_stands_against_it(ways: Ways, sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, path), (customer, own) = sides
    for person in ("saara", "aino", "admin"):
        assert (await ways.alike(await ways.place.as_(person), path, WORDS)).status_code in {404, 409}
    slow = Pace(burst=2, per_second=0.1, seconds=lambda: 0.0)
    monkeypatch.setitem(ways.place.parts.paces, "customer", slow)
    assert (await ways.alike(customer, own, WORDS)).status_code == 201
    late = await ways.alike(customer, own, WORDS)
    assert (late.status_code, late.headers["retry-after"]) == (429, "10")
    monkeypatch.setitem(ways.place.parts.paces, "customer", Pace(burst=100, per_second=1))
    for outcome, status in ((Refusal(Reason.BUSY), 503), (RuntimeError("inside"), 500)):

        async def post(_actor: Actor, _command: PostMessage, outcome: Any = outcome) -> Any:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        with monkeypatch.context() as patch:
            patch.setattr(ways.place.parts.lane, "post", post)
            for client, where in sides:
                answer = await ways.alike(client, where, WORDS)
                assert (answer.status_code, "inside" in answer.text) == (status, False)
    assert (await customer.post("/widget/v1/end")).status_code == 200
    for client, where in sides:
        assert (await ways.alike(client, where, b'{"text": "Late"}')).status_code == 409


async def test_what_is_usual_goes_beside_the_framework(place: Place, sides: Sides) -> None:
    async def framework(*_asked: object) -> None:
        raise AssertionError("went through the framework")

    place.app.routes, routes = framework, place.app.routes
    for client, path in sides:
        assert (await client.post(path, json={"text": "Hello"})).status_code == 201
        assert (await client.post(path, json={"text": 1})).status_code == 422
    place.app.routes = routes
    described = {route.path_format for route in routes.routes}
    assert {STAFF_TEMPLATE, CUSTOMERS} <= described, "counted under the names of the description"


async def _in_pieces() -> AsyncIterator[bytes]:
    """Without a length."""
    for begin in range(0, len(WORDS), 7):
        yield WORDS[begin : begin + 7]
