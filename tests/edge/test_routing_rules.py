"""What routing goes by, over HTTP: queues, workstreams, accounts, trying rules, and what customers and agents see."""

from __future__ import annotations

from typing import Any

import pytest
from sample_place import Place

API = "/api/v1"
NOBODY = "01890000-0000-7000-8000-000000000000"
FINNISH = {"field": "language", "operator": "is", "values": ["fi"]}
CLOSE = {"trigger": "closed", "remedy": "close", "texts": {"en": "We are closed.", "fi": "Suljettu."}}
MONDAYS = {"name": "Mondays", "time_zone": "UTC", "weekly": {"0": [["13:00", "17:00"]]}}
"""Closed when a test begins, which is on a Monday at nine."""


async def ok(answer: Any, status: int = 200) -> Any:
    response = await answer
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def problem(answer: Any) -> tuple[int, str]:
    response = await answer
    return response.status_code, response.json()["type"]


async def malformed_at(answer: Any) -> str:
    """Where a malformed request is malformed."""
    response = await answer
    assert (response.status_code, response.json()["type"]) == (422, "request/malformed"), response.text
    return str(response.json()["errors"][0]["at"])


async def made(place: Place, path: str, **body: Any) -> str:
    """Something that an administrator makes; its id."""
    return str((await ok((await place.as_("admin")).post(f"{API}/{path}", json=body), 201))["id"])


async def changed(place: Place, path: str, **body: Any) -> Any:
    """Something that an administrator changes, as it is then."""
    return await ok((await place.as_("admin")).patch(f"{API}/{path}", json=body))


async def shut(place: Place, queue: str, *rules: dict[str, Any]) -> None:
    """The queue is closed, and has these rules."""
    hours = await made(place, "hours", **{**MONDAYS, "name": queue})
    await changed(place, f"queues/{place.house.sample.queues[queue]}", hours_id=hours, overflow=rules)


async def test_a_queue_with_its_method_hours_and_overflow(place: Place) -> None:
    hours = await made(place, "hours", **MONDAYS)
    sales = place.house.sample.queues["Sales"]
    move = {"trigger": "length", "remedy": "queue", "over": 3, "queue_id": sales, "texts": {}}
    body = {"method": "best_skills", "match": "exact", "hours_id": hours, "overflow": [move]}
    queue = await made(place, "queues", name="VIP", **body)
    found = await ok((await place.as_("aino")).get(f"{API}/queues/{queue}"))
    assert {name: found[name] for name in body} == body
    assert (found["open"], found["opens_at"]) == (False, "2026-03-02T13:00:00Z")
    place.house.clock.advance(4 * 3600)
    admin = await place.as_("admin")
    listed = {one["id"]: one for one in (await ok(admin.get(f"{API}/queues")))["items"]}
    assert (listed[queue]["open"], listed[queue]["opens_at"]) == (True, None)
    assert (await changed(place, f"queues/{queue}", name="Gold"))["hours_id"] == hours
    after = await changed(place, f"queues/{queue}", hours_id=None, overflow=[], match="none")
    assert (after["hours_id"], after["overflow"], after["match"], after["open"]) == (None, [], "none", True)
    await ok(admin.delete(f"{API}/hours/{hours}"), 204)


MALFORMED_QUEUES: dict[str, dict[str, Any]] = {
    "body.method": {"method": "by_dice"},
    "body.match": {"match": "roughly"},
    "body.hours_id": {"hours_id": "x"},
    "body.overflow[0].trigger": {"overflow": [{**CLOSE, "trigger": "moon"}]},
    "body.overflow[0].over": {"overflow": [{**CLOSE, "over": -1}]},
    "body.overflow[0]": {"overflow": [{**CLOSE, "else": 1}]},
    "body.overflow": {"overflow": [CLOSE] * 21},
    "overflow.0.texts": {"overflow": [{**CLOSE, "texts": {}}]},
    "overflow.1.over": {"overflow": [CLOSE, {**CLOSE, "trigger": "wait"}]},
    "overflow.0.queue_id": {"overflow": [{"trigger": "closed", "remedy": "queue", "queue_id": NOBODY}]},
}


