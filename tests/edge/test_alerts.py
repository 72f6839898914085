"""Alerts and their rules over HTTP: who may, what is answered, what bad input does, and what becomes of an alert."""

from __future__ import annotations

from typing import Any

import pytest

from valvomo.bus.local import LocalBus
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.alarms import Alarms

API = "/api/v1"
NOBODY = "01890000-0000-7000-8000-000000000000"
ASKED = {"kind": "event", "events": ["supervisor_asked"], "within": 300}


async def ok(answer: Any, status: int = 200) -> Any:
    response = await answer
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def made(place: Any, **more: Any) -> dict[str, Any]:
    admin = await place.as_("admin")
    body = {"name": "Asked for", "conditions": [ASKED], "cool_down": 10, **more}
    rule: dict[str, Any] = await ok(admin.post(f"{API}/alert-rules", json=body), 201)
    return rule


async def test_rules_are_an_administrator_s(place: Any) -> None:
    rule = await made(place)
    one = f"{API}/alert-rules/{rule['id']}"
    admin = await place.as_("admin")
    assert rule["conditions"][0]["events"] == ["supervisor_asked"]
    for person in ("saara", "eino"):
        client = await place.as_(person)
        assert (await client.get(f"{API}/alert-rules")).status_code == 403
        assert (await client.patch(one, json={"enabled": False})).status_code == 403
    change = {
        "conditions": [{"kind": "attention", "at_least": 70}],
        "emails": ["boss@example.org"],
        "webhook": True,
    }
    changed = await ok(admin.patch(one, json=change))
    assert (changed["emails"], changed["conditions"][0]["at_least"]) == (["boss@example.org"], 70)
    again = await admin.post(f"{API}/alert-rules", json={"name": "asked for", "conditions": [ASKED]})
    assert (again.status_code, again.json()["type"]) == (409, "settings/name-taken")
    audit = await ok(admin.get(f"{API}/audit"))
    assert audit["items"][0]["facts"]["subject"] == "alert_rule"
    assert [item["id"] for item in (await ok(admin.get(f"{API}/alert-rules")))["items"]] == [rule["id"]]
    await ok(admin.delete(one), 204)
    assert (await admin.get(one)).status_code == 404


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"conditions": []}, "conditions"), ({"conditions": [ASKED] * 9}, "conditions"),
        ({"conditions": [{"kind": "luck"}]}, "conditions"), ({"conditions": [{"kind": "attention"}]}, "at_least"),
        ({"conditions": [{"kind": "figure", "name": "luck", "at_least": 1}]}, "conditions.0.name"),
        ({"conditions": [{"kind": "event", "events": ["luck"]}]}, "conditions.0.events"),
        ({"conditions": [{"kind": "attention", "at_least": -1}]}, "at_least"), ({"cool_down": 9}, "cool_down"),
        ({"emails": ["boss"]}, "emails"), ({"emails": ["a@b\r\nBcc: c@d"]}, "emails"), ({"queues": ["x"]}, "queues"),
        ({"name": ""}, "name"), ({"more": 1}, "more"),
    ],
)  # fmt: skip
async def test_malformed_rules_are_refused_whole(place: Any, body: dict[str, Any], at: str) -> None:
    admin = await place.as_("admin")
    answer = await admin.post(f"{API}/alert-rules", json={"name": "Bad", "conditions": [ASKED], **body})
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), answer.text
    assert at in answer.text
    assert "Bad" not in (await admin.get(f"{API}/alert-rules")).text


@pytest.mark.parametrize("field", ["quiet_hours_id", "assign_to"])
async def test_what_there_is_not_is_refused(place: Any, field: str) -> None:
    admin = await place.as_("admin")
    body = {"name": "Bad", "conditions": [ASKED], field: NOBODY}
    answer = await admin.post(f"{API}/alert-rules", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "target/unknown")


async def test_an_alert_is_acknowledged_taken_and_cleared(place: Any) -> None:
    rule = await made(place)
    conversation = await place.served("eino")
    saara = await place.as_("saara")
    eino = await place.as_("eino")
    alarms = Alarms(place.house.database, place.parts.executor, Doorbell(LocalBus()), place.parts.clock)
    await alarms.round()
    await ok(eino.post(f"{API}/conversations/{conversation}/ask", json={"note": "secret words"}))
    await alarms.round()
    (alert,) = (await ok(saara.get(f"{API}/alerts")))["items"]
    assert (alert["rule"]["id"], alert["state"], alert["conversation"]["id"]) == (
        rule["id"],
        "raised",
        conversation,
    )
    assert "secret" not in str(alert)
    one = f"{API}/alerts/{alert['id']}"
    assert (await eino.get(f"{API}/alerts")).status_code == 403
    assert (await eino.post(f"{one}/acknowledge")).status_code == 403
    veikko = await place.as_("veikko")
    assert (await ok(veikko.get(f"{API}/alerts")))["items"] == []
    assert (await veikko.get(one)).status_code == 404
    assert (await veikko.post(f"{one}/clear")).status_code == 404
    seen = await ok(saara.post(f"{one}/acknowledge"))
    assert (seen["state"], seen["acknowledged_by"]["name"]) == ("acknowledged", "Saara Virtanen")
    assert (await saara.post(f"{one}/acknowledge")).json()["type"] == "alert/acknowledged"
    me = (await ok(saara.get(f"{API}/me")))["id"]
    assert (await ok(saara.post(f"{one}/assign", json={"user": me})))["assigned_to"]["id"] == me
    assert (await saara.post(f"{one}/assign", json={"user": NOBODY})).status_code == 422
    over = await ok(saara.post(f"{one}/clear"))
    assert (over["state"], over["cleared_as"]) == ("cleared", "by_hand")
    assert (await saara.post(f"{one}/clear")).json()["type"] == "alert/cleared"
    assert (await ok(saara.get(f"{API}/alerts")))["items"] == []
    assert len((await ok(saara.get(f"{API}/alerts", params={"cleared": "true"})))["items"]) == 1


async def test_to_whom_an_alert_may_be_assigned_is_said(place: Any) -> None:
    await made(place, conditions=[{"kind": "figure", "name": "in_queue", "at_least": 1}])
    await place.start()
    saara, eino = await place.as_("saara"), await place.as_("eino")
    await Alarms(place.house.database, place.parts.executor, Doorbell(LocalBus()), place.parts.clock).round()
    (alert,) = (await ok(saara.get(f"{API}/alerts")))["items"]
    one = f"{API}/alerts/{alert['id']}"
    people = (await ok(saara.get(f"{one}/candidates")))["people"]
    assert "Saara Virtanen" in {each["name"] for each in people}
    for each in people:
        given = await ok(saara.post(f"{one}/assign", json={"user": each["id"]}))
        assert given["assigned_to"] == each
    assert (await eino.get(f"{one}/candidates")).status_code == 403
    assert (await (await place.as_("veikko")).get(f"{one}/candidates")).status_code == 404
