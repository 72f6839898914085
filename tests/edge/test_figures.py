"""Figures of the past over HTTP: who looked at individuals is in the audit log, and what bad input does."""

from __future__ import annotations

from typing import Any

import pytest
from sample_place import Place

from valvomo.queries.cursors import Place as Cursor
from valvomo.queries.cursors import encoded

ENTRIES = "/api/v1/metrics/entries"


async def looks(place: Place) -> list[Any]:
    admin = await place.as_("admin")
    answer = await admin.get("/api/v1/audit", params={"kind": "figures_seen"})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


@pytest.mark.parametrize(("policy", "noted"), [("off", 0), ("all", 1)])
async def test_a_list_that_names_agents_is_noted(place: Place, policy: str, noted: int) -> None:
    await place.served()
    admin, saara = await place.as_("admin"), await place.as_("saara")
    settings = await admin.put("/api/v1/settings/supervision", json={"agent_figures": policy})
    assert settings.status_code == 200, settings.text
    place.house.clock.advance(5)
    answer = await saara.get(ENTRIES, params={"of": "answered"})
    assert answer.status_code == 200, answer.text
    [item] = answer.json()["items"]
    assert (item["agent"] is not None) == bool(noted)
    assert len(await looks(place)) == noted
    started = await saara.get(ENTRIES, params={"of": "started"})
    assert [one["agent"] for one in started.json()["items"]] == [None]
    assert len(await looks(place)) == noted


@pytest.mark.parametrize("entry", ["99999999999999999999.1", "1.99999", "-1.1", "1.-1", "1", "x.y"])
async def test_a_place_that_no_entry_has_is_no_place(place: Place, entry: str) -> None:
    cursor = encoded(Cursor(sort="answered", rank=0, word="", id=entry))
    answer = await (await place.as_("saara")).get(ENTRIES, params={"of": "answered", "cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed")


async def test_a_list_is_narrowed_to_how_long_it_took(place: Place) -> None:
    await place.served()
    place.house.clock.advance(5)
    saara = await place.as_("saara")
    spread = (await saara.get("/api/v1/metrics/spread")).json()["items"]
    [part] = [one for one in spread if one["counts"]["answered"]]
    for ends, number in (((part["since"], part["until"]), 1), ((part["until"], None), 0)):
        query: dict[str, str | int] = {"of": "answered", "least": int(ends[0])}
        if ends[1]:
            query["below"] = int(ends[1])
        answer = await saara.get(ENTRIES, params=query)
        assert (answer.status_code, len(answer.json()["items"])) == (200, number), query
    for wrong in (("least", "-1"), ("below", "soon"), ("least", str(2**31))):
        answer = await saara.get(ENTRIES, params=dict([("of", "answered"), wrong]))
        assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), wrong


async def test_all_the_time_there_is_is_too_much(place: Place) -> None:
    saara = await place.as_("saara")
    for query in (
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "0001-01-01T00:00:00Z"},
        {"from": "9999-12-01T00:00:00Z", "to": "9999-12-31T23:00:00Z", "by": "day"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
    ):
        answer = await saara.get("/api/v1/metrics/history", params=query)
        assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), query


async def test_the_times_of_an_agent_are_a_look_that_is_noted(place: Place) -> None:
    await place.served()
    admin, saara = await place.as_("admin"), await place.as_("saara")
    settings = await admin.put("/api/v1/settings/supervision", json={"agent_figures": "all"})
    assert settings.status_code == 200, settings.text
    place.house.clock.advance(5)
    url = "/api/v1/metrics/attended"
    answer = await saara.get(url, params={"agent": "aino"})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"there", "handled", "items", "next"}
    [look] = await looks(place)
    assert "figures_seen" in look["kind"]
    for wrong in ({}, {"agent": "aino", "queue": "support"}, {"agent": "aino", "cursor": "rubbish"}):
        answer = await saara.get(url, params=wrong)
        assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), wrong
