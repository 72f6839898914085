"""Insight over HTTP: who may, what is refused, and what a trial says."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from sample_place import Place

from valvomo.commands.conversations.measure import MeasureSentiment
from valvomo.commands.execute import Done
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.measure import Measured
from valvomo.voices.choosing import VoicePlaces, voices_configured

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
    writers = {one["backend"]: one["ready"] for one in found["speech_backends"]}
    assert (found["speech"], writers["openai"], writers["local"], writers["none"]) == (
        "auto",
        False,
        False,
        True,
    )
    assert found["voices"] == list(voices_configured(VoicePlaces())), "who can speak on this machine"
    silent = await admin.put("/api/v1/settings/insight", json={"speech": "none"})
    assert (silent.json()["speech"], silent.json()["backend"]) == ("none", "vader")
    for body in ({"backend": "oracle"}, {"languages": ["Finnish"]}, {"colour": "red"}, {"speech": "ears"}):
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


async def begin(place: Place) -> tuple[Any, str]:
    """A customer with the token of a conversation, and its id."""
    client = place.anybody()
    wanted = {"key": place.house.sample.keys["Web chat"], "name": "Ada", "language": "en"}
    answer = await client.post("/widget/v1/conversations", json=wanted)
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client, answer.json()["conversation"]["id"]


async def felt(place: Place, conversation: str, *scores: float) -> None:
    """What a model said of the customer's messages."""
    readings = tuple(
        Measured(seq=number, said_at=place.house.clock(), score=score, confidence=0.9)
        for number, score in enumerate(scores, start=1)
    )
    actor = system(place.house.sample.organization_id, "insight")
    outcome = await place.house.executor.execute(actor, MeasureSentiment(readings={conversation: readings}))
    assert isinstance(outcome, Done)


async def test_lists_are_filtered_by_it_for_those_who_may_know(place: Place) -> None:
    angry, calm = await place.served("eino", customer="Ada"), await place.served("eino", customer="Bo")
    await felt(place, angry, -0.9, -0.95)
    saara, eino = await place.as_("saara"), await place.as_("eino")

    async def found(client: Any, query: str) -> list[str]:
        return [one["id"] for one in (await client.get(f"/api/v1/conversations?{query}")).json()["items"]]

    assert await found(saara, "sentiment=very_negative") == [angry]
    assert await found(saara, "sentiment=none") == [calm]
    assert await found(saara, "sentiment=positive") == []
    assert await found(eino, "sentiment=very_negative") == []
    assert sorted(await found(eino, "sentiment=none")) == sorted([angry, calm])
    row = (await saara.get(f"/api/v1/conversations/{angry}")).json()["sentiment"]
    assert (row["level"], [one["seq"] for one in row["points"]], row["hint"]) == (
        "very_negative",
        [1, 2],
        False,
    )
    assert (await eino.get(f"/api/v1/conversations/{angry}")).json()["sentiment"] is None
    kinds = [
        one["kind"] for one in (await eino.get(f"/api/v1/conversations/{angry}/timeline")).json()["items"]
    ]
    assert "sentiment_measured" not in kinds


async def test_agents_know_when_the_organization_says_so_and_are_hinted(place: Place) -> None:
    admin, eino = await place.as_("admin"), await place.as_("eino")
    shown = await admin.put("/api/v1/settings/supervision", json={"show_agents_sentiment": True})
    assert shown.json()["show_agents_sentiment"] is True
    queues = (await admin.get("/api/v1/queues?limit=100")).json()["items"]
    support = next(one for one in queues if one["name"] == "Support")
    alert = {"sentiment_alert_agent": "slightly_negative", "sentiment_alert_supervisor": "negative"}
    changed = await admin.patch(f"/api/v1/queues/{support['id']}", json=alert)
    assert {name: changed.json()[name] for name in alert} == alert
    one = await place.served("eino")
    await felt(place, one, -0.9)
    row = (await eino.get(f"/api/v1/conversations/{one}")).json()["sentiment"]
    assert (row["level"], row["hint"]) == ("very_negative", True)
    cleared = await admin.patch(f"/api/v1/queues/{support['id']}", json={"sentiment_alert_agent": None})
    assert cleared.json()["sentiment_alert_agent"] is None
    assert cleared.json()["sentiment_alert_supervisor"] == "negative"
    bad = await admin.patch(f"/api/v1/queues/{support['id']}", json={"sentiment_alert_agent": "grumpy"})
    assert bad.status_code == 422


async def test_the_customer_never_knows(place: Place) -> None:
    customer, conversation = await begin(place)
    await customer.post("/widget/v1/messages", json={"text": "Awful", "client_id": "a"})
    before = [
        (await customer.get(f"/widget/v1/{one}")).text for one in ("messages", "transcript", "conversation")
    ]
    await felt(place, conversation, -0.9)
    after = [
        (await customer.get(f"/widget/v1/{one}")).text for one in ("messages", "transcript", "conversation")
    ]
    assert after == before
    assert "sentiment" not in "".join(after)
    assert "negative" not in "".join(after)


async def test_a_transcript_that_leaves_is_redacted_if_the_organization_wants_that(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, _ = await begin(place)
    words = "I am Ada, write to ada@example.org about order 7741"
    await customer.post("/widget/v1/messages", json={"text": words, "client_id": "a"})
    assert words in (await customer.get("/widget/v1/transcript")).text
    admin = await place.as_("admin")
    assert (await admin.put("/api/v1/settings/insight", json={"redact": True})).json()["redact"] is True
    told = (await customer.get("/widget/v1/transcript")).text
    assert "I am [NAME], write to [EMAIL] about order 7741" in told
    assert "Ada" not in told
    monkeypatch.setitem(sys.modules, "euredact", None)
    refused = await customer.get("/widget/v1/transcript")
    assert (refused.status_code, refused.json()["type"]) == (503, "insight/redaction-unavailable")
