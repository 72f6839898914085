"""The sample organization stands as the specification says."""

from __future__ import annotations

from typing import Any

from valvomo.db import agents
from valvomo.db import house as settings
from valvomo.domain.access.supervision import Right
from valvomo.domain.refusals import Refusal
from valvomo.protocol.texts.catalogue import LANGUAGES
from valvomo.queries import resources
from valvomo.queries.resources import Reading


async def test_everybody_has_their_part(house: Any) -> None:
    saara, veikko, aino = [await house.actor(one) for one in ("saara", "veikko", "aino")]
    queues = house.sample.queues
    assert set(queues) == {"Support", "Billing", "Sales", "Phone", "Cases", "Night desk"}
    assert all(saara.supervises(queue) for queue in queues.values())
    assert [name for name, queue in queues.items() if veikko.supervises(queue)] == ["Billing"]
    assert queues["Support"] in aino.queues


async def test_switches_are_on_and_the_night_desk_is_empty(house: Any) -> None:
    async with house.database.reading() as tx:
        supervision = await settings.supervision(tx, house.sample.organization_id)
        night = await settings.queue(tx, house.sample.organization_id, "Night desk", house.clock())
    assert supervision.on == frozenset(Right)
    assert night is not None
    assert night.members == 0


async def test_every_agent_can_something_and_nobody_is_kept_from_serving(house: Any) -> None:
    async with house.database.reading() as tx:
        everybody = await agents.everybody(tx, house.sample.organization_id, house.clock())
        queues = await tx.rows("settings.queues", house.sample.organization_id, "", None, 100)
        workstreams = await tx.rows("settings.workstreams", house.sample.organization_id, "", None, 100)
    serving = [one for one in everybody.values() if one.is_agent]
    assert len(serving) == 6
    assert all(one.skills and set(one.skills) <= set(house.sample.skills.values()) for one in serving)
    assert all(one.on_duty for one in serving)
    assert {row["hours_id"] for row in queues} == {None} == {row["template_id"] for row in workstreams}


async def test_what_people_read_is_there_in_every_language(house: Any) -> None:
    reading = Reading(await house.actor("aino"), house.clock())
    async with house.database.reading() as tx:
        pages = [
            await resources.listed(tx, kind, reading, cursor=None, limit=100)
            for kind in (resources.QUICK_REPLIES, resources.DISPOSITIONS, resources.PRESENCES)
        ]
    replies, codes, presences = [[] if isinstance(one, Refusal) else one.items for one in pages]
    assert (len(replies), len(codes)) == (4, 5)
    for one in (*replies, *codes):
        spoken = getattr(one, "texts", None) or getattr(one, "names", {})
        assert set(spoken) == set(LANGUAGES), one
    assert {one.name: set(one.names) for one in presences} == {
        "Lunch": {"fi", "sv"}, "Training": {"fi", "sv"},
    }  # fmt: skip