@pytest.mark.parametrize("at", MALFORMED_QUEUES)
async def test_a_queue_that_cannot_work_is_refused_with_the_place(place: Place, at: str) -> None:
    admin, sales = await place.as_("admin"), place.house.sample.queues["Sales"]
    before = await ok(admin.get(f"{API}/queues/{sales}"))
    body = MALFORMED_QUEUES[at]
    assert await malformed_at(admin.patch(f"{API}/queues/{sales}", json=body)) == at
    assert await malformed_at(admin.post(f"{API}/queues", json={"name": "New", **body})) == at
    assert await ok(admin.get(f"{API}/queues/{sales}")) == before


async def test_a_workstream_with_its_rules_and_template(place: Place) -> None:
    sample = place.house.sample
    template = await made(place, "templates", name="Quick", seconds=20, reject_reasons=["Busy"], sound=False)
    need = {"skill_id": sample.skills["Finnish"], "level": 3}
    body = {
        "queue_rules": [{"name": "B", "queue_id": sample.queues["Billing"], "conditions": [FINNISH]}],
        "skill_rules": [{"name": "F", "conditions": [FINNISH], "needs": [need], "priority": 5}],
        "affinity": False,
        "template_id": template,
    }
    path = f"workstreams/{sample.workstreams['Web chat']}"
    after = await changed(place, path, **body)
    assert {name: after[name] for name in body} == body
    assert (await changed(place, path, units=2))["template_id"] == template
    new = {"name": "New", "channel": "live_chat", "queue": sample.queues["Sales"], **body}
    found = await ok((await place.as_("admin")).post(f"{API}/workstreams", json=new), 201)
    assert {name: found[name] for name in body} == body
    after = await changed(place, path, template_id=None, queue_rules=[], skill_rules=[])
    assert (after["template_id"], after["queue_rules"], after["skill_rules"]) == (None, [], [])


def ruled(**what: Any) -> dict[str, Any]:
    return {"queue_rules": [{"name": "R", "queue_id": NOBODY, "conditions": [{**FINNISH, **what}]}]}


MALFORMED_RULES: dict[str, dict[str, Any]] = {
    "queue_rules.0.queue_id": ruled(),
    "queue_rules.0.conditions.0.field": ruled(field="weather"),
    "body.queue_rules[0].conditions[0].operator": ruled(operator="like"),
    "body.queue_rules[0].conditions[0].values": ruled(values=["x"] * 51),
    "body.queue_rules[0].conditions": {
        "queue_rules": [{"name": "R", "queue_id": NOBODY, "conditions": [FINNISH] * 11}]
    },
    "body.queue_rules": {"queue_rules": [{"name": str(one), "queue_id": NOBODY} for one in range(51)]},
    "body.skill_rules[0].needs[0].level": {
        "skill_rules": [{"name": "S", "needs": [{"skill_id": NOBODY, "level": 6}]}]
    },
    "skill_rules.0.needs.0.skill_id": {"skill_rules": [{"name": "S", "needs": [{"skill_id": NOBODY}]}]},
}


@pytest.mark.parametrize("at", MALFORMED_RULES)
async def test_rules_that_cannot_work_are_refused_when_saved_and_when_tried(place: Place, at: str) -> None:
    admin = await place.as_("admin")
    path = f"{API}/workstreams/{place.house.sample.workstreams['Web chat']}"
    before = await ok(admin.get(path))
    assert await malformed_at(admin.patch(path, json=MALFORMED_RULES[at])) == at
    assert await malformed_at(admin.post(f"{path}/try", json={"sample": {}, **MALFORMED_RULES[at]})) == at
    assert await ok(admin.get(path)) == before


