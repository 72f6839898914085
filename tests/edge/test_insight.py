"""Insight over HTTP: who may, what is refused, and what a trial says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sample_place import Place

pytestmark = pytest.mark.slow

ROWS = [
    {"text": "This is wonderful, thank you so much!", "label": "positive", "language": "en"},
    {"text": "I am furious, this is unacceptable.", "label": "negative", "language": "en"},
    {"text": "Olen erittäin pettynyt, kukaan ei auta.", "label": "negative"},
    {"text": "When do you open on Saturday?", "label": "negative", "language": "en"},
]


async def test_the_settings_are_the_administrators(place: Place) -> None:
    admin = await place.as_("admin")
    found = (await admin.get("/api/v1/settings/insight")).json()
    assert (found["backend"], found["redact"]) == ("auto", False)
    ready = {one["backend"] for one in found["backends"] if one["ready"]}
    assert ready == {"auto", "e5", "vader", "none"}
    changed = await admin.put(
        "/api/v1/settings/insight", json={"backend": "vader", "languages": ["fi", "en"]}
    )
    assert (changed.json()["backend"], changed.json()["languages"]) == ("vader", ["fi", "en"])
    for body in ({"backend": "oracle"}, {"languages": ["Finnish"]}, {"colour": "red"}):
        refused = await admin.put("/api/v1/settings/insight", json=body)
        assert (refused.status_code, refused.json()["type"]) == (422, "request/malformed")
    eino = await place.as_("eino")
    for answer in (
        await eino.get("/api/v1/settings/insight"),
        await eino.put("/api/v1/settings/insight", json={"backend": "none"}),
        await eino.post("/api/v1/insight/trials", json={"backend": "e5", "rows": ROWS}),
        await eino.get("/api/v1/insight/measuring"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "access/role-needed")


async def test_a_trial_says_how_a_back_end_does(place: Place) -> None:
    admin = await place.as_("admin")
    answer = await admin.post("/api/v1/insight/trials", json={"backend": "e5", "rows": ROWS}, timeout=120)
    lines: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[0] == {"kind": "progress", "done": 4, "rows": 4}
    result = lines[-1]
    assert (result["kind"], result["backend"], result["everything"]["rows"]) == ("result", "e5", 4)
    assert result["everything"]["accuracy"] == 0.75
    assert result["everything"]["opposite"] == 0
    assert result["languages"]["en"]["rows"] == 3
    assert result["p99_ms"] >= result["p50_ms"] > 0
    assert [one["text"] for one in result["wrong"]] == ["When do you open on Saturday?"]


async def test_a_back_end_that_is_not_there_says_why(place: Place) -> None:
    admin = await place.as_("admin")
    answer = await admin.post("/api/v1/insight/trials", json={"backend": "openai", "rows": ROWS}, timeout=60)
    (line,) = answer.text.splitlines()
    assert json.loads(line)["kind"] == "failed"
    for rows in ([], [{"text": "x", "label": "angry"}], [{"text": "", "label": "neutral"}]):
        refused = await admin.post("/api/v1/insight/trials", json={"backend": "e5", "rows": rows})
        assert refused.status_code == 422


async def test_readings_are_for_those_who_may_know(place: Place) -> None:
    one = await place.served("eino")
    saara, eino = await place.as_("saara"), await place.as_("eino")
    path = f"/api/v1/conversations/{one}/sentiment"
    assert (await eino.get(path)).json() == {"sentiment": None, "readings": []}
    assert (await saara.get(path)).json()["type"] == "conversation/monitor-first"
    measuring = (await saara.get("/api/v1/insight/measuring")).json()
    assert (measuring["processes"], measuring["backend"]) == (0, None)
