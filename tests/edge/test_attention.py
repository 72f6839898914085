"""Attention over HTTP: its settings, who may, what bad input does; asking, muting and pinning; what rows say."""

from __future__ import annotations

from typing import Any

import pytest

from valvomo.domain.attention.phrases import DEFAULTS
from valvomo.domain.attention.rules import PARTS
from valvomo.protocol.attention_requests import Weights

API = "/api/v1"
SETTINGS = f"{API}/settings/attention"
NOBODY = "01890000-0000-7000-8000-000000000000"


async def ok(answer: Any) -> Any:
    response = await answer
    assert response.status_code == 200, response.text
    return response.json()


async def row_of(place: Any, conversation: str, person: str = "saara") -> dict[str, Any]:
    found = await ok((await place.as_(person)).get(f"{API}/conversations/{conversation}"))
    assert isinstance(found, dict)
    return found


def test_every_part_can_be_weighed() -> None:
    assert set(Weights.__args__[0].__args__) == set(PARTS)  # type: ignore[attr-defined]


async def test_settings_are_an_administrator_s_and_are_audited(place: Any) -> None:
    admin = await place.as_("admin")
    before = await ok(admin.get(SETTINGS))
    assert before == {
        "parts": list(PARTS), "weights": {}, "in_queues": {}, "vip_tags": ["vip"], "vip_priority": 5, "phrases": {},
        "default_phrases": {language: list(words) for language, words in DEFAULTS.items()},
    }  # fmt: skip
    for person in ("saara", "eino"):
        assert (await (await place.as_(person)).get(SETTINGS)).status_code == 403
        assert (await (await place.as_(person)).put(SETTINGS, json={"weights": {}})).status_code == 403
    conversation = await place.start(tags=["gold"])
    assert [one["name"] for one in (await row_of(place, conversation))["attention"]] == ["waiting"]
    queue = (await row_of(place, conversation))["queue"]["id"]
    change = {"weights": {"waiting": 50}, "in_queues": {queue: {"waiting": 0}}, "vip_tags": ["GOLD"]}
    after = await ok(admin.put(SETTINGS, json=change))
    assert after == {**before, **change}
    row = await row_of(place, conversation)
    assert [one["name"] for one in row["attention"]] == ["vip"]
    assert row["unheeded"] == ["waiting"]
    audit = await ok(admin.get(f"{API}/audit"))
    assert audit["items"][0]["facts"]["subject"] == "attention"
    await ok(admin.put(SETTINGS, json={"weights": {}, "in_queues": {}, "vip_tags": ["vip"]}))


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"weights": {"waiting": 301}}, "weights"), ({"weights": {"waiting": -1}}, "weights"),
        ({"weights": {"luck": 100}}, "weights"), ({"weights": {"waiting": "much"}}, "weights"),
        ({"in_queues": {"support": {}}}, "in_queues"), ({"phrases": {"English": ["a"]}}, "phrases"),
        ({"phrases": {"en": [" boss"]}}, "phrases"), ({"phrases": {"en": ["a\u0000b"]}}, "phrases"),
        ({"phrases": {"en": ["x" * 81]}}, "phrases"), ({"vip_priority": 1001}, "vip_priority"), ({"other": 1}, "other"),
    ],
)  # fmt: skip
async def test_malformed_settings_change_nothing(place: Any, body: dict[str, Any], at: str) -> None:
    admin = await place.as_("admin")
    before = await ok(admin.get(SETTINGS))
    answer = await admin.put(SETTINGS, json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), answer.text
    assert at in answer.text
    assert await ok(admin.get(SETTINGS)) == before


async def test_weights_of_no_queue_are_refused(place: Any) -> None:
    admin = await place.as_("admin")
    answer = await admin.put(SETTINGS, json={"in_queues": {NOBODY: {"waiting": 10}}})
    assert (answer.status_code, answer.json()["type"]) == (422, "target/unknown")


async def test_asking_muting_and_pinning(place: Any) -> None:
    conversation = await place.served("eino")
    one = f"{API}/conversations/{conversation}"
    eino, saara = await place.as_("eino"), await place.as_("saara")
    await ok(eino.post(f"{one}/ask", json={"note": "A refund of 400"}))
    row = await row_of(place, conversation)
    assert row["asked"]["note"] == "A refund of 400"
    assert [(part["name"], part["by"]) for part in row["attention"]] == [("asked", "Eino Mäkelä")]
    again = await eino.post(f"{one}/ask")
    assert (again.status_code, again.json()["type"]) == (409, "conversation/already-asked")
    assert "Eino" in again.json()["detail"]
    await ok(eino.delete(f"{one}/ask"))
    await ok(saara.post(f"{one}/mute", json={"minutes": 10, "why": "On it"}))
    await ok(saara.post(f"{one}/pin", json={"why": "On it"}))
    row = await row_of(place, conversation)
    assert (row["muted"]["by"], row["muted"]["why"], row["pinned"]["by"]) == (
        "Saara Virtanen",
        "On it",
        "Saara Virtanen",
    )
    theirs = await row_of(place, conversation, "eino")
    assert (theirs["muted"], theirs["pinned"]) == (None, None)
    timeline = await ok(eino.get(f"{one}/timeline"))
    assert "pinned" not in {item["kind"] for item in timeline["items"]}
    for path in ("mute", "pin"):
        answer = await eino.post(f"{one}/{path}")
        assert (answer.status_code, answer.json()["type"]) == (403, "access/role-needed")
        await ok(saara.delete(f"{one}/{path}"))
        assert (await saara.delete(f"{one}/{path}")).status_code == 409
    for body in ({"minutes": 0}, {"minutes": 1441}, {"minutes": "ten"}, {"why": "x" * 501}, {"what": 1}):
        assert (await saara.post(f"{one}/mute", json=body)).status_code == 422, body


async def test_an_agent_s_row_says_what_their_conversations_get(place: Any) -> None:
    eino = await place.as_("eino")
    me = (await ok(eino.get(f"{API}/me")))["id"]
    conversations = [await place.served("eino") for _ in range(7)]
    row = next(one for one in (await ok(eino.get(f"{API}/agents")))["items"] if one["id"] == me)
    over = row["load"] - row["capacity"]
    assert over > 0
    (part,) = [one for one in row["attention"] if one["name"] == "overloaded"]
    assert (part["base"], part["count"], part["limit"]) == (min(30, 10 * over), row["load"], row["capacity"])
    assert (await row_of(place, conversations[0]))["agent_attention"] == {"overloaded": 1.0}
