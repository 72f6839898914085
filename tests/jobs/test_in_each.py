"""What goes wrong in one organization keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from sample_floor import HOUSE, OTHER_HOUSE, STRANGER, Floor

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.jobs.bookkeeping import Bookkeeping
from valvomo.jobs.indexer import Indexer
from valvomo.jobs.recorder import Recorder
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.router import Router, _Ledger

READERS: dict[str, tuple[str, Callable[[Floor], Rounds]]] = {
    "indexer": ("search_positions", lambda floor: Indexer(floor.database, "job-1")),
    "recorder": (
        "replay_snapshots",
        lambda floor: Recorder(floor.database, floor.clock, "job-1", days=90, distance=1),
    ),
    "bookkeeping": ("figure_heads", lambda floor: Bookkeeping(Bookkeeper(floor.database))),
}
"""Jobs that read the journal of every organization, each with a table that it writes."""


@pytest.mark.parametrize("name", READERS)
async def test_who_follows_is_read_on_while_one_is_in_trouble(floor: Floor, name: str) -> None:
    table, made = READERS[name]
    await floor.start("chat")
    await floor.do(STRANGER, SetPresence(agent_id=STRANGER.id, presence=Presence.BUSY))
    await floor.do(STRANGER, SetPresence(agent_id=STRANGER.id, presence=Presence.AVAILABLE))
    assert HOUSE < OTHER_HOUSE
    assert await floor.all_facts(OTHER_HOUSE)
    await floor.sql(
        f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (organization_id <> '{HOUSE}') NOT VALID"
    )
    job = made(floor)

    async def written(house: str) -> list[Any]:
        return await floor.sql(f"SELECT * FROM {table} WHERE organization_id = $1 AND position > 0", house)

    for _ in range(3):
        await job.round()
    assert await written(OTHER_HOUSE)
    assert job.statistics.trouble > 0
    await floor.sql(f"ALTER TABLE {table} DROP CONSTRAINT broken")
    for _ in range(20):
        await job.round()
    assert await written(HOUSE)


async def test_what_is_too_old_is_looked_for_now_and_then_in_each_organization(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[str] = []

    async def drop(_: Recorder, organization_id: str) -> bool:
        swept.append(organization_id)
        return False

    monkeypatch.setattr(Recorder, "_drop", drop)
    job = Recorder(floor.database, floor.clock, "job-1", days=90)
    for _ in range(3):
        await job.round()
    assert swept == [HOUSE, OTHER_HOUSE]
    floor.clock.advance(600)
    await job.round()
    assert swept == [HOUSE, OTHER_HOUSE] * 2


async def test_what_waits_is_offered_while_another_house_is_in_trouble(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong, be it a bug or the database, is told of and counted for the house that it is in."""
    routed: list[str] = []
    wrong: list[Exception] = [ValueError("a bug"), asyncpg.DataError("a broken row")]

    async def route(self: Router, organization_id: str, *, rung: bool = False) -> object:
        if organization_id == HOUSE and wrong:
            raise wrong.pop()
        routed.append(organization_id)
        self._ledgers.setdefault(organization_id, _Ledger())
        return rung

    monkeypatch.setattr(Router, "route", route)
    router = Router(floor.database, floor.executor, Doorbell(), floor.clock)
    router._all_at = float("inf")
    for _ in range(2):
        router._rung_by = {HOUSE, OTHER_HOUSE}
        await router.round()
    assert routed == [OTHER_HOUSE] * 2
    assert (router.statistics.trouble, router.statistics.failed) == (1, 1)
    router._rung_by = {HOUSE, OTHER_HOUSE}
    await router.round()
    assert routed == [OTHER_HOUSE] * 2 + [HOUSE, OTHER_HOUSE]
