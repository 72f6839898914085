"""What the customer says of how it went, and the transcript that they have sent to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from sample_place import Place

from valvomo.live.views.alerts import figures_of
from valvomo.protocol.figures import FiguresItem

QUESTIONS = [{"id": "solved", "kind": "yes_no", "words": {"en": "Did we solve it?", "fi": "Ratkesiko asia?"}}]


async def ask(place: Place, **form: Any) -> str:
    """The web chat asks; its workstream's id."""
    admin = await place.as_("admin")
    found = (await admin.get("/api/v1/workstreams")).json()["items"]
    ours = next(one["id"] for one in found if one["key"] == place.house.sample.keys["Web chat"])
    body = {"survey": {"kind": "csat", "questions": QUESTIONS, **form}}
    answer = await admin.patch(f"/api/v1/workstreams/{ours}/widget", json=body)
    assert answer.status_code == 200, answer.text
    return str(ours)


async def served(place: Place, *, ended: bool = True) -> tuple[httpx.AsyncClient, str]:
    client = place.anybody()
    body = {"key": place.house.sample.keys["Web chat"], "name": "Ada", "language": "fi"}
    begun = (await client.post("/widget/v1/conversations", json=body)).json()
    client.headers["Authorization"] = f"Bearer {begun['token']}"
    one = begun["conversation"]["id"]
    eino = await place.as_("eino")
    assert (await eino.post(f"/api/v1/conversations/{one}/pick")).is_success
    if ended:
        assert (await client.post("/widget/v1/end")).is_success
    return client, one


async def test_the_customer_answers_and_the_house_knows_as_far_as_it_may(place: Place) -> None:
    await ask(place)
    customer, one = await served(place)
    asked = (await customer.get("/widget/v1/conversation")).json()["survey"]
    assert asked == {
        "kind": "csat", "comment": True, "score": None, "until": None,
        "questions": [{"id": "solved", "kind": "yes_no", "words": "Ratkesiko asia?"}],
    }  # fmt: skip
    assert (await customer.get("/widget/v1/survey")).status_code == 404
    body = {"score": 2, "comment": "Too slow", "answers": {"solved": False}}
    answer = await customer.put("/widget/v1/survey", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["survey"]["score"] == 2
    assert (await customer.get("/widget/v1/survey")).json() | {"at": None} == {**body, "at": None}
    path = f"/api/v1/conversations/{one}"
    saara, eino, admin = await place.as_("saara"), await place.as_("eino"), await place.as_("admin")
    known = (await saara.get(path)).json()["survey"]
    assert (known["score"], known["best"], known["low"]) == (2, 5, True)
    assert (await saara.get(f"{path}/survey")).json()["comment"] == "Too slow"
    texts = [item["text"] for item in (await saara.get(f"{path}/timeline")).json()["items"]]
    assert "The customer answered how it went: 2 of 5." in texts
    assert (await eino.get(path)).json()["survey"] is None
    assert (await eino.get(f"{path}/survey")).status_code == 404
    assert "answered how it went" not in (await eino.get(f"{path}/timeline")).text
    await admin.put("/api/v1/settings/supervision", json={"show_agents_surveys": True})
    assert (await eino.get(path)).json()["survey"]["score"] == 2
    assert (await eino.get(f"{path}/survey")).json()["answers"] == {"solved": False}


async def test_figures_tell_mean_and_rate_live_and_of_the_past(place: Place) -> None:
    await ask(place)
    for score in (5, 2, None):
        customer, one = await served(place)
        eino = await place.as_("eino")
        assert (await eino.post(f"/api/v1/conversations/{one}/complete")).is_success
        if score:
            assert (await customer.put("/widget/v1/survey", json={"score": score})).is_success
    saara = await place.as_("saara")
    live = (await saara.get("/api/v1/metrics/live")).json()
    whole = next(item for item in live["items"] if item["id"] == "all")
    told = (whole["survey_asked"], whole["survey_answered"], whole["csat"], whole["recommendation"])
    assert told == (3, 2, 3.5, None)
    assert whole["survey_rate"] == pytest.approx(2 / 3)
    day = place.house.clock().date().isoformat()
    query = {"from": f"{day}T00:00:00Z", "to": f"{day}T23:59:00Z", "by": "queue"}
    (past,) = [
        item
        for item in (await saara.get("/api/v1/metrics/history", params=query)).json()["items"]
        if item["csat"]
    ]
    assert (past["survey_asked"], past["survey_answered"], past["csat"]) == (3, 2, 3.5)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"score": 0},
        {"score": 6},
        {"score": "5"},
        {"score": 4, "stars": 5},
        {"score": 4, "answers": {"other": 1}},
        {"score": 4, "answers": {"solved": "yes"}},
        {"score": 4, "comment": "x" * 2001},
        {"score": True},
    ],
)
async def test_what_does_not_fit_is_refused_and_says_where(place: Place, body: dict[str, Any]) -> None:
    await ask(place)
    customer, _ = await served(place)
    answer = await customer.put("/widget/v1/survey", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed")
    assert (await customer.get("/widget/v1/survey")).status_code == 404


async def test_before_the_end_nobody_is_asked(place: Place) -> None:
    await ask(place)
    customer, _ = await served(place, ended=False)
    assert (await customer.get("/widget/v1/conversation")).json()["survey"] is None
    answer = await customer.put("/widget/v1/survey", json={"score": 3})
    assert (answer.status_code, answer.json()["type"]) == (409, "survey/not-asked")


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "stars"},
        {"hours": 0},
        {"low": 11},
        {"low": 9},
        {"questions": QUESTIONS * 2},
        {"questions": [{"id": "x", "kind": "words", "words": {}}]},
        {"questions": [{"id": "X!", "kind": "words", "words": {"en": "a"}}]},
    ],
)
async def test_a_form_that_makes_no_sense_is_refused(place: Place, form: dict[str, Any]) -> None:
    ours = await ask(place)
    admin = await place.as_("admin")
    body = {"survey": {"kind": "csat", **form}}
    answer = await admin.patch(f"/api/v1/workstreams/{ours}/widget", json=body)
    assert answer.status_code == 422, answer.text
    kept = (await admin.get(f"/api/v1/workstreams/{ours}/widget")).json()
    assert kept["survey"]["questions"] == QUESTIONS


