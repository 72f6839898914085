"""Replay over HTTP: the floor as it was, steps, the timeline; who may, and what bad input does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from valvomo.jobs.recorder import Recorder

API = "/api/v1/replay"


async def ok(answer: Any) -> Any:
    response = await answer
    assert response.status_code == 200, response.text
    return response.json()


async def problem(answer: Any) -> tuple[int, str]:
    response = await answer
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["type"]


async def kept(place: Any) -> str:
    recorder = Recorder(place.house.database, place.house.clock, "test", days=90)
    await recorder.keep_now(place.house.sample.organization_id)
    return str(place.house.clock().isoformat().replace("+00:00", "Z"))


async def test_the_floor_as_it_was_and_how_it_went_on(place: Any) -> None:
    saara = await place.as_("saara")
    before = await kept(place)
    floor = await ok(saara.get(API, params={"at": before}))
    assert floor["rows"] == []
    assert {one["name"] for one in floor["figures"]} >= {None, "Support"}
    await kept(place)
    place.house.clock.advance(30)
    later = place.house.clock().isoformat()
    steps = await ok(
        saara.get(f"{API}/steps", params={"after": floor["position"], "until": later, "limit": 10})
    )
    assert steps["position"] >= floor["position"]
    assert not steps["more"]
    again = await ok(saara.get(API, params={"position": floor["position"]}))
    assert again["position"] == floor["position"]
    back = await ok(saara.get(API, params={"before": floor["position"]}))
    assert back["position"] <= floor["position"]
    timeline = await ok(saara.get(f"{API}/timeline", params={"to": later, "slots": 10}))
    assert timeline["step"] % 300 == 0


async def test_a_look_stands_in_the_audit_log_in_words(place: Any) -> None:
    await ok((await place.as_("saara")).get(API, params={"at": await kept(place)}))
    log = await ok((await place.as_("admin")).get("/api/v1/audit", params={"kind": "looked_back"}))
    [entry] = log["items"]
    assert entry["actor"]["name"].startswith("Saara")
    assert "floor" in entry["text"]


async def test_all_that_is_looked_at_stands_there(place: Any) -> None:
    saara = await place.as_("saara")
    floor = await ok(saara.get(API, params={"at": await kept(place)}))
    place.house.clock.advance(2 * 3600)
    now = place.house.clock()
    page = await ok(saara.get(f"{API}/steps", params={"after": floor["position"], "until": now.isoformat()}))
    begin = (now - timedelta(days=2)).isoformat().replace("+00:00", "Z")
    await ok(saara.get(f"{API}/timeline", params={"from": begin, "to": now.isoformat()}))
    log = await ok((await place.as_("admin")).get("/api/v1/audit", params={"kind": "looked_back"}))
    timeline, steps, _ = (entry["facts"] for entry in log["items"])
    assert (steps["view"], timeline["view"]) == ("floor", "timeline")
    assert steps["since"] <= floor["at"] < page["at"] <= steps["until"]
    assert timeline["since"] <= begin < timeline["until"]
    assert "how much" in log["items"][0]["text"]


async def test_what_supervisors_search_for_stands_in_the_audit_log(place: Any) -> None:
    saara, aino = await place.as_("saara"), await place.as_("aino")
    found = await ok(saara.get("/api/v1/search", params={"q": "pail or bucket"}))
    await ok(saara.get("/api/v1/search", params={"q": "pail or bucket"}))
    await ok(aino.get("/api/v1/search", params={"q": "pail"}))
    log = await ok((await place.as_("admin")).get("/api/v1/audit", params={"kind": "searched"}))
    [entry] = log["items"]
    assert entry["actor"]["name"].startswith("Saara")
    assert (entry["facts"]["words"], entry["facts"]["seen"]) == ("pail or bucket", len(found["items"]))
    assert "pail or bucket" in entry["text"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"at": "yesterday"},
        {"position": -1},
        {"position": 2**60},
        {"at": "2026-01-01T00:00:00Z", "before": 3},
    ],
)
async def test_rubbish_is_refused(place: Any, query: dict[str, Any]) -> None:
    saara = await place.as_("saara")
    assert (await problem(saara.get(API, params=query)))[0] == 422
    assert (await problem(saara.get(f"{API}/steps", params=query)))[0] == 422


async def test_what_is_not_kept_or_not_there_yet(place: Any) -> None:
    saara, at = await place.as_("saara"), await kept(place)
    long_ago = (place.house.clock() - timedelta(days=4000)).isoformat()
    assert await problem(saara.get(API, params={"at": long_ago})) == (409, "replay/not-kept")
    future = await ok(saara.get(API, params={"at": (place.house.clock() + timedelta(days=9)).isoformat()}))
    assert future["at"] <= at
    assert (await problem(saara.get(API, params={"position": 10_000_000})))[0] == 422
    assert (await problem(saara.get(f"{API}/timeline", params={"from": at, "to": long_ago})))[0] == 422


async def test_it_is_for_supervisors(place: Any) -> None:
    at = await kept(place)
    for path in (f"{API}?at={at}", f"{API}/steps?after=0&until={at}", f"{API}/timeline"):
        assert (await problem(place.anybody().get(path)))[0] == 401
        for who in ("aino", "admin"):
            assert await problem((await place.as_(who)).get(path)) == (403, "access/role-needed")