async def test_rules_are_tried_before_they_are_saved(place: Place) -> None:
    sample, admin = place.house.sample, await place.as_("admin")
    sales, billing = sample.queues["Sales"], sample.queues["Billing"]
    path = f"{API}/workstreams/{sample.workstreams['Web chat']}"
    await shut(place, "Sales", {"trigger": "closed", "remedy": "queue", "queue_id": billing}, CLOSE)
    rules = {
        "queue_rules": [
            {"name": "VIP", "queue_id": billing, "conditions": [{**FINNISH, "values": ["sv"]}]},
            {"name": "Buying", "queue_id": sales, "conditions": [FINNISH]},
        ],
        "skill_rules": [
            {
                "name": "Money",
                "priority": 7,
                "conditions": [{"field": "answers.topic", "operator": "contains", "values": ["invoice"]}],
                "needs": [{"skill_id": sample.skills["Billing"], "level": 4}],
            },
            {"name": "Never", "conditions": [{"field": "customer.known", "values": ["yes"]}]},
        ],
    }
    await changed(place, f"queues/{billing}", match="exact")
    arrival = {"language": "fi", "answers": {"topic": "My invoice"}, "customer": {"name": "Ada"}}
    before = await ok(admin.get(path))
    tried = await ok(admin.post(f"{path}/try", json={"sample": arrival, **rules}))
    assert (tried["queue"], tried["rule"], tried["open"]) == ({"id": sales, "name": "Sales"}, "Buying", False)
    assert tried["verdicts"] == [
        {"rule": "VIP", "kind": "queue", "matched": False, "failed": {**FINNISH, "values": ["sv"]}, "found": "fi"},
        {"rule": "Buying", "kind": "queue", "matched": True, "failed": None, "found": ""},
        {"rule": "Money", "kind": "skill", "matched": True, "failed": None, "found": ""},
        {"rule": "Never", "kind": "skill", "matched": False, "found": "no",
         "failed": {"field": "customer.known", "operator": "is", "values": ["yes"]}},
    ]  # fmt: skip
    assert (tried["needs"], tried["priority"]) == ([{"name": "Billing", "level": 4}], 7)
    moved = {"trigger": "closed", "remedy": "queue", "to": {"id": billing, "name": "Billing"}, "text": ""}
    assert tried["overflow"] == [moved]
    assert await ok(admin.get(path)) == before
    # Aino and Helmi of Billing have that much of the skill; only Aino is there.
    aino = await place.as_("aino")
    await ok(aino.put(f"{API}/agents/{sample.people['aino']}/presence", json={"presence": "available"}))
    agents = (await ok(admin.post(f"{path}/try", json={"sample": arrival, **rules})))["agents"]
    assert agents == {"fit": 2, "free": 1}
    afternoon = {**arrival, "at": "2026-03-02T15:00:00+02:00"}
    assert (await ok(admin.post(f"{path}/try", json={"sample": afternoon, **rules})))["overflow"] == []
    own = await ok(admin.post(f"{path}/try", json={"sample": arrival}))
    assert (own["queue"]["name"], own["rule"], own["verdicts"]) == ("Support", None, [])


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00", "2024-01-01T00:00:00Z"]
)
async def test_what_is_tried_arrives_within_a_year(place: Place, at: str) -> None:
    path = f"{API}/workstreams/{place.house.sample.workstreams['Web chat']}/try"
    await shut(place, "Support", CLOSE)
    admin = await place.as_("admin")
    assert await malformed_at(admin.post(path, json={"sample": {"at": at}})) == "body.sample.at"


async def test_who_may_try_what(place: Place) -> None:
    path = f"{API}/workstreams/{place.house.sample.workstreams['Web chat']}/try"
    for person in ("saara", "aino"):
        assert await problem((await place.as_(person)).post(path, json={"sample": {}})) == (
            403,
            "access/role-needed",
        )
    admin = await place.as_("admin")
    assert await problem(admin.post(f"{API}/workstreams/{NOBODY}/try", json={"sample": {}})) == (
        404,
        "access/not-found",
    )
    assert await problem(place.anybody().post(path, json={"sample": {}})) == (401, "session/not-signed-in")
    assert await malformed_at(admin.post(path, json={})) == "body"
    assert (
        await malformed_at(admin.post(path, json={"sample": {"at": "2026-03-02T15:00:00"}}))
        == "body.sample.at"
    )


