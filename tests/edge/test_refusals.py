"""Whatever goes wrong is a problem document that changes nothing: on every route, for every kind of wrong."""

import json
from typing import Any

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from sample_place import Place
from sample_routes import routes

from valvomo.demo.organization import create_sample

NOBODY = "01890000-0000-7000-8000-000000000000"


def staff_routes() -> list[tuple[str, str]]:
    """Every method and address of `/api/v1` that needs signing in."""
    return [
        (method, route.path_format)
        for route in routes().routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and not handler.opt.get("public")
        for method in sorted(handler.http_methods - {"OPTIONS"})
        if route.path_format.startswith("/api/v1")
    ]


def address(path: str) -> str:
    """The path with an id of nothing in it."""
    parts = [NOBODY if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["title"]
    assert document["detail"]
    return answer.status_code, document["type"]


async def test_every_route_asks_who_is_calling(place: Place) -> None:
    client = place.anybody()
    assert len(staff_routes()) > 40
    for method, path in staff_routes():
        answer = await client.request(method, address(path), json={})
        assert problem(answer) == (401, "session/not-signed-in"), (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_foreign_or_broken_secret_opens_nothing(place: Place) -> None:
    client = place.anybody()
    for secret in ("", "x", "vt_unknown", "vs_unknown", "å" * 10, "x" * 5000):
        headers = [(b"authorization", f"Bearer {secret}".encode())]
        assert problem(await client.get("/api/v1/me", headers=headers))[0] == 401
    assert problem(await client.get("/api/v1/me", headers={"Authorization": "Basic eDp5"}))[0] == 401
    assert problem(await client.get("/api/v1/me", headers={"Cookie": "valvomo_session=;;=,"}))[0] == 401


async def test_nothing_of_another_organization_is_found(place: Place) -> None:
    other = await create_sample(place.house.executor, "x", name="Other", domain="other.example")
    conversation = await place.served()
    stranger = await other.actor(place.house.database, "saara")
    token = await token_of(place, other, "saara")
    client = place.anybody()
    client.headers["Authorization"] = f"Bearer {token}"
    assert (await client.get("/api/v1/me")).json()["id"] == stranger.id
    assert (await client.get("/api/v1/conversations")).json()["items"] == []
    ours = {*place.house.sample.people.values(), *place.house.sample.queues.values()}
    assert not ours & {row["id"] for row in (await client.get("/api/v1/agents")).json()["items"]}
    bodies: dict[str, Any] = {
        "assign": {"queue": "Billing"}, "transfer": {"queue": "Billing"}, "consult": {"queue": "Billing"},
        "force-close": {"reason": "x"}, "messages": {"text": "x"},
        "record": {"revision": 0}, "links": {"to": conversation}, "vip": {"vip": True},
        "message-templates": {"name": "x", "language": "en"}, "instruct": {"text": "x"},
        "mend": {"seq": 1}, "transcript": {"purpose": "somebody asks"}, "elevate": {"mode": "voice"},
        "keys": {"keys": "1"}, "forward": {"number": "+358401234567"},
    }  # fmt: skip
    for method, path in staff_routes():
        if "{conversation_id}" not in path:
            continue
        last = path.rpartition("/")[2]
        query = {"candidates": {"for": "transfer"}, "attachments": {"name": "x.txt", "ids": "x"}}.get(last)
        body = bodies.get(last, {})
        answer = await client.request(
            method, path.replace("{conversation_id}", conversation), json=body, params=query
        )
        assert problem(answer) == (404, "access/not-found"), (method, path)
    agent = place.house.sample.people["eino"]
    for answer in (
        await client.get(f"/api/v1/agents/{agent}/presence"),
        await client.put(f"/api/v1/agents/{agent}/presence", json={"presence": "away"}),
    ):
        assert problem(answer) == (404, "access/not-found")
    bulk = {"act": "force_close", "ids": [conversation], "reason": "x"}
    items = (await client.post("/api/v1/conversations/bulk", json=bulk)).json()["items"]
    assert items[0]["problem"]["status"] == 404


async def token_of(place: Place, sample: Any, person: str) -> str:
    """An API token, made by the administrator of that organization."""
    from valvomo.commands.settings.tokens import CreateToken  # noqa: PLC0415 - only here

    admin = await sample.actor(place.house.database, "admin")
    outcome = await place.house.executor.execute(
        admin, CreateToken(user_id=sample.people[person], name="t", expires_at=None)
    )
    return str(outcome.result["secret"])


async def test_agents_and_others_cannot_supervise(place: Place) -> None:
    conversation = await place.served()
    for person, expected in (("onni", "access/role-needed"), ("admin", "access/role-needed")):
        client = await place.as_(person)
        for path, body in (
            ("monitor", {}), ("join", {}), ("take-over", {}), ("assign", {"queue": "Billing"}),
            ("force-close", {"reason": "x"}),
        ):  # fmt: skip
            answer = await client.post(f"/api/v1/conversations/{conversation}/{path}", json=body)
            assert problem(answer) == (403, expected), (person, path)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (b"{", "body"),
        (b"", "body"),
        (b"[]", "body"),
        (b'{"text": 5}', "body.text"),
        # Words or files: neither alone is what is missing.
        (b'{"text": ""}', "body"),
        (b'{"text": "  \\n"}', "body"),
        (b'{"text": "a\\u0000b"}', "body"),
        (b'{"text": "a", "visibility": "secret"}', "body.visibility"),
        (b'{"text": "a", "seq": 1}', "body"),
        (json.dumps({"text": "a" * 10_001}).encode(), "body.text"),
        (b'{"text": "\\ud800"}', "body"),
        (b"[" * 100_000, "body"),
    ],
)
async def test_a_malformed_body_says_where(place: Place, body: bytes, at: str) -> None:
    conversation = await place.served()
    client = await place.as_("eino")
    answer = await client.post(f"/api/v1/conversations/{conversation}/messages", content=body)
    assert problem(answer) == (422, "request/malformed")
    assert [one["at"] for one in answer.json()["errors"]] == [at]
    assert (await client.get(f"/api/v1/conversations/{conversation}")).json()["seq"] == 0


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/nothing", (404, "access/not-found")),
        ("GET", "/api/nothing", (404, "access/not-found")),
        ("GET", "/nothing.js", (404, "access/not-found")),
        ("POST", "/floor", (404, "access/not-found")),
        ("PUT", "/api/v1/conversations", (405, "request/method-not-allowed")),
        ("GET", "/api/v1/conversations/not-an-id", (404, "access/not-found")),
        ("GET", "/api/v1/conversations/%00", (404, "access/not-found")),
        ("GET", f"/api/v1/conversations/{NOBODY}", (404, "access/not-found")),
        ("GET", "/api/v1/conversations?limit=0", (422, "request/malformed")),
        ("GET", "/api/v1/conversations?limit=x", (422, "request/malformed")),
        ("GET", "/api/v1/conversations?state=nowhere", (422, "request/malformed")),
        ("GET", "/api/v1/conversations?sort=magic", (422, "request/malformed")),
        ("GET", "/api/v1/conversations?q=a%00", (422, "request/malformed")),
        ("GET", "/api/v1/conversations?sentiment=grumpy", (422, "request/malformed")),
        (
            "GET",
            f"/api/v1/conversations/{NOBODY}/messages?after=99999999999999999999",
            (422, "request/malformed"),
        ),
        ("GET", f"/api/v1/conversations/{NOBODY}/candidates", (422, "request/malformed")),
    ],
)
async def test_wrong_addresses(place: Place, method: str, path: str, expected: tuple[int, str]) -> None:
    client = await place.as_("saara")
    assert problem(await client.request(method, path)) == expected


