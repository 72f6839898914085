"""Records and contacts over HTTP: the whole way, rights, bad input, files."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import pytest
from sample_place import Place

API = "/api/v1"
NOBODY = "01890000-0000-7000-8000-000000000000"
STATUSES = [{"key": phase, "phase": phase} for phase in ("open", "in_progress", "on_hold", "resolved")]
FORM: dict[str, Any] = {
    "version": 0,
    "fields": [
        {"key": "model", "kind": "text", "names": {"en": "Model", "fi": "Malli"}, "needed": "create"},
        {"key": "amount", "kind": "number", "names": {"en": "Amount"}, "least": 0, "most": 100},
        {"key": "checked", "kind": "yes_no", "names": {"en": "Checked"}, "needed": "resolve"},
    ],
    "statuses": [*STATUSES, {"key": "parts", "phase": "on_hold", "names": {"en": "Waits for parts"}}],
}


async def formed(place: Place) -> str:
    """The workstream of records, with a form."""
    workstream = str(place.house.sample.workstreams["Records"])
    admin = await place.as_("admin")
    answer = await admin.put(f"{API}/workstreams/{workstream}/record-form", json=FORM)
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 1
    return workstream


async def made(place: Place, **record: Any) -> str:
    body = {
        "channel": "record",
        "customer": "Kaisa",
        "subject": "Pail",
        "record": {"fields": {"model": "X"}, **record},
    }
    answer = await (await place.as_("saara")).post(f"{API}/conversations", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_the_whole_way_of_a_record(place: Place) -> None:
    workstream = await formed(place)
    chat = await place.served(customer="Kaisa")
    one = await made(place, links=[chat], due_at="2026-03-05T10:00:00+02:00", key="K-1")
    saara, agent = await place.as_("saara"), await place.as_("onni")
    path = f"{API}/conversations/{one}"
    assert (await saara.get(f"{API}/conversations/{chat}/links")).json()["items"][0]["id"] == one
    picked = await agent.post(f"{path}/pick")
    assert picked.status_code == 200, picked.text
    assert picked.json()["record"]["phase"] == "in_progress"
    assert picked.json()["record"]["due_at"] == "2026-03-05T08:00:00Z"
    note = await agent.post(f"{path}/messages", json={"text": "Ordered", "visibility": "internal"})
    assert note.status_code == 201
    public = await agent.post(f"{path}/messages", json={"text": "Hello"})
    assert (public.status_code, public.json()["type"]) == (409, "conversation/no-customer")
    change = {"revision": 0, "fields": {"amount": 4}, "status": "parts"}
    changed = (await agent.patch(f"{path}/record", json=change)).json()
    assert (changed["state"], changed["record"]["status"], changed["details"]["fields"]["amount"]) == (
        "waiting",
        "parts",
        4,
    )
    stale = await saara.patch(f"{path}/record", json={"revision": 0, "fields": {"amount": 5}})
    assert (stale.status_code, stale.json()["type"]) == (409, "record/changed-meanwhile")
    found = await saara.get(
        f"{API}/records", params={"workstream": workstream, "status": "parts", "field": "amount:4"}
    )
    assert [row["id"] for row in found.json()["items"]] == [one]
    await agent.patch(f"{path}/record", json={"revision": 9, "status": "in_progress"})
    lacking = await agent.post(f"{path}/resolve", json={})
    assert (lacking.status_code, lacking.json()["errors"]) == (
        422,
        [{"at": "fields.checked", "problem": "needed"}],
    )
    await agent.patch(f"{path}/record", json={"revision": 9, "fields": {"checked": True}})
    resolved = await agent.post(f"{path}/resolve", json={"outcome": "Mended"})
    assert resolved.status_code == 200, resolved.text
    done = (await saara.get(path)).json()
    assert (done["closed_as"], done["details"]["outcome"]) == ("resolved", "Mended")
    told = [item["text"] for item in (await saara.get(f"{path}/timeline")).json()["items"]]
    assert "Changed in the record: status, amount." in told


@pytest.mark.parametrize(
    ("record", "status", "problem"),
    [
        ({"fields": {}}, 422, "record/unfit"),
        ({"fields": {"model": "X", "amount": "many"}}, 422, "record/unfit"),
        ({"fields": {"model": ["X"]}}, 422, "request/malformed"),
        ({"status": "resolved", "fields": {"model": "X"}}, 422, "record/unfit"),
        ({"links": [NOBODY], "fields": {"model": "X"}}, 422, "target/unknown"),
        ({"links": ["one"], "fields": {"model": "X"}}, 422, "request/malformed"),
        ({"due_at": "soon"}, 422, "request/malformed"),
        ({"due_at": "0001-01-01T00:00:00Z", "fields": {"model": "X"}}, 422, "request/malformed"),
        ({"key": " ", "fields": {"model": "X"}}, 422, "request/malformed"),
    ],
)
async def test_bad_records_are_refused_with_a_problem(
    place: Place, record: Any, status: int, problem: str
) -> None:
    await formed(place)
    body = {"channel": "record", "customer": "Kaisa", "record": record}
    saara = await place.as_("saara")
    answer = await saara.post(f"{API}/conversations", json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, problem), answer.text
    assert (await saara.get(f"{API}/records")).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"field": "amount:4"}, 422), ({"workstream": "x", "field": "amount"}, 422), ({"phase": "odd"}, 422),
        ({"workstream": "x", "field": "amount:4"}, 422), ({"sort": "secret"}, 422), ({"cursor": "x"}, 422),
        ({"due_before": "0001-01-01T00:00:00Z"}, 422), ({"queue": "Nowhere"}, 200), ({"contact": NOBODY}, 200),
    ],
)  # fmt: skip
async def test_odd_questions(place: Place, query: dict[str, str], status: int) -> None:
    answer = await (await place.as_("saara")).get(f"{API}/records", params=query)
    assert answer.status_code == status, answer.text


async def test_who_may_do_what(place: Place) -> None:
    workstream, one = await formed(place), await made(place)
    for person in ("saara", "onni", "eino"):
        client = await place.as_(person)
        form = await client.put(f"{API}/workstreams/{workstream}/record-form", json={**FORM, "version": 1})
        assert form.status_code == 403
        given = {"name": "c.csv", "workstream": workstream}
        assert (await client.post(f"{API}/record-imports", params=given, content=b"a")).status_code == 403
        assert (await client.get(f"{API}/record-imports")).status_code == 403
        assert (await client.get(f"{API}/record-forms")).status_code == 200
    veikko = await place.as_("veikko")
    assert (await veikko.patch(f"{API}/conversations/{one}/record", json={"revision": 0})).status_code == 404


async def until(place: Place, import_id: str, state: str) -> Any:
    admin = await place.as_("admin")
    async with asyncio.timeout(90):
        while (found := (await admin.get(f"{API}/record-imports/{import_id}")).json())["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


async def test_a_file_goes_from_columns_to_a_report(place: Place) -> None:
    workstream, admin = await formed(place), await place.as_("admin")
    lines = [f"{number};Pail {number};Kaisa;{number};X" for number in range(60)]
    file = "\n".join(["Tunnus;Otsikko;Asiakas;Amount;Malli", *lines, "61;=cmd;Kaisa;many;X"])
    given = {"name": "cases.csv", "workstream": workstream}
    answer = await admin.post(f"{API}/record-imports", params=given, content=file.encode())
    assert answer.status_code == 201, answer.text
    document = answer.json()
    assert document["mapping"] == {
        "Tunnus": "key",
        "Otsikko": "subject",
        "Asiakas": "customer",
        "Amount": "fields.amount",
        "Malli": "fields.model",
    }
    path = f"{API}/record-imports/{document['id']}"
    early = await admin.post(f"{path}/start")
    assert (early.status_code, early.json()["type"]) == (409, "record/import-not-now")
    odd = await admin.post(f"{path}/check", json={"columns": {"Tunnus": "nothing"}})
    assert (odd.status_code, odd.json()["type"]) == (422, "record/unfit")
    assert (await admin.post(f"{path}/check", json={"columns": document["mapping"]})).status_code == 200
    checked = await until(place, document["id"], "checked")
    assert (checked["good"], checked["bad"]) == (60, 1)
    bad = (await admin.get(f"{path}/lines", params={"state": "bad"})).json()["items"]
    assert [(one["line"], one["problems"]) for one in bad] == [
        (62, [{"at": "fields.amount", "problem": "not_number"}])
    ]
    assert (await admin.post(f"{path}/start")).status_code == 200
    done = await until(place, document["id"], "done")
    assert (done["made"], done["known"], done["failed"]) == (60, 0, 0)
    report = await admin.get(f"{path}/report")
    rows = list(csv.reader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert rows[0] == [
        "line",
        "state",
        "key",
        "problems",
        "record",
        "Tunnus",
        "Otsikko",
        "Asiakas",
        "Amount",
        "Malli",
    ]
    assert [row[1] for row in rows[1:]] == [*["made"] * 60, "bad"]
    assert rows[-1][6] == "'=cmd"
    saara = await place.as_("saara")
    assert len((await saara.get(f"{API}/records", params={"limit": "200"})).json()["items"]) == 60


@pytest.mark.parametrize("body", [b"", b"\0\1", b"a,a\n1,2", b'a,b\n"', b"only a head"])
async def test_what_is_no_file_is_refused(place: Place, body: bytes) -> None:
    admin = await place.as_("admin")
    given = {"name": "x.csv", "workstream": place.house.sample.workstreams["Records"]}
    answer = await admin.post(f"{API}/record-imports", params=given, content=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "record/file-unreadable")
    chat = {**given, "workstream": place.house.sample.workstreams["Messages"]}
    answer = await admin.post(f"{API}/record-imports", params=chat, content=b"a,b\n1,2")
    assert (answer.status_code, answer.json()["type"]) == (422, "record/not-a-record")
    assert (await admin.get(f"{API}/record-imports")).json()["items"] == []


async def test_a_customer_over_two_contacts(place: Place) -> None:
    first, second = (
        await place.start(customer={"name": "Kaisa", "email": "k@example.com"}),
        await place.start(customer="Kaisu"),
    )
    saara, eino = await place.as_("saara"), await place.as_("eino")
    ids = [
        (await saara.get(f"{API}/conversations/{one}")).json()["customer"]["id"] for one in (first, second)
    ]
    found = (await saara.get(f"{API}/contacts", params={"q": "kais"})).json()["items"]
    assert [item["name"] for item in found] == ["Kaisa", "Kaisu"]
    assert (await eino.post(f"{API}/contacts/{ids[1]}/merge", json={"into": ids[0]})).status_code == 403
    merged = (await saara.post(f"{API}/contacts/{ids[1]}/merge", json={"into": ids[0]})).json()
    assert (merged["contact"]["name"], [one["contact"]["name"] for one in merged["merged"]]) == (
        "Kaisa",
        ["Kaisu"],
    )
    page = (await eino.get(f"{API}/contacts/{ids[1]}/conversations", params={"limit": 1})).json()
    rest = (await eino.get(f"{API}/contacts/{ids[1]}/conversations", params={"cursor": page["next"]})).json()
    assert [row["id"] for row in page["items"] + rest["items"]] == [second, first]
    listed = (await saara.get(f"{API}/conversations", params={"contact": ids[0]})).json()["items"]
    assert {row["id"] for row in listed} == {first, second}
    parted = (await saara.post(f"{API}/contacts/{ids[1]}/unmerge")).json()
    assert (parted["contact"]["name"], parted["merged"]) == ("Kaisu", [])
    change = {"revision": 0, "company": "Pails", "about": "Prefers mornings"}
    assert (await eino.patch(f"{API}/contacts/{ids[0]}", json=change)).json()["contact"]["company"] == "Pails"
    stale = await saara.patch(f"{API}/contacts/{ids[0]}", json={"revision": 0, "company": "Bowls"})
    assert (stale.status_code, stale.json()["type"]) == (409, "contact/changed-meanwhile")
    for bad in ({"revision": 1, "name": " "}, {"revision": 1, "email": "nobody"}, {"revision": -1}, {}):
        assert (await saara.patch(f"{API}/contacts/{ids[0]}", json=bad)).status_code == 422
    log = (await (await place.as_("admin")).get(f"{API}/audit")).json()["items"]
    assert "Contacts merged: Kaisu into Kaisa." in [item["text"] for item in log]
