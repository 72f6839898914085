"""Trials of alert rules over HTTP: who may, what bad input does, what is answered, and that nothing comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from valvomo.jobs.recorder import Recorder

TRIAL = "/api/v1/alert-rules/trial"
WAITING = {"kind": "figure", "name": "in_queue", "at_least": 1}
NOBODY = "01890000-0000-7000-8000-000000000000"


async def recorded(place: Any) -> None:
    await Recorder(place.house.database, place.house.clock, "test", days=90).keep_now(
        place.house.sample.organization_id
    )


async def test_a_rule_is_tried_and_nothing_is_raised(place: Any) -> None:
    await recorded(place)
    await place.start()
    admin = await place.as_("admin")
    answer = await admin.post(TRIAL, json={"conditions": [WAITING], "days": 1})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    last = json.loads(answer.text.splitlines()[-1])
    assert (last["kind"], last["whole"], last["count"]) == ("result", True, 1)
    assert last["items"][0]["conversation"] is None
    score = {"conditions": [{"kind": "part", "name": "waiting", "at_least": 1}]}
    assert (await admin.post(TRIAL, json=score)).status_code == 200
    assert (await (await place.as_("saara")).get("/api/v1/alerts?cleared=true")).json()["items"] == []
    audit = (await admin.get("/api/v1/audit")).json()
    assert "alert rule" in audit["items"][0]["text"]


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"conditions": []}, "conditions"), ({"conditions": [{"kind": "attention"}]}, "at_least"),
        ({"days": 0}, "days"), ({"days": 15}, "days"), ({"cool_down": 1}, "cool_down"), ({"name": "x"}, "name"),
        ({"conditions": [{"kind": "figure", "name": "luck", "at_least": 1}]}, "conditions.0.name"),
    ],
)  # fmt: skip
async def test_malformed_trials_are_refused(place: Any, body: dict[str, Any], at: str) -> None:
    admin = await place.as_("admin")
    answer = await admin.post(TRIAL, json={"conditions": [WAITING], **body})
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), answer.text
    assert at in answer.text


async def test_trials_are_an_administrator_s_and_know_their_calendars(place: Any) -> None:
    for person in ("saara", "eino"):
        client = await place.as_(person)
        assert (await client.post(TRIAL, json={"conditions": [WAITING]})).status_code == 403
    admin = await place.as_("admin")
    answer = await admin.post(TRIAL, json={"conditions": [WAITING], "quiet_hours_id": NOBODY})
    assert answer.json()["type"] == "target/unknown"
