"""What is answered to whoever writes: the message as everybody who may read it will read it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sample_place import Place

from valvomo.db import journal

API = "/api/v1"


async def talk(place: Place) -> tuple[httpx.AsyncClient, str]:
    """A customer, and the path of their conversation with Eino, which Saara monitors."""
    customer = place.anybody()
    body = {"key": place.house.sample.keys["Web chat"], "name": "Ada"}
    begun = (await customer.post("/widget/v1/conversations", json=body)).json()
    customer.headers["Authorization"] = f"Bearer {begun['token']}"
    path = f"{API}/conversations/{begun['conversation']['id']}"
    assert (await (await place.as_("eino")).post(f"{path}/pick")).status_code == 200
    assert (await (await place.as_("saara")).post(f"{path}/monitor")).status_code == 200
    return customer, path


@pytest.mark.parametrize(
    ("person", "visibility"), [("eino", "public"), ("eino", "internal"), ("saara", "whisper")]
)
async def test_the_answer_is_what_is_read_and_the_first_one_when_repeated(
    place: Place, person: str, visibility: str
) -> None:
    _, path = await talk(place)
    author = await place.as_(person)
    body = {"text": "Hello ä", "visibility": visibility, "client_id": "c"}
    first = await author.post(f"{path}/messages", json=body)
    assert first.status_code == 201, first.text
    again = await author.post(
        f"{path}/messages", json={**body, "text": "other words", "visibility": "public"}
    )
    (read,) = (await author.get(f"{path}/messages")).json()["items"]
    assert first.json() == again.json() == read
    assert (read["visibility"], read["text"], read["client_id"]) == (visibility, "Hello ä", "c")


async def test_the_customers_answer_is_what_they_read_and_says_nothing_of_the_house(place: Place) -> None:
    customer, path = await talk(place)
    eino = await place.as_("eino")
    note = {"text": "canary", "visibility": "internal"}
    assert (await eino.post(f"{path}/messages", json=note)).json()["seq"] == 1
    first = await customer.post("/widget/v1/messages", json={"text": "Hi", "client_id": "c"})
    again = await customer.post("/widget/v1/messages", json={"text": "other words", "client_id": "c"})
    (read,) = (await customer.get("/widget/v1/messages")).json()["items"]
    assert first.json() == again.json() == read
    assert read.keys() == {"id", "seq", "author", "text", "at", "client_id"}
    assert (read["seq"], read["author"]) == (1, {"name": "Ada", "role": "customer"})


async def test_what_a_customer_was_told_stands_after_the_words_before_it(place: Place) -> None:
    customer, path = await talk(place)
    eino, saara = await place.as_("eino"), await place.as_("saara")
    for client, body in (
        (customer, {"text": "one"}),
        (eino, {"text": "two"}),
        (eino, {"text": "canary", "visibility": "internal"}),
    ):
        where = "/widget/v1/messages" if client is customer else f"{path}/messages"
        assert (await client.post(where, json=body)).status_code == 201
    assert (await saara.post(f"{path}/join")).status_code == 200
    assert (await customer.post("/widget/v1/messages", json={"text": "three"})).status_code == 201
    assert (await saara.post(f"{path}/leave")).status_code == 200
    notices = (await customer.get("/widget/v1/messages")).json()["conversation"]["notices"]
    assert [(one["id"], one["code"], one["after"]) for one in notices] == [
        (1, "agent_joined", 0), (2, "supervisor_joined", 2), (3, "supervisor_left", 3),
    ]  # fmt: skip


async def test_a_customer_who_reads_on_makes_nobody_read_the_whole_journal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, path = await talk(place)
    eino = await place.as_("eino")
    for number in range(5):
        await eino.post(f"{path}/messages", json={"text": f"{number}"})
    whole, kinds = journal.decode, list[str]()

    def noted(row: Any) -> journal.Fact:
        kinds.append(row["kind"])
        return whole(row)

    monkeypatch.setattr(journal, "decode", noted)
    read = (await customer.get("/widget/v1/messages?after=4")).json()
    assert [one["text"] for one in read["items"]] == ["4"]
    assert "picked" in kinds
    assert "message_posted" not in kinds


async def test_a_message_says_something_or_has_a_file_that_is_there(place: Place) -> None:
    customer, path = await talk(place)
    for client, where in (
        (customer, "/widget/v1/messages"),
        (await place.as_("eino"), f"{path}/messages"),
    ):
        empty = await client.post(where, json={"text": "x", "attachments": []})
        assert (empty.status_code, empty.json().get("attachments", [])) == (201, []), empty.text
        bad: tuple[dict[str, Any], ...] = (
            {"text": ""},
            {"text": " \n"},
            {"attachments": []},
            {"text": "x", "attachments": ["file"]},
        )
        for nothing in bad:
            answer = await client.post(where, json=nothing)
            assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed")
        unknown = await client.post(where, json={"attachments": ["00000000-0000-7000-8000-000000000000"]})
        assert (unknown.status_code, unknown.json()["type"]) == (422, "attachment/unknown")
