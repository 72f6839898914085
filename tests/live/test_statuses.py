"""Custom presences on open boards: at once, in each reader's language, and renamed with a change of settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AINO, EINO, HOUSE, SAARA
from sample_stage import Reader, Stage

from valvomo.commands.agents.presence import SetPresence
from valvomo.db import journal
from valvomo.db.journal import Fact
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.agents.presence import Presence

pytestmark = pytest.mark.slow
LUNCH = '{"fi": "Lounas"}'


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    await changed(
        stage,
        "INSERT INTO presences (organization_id, id, name, names, presence, created_at)"
        " VALUES ($1, 'lunch', 'Lunch', $2::text::jsonb, 'away', now())",
        HOUSE,
        LUNCH,
    )
    return stage


async def changed(stage: Stage, statement: str, *values: object) -> None:
    """As if an administrator had, with the fact that says so."""
    await stage.floor.sql(statement, *values)
    event = SettingChanged(subject="presence", subject_id="lunch", name="Lunch")
    fact = Fact(event=event, actor_id="aatu", actor_name="Aatu", at=stage.floor.clock(), audited=True)
    async with stage.floor.database.transaction() as tx:
        await journal.append(tx, HOUSE, [fact])
    await stage.settle()
    await stage.room._renew_rights()
    await stage.settle()


def status(reader: Reader, topic: str = "agents") -> Any:
    return reader.rows[topic]["presence" if topic == "me" else AINO.id]["status"]


async def test_everybody_sees_it_in_their_language(stage: Stage) -> None:
    await stage.floor.sql("UPDATE users SET language = 'fi' WHERE id = $1", EINO.id)
    readers = [stage.reader(SAARA), stage.reader(replace(EINO, language="fi"))]
    for reader in readers:
        await reader.watch("agents")
    assert [status(one) for one in readers] == [None, None]
    await stage.floor.done(AINO, SetPresence(agent_id=AINO.id, status_id="lunch"))
    await stage.settle()
    assert [status(one) for one in readers] == [
        {"id": "lunch", "name": "Lunch"}, {"id": "lunch", "name": "Lounas"},
    ]  # fmt: skip
    await changed(stage, "UPDATE presences SET name = 'Break', names = '{}' WHERE id = 'lunch'")
    assert [status(one) for one in readers] == [{"id": "lunch", "name": "Break"}] * 2
    await stage.floor.set_presence(AINO, Presence.AWAY)
    await stage.settle()
    assert [status(one) for one in readers] == [None, None]


async def test_my_own_presence_says_it_too(stage: Stage) -> None:
    aino = stage.reader(AINO)
    await aino.watch("me")
    await stage.floor.done(AINO, SetPresence(agent_id=AINO.id, status_id="lunch"))
    await stage.settle()
    (*_, item) = (one for one in aino.told("me") if one["kind"] == "presence")
    assert (item["chosen"], item["status"]) == ("away", {"id": "lunch", "name": "Lunch"})
    fresh = stage.reader(AINO)
    await fresh.watch("me")
    assert [one for one in fresh.told("me") if one["kind"] == "presence"] == [item]
