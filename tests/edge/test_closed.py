"""Closed conversations in any order that has an index, found by their words, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from sample_place import Place

from valvomo.db.statements import statements
from valvomo.queries.conversations import CLOSED_SORTS


async def close(place: Place, conversation: str) -> None:
    saara = await place.as_("saara")
    body = {"reason": "done"}
    answer = await saara.post(f"/api/v1/conversations/{conversation}/force-close", json=body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        (None, ["c", "a", "b"]), ("-closed", ["c", "a", "b"]), ("closed", ["b", "a", "c"]),
        ("created", ["a", "b", "c"]), ("-created", ["c", "b", "a"]),
        ("customer", ["b", "c", "a"]), ("-customer", ["a", "c", "b"]),
        # Of those that are alike the one that began first comes first.
        ("subject", ["b", "c", "a"]), ("-subject", ["a", "c", "b"]),
    ],
)  # fmt: skip
async def test_closed_ones_come_in_the_order_that_is_asked_for(
    place: Place, sort: str | None, wanted: list[str]
) -> None:
    names: dict[str, str] = {}
    for name, customer, subject in (("a", "Östen", "Zebra"), ("b", "ada", ""), ("c", "Bea", "")):
        names[await place.start(customer=customer, subject=subject)] = name
        place.house.clock.advance(60)
    for name in "bac":
        one = next(one for one, its in names.items() if its == name)
        await close(place, one)
        place.house.clock.advance(60)
    saara = await place.as_("saara")
    query: dict[str, Any] = {"state": "closed", "limit": 1, **({"sort": sort} if sort else {})}
    found: list[str] = []
    while True:
        page = (await saara.get("/api/v1/conversations", params=query)).json()
        found += [names[row["id"]] for row in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == wanted
    other = "created" if sort != "created" else "closed"
    foreign = {**query, "sort": other}
    assert (await saara.get("/api/v1/conversations", params=foreign)).status_code == 422
    assert (
        await (await place.as_("veikko")).get("/api/v1/conversations", params={"state": "closed"})
    ).json()["items"] == []


async def test_an_order_without_an_index_is_refused_for_closed_ones(place: Place) -> None:
    answer = await (await place.as_("saara")).get("/api/v1/conversations?state=closed&sort=priority")
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, "query.sort")
    assert "-closed" in answer.json()["errors"][0]["problem"]
    mixed = await (await place.as_("saara")).get("/api/v1/conversations?state=closed&state=open&sort=-closed")
    assert mixed.status_code == 200


async def test_the_last_line_of_closed_ones_is_found_by_who_may_read_it(place: Place) -> None:
    conversation = await place.served()
    await (await place.as_("eino")).post(
        f"/api/v1/conversations/{conversation}/messages", json={"text": "The parcel is in Lahti"}
    )
    await close(place, conversation)

    async def found(person: str) -> list[str]:
        query = {"state": "closed", "q": "LAHTI"}
        items = (await (await place.as_(person)).get("/api/v1/conversations", params=query)).json()["items"]
        return [row["id"] for row in items]

    assert await found("saara") == [conversation]
    assert await found("eino") == [conversation]
    assert await found("veikko") == []
    async with place.house.database.transaction() as tx:
        consent = {"policy": "consent", "answer": None}
        await tx._connection.execute(
            "UPDATE conversations SET body = jsonb_set(body, '{consent}', (body -> 'consent') || $1) WHERE id = $2",
            consent, conversation,
        )  # fmt: skip
    assert await found("saara") == []


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (statement, f"conversations_{'closed' if name == 'closed' else f'closed_{name}'}")
        for order, statement in CLOSED_SORTS.items()
        for name in [order.lstrip("-")]
    ],
)
async def test_a_page_of_closed_ones_is_read_along_its_index(
    place: Place, statement: str, index: str
) -> None:
    """However many there are: what is in front of the page is not read and thrown away."""
    sql = statements()[statement].sql
    given: list[object] = [
        "x", True, [], "p", [], [], [], "", "", [], None, [], False,
        (place.house.clock() if "timestamptz" in sql else "word"), "id", 50,
    ]  # fmt: skip
    async with place.house.database.transaction() as tx:
        await tx._connection.execute("SET LOCAL enable_seqscan = off")
        await tx._connection.execute("SET LOCAL enable_bitmapscan = off")
        plan = "\n".join(row[0] for row in await tx._connection.fetch(f"EXPLAIN {sql}", *given))
    assert index in plan
    assert "closed_ones" not in plan, "the function is its text"
    assert "last_line" not in plan, "that one, too"
    steps = [line.strip().removeprefix("->").strip() for line in plan.splitlines()]
    assert not [one for one in steps if one.startswith("Sort ") and "(cost" in one], plan
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "ROW(" in condition or "<" in condition or ">" in condition, plan


async def test_each_closed_one_is_listed_once_whatever_was_said_in_it(place: Place) -> None:
    conversation = await place.served()
    eino = await place.as_("eino")
    for words in ("one", "two", "three"):
        body = {"text": words}
        answer = await eino.post(f"/api/v1/conversations/{conversation}/messages", json=body)
        assert answer.status_code == 201, answer.text
    await close(place, conversation)
    saara = await place.as_("saara")
    items = (await saara.get("/api/v1/conversations", params={"state": "closed"})).json()["items"]
    assert [(row["id"], row["preview"]["text"]) for row in items] == [(conversation, "three")]