async def test_a_method_that_is_not_there_names_those_that_are(place: Place) -> None:
    answer = await (await place.as_("saara")).put("/api/v1/conversations")
    assert set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}


async def test_what_is_too_large_is_refused(place: Place) -> None:
    client = await place.as_("saara")
    body = {"channel": "record", "customer": "a", "subject": "x" * 2_000_000}
    assert problem(await client.post("/api/v1/conversations", json=body)) == (413, "request/too-large")


async def test_it_is_said_in_the_language_of_the_request_or_of_the_account(place: Place) -> None:
    client = await place.as_("veikko")
    path = f"/api/v1/conversations/{NOBODY}"
    own = (await client.get(path)).json()["title"]
    swedish = (await client.get(path, headers={"Accept-Language": "sv-FI, en;q=0.5"})).json()["title"]
    english = (await client.get(path, headers={"Accept-Language": "en"})).json()["title"]
    assert len({own, swedish, english}) == 3


async def test_a_request_that_another_site_makes_is_refused(place: Place) -> None:
    client = await place.as_("saara")
    body = {"channel": "record", "customer": "Ada"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ):
        answer = await client.post("/api/v1/conversations", json=body, headers=headers)
        assert problem(answer) == (403, "request/foreign-origin"), headers
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://valvomo.test"}, {}):
        assert (await client.post("/api/v1/conversations", json=body, headers=headers)).status_code == 201


async def test_a_bug_is_logged_and_not_shown(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("the inside")

    client = await place.as_("saara")
    monkeypatch.setattr("valvomo.edge.http.agents.agents.listed", broken)
    answer = await client.get("/api/v1/agents")
    assert problem(answer) == (500, "server/internal")
    assert "inside" not in answer.text


async def test_too_fast_is_told_when_to_come_back(place: Place) -> None:
    client = place.anybody()
    place.parts.paces["sign_in"].burst = 3
    place.parts.paces["sign_in"].seconds = lambda: 0.0
    body = {"email": "nobody@demo.example", "password": "x"}
    answers = [await client.post("/api/v1/session", json=body) for _ in range(5)]
    assert problem(answers[-1]) == (429, "request/rate-limited")
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_signing_out_ends_it_at_once(place: Place) -> None:
    client = await place.as_("eino")
    assert (await client.get("/api/v1/me")).status_code == 200
    assert (await client.delete("/api/v1/session")).status_code == 204
    client.cookies.clear()
    session = await place.parts.gate.sign_in("eino@demo.example", "valvomo-demo")
    client.cookies.set("valvomo_session", session.token)  # type: ignore[union-attr]
    assert (await client.get("/api/v1/me")).status_code == 200
    await client.delete("/api/v1/session")
    client.cookies.set("valvomo_session", session.token)  # type: ignore[union-attr]
    assert (await client.get("/api/v1/me")).status_code == 401
