"""Connections of a process that died are lost connections."""

from __future__ import annotations

import pytest
from sample_floor import AINO, HOUSE, Floor

from valvomo.commands.agents.connection import AgentConnect
from valvomo.commands.conversations.connection import CustomerConnect
from valvomo.domain.agents.presence import Presence
from valvomo.jobs.janitor import Janitor

pytestmark = pytest.mark.slow


async def test_the_connections_of_the_dead_are_lost(floor: Floor) -> None:
    dead = Janitor(floor.database, floor.executor, floor.clock, process_id="dead")
    alive = Janitor(floor.database, floor.executor, floor.clock, process_id="alive")
    await dead.begin()
    await alive.begin()
    one = await floor.accepted("chat")
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="dead"))
    guest = await floor.guest(one)
    await floor.done(guest, CustomerConnect(conversation_id=one, connection_id="c", process_id="dead"))
    await alive.round()
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE
    floor.clock.advance(11)
    await alive.round()
    after = await floor.get(one)
    assert after.customer_online is False
    assert "reconnect" in after.deadlines
    assert "agent_gone" in after.deadlines
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
    assert await floor.sql("SELECT 1 FROM connections WHERE organization_id = $1", HOUSE) == []


async def test_a_process_that_ends_says_so(floor: Floor) -> None:
    going = Janitor(floor.database, floor.executor, floor.clock, process_id="going")
    staying = Janitor(floor.database, floor.executor, floor.clock, process_id="staying")
    await going.begin()
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="going"))
    await going.end()
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
