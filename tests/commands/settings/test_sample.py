"""The sample organization stands as the specification says."""

from __future__ import annotations

from typing import Any

from valvomo.db import house as settings
from valvomo.domain.access.supervision import Right


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
        night = await settings.queue(tx, house.sample.organization_id, "Night desk")
    assert supervision.on == frozenset(Right)
    assert night is not None
    assert night.members == 0
