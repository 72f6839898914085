"""Reports of focus over HTTP: what a desk sends counts, everything else is a clear problem."""

from __future__ import annotations

from typing import Any

import pytest
from sample_place import Place

FOCUS = "/api/v1/me/focus"
NOBODYS = "01890000-0000-7000-8000-000000000000"


def span(one: str, ago: object = 20, lasted: object = 20) -> dict[str, Any]:
    return {"conversation": one, "from": ago, "for": lasted}


async def test_a_desk_reports_what_was_in_front(place: Place) -> None:
    one = await place.served()
    place.house.clock.advance(30)
    eino = await place.as_("eino")
    answer = await eino.post(FOCUS, json={"spans": [span(one)]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await eino.post(f"/api/v1/conversations/{one}/end")).status_code == 200
    done = await eino.post(f"/api/v1/conversations/{one}/complete", json={"disposition": "resolved"})
    assert done.status_code == 200, done.text
    place.house.clock.advance(5)
    history = await (await place.as_("saara")).get("/api/v1/metrics/history")
    [item] = history.json()["items"]
    assert (item["focus_time"], item["focus_share"]) == (20, 20 / item["handle_time"])


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        {"spans": []},
        {"spans": None},
        {"spans": [{}]},
        {"spans": [span("x")]},
        {"spans": [span(NOBODYS, 0)]},
        {"spans": [span(NOBODYS, -1)]},
        {"spans": [span(NOBODYS, 121)]},
        {"spans": [span(NOBODYS, 1e308, 1e308)]},
        {"spans": [span(NOBODYS, "20")]},
        {"spans": [span(NOBODYS, 20, None)]},
        {"spans": [span(NOBODYS, 20, 21)]},
        {"spans": [span(NOBODYS, 20, 20)] * 2},
        {"spans": [span(NOBODYS, 20, 1)] * 21},
        {"spans": [span(NOBODYS) | {"until": 1}]},
    ],
)
async def test_what_is_no_report_is_malformed(place: Place, body: object) -> None:
    answer = await (await place.as_("eino")).post(FOCUS, json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), answer.text


async def test_others_conversations_and_strangers(place: Place) -> None:
    one = await place.served()
    place.house.clock.advance(30)
    body = {"spans": [span(one)]}
    found = {
        who: (await (await place.as_(who)).post(FOCUS, json=body)).status_code for who in ("onni", "saara")
    }
    assert found == {"onni": 404, "saara": 409}
    assert (await place.anybody().post(FOCUS, json=body)).status_code == 401
    missing = await (await place.as_("eino")).post(FOCUS, json={"spans": [span(NOBODYS)]})
    assert missing.status_code == 404