async def test_accounts_have_skills_and_hours(place: Place) -> None:
    sample = place.house.sample
    hours = await made(place, "hours", **MONDAYS)
    finnish, swedish = sample.skills["Finnish"], sample.skills["Swedish"]
    body = {
        "email": "x@demo.example",
        "name": "X",
        "roles": ["agent"],
        "skills": {finnish: 5},
        "hours_id": hours,
    }
    user = await made(place, "users", **body)
    found = await ok((await place.as_("admin")).get(f"{API}/users/{user}"))
    assert (found["skills"], found["hours_id"]) == ({finnish: 5}, hours)
    after = await changed(place, f"users/{user}", skills={swedish: 1})
    assert (after["skills"], after["hours_id"]) == ({swedish: 1}, hours)
    assert (await changed(place, f"users/{user}", hours_id=None))["hours_id"] is None
    admin = await place.as_("admin")
    for wrong, at in (({"skills": {finnish: 0}}, "body.skills[...]"), ({"hours_id": 1}, "body.hours_id")):
        assert await malformed_at(admin.patch(f"{API}/users/{user}", json=wrong)) == at
    for unknown in ({"skills": {NOBODY: 1}}, {"hours_id": NOBODY}):
        assert await problem(admin.patch(f"{API}/users/{user}", json=unknown)) == (422, "target/unknown")


async def test_many_accounts_change_at_once_each_with_its_outcome(place: Place) -> None:
    sample, admin = place.house.sample, await place.as_("admin")
    people = [sample.people[one] for one in ("aino", "eino")]
    body = {
        "ids": [*people, NOBODY, sample.people["admin"]],
        "capacity": 8,
        "add_skills": {sample.skills["Returns"]: 2},
        "remove_skills": [sample.skills["Finnish"]],
        "add_queues": [sample.queues["Sales"]],
    }
    key = {"Idempotency-Key": "once"}
    first = await ok(admin.post(f"{API}/users/bulk", json=body, headers=key))
    assert (first["done"], first["refused"]) == (2, 2)
    assert [one.get("problem", {}).get("type") for one in first["items"]] == [
        None, None, "access/not-found", "target/agent-not-serving",
    ]  # fmt: skip
    for one in people:
        user = await ok(admin.get(f"{API}/users/{one}"))
        assert user["capacity"] == 8
        assert user["skills"][sample.skills["Returns"]] == 2
        assert sample.skills["Finnish"] not in user["skills"]
        assert sample.queues["Sales"] in user["queues"]
    assert await ok(admin.post(f"{API}/users/bulk", json=body, headers=key)) == first
    for person in ("saara", "aino"):
        client = await place.as_(person)
        assert await problem(client.post(f"{API}/users/bulk", json=body)) == (403, "access/role-needed")
    assert await malformed_at(admin.post(f"{API}/users/bulk", json={**body, "ids": []})) == "body.ids"


async def test_candidates_have_skills_and_come_by_fit(place: Place) -> None:
    sample = place.house.sample
    need = {"skill_id": sample.skills["Technical"], "level": 5}
    rule = {"name": "Technical", "needs": [need]}
    await changed(place, f"workstreams/{sample.workstreams['Web chat']}", skill_rules=[rule])
    # Onni carries most; room counts only among those who lack as little.
    await place.served("onni")
    conversation = await place.start()
    await shut(place, "Billing")
    saara = await place.as_("saara")
    found = await ok(saara.get(f"{API}/conversations/{conversation}/candidates?for=assign"))
    agents = found["agents"]
    assert agents[0]["name"].split()[0] == "Onni"
    matches = [one["match"] for one in agents]
    assert (matches[0], matches[-1]) == (1.0, 0.0)
    assert matches == sorted(matches, reverse=True)
    assert agents[0]["skills"][0] == {"name": "Technical", "level": 5}
    queues = {one["name"]: one["reason"] for one in found["queues"]}
    assert (queues["Billing"], queues["Sales"]) == ("target/queue-closed", None)
    body = {"queue": "Billing"}
    refused = await saara.post(f"{API}/conversations/{conversation}/assign", json=body)
    assert (refused.status_code, refused.json()["opens_at"]) == (409, "2026-03-02T13:00:00Z")
    assert "2026-03-02 13:00 UTC" in refused.json()["detail"]