async def test_widgets_are_set_by_administrators_and_only_where_there_is_one(place: Place) -> None:
    ours = await ask(place)
    eino, admin = await place.as_("eino"), await place.as_("admin")
    assert (await eino.get(f"/api/v1/workstreams/{ours}/widget")).status_code == 403
    refused = await eino.patch(f"/api/v1/workstreams/{ours}/widget", json={"identity": "off"})
    assert refused.status_code == 403
    assert (await admin.get("/api/v1/workstreams/none/widget")).status_code == 404
    others = (await admin.get("/api/v1/workstreams")).json()["items"]
    case = next(one["id"] for one in others if one["channel"] == "record")
    for answer in (
        await admin.get(f"/api/v1/workstreams/{case}/widget"),
        await admin.patch(f"/api/v1/workstreams/{case}/widget", json={"identity": "off"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (422, "widget/none")


async def test_a_transcript_is_sent_as_it_is_downloaded_and_no_more_than_wanted(place: Place) -> None:
    customer, one = await served(place, ended=False)
    config = await customer.get(f"/widget/v1/config?key={place.house.sample.keys['Web chat']}")
    assert config.json()["mail"] is False
    refused = await customer.post("/widget/v1/transcript-mail", json={"email": "ada@example.com"})
    assert (refused.status_code, refused.json()["type"]) == (409, "transcript/no-mail")
    with_mail = replace(place.parts, mails=True)
    place.app.routes.state["parts"] = with_mail
    assert (await customer.get(f"/widget/v1/config?key={place.house.sample.keys['Web chat']}")).json()["mail"]
    await customer.post("/widget/v1/messages", json={"text": "Hei"})
    empty = await customer.post("/widget/v1/transcript-mail", json={"email": "ada@example.com"})
    assert (empty.status_code, empty.json()["type"]) == (409, "transcript/empty")
    eino = await place.as_("eino")
    for text, visibility in (("Moi Ada", "public"), ("canary-4711", "internal")):
        body = {"text": text, "visibility": visibility}
        assert (await eino.post(f"/api/v1/conversations/{one}/messages", json=body)).is_success
    bad = await customer.post("/widget/v1/transcript-mail", json={"email": "ada"})
    assert bad.status_code == 422
    with_mail.paces["transcript"]._left.clear()
    for _ in range(3):
        sent = await customer.post(
            "/widget/v1/transcript-mail", json={"email": "ada@example.com"}, headers={"Accept-Language": "fi"}
        )
        assert (sent.status_code, sent.json()) == (202, {"email": "ada@example.com"})
        with_mail.paces["transcript"]._left.clear()
    more = await customer.post("/widget/v1/transcript-mail", json={"email": "ada@example.com"})
    assert (more.status_code, more.json()["type"]) == (409, "transcript/too-many")
    async with place.house.database.reading() as tx:
        rows = await tx._connection.fetch("SELECT recipient, subject, body FROM mails")
    assert len(rows) == 3
    assert rows[0]["recipient"] == "ada@example.com"
    assert rows[0]["subject"].startswith("Keskustelusi")
    assert "Moi Ada" in rows[0]["body"]
    assert "canary" not in rows[0]["body"]


async def test_alert_rules_may_ask_for_satisfaction(place: Place) -> None:
    await ask(place)
    admin = await place.as_("admin")
    rule = {"name": "Unhappy", "conditions": [{"kind": "figure", "name": "csat", "at_most": 2}]}
    made = await admin.post("/api/v1/alert-rules", json=rule)
    assert made.status_code == 201, made.text
    customer, _ = await served(place)
    saara = await place.as_("saara")
    before = next(
        one for one in (await saara.get("/api/v1/metrics/live")).json()["items"] if one["name"] == "Support"
    )
    assert "csat" not in figures_of(msgspec.convert(before, FiguresItem))
    await customer.put("/widget/v1/survey", json={"score": 1})
    after = next(
        one for one in (await saara.get("/api/v1/metrics/live")).json()["items"] if one["name"] == "Support"
    )
    assert figures_of(msgspec.convert(after, FiguresItem))["csat"] == 1


QUESTIONS_OF_EACH_KIND = [
    *QUESTIONS,
    {"id": "speed", "kind": "rating", "words": {"en": "How quick were we?"}},
    {"id": "why", "kind": "words", "words": {"en": "What shall we do better?"}},
]


async def _lists(reader: httpx.AsyncClient, figure: Any, period: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Everybody behind each number of a question, page by page, by the answer that is counted ('': any)."""
    lists: dict[str, dict[str, Any]] = {}
    for answer in ("", *figure["counts"]):
        found = lists[answer] = {}
        which = {"workstream": figure["workstream"]["id"], "of": figure["id"], "kind": figure["kind"]}
        asked: dict[str, Any] = {**period, **which, "answer": answer, "limit": 1}
        while asked.get("cursor", "") is not None:
            page = (await reader.get("/api/v1/metrics/survey-answers", params=asked)).json()
            found |= {one["conversation"]["id"]: one["answer"] for one in page["items"]}
            assert all(one["conversation"]["customer"] == "Ada" for one in page["items"])
            asked["cursor"] = page["next"]
    return lists


async def test_own_questions_are_counted_and_words_are_read_by_who_supervises(place: Place) -> None:
    stream = await ask(place, questions=QUESTIONS_OF_EACH_KIND)
    said: list[dict[str, Any]] = [
        {"score": 5, "comment": "Nice", "answers": {"solved": True, "speed": 5, "why": "Nothing"}},
        {"score": 2, "answers": {"solved": False, "speed": 2}},
        {"score": 1, "comment": "Bad", "answers": {"speed": 2, "why": "Everything"}},
    ]
    customers = []
    for number, body in enumerate(said):
        customer, one = await served(place)
        customers.append(one)
        for words in ("changed", body.get("comment", "")) if number == 0 else (body.get("comment", ""),):
            answer = await customer.put("/widget/v1/survey", json={**body, "comment": words})
            assert answer.is_success, answer.text
        eino = await place.as_("eino")
        assert (await eino.post(f"/api/v1/conversations/{one}/complete")).is_success
    day = place.house.clock().date().isoformat()
    period = {"from": f"{day}T00:00:00Z", "to": f"{day}T23:59:00Z"}
    saara, veikko = await place.as_("saara"), await place.as_("veikko")
    items = (await saara.get("/api/v1/metrics/survey-questions", params=period)).json()["items"]
    assert {one["workstream"]["id"] for one in items} == {stream}
    told = {one["id"]: (one["answered"], one["counts"], one["mean"]) for one in items}
    assert told == {
        "solved": (2, {"false": 1, "true": 1}, 0.5),
        "speed": (3, {"2": 2, "5": 1}, 3.0),
        "why": (2, {}, None),
    }
    assert {one["id"]: one["words"] for one in items}["solved"] == "Ratkesiko asia?", (
        "as they were asked last"
    )
    lists = {one["id"]: await _lists(saara, one, period) for one in items}
    assert lists == {
        "solved": {
            "": {customers[0]: "true", customers[1]: "false"},
            "false": {customers[1]: "false"},
            "true": {customers[0]: "true"},
        },
        "speed": {
            "": {customers[0]: "5", customers[1]: "2", customers[2]: "2"},
            "2": {customers[1]: "2", customers[2]: "2"},
            "5": {customers[0]: "5"},
        },
        "why": {"": {customers[0]: None, customers[2]: None}},
    }, "each number is as long as the list behind it"
    none: dict[str, str] = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}
    narrowings: tuple[dict[str, str], ...] = (
        {"channel": "email"},
        {"language": "sv"},
        {"direction": "out"},
        {"outcome": "abandoned"},
        none,
    )
    for narrowed in narrowings:
        found = await saara.get("/api/v1/metrics/survey-questions", params={**period, **narrowed})
        assert found.json()["items"] == [], narrowed
        for one in items:
            lists_of = await _lists(saara, {**one, "counts": {}}, {**period, **narrowed})
            assert lists_of == {"": {}}, narrowed
    asked: dict[str, str | int] = {**period, "workstream": stream, "of": "why", "limit": 1}
    first = (await saara.get("/api/v1/metrics/survey-texts", params=asked)).json()
    second = (
        await saara.get("/api/v1/metrics/survey-texts", params={**asked, "cursor": first["next"]})
    ).json()
    pages = [one["text"] for one in (*first["items"], *second["items"])]
    assert (sorted(pages), second["next"]) == (["Everything", "Nothing"], None)
    comments = (await saara.get("/api/v1/metrics/survey-texts", params=period)).json()["items"]
    assert {(one["conversation"]["id"], one["text"]) for one in comments} == {
        (customers[0], "Nice"), (customers[2], "Bad"),
    }  # fmt: skip
    assert (await veikko.get("/api/v1/metrics/survey-texts", params=period)).json()["items"] == []
    assert (await veikko.get("/api/v1/metrics/survey-questions", params=period)).json()["items"] == []
    for who in ("eino", "admin"):
        answer = await (await place.as_(who)).get("/api/v1/metrics/survey-texts", params=period)
        assert (answer.status_code, answer.json()["type"]) == (403, "access/role-needed"), who
    eino = await place.as_("eino")
    assert (await eino.get("/api/v1/metrics/survey-questions", params=period)).json()["items"] == []
    for reader in (eino, veikko):
        assert await _lists(reader, {**items[0], "counts": {}}, period) == {"": {}}
    bad = await saara.get("/api/v1/metrics/survey-texts", params={**period, "cursor": "x"})
    assert bad.status_code == 422
