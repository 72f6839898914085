"""The presence board is read page by page, by name (spec 2)."""

from __future__ import annotations

from typing import Any

from sample_place import Place

AGENTS = "/api/v1/agents"


async def test_agents_come_page_by_page(place: Place) -> None:
    saara = await place.as_("saara")
    whole = (await saara.get(AGENTS)).json()
    assert whole["next"] is None
    names = [row["name"] for row in whole["items"]]
    assert len(names) == 6
    assert names == sorted(names, key=str.lower)
    query: dict[str, Any] = {"limit": 4}
    pages = [(await saara.get(AGENTS, params=query)).json()]
    while (cursor := pages[-1]["next"]) is not None:
        pages.append((await saara.get(AGENTS, params={**query, "cursor": cursor})).json())
    assert [len(one["items"]) for one in pages] == [4, 2]
    assert [row["name"] for one in pages for row in one["items"]] == names


async def test_a_place_in_another_list_is_none_here(place: Place) -> None:
    saara = await place.as_("saara")
    for _ in range(2):
        await place.start()
    foreign = (await saara.get("/api/v1/conversations", params={"limit": 1})).json()["next"]
    for cursor in (foreign, "x"):
        answer = await saara.get(AGENTS, params={"cursor": cursor})
        assert answer.status_code == 422, answer.text
        assert [one["at"] for one in answer.json()["errors"]] == ["query.cursor"]
