"""Transcripts that the house takes away: what is in them, who gets one, what the audit log says."""

from __future__ import annotations

import json
import re
import sys
from html import unescape
from typing import Any

import pytest
from sample_place import Place

CANARY = "canary of the house"
NASTY = '<script>alert(1)</script> & "quotes" \u202e {braces}'


async def talked(place: Place, *words: str) -> tuple[str, str]:
    """A conversation that Eino serves, with the customer's words and a note of the house; its id and path."""
    client = place.anybody()
    wanted = {"key": place.house.sample.keys["Web chat"], "name": "Ada Byron", "language": "en"}
    answer = await client.post("/widget/v1/conversations", json=wanted)
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    conversation = str(answer.json()["conversation"]["id"])
    path = f"/api/v1/conversations/{conversation}"
    eino = await place.as_("eino")
    assert (await eino.post(f"{path}/pick")).status_code == 200
    for number, text in enumerate(words):
        sent = await client.post("/widget/v1/messages", json={"text": text, "client_id": str(number)})
        assert sent.status_code == 201, sent.text
    for text, visibility in (("**Let** me look", "public"), (CANARY, "internal")):
        sent = await eino.post(f"{path}/messages", json={"text": text, "visibility": visibility})
        assert sent.status_code == 201, sent.text
    return conversation, path


async def taken(client: Any, path: str, **body: Any) -> Any:
    answer = await client.post(f"{path}/transcript", json={"purpose": "A complaint", **body})
    assert answer.status_code == 200, answer.text
    assert CANARY not in answer.text
    return answer


