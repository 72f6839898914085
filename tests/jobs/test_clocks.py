"""Processes whose clocks are wrong harm nobody: who lives, and what is due, goes by the database's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sample_floor import AINO, EINO, Floor

from valvomo.commands.agents.connection import AgentConnect
from valvomo.domain.agents.presence import Presence
from valvomo.jobs.janitor import Janitor
from valvomo.main.assembly import assemble
from valvomo.main.clock import HouseClock, now
from valvomo.settings import Settings

pytestmark = pytest.mark.slow

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Any time."""


@pytest.mark.parametrize("ahead", [15, -15, 3600])
async def test_a_process_with_a_wrong_clock_disconnects_nobody(floor: Floor, ahead: int) -> None:
    right = Janitor(floor.database, floor.executor, floor.clock, process_id="right", live=lambda: {"a": AINO})
    wrong = Janitor(
        floor.database,
        floor.executor,
        lambda: floor.clock() + timedelta(seconds=ahead),
        process_id="wrong",
        live=lambda: {"e": EINO},
    )
    await right.begin()
    await wrong.begin()
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="right"))
    await floor.done(EINO, AgentConnect(connection_id="e", process_id="wrong"))
    for _ in range(3):
        await right.round()
        await wrong.round()
    assert [fact.kind for fact in await floor.all_facts()].count("agent_disconnected") == 0
    assert {(await floor.agent(one)).chosen for one in (AINO, EINO)} == {Presence.AVAILABLE}
    assert len(await floor.sql("SELECT 1 FROM connections")) == 2


@pytest.mark.parametrize("wrong", [15.0, -15.0, 86_400.0])
async def test_a_process_goes_by_the_database(floor: Floor, wrong: float) -> None:
    """Timers, sessions and everything else that one process writes down and another one compares."""
    local = HouseClock(lambda: now() + timedelta(seconds=wrong))
    house = assemble(floor.database, Settings(), clock=local)
    await house.janitor.begin()
    [row] = await floor.sql("SELECT clock_timestamp() AS at")
    assert abs(house.parts.clock() - row["at"]) < timedelta(seconds=10)


async def heard(clock: HouseClock, at: float) -> None:
    async def answer() -> datetime:
        return BEGIN + timedelta(seconds=at)

    await clock.hear(answer())


async def test_what_is_heard_is_believed_no_more_than_it_must_be() -> None:
    """The question took two seconds, so the answer says no more than that the time is within them."""
    times = iter([0, 2, 10, 12, 20, 22, 30])
    clock = HouseClock(lambda: BEGIN + timedelta(seconds=next(times)))
    await heard(clock, 1.5)
    assert clock.ahead == timedelta()
    await heard(clock, 7)
    assert clock.ahead == timedelta(seconds=-4), "it was between 10 and 12, as far as the machine knows"
    await heard(clock, 40)
    assert clock.ahead == timedelta(seconds=19)
    assert clock() == BEGIN + timedelta(seconds=49)
