"""Listening to a recording: each time it is asked who may, and each time the audit log has it."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sample_place import Place

from valvomo.files.port import Place as FilePlace

KEY = {"Idempotency-Key": "once"}


@pytest.fixture
async def sound(place: Place) -> str:
    """The path of what one party said in a conversation that Saara monitors; and of the conversation."""
    conversation = await place.served()
    organization = place.house.sample.organization_id
    connection = await asyncpg.connect(place.house.database.url)
    try:
        await connection.execute(
            "INSERT INTO recordings (organization_id, id, conversation_id, began_at, keep_until, state)"
            " VALUES ($1, 'r', $2, $3, $3::timestamptz + interval '1 day', 'kept')",
            organization, conversation, place.house.clock(),
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO recording_tracks (organization_id, id, recording_id, person_id, part, began, seconds)"
            " VALUES ($1, 't', 'r', 'ada', 'customer', 0, 1)",
            organization,
        )
    finally:
        await connection.close()
    await place.parts.files.sealed.put(FilePlace(organization, "t"), b"what was said")
    path = f"/api/v1/conversations/{conversation}"
    assert (await (await place.as_("saara")).post(f"{path}/monitor")).status_code == 200
    return path


async def heard(place: Place) -> list[Any]:
    answer = await (await place.as_("admin")).get("/api/v1/audit", params={"kind": "recording_heard"})
    return list(answer.json()["items"])


async def test_with_the_same_key_it_is_noted_each_time(place: Place, sound: str) -> None:
    saara = await place.as_("saara")
    for times in (1, 2):
        answer = await saara.post(f"{sound}/recordings/r/tracks/t", headers=KEY)
        assert (answer.status_code, answer.content) == (200, b"what was said")
        assert len(await heard(place)) == times


async def test_with_the_same_key_it_is_asked_anew_who_may(place: Place, sound: str) -> None:
    saara = await place.as_("saara")
    assert (await saara.post(f"{sound}/recordings/r/tracks/t", headers=KEY)).status_code == 200
    assert (await saara.delete(f"{sound}/monitor")).status_code == 200
    refused = await saara.post(f"{sound}/recordings/r/tracks/t", headers=KEY)
    assert (refused.status_code, refused.json()["type"]) == (409, "conversation/monitor-first")
    assert len(await heard(place)) == 1