async def test_what_the_customer_could_read_in_three_forms_and_in_the_audit_log(place: Place) -> None:
    conversation, path = await talked(place, "Where is my parcel?", NASTY)
    eino, admin = await place.as_("eino"), await place.as_("admin")
    text = await taken(eino, path)
    assert text.headers["content-disposition"] == f'attachment; filename="transcript-{conversation}.txt"'
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.headers["cache-control"] == "no-store"
    assert re.search(r"UTC  Ada Byron: Where is my parcel\?\n.*Ada Byron: .*\n.*: Let me look\n$", text.text)
    assert "Purpose: A complaint" in text.text
    assert "Nothing is blacked out." in text.text
    whole = json.loads((await taken(eino, path, format="json")).text)
    assert [(one["seq"], one["role"], one["text"]) for one in whole["messages"]] == [
        (1, "customer", "Where is my parcel?"),
        (2, "customer", NASTY),
        (3, "primary", "**Let** me look"),
    ]
    assert (whole["conversation"], whole["customer"], whole["redacted"]) == (conversation, "Ada Byron", False)
    assert (whole["taken_by"], whole["closed_at"]) == (whole["messages"][2]["author"], None)
    page = await taken(eino, path, format="html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "attachment" in page.headers["content-disposition"]
    assert "<script" not in page.text
    assert NASTY in unescape(page.text)
    log = (await admin.get("/api/v1/audit", params={"kind": "transcript_taken"})).json()["items"]
    assert {one["facts"]["format"] for one in log} == {"text", "json", "html"}
    assert {(one["facts"]["conversation_id"], one["facts"]["redacted"]) for one in log} == {
        (conversation, False)
    }
    assert all(conversation in one["text"] and "A complaint" in one["text"] for one in log)


async def test_it_is_redacted_if_the_organization_wants_that_or_it_does_not_leave(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = await talked(place, "Ada here, ada@example.org, +358 40 123 4567; order 7741", "ask Bertta")
    eino, admin = await place.as_("eino"), await place.as_("admin")
    assert (await admin.put("/api/v1/settings/insight", json={"redact": True})).status_code == 200
    for form in ("text", "json", "html"):
        said = (await taken(eino, path, format=form)).text
        assert not re.search(r"Ada|Byron|example\.org|123 4567", said), said
        assert "[NAME] here, [EMAIL], [PHONE]; order 7741" in said
        assert "Bertta" in said, "it says so: names of others are not found"
        assert "Other people&#x27;s names" in said or "Other people's names" in said
        assert "me look" in said
    log = (await admin.get("/api/v1/audit", params={"kind": "transcript_taken"})).json()["items"]
    assert {one["facts"]["redacted"] for one in log} == {True}
    assert all("blacked out" in one["text"] for one in log)
    monkeypatch.setitem(sys.modules, "euredact", None)
    refused = await eino.post(f"{path}/transcript", json={"purpose": "A complaint"})
    assert (refused.status_code, refused.json()["type"]) == (503, "insight/redaction-unavailable")
    again = (await admin.get("/api/v1/audit", params={"kind": "transcript_taken"})).json()["items"]
    assert len(again) == len(log), "what did not leave is not noted as taken"


async def test_what_is_known_of_the_contact_goes_too(place: Place) -> None:
    conversation, path = await talked(
        place, "I am the Countess of Lovelace, write to ada at home, or 040-555 01 02"
    )
    eino, admin = await place.as_("eino"), await place.as_("admin")
    contact = (await eino.get(path)).json()["customer"]["id"]
    body = {"name": "Countess Lovelace", "phone": "+358405550102", "revision": 0}
    changed = await admin.patch(f"/api/v1/contacts/{contact}", json=body)
    assert changed.status_code == 200, changed.text
    await admin.put("/api/v1/settings/insight", json={"redact": True})
    said = (await taken(eino, path, format="json")).json()["messages"][0]["text"]
    assert said.startswith("I am the [NAME] of [NAME], write to [NAME] at home")
    assert conversation


@pytest.mark.parametrize(
    ("person", "status", "kind"),
    [
        ("saara", 409, "conversation/monitor-first"),
        ("veikko", 404, "access/not-found"),
        ("admin", 404, "access/not-found"),
    ],
)
async def test_who_may_not_read_it_takes_nothing_away(
    place: Place, person: str, status: int, kind: str
) -> None:
    _, path = await talked(place, "Hello")
    client, admin = await place.as_(person), await place.as_("admin")
    refused = await client.post(f"{path}/transcript", json={"purpose": "A complaint"})
    assert (refused.status_code, refused.json()["type"]) == (status, kind)
    assert not (await admin.get("/api/v1/audit", params={"kind": "transcript_taken"})).json()["items"]


async def test_who_monitors_and_who_reads_what_is_closed_may(place: Place) -> None:
    _, path = await talked(place, "Hello")
    saara, eino = await place.as_("saara"), await place.as_("eino")
    await saara.post("/api/v1/acknowledgements", json={"subject": "supervision"})
    assert (await saara.post(f"{path}/monitor")).status_code == 200
    await taken(saara, path)
    await eino.post(f"{path}/end")
    await eino.post(f"{path}/complete")
    closed = json.loads((await taken(saara, path, format="json")).text)
    assert closed["closed_at"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"purpose": "x"},
        {"purpose": "    "},
        {"purpose": "y" * 501},
        {"purpose": "fine", "format": "docx"},
        {"purpose": "fine", "more": 1},
        None,
    ],
)
async def test_without_a_purpose_or_in_no_known_form_it_does_not_leave(place: Place, body: Any) -> None:
    _, path = await talked(place, "Hello")
    eino, admin = await place.as_("eino"), await place.as_("admin")
    refused = await eino.post(f"{path}/transcript", json=body)
    assert (refused.status_code, refused.json()["type"]) == (422, "request/malformed")
    assert (await place.anybody().post(f"{path}/transcript", json=body)).status_code == 401
    assert not (await admin.get("/api/v1/audit", params={"kind": "transcript_taken"})).json()["items"]


async def test_nothing_is_cut_off_a_long_talk(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valvomo.queries.leaving.PAGE", 2)
    _, path = await talked(place, *(f"Message {number}" for number in range(7)))
    said = (await taken(await place.as_("eino"), path, format="json")).json()["messages"]
    assert [one["seq"] for one in said] == list(range(1, 9))
    empty = await place.served("eino")
    text = (await taken(await place.as_("eino"), f"/api/v1/conversations/{empty}")).text
    assert text.endswith("Nothing was said.\n")


async def test_with_the_same_key_it_is_noted_each_time(place: Place) -> None:
    _, path = await talked(place, "Hello")
    eino, admin = await place.as_("eino"), await place.as_("admin")
    for times in (1, 2):
        body, key = {"purpose": "A complaint"}, {"Idempotency-Key": "once"}
        assert (await eino.post(f"{path}/transcript", json=body, headers=key)).status_code == 200
        log = (await admin.get("/api/v1/audit", params={"kind": "transcript_taken"})).json()["items"]
        assert len(log) == times
