"""Retention over HTTP: its rule, who may, what bad input does, what would be due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sample_place import Place

SETTINGS = "/api/v1/settings/retention"
NOTHING = {"conversations": 0, "oldest_closed_at": None, "contacts": 0}


async def ok(answer: Any) -> Any:
    response = await answer
    assert response.status_code == 200, response.text
    return response.json()


async def test_nothing_goes_unless_an_administrator_says_so(place: Place) -> None:
    admin = await place.as_("admin")
    assert await ok(admin.get(SETTINGS)) == {"written_days": None, "contact_days": None, "due": NOTHING}
    for person in ("saara", "eino"):
        client = await place.as_(person)
        assert (await client.get(SETTINGS)).status_code == 403
        assert (await client.get(f"{SETTINGS}/due", params={"written_days": 1})).status_code == 403
        assert (await client.put(SETTINGS, json={"written_days": 1})).status_code == 403
    assert await ok(admin.put(SETTINGS, json={"written_days": 36_500})) == {
        "written_days": 36_500,
        "contact_days": None,
        "due": NOTHING,
    }
    assert await ok(admin.get(f"{SETTINGS}/due", params={"written_days": 36_500})) == NOTHING
    audit = await ok(admin.get("/api/v1/audit"))
    assert audit["items"][0]["facts"]["subject"] == "retention"
    assert await ok(admin.put(SETTINGS, json={"written_days": None})) == {
        "written_days": None,
        "contact_days": None,
        "due": NOTHING,
    }


@pytest.mark.parametrize("days", [0, -1, 36_501, "x", 1.5], ids=str)
async def test_days_that_make_no_sense_are_refused(place: Place, days: object) -> None:
    admin = await place.as_("admin")
    assert (await admin.put(SETTINGS, json={"written_days": days})).status_code == 422
    assert (await admin.get(f"{SETTINGS}/due", params={"written_days": str(days)})).status_code == 422
    assert (await admin.put(SETTINGS, json={})).status_code == 422
    both = {"written_days": None, "contact_days": days}
    assert (await admin.put(SETTINGS, json=both)).status_code == 422
    assert (await admin.get(f"{SETTINGS}/due", params={"contact_days": str(days)})).status_code == 422


async def test_customers_go_by_days_of_their_own(place: Place) -> None:
    admin = await place.as_("admin")
    kept = await ok(admin.put(SETTINGS, json={"written_days": None, "contact_days": 30}))
    assert (kept["contact_days"], kept["due"]) == (30, NOTHING)
    await place.start()
    old = (
        "INSERT INTO contacts (organization_id, id, name, created_at)"
        " SELECT id, 'old', 'Old', $1 FROM organizations"
    )
    await place.house.database._pool.execute(old, place.house.clock() - timedelta(days=31))
    due = await ok(admin.get(f"{SETTINGS}/due", params={"contact_days": 30}))
    assert due == {**NOTHING, "contacts": 1}
    assert await ok(admin.get(f"{SETTINGS}/due", params={"contact_days": 32})) == NOTHING
