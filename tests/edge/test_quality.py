"""Quality over HTTP: whose forms, rules and evaluations are, what bad input does, pages, another organization."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sample_place import Place

from valvomo.commands.settings.sign_in import Session
from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.edge.http.authentication import COOKIE

API = "/api/v1"
NOBODY = "01890000-0000-7000-8000-000000000000"
GREETED = {"id": "greeted", "text": "Greeted?", "kind": "yes_no"}
TONE = {"id": "tone", "text": "Tone?", "kind": "scale", "most": 5}
END = {
    "id": "end", "text": "End?", "kind": "choice",
    "options": [{"id": "solved", "text": "Solved", "points": 1}, {"id": "not", "text": "Not solved"}],
}  # fmt: skip
FORM = {"name": "Chats", "sections": [{"title": "Manner", "questions": [GREETED, TONE, END]}]}
ANSWERS = {"greeted": "yes", "tone": 4, "end": "solved"}


async def ok(answer: Any, status: int = 200) -> Any:
    response = await answer
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def formed(place: Place) -> str:
    made = await ok((await place.as_("admin")).post(f"{API}/evaluation-forms", json=FORM), 201)
    return str(made["id"])


async def closed(place: Place, **how: Any) -> str:
    one = await place.served("eino", **how)
    saara = await place.as_("saara")
    await ok(saara.post(f"{API}/conversations/{one}/force-close", json={"reason": "test"}))
    return one


async def begun(place: Place, form: str, **how: Any) -> dict[str, Any]:
    body = {"conversation": await closed(place, **how), "form": form}
    made: dict[str, Any] = await ok((await place.as_("saara")).post(f"{API}/evaluations", json=body), 201)
    return made


async def submitted(place: Place, form: str) -> str:
    made, saara = await begun(place, form), await place.as_("saara")
    one = f"{API}/evaluations/{made['id']}"
    await ok(saara.put(one, json={"revision": 1, "answers": ANSWERS}))
    await ok(saara.post(f"{one}/submit"))
    return str(made["id"])


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [one["id"] for one in (await ok(client.get(f"{API}/evaluations", params=query)))["items"]]


async def test_nobody_without_an_account(place: Place) -> None:
    anybody = place.anybody()
    for path in ("evaluation-forms", "sampling-rules", "evaluations", f"evaluations/{NOBODY}"):
        assert (await anybody.get(f"{API}/{path}")).status_code == 401, path
    assert (await anybody.post(f"{API}/evaluations", json={})).status_code == 401


async def test_forms_and_rules_are_made_by_administrators_and_read_by_supervisors(place: Place) -> None:
    form, queue = await formed(place), place.house.sample.queues["Support"]
    rule = {"name": "Some", "queue": queue, "form": form, "per_agent_week": 3}
    made = await ok((await place.as_("admin")).post(f"{API}/sampling-rules", json=rule), 201)
    saara, veikko, eino = [await place.as_(one) for one in ("saara", "veikko", "eino")]
    for client in (saara, eino):
        for answer in (
            await client.post(f"{API}/evaluation-forms", json=FORM),
            await client.patch(f"{API}/evaluation-forms/{form}", json={"name": "Mine"}),
            await client.post(f"{API}/sampling-rules", json=rule),
            await client.delete(f"{API}/sampling-rules/{made['id']}"),
        ):
            assert (answer.status_code, answer.json()["type"]) == (403, "access/role-needed")
    assert [one["name"] for one in (await ok(saara.get(f"{API}/evaluation-forms")))["items"]] == ["Chats"]
    assert [one["id"] for one in (await ok(saara.get(f"{API}/sampling-rules")))["items"]] == [made["id"]]
    assert (await ok(veikko.get(f"{API}/sampling-rules")))["items"] == [], "of a queue that is not his"
    for path in ("evaluation-forms", "sampling-rules", f"evaluation-forms/{form}"):
        assert (await eino.get(f"{API}/{path}")).status_code == 403


async def test_a_form_keeps_its_versions_and_cannot_go_while_a_rule_draws_by_it(place: Place) -> None:
    form, admin = await formed(place), await place.as_("admin")
    one = f"{API}/evaluation-forms/{form}"
    renamed = await ok(admin.patch(one, json={"name": "Talks", "sections": FORM["sections"]}))
    assert (renamed["name"], renamed["version"]) == ("Talks", 1), "the same questions make no version"
    changed = await ok(admin.patch(one, json={"sections": [{"title": "All", "questions": [TONE]}]}))
    assert (changed["version"], changed["newest"]) == (2, 2)
    first = await ok(admin.get(one, params={"version": 1}))
    assert len(first["sections"][0]["questions"]) == 3
    assert (await admin.get(one, params={"version": 3})).status_code == 404
    assert (await admin.get(one, params={"version": 0})).status_code == 422
    rule = {"name": "Some", "queue": place.house.sample.queues["Support"], "form": form, "percent": 10}
    made = await ok(admin.post(f"{API}/sampling-rules", json=rule), 201)
    assert (await admin.patch(one, json={"retired": True})).status_code == 409
    await ok(admin.delete(f"{API}/sampling-rules/{made['id']}"), 204)
    assert (await admin.delete(f"{API}/sampling-rules/{made['id']}")).status_code == 404
    assert (await ok(admin.patch(one, json={"retired": True})))["retired"]


BAD_SECTIONS: tuple[Any, ...] = (
    [], [{"title": "x", "questions": []}], [{"title": "x", "questions": [GREETED, GREETED]}],
    [{"title": "x", "questions": [{**GREETED, "kind": "luck"}]}],
    [{"title": "x", "questions": [{**GREETED, "text": ""}]}],
    [{"title": "x", "questions": [{**GREETED, "weight": -1}]}],
    [{"title": "x", "questions": [{**TONE, "most": 1}]}],
    [{"title": "x", "questions": [{**END, "options": []}]}],
    [{"title": "x", "questions": [{**END, "options": [END["options"][0], END["options"][0]]}]}],
    [{"title": "x", "questions": [GREETED], "more": 1}], "x", None,
)  # fmt: skip


async def test_a_malformed_form_is_refused_whole(place: Place) -> None:
    admin = await place.as_("admin")
    for sections in BAD_SECTIONS:
        answer = await admin.post(f"{API}/evaluation-forms", json={"name": "Bad", "sections": sections})
        assert (answer.status_code, answer.json().get("type")) == (422, "request/malformed"), sections
    assert (await ok(admin.get(f"{API}/evaluation-forms")))["items"] == []


BAD_RULES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"percent": None}, "request/malformed"), ({"percent": 5, "per_agent_week": 2}, "request/malformed"),
    ({"percent": 0}, "request/malformed"), ({"percent": 101}, "request/malformed"),
    ({"percent": None, "per_agent_week": 0}, "request/malformed"), ({"shortest": -1}, "request/malformed"),
    ({"shortest": 60, "longest": 30}, "request/malformed"), ({"moods": ["luck"]}, "request/malformed"),
    ({"outcomes": ["luck"]}, "request/malformed"), ({"queue": NOBODY}, "target/unknown"),
    ({"form": NOBODY}, "target/unknown"),
)  # fmt: skip


async def test_a_malformed_rule_is_refused_whole(place: Place) -> None:
    admin, form = await place.as_("admin"), await formed(place)
    rule = {"name": "Bad", "queue": place.house.sample.queues["Support"], "form": form, "percent": 10}
    for part, kind in BAD_RULES:
        answer = await admin.post(f"{API}/sampling-rules", json={**rule, **part})
        assert (answer.status_code, answer.json().get("type")) == (422, kind), part
    assert (await ok(admin.get(f"{API}/sampling-rules")))["items"] == []


async def test_what_may_be_judged_and_by_whom(place: Place) -> None:
    form, ongoing = await formed(place), await place.served("eino", customer="Grace")
    done = await closed(place)
    saara, veikko, eino, admin = [await place.as_(one) for one in ("saara", "veikko", "eino", "admin")]
    people = place.house.sample.people

    async def refused(client: httpx.AsyncClient, **body: Any) -> tuple[int, str]:
        answer = await client.post(f"{API}/evaluations", json={"conversation": done, "form": form, **body})
        return answer.status_code, answer.json()["type"]

    assert await refused(eino) == (403, "access/role-needed")
    assert await refused(admin) == (403, "access/role-needed")
    assert await refused(veikko) == (404, "access/not-found"), "Support is not his"
    assert await refused(saara, conversation=ongoing) == (409, "evaluation/too-early")
    assert await refused(saara, conversation=NOBODY) == (404, "access/not-found")
    assert await refused(saara, form=NOBODY) == (422, "target/unknown")
    assert await refused(saara, agent=people["aino"]) == (422, "target/unknown"), "she had no part in it"
    assert await refused(saara, agent=people["saara"]) == (409, "evaluation/own-work")
    assert await refused(saara, more=1) == (422, "request/malformed")
    assert await listed(saara) == []


NO_ANSWERS: tuple[Any, ...] = (
    {"luck": "yes"}, {"greeted": "perhaps"}, {"greeted": 1}, {"tone": 0}, {"tone": 6}, {"tone": "4"},
    {"tone": 4.5}, {"end": "unheard"}, {"end": None}, [], "yes",
)  # fmt: skip


async def test_what_is_no_answer_is_refused_and_nothing_is_kept(place: Place) -> None:
    made, saara = await begun(place, await formed(place)), await place.as_("saara")
    one = f"{API}/evaluations/{made['id']}"
    for answers in NO_ANSWERS:
        answer = await saara.put(one, json={"revision": 1, "answers": answers})
        assert (answer.status_code, answer.json().get("type")) == (422, "request/malformed"), answers
    assert await ok(saara.get(one)) == made


async def test_from_draft_to_closed_each_in_turn(place: Place) -> None:
    made = await begun(place, await formed(place))
    saara, eino, aino = [await place.as_(one) for one in ("saara", "eino", "aino")]
    one = f"{API}/evaluations/{made['id']}"

    async def refused(answer: Any) -> tuple[int, str]:
        response = await answer
        return response.status_code, response.json()["type"]

    missing = await saara.post(f"{one}/submit")
    assert (missing.status_code, "greeted" in missing.text) == (422, True)
    filled = await ok(saara.put(one, json={"revision": 1, "answers": ANSWERS, "comment": "Kind."}))
    assert (filled["revision"], filled["points"]) == (2, pytest.approx(91.7, abs=0.1))
    assert await refused(saara.put(one, json={"revision": 1, "answers": {}})) == (
        409,
        "settings/changed-meanwhile",
    )
    assert (await ok(saara.get(one)))["comment"] == "Kind."
    assert await refused(eino.get(one)) == (404, "access/not-found"), "a draft is nobody else's business"
    assert await refused(eino.post(f"{one}/reply", json={"text": "Why?"})) == (404, "access/not-found")
    assert await refused(saara.post(f"{one}/close")) == (409, "evaluation/not-now")
    await ok(saara.post(f"{one}/submit"))
    assert (await ok(eino.get(one)))["points"] == filled["points"]
    assert await refused(saara.put(one, json={"revision": 3, "answers": {}})) == (409, "evaluation/not-now")
    assert await refused(saara.post(f"{one}/take")) == (409, "evaluation/not-now")
    assert await refused(saara.post(f"{one}/reply", json={"text": "Mine"})) == (404, "access/not-found")
    assert await refused(aino.get(one)) == (404, "access/not-found")
    assert (await eino.post(f"{one}/reply", json={"text": ""})).status_code == 422
    assert (await eino.post(f"{one}/close")).status_code == 403
    await ok(eino.post(f"{one}/reply", json={"text": "Thank you"}))
    assert await refused(eino.post(f"{one}/reply", json={"text": "And"})) == (409, "evaluation/not-now")
    over = await ok(saara.post(f"{one}/close"))
    assert (over["stage"], over["reply"], over["acts"]) == ("closed", "Thank you", [])
    assert await refused(saara.post(f"{one}/close")) == (409, "evaluation/not-now")


async def test_pages_hold_every_one_once_the_newest_first(place: Place) -> None:
    form, saara = await formed(place), await place.as_("saara")
    made = [(await begun(place, form, customer=f"Number {number}"))["id"] for number in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = await ok(
            saara.get(f"{API}/evaluations", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        )
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
    assert seen == made[::-1]
    for query in ({"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"cursor": "é" * 500}, {"stage": "luck"}):
        answer = await saara.get(f"{API}/evaluations", params=query)
        assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), query


async def test_lists_are_narrowed_and_ones_own(place: Place) -> None:
    form, people = await formed(place), place.house.sample.people
    draft, done = (await begun(place, form))["id"], await submitted(place, form)
    saara, veikko, eino, aino = [await place.as_(one) for one in ("saara", "veikko", "eino", "aino")]
    assert await listed(saara) == [done, draft]
    assert await listed(saara, stage="draft", mine=True) == [draft]
    assert await listed(saara, stage=["submitted", "closed"]) == [done]
    assert await listed(saara, agent=people["aino"]) == []
    assert await listed(eino) == [done], "of their own work, and no draft"
    assert await listed(eino, agent=people["aino"]) == []
    assert await listed(aino) == []
    assert await listed(veikko) == []
    assert (await (await place.as_("admin")).get(f"{API}/evaluations")).status_code == 403


async def test_another_organization_finds_nothing_of_it(place: Place) -> None:
    form = await formed(place)
    one = await submitted(place, form)
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await create_sample(place.house.executor, hashed, name="Other", domain="other.example")
    theirs: dict[str, httpx.AsyncClient] = {}
    for person in ("saara", "admin"):
        session = await place.parts.gate.sign_in(f"{person}@other.example", PASSWORD)
        assert isinstance(session, Session)
        theirs[person] = place.anybody()
        theirs[person].cookies.set(COOKIE, session.token)
    saara, admin = theirs["saara"], theirs["admin"]
    before = await ok((await place.as_("saara")).get(f"{API}/evaluations/{one}"))
    assert await listed(saara) == []
    assert (await ok(saara.get(f"{API}/evaluation-forms")))["items"] == []
    for answer in (
        await saara.get(f"{API}/evaluations/{one}"),
        await saara.post(f"{API}/evaluations/{one}/close"),
        await saara.get(f"{API}/evaluation-forms/{form}"),
        await admin.patch(f"{API}/evaluation-forms/{form}", json={"name": "Theirs"}),
        await saara.post(f"{API}/evaluations", json={"conversation": before["conversation"], "form": form}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "access/not-found")
    queue = place.house.sample.queues["Support"]
    rule = {"name": "Theirs", "queue": queue, "form": form, "percent": 1}
    assert (await admin.post(f"{API}/sampling-rules", json=rule)).status_code == 422
    assert await ok((await place.as_("saara")).get(f"{API}/evaluations/{one}")) == before
