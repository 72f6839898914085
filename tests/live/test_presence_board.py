"""The presence board has those who serve, and the figures count the same people."""

from __future__ import annotations

import pytest
from sample_floor import AATU, AINO, BEGIN, EINO, ONNI, SAARA, SULO
from sample_stage import Stage

from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import Presence
from valvomo.queries import agents

pytestmark = pytest.mark.slow


async def asked(stage: Stage, actor: Actor) -> set[str]:
    async with stage.floor.database.reading() as tx:
        return {row.id for row in await agents.listed(tx, actor, BEGIN)}


async def test_who_only_watches_over_others_is_not_on_it(stage: Stage) -> None:
    serving = {AINO.id, EINO.id, ONNI.id, SAARA.id}
    for actor, seen in ((AATU, serving), (SULO, {AINO.id, EINO.id, ONNI.id})):
        reader = stage.reader(actor)
        for topic in ("agents", "figures"):
            await reader.watch(topic)
        assert set(reader.rows["agents"]) == seen == await asked(stage, actor)
        assert sum(reader.rows["figures"]["all"]["agents"].values()) == len(seen)
        said = len(reader.frames)
        await stage.floor.set_presence(SULO, Presence.AWAY)
        await stage.settle()
        assert [frame for frame in reader.frames[said:] if frame["topic"] == "agents"] == []
        await stage.floor.set_presence(SULO, Presence.AVAILABLE)
        await stage.settle()


async def test_a_supervisor_who_becomes_a_member_comes_onto_it(stage: Stage) -> None:
    await stage.floor.sql(
        "INSERT INTO queue_members VALUES ($1, 'billing', $2)", SULO.organization_id, SULO.id
    )
    assert SULO.id in await asked(stage, AATU)


async def test_their_own_presence_is_still_theirs(stage: Stage) -> None:
    reader = stage.reader(SULO)
    await reader.watch("me")
    assert [item["chosen"] for item in reader.told("me") if item["kind"] == "presence"] == ["available"]
    async with stage.floor.database.reading() as tx:
        row = await agents.one(tx, SULO, SULO.id, BEGIN)
    assert getattr(row, "chosen", None) == "available"
