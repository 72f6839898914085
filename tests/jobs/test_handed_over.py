"""What is noted of connections that a process handed over when it ended."""

from __future__ import annotations

from sample_floor import AINO, Floor

from valvomo.commands.connections import opened
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import BACK_SECONDS, Presence
from valvomo.jobs.janitor import Janitor


def janitor_of(floor: Floor, process_id: str, handed: dict[str, Actor] | None = None) -> Janitor:
    held = handed or {}
    return Janitor(floor.database, floor.executor, floor.clock, process_id=process_id, live=lambda: held)


async def leave(floor: Floor, handed: dict[str, Actor]) -> Janitor:
    """Aino is available on a process, which then ends; the one that stays."""
    going, staying = janitor_of(floor, "going", handed), janitor_of(floor, "staying")
    await going.begin()
    await staying.begin()
    await floor.done(AINO, opened(AINO, "before", "going"))
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE
    await going.end()
    return staying


async def test_who_is_back_in_time_was_never_gone(floor: Floor) -> None:
    staying = await leave(floor, {"before": AINO})
    await floor.pass_unseen(BACK_SECONDS - 5)
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE
    await floor.done(AINO, opened(AINO, "after", "staying"))
    await floor.pass_unseen(BACK_SECONDS)
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE
    assert [row["id"] for row in await floor.sql("SELECT id FROM connections")] == ["after"]


async def test_who_does_not_come_back_is_lost_then(floor: Floor) -> None:
    staying = await leave(floor, {"before": AINO})
    await floor.pass_unseen(BACK_SECONDS + 1)
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE


async def test_without_a_handing_over_whoever_is_left_is_lost_at_once(floor: Floor) -> None:
    staying = await leave(floor, {})
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
