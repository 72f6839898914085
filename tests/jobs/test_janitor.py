"""Connections that ended unnoticed, with their process or without, are lost connections."""

from __future__ import annotations

import pytest
from sample_floor import AINO, EINO, HOUSE, Floor

from valvomo.commands.agents.connection import AgentConnect
from valvomo.commands.conversations.connection import CustomerConnect
from valvomo.domain.agents.presence import Presence
from valvomo.jobs.janitor import Janitor

pytestmark = pytest.mark.slow


def janitor(floor: Floor, process_id: str, *live: str) -> Janitor:
    return Janitor(floor.database, floor.executor, floor.clock, process_id=process_id, live=lambda: live)


async def test_the_connections_of_the_dead_are_lost(floor: Floor) -> None:
    dead = janitor(floor, "dead")
    alive = janitor(floor, "alive")
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
    going = janitor(floor, "going")
    staying = janitor(floor, "staying")
    await going.begin()
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="going"))
    await going.end()
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE


async def test_an_end_that_could_not_be_noted_is_noted_later(floor: Floor) -> None:
    own = janitor(floor, "own", "live")
    await own.begin()
    await floor.done(AINO, AgentConnect(connection_id="gone", process_id="own"))
    await floor.done(EINO, AgentConnect(connection_id="gone too", process_id="own"))
    await floor.done(EINO, AgentConnect(connection_id="live", process_id="own"))
    await own.round()
    await own.round()
    assert await connections(floor) == ["gone", "gone too", "live"]
    floor.clock.advance(11)
    one = await floor.accepted("chat")
    guest = await floor.guest(one)
    await floor.done(guest, CustomerConnect(conversation_id=one, connection_id="young", process_id="own"))
    await own.round()
    assert await connections(floor) == ["gone", "gone too", "live", "young"]
    await own.round()
    assert await connections(floor) == ["live", "young"]
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
    assert (await floor.agent(EINO)).chosen is Presence.AVAILABLE
    assert (await floor.get(one)).customer_online is True
    floor.clock.advance(11)
    await own.round()
    await own.round()
    assert await connections(floor) == ["live"]
    after = await floor.get(one)
    assert after.customer_online is False
    assert "reconnect" in after.deadlines


async def connections(floor: Floor) -> list[str]:
    return [
        row["id"]
        for row in await floor.sql("SELECT id FROM connections WHERE process_id = $1 ORDER BY id", "own")
    ]
