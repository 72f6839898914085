"""What settings are made with, over HTTP: who reads and writes it, what is answered, what bad input does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

API = "/api/v1"
NOBODY = "01890000-0000-7000-8000-000000000000"
TEXTS = {"en": "Hi", "fi": "Hei"}
BODIES: dict[str, dict[str, Any]] = {
    "skills": {"name": "Baking"},
    "hours": {"name": "Shop", "time_zone": "Europe/Helsinki", "weekly": {"0": [["08:00", "16:00"]]}},
    "presences": {"name": "Coffee", "names": {"fi": "Kahvi"}, "presence": "away"},
    "templates": {"name": "Quick", "seconds": 20, "reject_reasons": ["Busy"]},
    "quick-replies": {"name": "hi", "texts": TEXTS},
    "dispositions": {"name": "sold", "names": {"sv": "Sålt"}},
}
CHANGES: dict[str, dict[str, Any]] = {
    "skills": {"name": "Cooking"},
    "hours": {"region": "FI", "special": {"2026-12-24": [["08:00", "12:00"]], "2026-12-31": []}},
    "presences": {"names": {"fi": "Tauko", "sv": "Paus"}, "presence": "busy"},
    "templates": {"seconds": 40, "sound": False, "reject_reasons": []},
    "quick-replies": {"texts": {"sv": "Hej"}},
    "dispositions": {"name": "lost", "names": {}},
}
ADMINISTRATORS_ONLY = {"templates"}


async def ok(answer: Any, status: int = 200) -> Any:
    response = await answer
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def problem(answer: Any) -> tuple[int, str]:
    response = await answer
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["type"]


async def places(answer: Any) -> list[str]:
    """Where a malformed request is malformed."""
    response = await answer
    assert (response.status_code, response.json()["type"]) == (422, "request/malformed"), response.text
    return [one["at"] for one in response.json()["errors"]]


@pytest.mark.parametrize("path", BODIES)
async def test_one_from_its_making_to_its_end(place: Any, path: str) -> None:
    admin = await place.as_("admin")
    body, key = BODIES[path], {"Idempotency-Key": "k"}
    made = await ok(admin.post(f"{API}/{path}", json=body, headers=key), 201)
    assert {name: made[name] for name in body} == body
    assert (await ok(admin.post(f"{API}/{path}", json=body, headers=key), 201))["id"] == made["id"]
    url = f"{API}/{path}/{made['id']}"
    assert await ok(admin.get(url)) == made
    changed = await ok(admin.patch(url, json=CHANGES[path]))
    assert {name: changed[name] for name in CHANGES[path]} == CHANGES[path]
    assert {name: changed[name] for name in body if name not in CHANGES[path]} == {
        name: value for name, value in body.items() if name not in CHANGES[path]
    }
    assert await ok(admin.patch(url, json={})) == changed
    assert changed in (await ok(admin.get(f"{API}/{path}")))["items"]
    assert await problem(admin.post(f"{API}/{path}", json={**body, **CHANGES[path], "name": changed["name"]})) == (
        409, "settings/name-taken",
    )  # fmt: skip
    await ok(admin.delete(url), 204)
    for answer in (
        admin.get(url),
        admin.patch(url, json={}),
        admin.delete(url),
        admin.get(f"{API}/{path}/x"),
    ):
        assert await problem(answer) == (404, "access/not-found")


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("person", ["saara", "aino"])
async def test_everybody_reads_what_they_need_and_administrators_write(
    place: Any, path: str, person: str
) -> None:
    admin, client = await place.as_("admin"), await place.as_(person)
    made = await ok(admin.post(f"{API}/{path}", json=BODIES[path]), 201)
    url = f"{API}/{path}/{made['id']}"
    for answer in (
        client.post(f"{API}/{path}", json={**BODIES[path], "name": "theirs"}),
        client.patch(url, json={"name": "theirs"}),
        client.delete(url),
    ):
        assert await problem(answer) == (403, "access/role-needed")
    for url_of_either in (url, f"{API}/{path}"):
        if path in ADMINISTRATORS_ONLY:
            assert await problem(client.get(url_of_either)) == (403, "access/role-needed")
        else:
            await ok(client.get(url_of_either))
    assert await ok(admin.get(url)) == made


async def test_lists_come_in_pages(place: Any) -> None:
    admin, billing = await place.as_("admin"), place.house.sample.queues["Billing"]
    for path, query in (("skills", {}), ("quick-replies", {"queue": billing})):
        everything = (await ok(admin.get(f"{API}/{path}", params=query)))["items"]
        assert len(everything) > 2
        first = await ok(admin.get(f"{API}/{path}", params={**query, "limit": 2}))
        rest = await ok(admin.get(f"{API}/{path}", params={**query, "cursor": first["next"]}))
        assert (first["items"] + rest["items"], rest["next"]) == (everything, None)
        bad = admin.get(f"{API}/{path}", params={"cursor": first["next"][:-2]})
        assert await places(bad) == ["query.cursor"]


@pytest.mark.parametrize("path", ["quick-replies", "dispositions"])
async def test_those_for_a_queue_are_its_own_and_those_for_all(place: Any, path: str) -> None:
    admin, queues = await place.as_("admin"), place.house.sample.queues
    body = {**BODIES[path], "queue_id": queues["Sales"]}
    made = await ok(admin.post(f"{API}/{path}", json=body), 201)
    aino = await place.as_("aino")

    async def those(queue: str | None) -> set[str]:
        params = {} if queue is None else {"queue": queue}
        return {one["id"] for one in (await ok(aino.get(f"{API}/{path}", params=params)))["items"]}

    everything, sales, billing = (
        await those(None),
        await those(queues["Sales"]),
        await those(queues["Billing"]),
    )
    nowhere = await those(NOBODY)
    assert (made["id"] in sales, made["id"] in billing, nowhere) == (True, False, sales & billing)
    assert everything == sales | billing > sales
    changed = await ok(admin.patch(f"{API}/{path}/{made['id']}", json={"queue_id": None}))
    assert (changed["queue_id"], made["id"] in await those(queues["Billing"])) == (None, True)
    assert await problem(admin.patch(f"{API}/{path}/{made['id']}", json={"queue_id": NOBODY})) == (
        422, "target/unknown",
    )  # fmt: skip
    assert (await admin.get(f"{API}/{path}", params={"queue": "Sales"})).status_code == 422


MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("skills", {"name": ""}, "body.name"),
    ("skills", {"name": " x "}, "body.name"),
    ("skills", {"name": "x" * 101}, "body.name"),
    ("skills", {"name": 1}, "body.name"),
    ("skills", {"id": NOBODY}, "body"),
    ("skills", {"agents": 1}, "body"),
    ("hours", {"time_zone": "Europe/Nowhere"}, "time_zone"),
    ("hours", {"time_zone": ""}, "body.time_zone"),
    ("hours", {"region": "Finland"}, "body.region"),
    ("hours", {"region": "XX"}, "region"),
    ("hours", {"weekly": {"7": []}}, "body.weekly"),
    ("hours", {"weekly": {"0": [["8:00", "16:00"]]}}, "body.weekly[...][0][0]"),
    ("hours", {"weekly": {"0": [["08:00", "24:01"]]}}, "body.weekly[...][0][1]"),
    ("hours", {"weekly": {"0": [["24:00", "24:00"]]}}, "body.weekly[...][0][0]"),
    ("hours", {"weekly": {"0": [["08:00"]]}}, "body.weekly[...][0]"),
    ("hours", {"weekly": {"0": [["16:00", "08:00"]]}}, "weekly.0.0"),
    ("hours", {"weekly": {"0": [["08:00", "12:00"], ["11:00", "16:00"]]}}, "weekly.0.1"),
    ("hours", {"special": {"2026-02-30": []}}, "body.special"),
    ("hours", {"special": {"2026-12-24": [["12:00", "12:00"]]}}, "special.2026-12-24.0"),
    ("presences", {"presence": "inactive"}, "body.presence"),
    ("presences", {"presence": "asleep"}, "body.presence"),
    ("presences", {"names": {"FI": "x"}}, "body.names"),
    ("presences", {"names": {"fi": ""}}, "body.names[...]"),
    ("templates", {"seconds": 4}, "body.seconds"),
    ("templates", {"seconds": 3601}, "body.seconds"),
    ("templates", {"seconds": 20.5}, "body.seconds"),
    ("templates", {"sound": "yes"}, "body.sound"),
    ("templates", {"reject_reasons": [""]}, "body.reject_reasons[0]"),
    ("templates", {"reject_reasons": ["x"] * 21}, "body.reject_reasons"),
    ("templates", {"reject_reasons": ["x", "x"]}, "reject_reasons"),
    ("quick-replies", {"name": "two words"}, "body.name"),
    ("quick-replies", {"name": "/slash"}, "body.name"),
    ("quick-replies", {"texts": {}}, "body.texts"),
    ("quick-replies", {"texts": {"en": " \n"}}, "body.texts[...]"),
    ("quick-replies", {"texts": {"en": "a\u0000b"}}, "body"),
    ("quick-replies", {"queue_id": "Sales"}, "body.queue_id"),
    ("dispositions", {"name": "a\nb"}, "body.name"),
    ("dispositions", {"names": {"english": "x"}}, "body.names"),
]


async def test_what_is_malformed_says_where_and_changes_nothing(place: Any) -> None:
    admin = await place.as_("admin")
    for path, wrong, at in MALFORMED:
        before = await ok(admin.get(f"{API}/{path}"))
        found = await places(admin.post(f"{API}/{path}", json={**BODIES[path], "name": "new", **wrong}))
        assert [one.removesuffix(".id").removesuffix(".agents") for one in found] == [at], (path, wrong)
        one = f"{API}/{path}/{before['items'][0]['id']}"
        assert (await admin.patch(one, json=wrong)).status_code == 422, (path, wrong)
        assert await ok(admin.get(f"{API}/{path}")) == before, (path, wrong)


async def test_what_is_needed_is_missed(place: Any) -> None:
    admin = await place.as_("admin")
    needed = {
        "skills": ["name"], "hours": ["name", "time_zone"], "presences": ["name", "presence"],
        "templates": ["name", "seconds"], "quick-replies": ["name", "texts"], "dispositions": ["name"],
    }  # fmt: skip
    for path, names in needed.items():
        for name in names:
            body = {key: value for key, value in BODIES[path].items() if key != name}
            assert await places(admin.post(f"{API}/{path}", json=body)) == ["body"], (path, name)


async def test_hours_say_whether_they_are_open_and_until_when(place: Any) -> None:
    """The house opened on Monday, 2 March 2026, at 11:00 in Helsinki."""
    fi, admin = await place.as_("aino"), await place.as_("admin")
    (office,) = (await ok(fi.get(f"{API}/hours")))["items"]
    assert (office["name"], office["region"], office["time_zone"]) == (
        "Office hours",
        "FI",
        "Europe/Helsinki",
    )
    assert (office["open"], office["changes_at"]) == (True, "2026-03-02T14:00:00Z")
    assert office["weekly"] == {str(day): [["08:00", "16:00"]] for day in range(5)}
    holidays = {one["date"]: one["name"] for one in office["holidays"]}
    assert (holidays["2026-04-06"], holidays["2026-12-06"]) == ("Toinen pääsiäispäivä", "Itsenäisyyspäivä")
    assert list(holidays) == sorted(holidays)
    assert all(date(2026, 3, 2) <= date.fromisoformat(day) < date(2027, 3, 2) for day in holidays)
    url = f"{API}/hours/{office['id']}"
    special = {"2026-03-02": [["08:00", "10:30"]], "2026-03-03": []}
    shut = await ok(admin.patch(url, json={"special": special}))
    assert (shut["special"], shut["open"], shut["changes_at"]) == (special, False, "2026-03-04T06:00:00Z")
    never = await ok(admin.patch(url, json={"weekly": {}, "special": {}, "region": ""}))
    assert (never["open"], never["changes_at"], never["holidays"]) == (False, None, [])
    always = {str(day): [["00:00", "24:00"]] for day in range(7)}
    ever = await ok(admin.patch(url, json={"weekly": always}))
    assert (ever["open"], ever["changes_at"], ever["weekly"]) == (True, None, always)


async def test_on_a_holiday_it_is_closed_unless_the_day_is_special(place: Any) -> None:
    place.house.clock.now = place.house.clock.now.replace(month=4, day=6)
    admin = await place.as_("admin")
    (office,) = (await ok(admin.get(f"{API}/hours")))["items"]
    assert (office["open"], office["changes_at"]) == (False, "2026-04-07T05:00:00Z")
    change = {"special": {"2026-04-06": [["08:00", "12:30"]]}}
    opened = await ok(admin.patch(f"{API}/hours/{office['id']}", json=change))
    assert (opened["open"], opened["changes_at"]) == (True, "2026-04-06T09:30:00Z")


async def test_a_skill_tells_how_many_have_it(place: Any) -> None:
    admin, sample = await place.as_("admin"), place.house.sample
    counts = {one["name"]: one["agents"] for one in (await ok(admin.get(f"{API}/skills")))["items"]}
    assert counts == {"Finnish": 5, "Swedish": 3, "Billing": 4, "Returns": 3, "Technical": 3}
    assert await problem(admin.delete(f"{API}/skills/{sample.skills['Returns']}")) == (409, "settings/in-use")


async def test_a_custom_presence_is_shown_in_the_readers_language(place: Any) -> None:
    saara, aino = await place.as_("saara"), await place.as_("aino")
    presences = {one["name"]: one["id"] for one in (await ok(aino.get(f"{API}/presences")))["items"]}
    lunch, training = presences["Lunch"], presences["Training"]
    mine = f"{API}/agents/{place.house.sample.people['aino']}/presence"
    row = await ok(aino.put(mine, json={"status": lunch}))
    assert (row["presence"], row["chosen"], row["status"]) == (
        "away",
        "away",
        {"id": lunch, "name": "Lounas"},
    )
    rows = {one["name"]: one["status"] for one in (await ok(saara.get(f"{API}/agents")))["items"]}
    assert rows["Aino Korhonen"] == {"id": lunch, "name": "Lunch"}
    assert rows["Eino Mäkelä"] is None
    admin = await place.as_("admin")
    assert await problem(admin.delete(f"{API}/presences/{lunch}")) == (409, "settings/in-use")
    row = await ok(saara.put(mine, json={"status": training, "presence": "do_not_disturb"}))
    assert row["status"] == {"id": training, "name": "Training"}
    assert await places(aino.put(mine, json={"status": training, "presence": "away"})) == ["presence"]
    assert await places(aino.put(mine, json={})) == ["body"]
    assert await places(aino.put(mine, json={"status": "Lunch"})) == ["body.status"]
    assert await problem(aino.put(mine, json={"status": NOBODY})) == (422, "target/unknown")
    assert (await ok(aino.get(mine)))["status"]["id"] == training
    assert (await ok(aino.put(mine, json={"presence": "do_not_disturb"})))["status"] is None
    log = await ok(admin.get(f"{API}/audit", params={"kind": "presence_set"}))
    assert log["items"][0]["text"] == "Presence of Aino Korhonen set: Training."


async def test_wrap_up_is_completed_with_a_code_of_the_queue(place: Any) -> None:
    conversation = await place.served()
    eino, url = await place.as_("eino"), f"{API}/conversations/{conversation}"
    await ok(eino.post(f"{url}/end"))
    for code in ("anything", "refunded", "Resolved"):
        answer = await eino.post(f"{url}/complete", json={"disposition": code})
        assert (answer.status_code, answer.json()["type"]) == (422, "disposition/unknown")
        assert answer.json()["known"] == ["follow_up", "no_answer", "paid", "resolved"]
        assert code in answer.json()["detail"]
        assert await problem(eino.patch(url, json={"disposition": code})) == (422, "disposition/unknown")
    assert (await ok(eino.get(url)))["state"] == "wrap_up"
    assert (await ok(eino.patch(url, json={"disposition": "paid"})))["disposition"] == "paid"
    assert (await ok(eino.post(f"{url}/complete", json={"disposition": "resolved"})))[
        "disposition"
    ] == "resolved"


async def test_without_any_codes_words_are_free(place: Any) -> None:
    admin = await place.as_("admin")
    for one in (await ok(admin.get(f"{API}/dispositions")))["items"]:
        await ok(admin.delete(f"{API}/dispositions/{one['id']}"), 204)
    conversation = await place.served()
    eino, url = await place.as_("eino"), f"{API}/conversations/{conversation}"
    await ok(eino.post(f"{url}/end"))
    done = await ok(eino.post(f"{url}/complete", json={"disposition": "in my own words"}))
    assert done["disposition"] == "in my own words"
