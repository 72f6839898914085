"""Why here, and why still waiting: the router's decisions as the conversation pane shows them."""

from __future__ import annotations

from typing import Any

from sample_patience import until
from sample_place import Place

API = "/api/v1"


async def present(place: Place, person: str, presence: str = "available") -> None:
    client = await place.as_(person)
    one = place.house.sample.people[person]
    answer = await client.put(f"{API}/agents/{one}/presence", json={"presence": presence})
    assert answer.status_code == 200, answer.text


async def explained(place: Place, conversation: str, person: str = "saara") -> Any:
    answer = await (await place.as_(person)).get(f"{API}/conversations/{conversation}/routing")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def decided(place: Place, conversation: str, outcome: str) -> Any:
    """The explanation once the router, which runs beside, has last decided so."""
    found: Any = None

    async def so() -> bool:
        nonlocal found
        found = await explained(place, conversation)
        return bool(found["why"]) and found["why"][0]["outcome"] == outcome

    await until(so)
    return found


async def test_why_it_still_waits_and_why_it_is_there(place: Place) -> None:
    conversation = await place.start()
    await present(place, "lumi", "away")
    found = await decided(place, conversation, "waiting")
    assert found["queue"]["name"] == "Support"
    assert found["place"] == 1
    assert found["estimate"] is None, "nobody is there, so nothing honest can be said"
    assert found["why"][0]["agent"] is None
    now = found["now"]
    assert (now["id"], now["outcome"]) == (None, "waiting")
    assert now["reasons"] == {"target/presence-not-allowed": 4}
    assert all(one["reason_text"] for one in now["considered"])
    await present(place, "lumi")
    found = await decided(place, conversation, "offered")
    assert found["now"] is None
    chosen = found["why"][0]
    assert (chosen["outcome"], chosen["agent"]["name"]) == ("offered", "Lumi Nyström")
    assert [one["rank"] for one in chosen["considered"]] == [1, None, None, None]
    assert chosen["rules"] > 0


async def test_only_who_may_see_the_conversation_is_told(place: Place) -> None:
    conversation = await place.start()
    path = f"{API}/conversations/{conversation}/routing"
    for person, status in (("veikko", 404), ("admin", 404), ("saara", 200), ("eino", 200)):
        assert (await (await place.as_(person)).get(path)).status_code == status, person
    assert (await place.anybody().get(path)).status_code == 401
    unknown = f"{API}/conversations/01890000-0000-7000-8000-000000000000/routing"
    assert (await (await place.as_("saara")).get(unknown)).status_code == 404


async def test_skills_and_the_rule_that_chose_the_queue_are_named(place: Place) -> None:
    admin, sample = await place.as_("admin"), place.house.sample
    finnish = sample.skills["Finnish"]
    fi = [{"field": "language", "operator": "is", "values": ["fi"]}]
    rules = {
        "queue_rules": [{"name": "Finns buy", "queue_id": sample.queues["Sales"], "conditions": fi}],
        "skill_rules": [
            {
                "name": "In Finnish",
                "conditions": fi,
                "needs": [{"skill_id": finnish, "level": 3}],
                "priority": 0,
            }
        ],
    }
    stream = sample.workstreams["Web chat"]
    changed = await admin.patch(f"{API}/workstreams/{stream}", json=rules)
    assert changed.status_code == 200, changed.text
    guest = place.anybody()
    body = {"key": sample.keys["Web chat"], "name": "Kaisa", "language": "fi"}
    started = await guest.post("/widget/v1/conversations", json=body)
    assert started.status_code == 201, started.text
    found = await explained(place, started.json()["conversation"]["id"])
    assert (found["queue"]["name"], found["rule"]) == ("Sales", "Finns buy")
    assert found["needs"] == [{"name": "Finnish", "level": 3}]
    matches = {one["agent"]["name"]: one["match"] for one in found["now"]["considered"]}
    assert matches["Helmi Ahonen"] == 1
    assert all(0 <= share <= 1 for share in matches.values())


async def test_the_presence_board_names_skills(place: Place) -> None:
    answer = await (await place.as_("saara")).get(f"{API}/agents")
    assert answer.status_code == 200, answer.text
    rows = answer.json()
    people = {one["name"]: one for one in (rows["items"] if isinstance(rows, dict) else rows)}
    skills = {one["name"]: one["level"] for one in people["Helmi Ahonen"]["skills"]}
    assert 1 <= skills["Finnish"] <= 5
    assert people["Helmi Ahonen"]["on_duty"] is True
