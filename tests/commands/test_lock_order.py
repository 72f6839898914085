"""Agents are locked by id, whatever order they lie in: two that touch the same agents never wait in a circle."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sample_floor import AINO, EINO, HOUSE, SAARA, Floor

from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.domain.agents.presence import Presence

WAITS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def blocked(floor: Floor) -> None:
    """Until somebody waits for a lock."""
    async with asyncio.timeout(90):
        while True:
            if (await floor.sql(WAITS))[0]["count"]:
                return
            await asyncio.sleep(0.01)


async def aino_is_locked(floor: Floor) -> bool:
    try:
        await floor.sql("SELECT FROM agents WHERE id = $1 FOR NO KEY UPDATE NOWAIT", AINO.id)
    except asyncpg.LockNotAvailableError:
        return True
    return False


@pytest.mark.parametrize("statement", ["agents.touch_idle", "agents.touch_asked"])
async def test_who_is_touched_is_locked_by_id(floor: Floor, statement: str) -> None:
    # Aino lies behind Eino in the table now.
    await floor.sql("UPDATE agents SET chosen = chosen WHERE id = $1", AINO.id)

    async def touch() -> None:
        async with floor.database.transaction() as tx:
            await tx._connection.execute(
                "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off"
            )
            await tx.run(statement, HOUSE, [AINO.id, EINO.id], floor.clock())

    async with asyncio.TaskGroup() as group, floor.database.transaction() as tx:
        await tx.rows("agents.lock", HOUSE, [EINO.id])
        group.create_task(touch())
        await blocked(floor)
        assert await aino_is_locked(floor)


async def test_who_missed_an_offer_is_locked_by_id_with_who_becomes_freer(floor: Floor) -> None:
    """Saara's units become free; Aino, who was only asked for advice, becomes inactive with her."""
    one = await floor.accepted(by=EINO)
    await floor.done(EINO, Consult(conversation_id=one, agent_id=AINO.id))
    await floor.done(EINO, TransferToAgent(conversation_id=one, agent_id=SAARA.id))
    floor.clock.advance(1000)
    async with asyncio.TaskGroup() as group, floor.database.transaction() as tx:
        await tx.rows("agents.lock", HOUSE, [SAARA.id])
        group.create_task(floor.fire(one))
        await blocked(floor)
        assert await aino_is_locked(floor)
    assert [(await floor.agent(one)).chosen for one in (AINO, SAARA)] == [Presence.INACTIVE] * 2