async def test_context_chooses_the_queue_and_is_shown_to_the_house(place: Place) -> None:
    sample = place.house.sample
    rule = {
        "name": "Cart",
        "queue_id": sample.queues["Billing"],
        "conditions": [{"field": "context.page", "values": ["/cart"]}],
    }
    await changed(place, f"workstreams/{sample.workstreams['Web chat']}", queue_rules=[rule])
    saara = await place.as_("saara")
    body = {"channel": "live_chat", "customer": "Ada", "context": {"page": "/cart"}}
    state = await ok(saara.post(f"{API}/conversations", json=body), 201)
    assert (state["queue"]["name"], state["context"]) == ("Billing", {"page": "/cart"})
    named = await ok(saara.post(f"{API}/conversations", json={**body, "queue": "Support"}), 201)
    assert named["queue"]["name"] == "Support"
    for wrong in ({str(one): "x" for one in range(31)}, {"page": "x" * 501}, {"page": 1}):
        answer = saara.post(f"{API}/conversations", json={**body, "context": wrong})
        assert (await malformed_at(answer)).startswith("body.context")


async def test_who_is_turned_away_gets_a_conversation_that_says_why(place: Place) -> None:
    sample = place.house.sample
    await shut(place, "Support", CLOSE)
    client = place.anybody()
    body = {"key": sample.keys["Web chat"], "name": "Ada", "language": "fi", "context": {"page": "/"}}
    answer = await ok(client.post("/widget/v1/conversations", json=body), 201)
    state = answer["conversation"]
    assert (state["state"], state["place"]) == ("closed", None)
    assert [(one["code"], one["text"]) for one in state["notices"]] == [("house_says", "Suljettu.")]
    client.headers["Authorization"] = f"Bearer {answer['token']}"
    assert await ok(client.get("/widget/v1/conversation")) == state
    saara = await place.as_("saara")
    lines = (await ok(saara.get(f"{API}/conversations/{state['id']}/timeline")))["items"]
    assert lines[-1]["text"] == (
        "Closed; the customer was told: “Suljettu.” Queue Support: outside its opening hours."
    )
    wrong = await client.post("/widget/v1/conversations", json={**body, "context": {"x": "y" * 501}})
    assert wrong.status_code == 422


async def test_an_offer_says_how_it_is_brought_and_what_it_may_be_rejected_for(place: Place) -> None:
    sample = place.house.sample
    template = await made(
        place, "templates", name="Quick", seconds=20, reject_reasons=["Busy"], sound=False, desktop=True
    )
    await changed(place, f"workstreams/{sample.workstreams['Web chat']}", template_id=template)
    conversation, eino = await place.start(), sample.people["eino"]
    saara, agent = await place.as_("saara"), await place.as_("eino")
    assign = {"agent": eino, "override_presence": True}
    await ok(saara.post(f"{API}/conversations/{conversation}/assign", json=assign))
    (offer,) = (await ok(agent.get(f"{API}/conversations/{conversation}")))["offers"]
    assert (offer["reject_reasons"], offer["sound"], offer["desktop"]) == (["Busy"], False, True)
    path = f"{API}/conversations/{conversation}/offer/reject"
    assert await malformed_at(agent.post(path, json={"reason": "Bored"})) == "reason"
    await ok(agent.post(path, json={"reason": "Busy"}))
