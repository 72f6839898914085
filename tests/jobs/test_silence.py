"""Who is dead is known by their session at the database, and never by that alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sample_floor import AINO, Floor

from valvomo.commands.agents.connection import AgentConnect
from valvomo.db.leading import Leadership
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import Presence
from valvomo.jobs.janitor import Janitor
from valvomo.jobs.silence import SILENT_SECONDS, Silence

pytestmark = pytest.mark.slow


class Place:
    """Aino is at a process, `theirs`; `ours` listens for it. Its time passes by `advance` alone."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.seconds = 0.0
        self.here: dict[str, Actor] = {}
        self.crowded = False
        self.theirs = Janitor(
            floor.database, floor.executor, floor.clock, process_id="theirs", live=lambda: {"a": AINO}
        )
        self.ours = Janitor(
            floor.database,
            floor.executor,
            floor.clock,
            process_id="ours",
            live=lambda: self.here,
            crowded=lambda: self.crowded,
            silence=Silence("ours", lambda: self.seconds),
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Theirs, as long as the block lasts, and known to us."""
        leadership = Leadership(self.floor.database.url, "theirs")
        async with asyncio.TaskGroup() as group:
            task = group.create_task(leadership.run())
            await self._session(there=True)
            await self.ours.round()
            yield
            task.cancel()
        await self._session(there=False)

    async def _session(self, *, there: bool) -> None:
        async with asyncio.timeout(90):
            while await self._is_there() is not there:  # noqa: ASYNC110 - the server ends it
                await asyncio.sleep(0.01)

    async def _is_there(self) -> bool:
        async with self.floor.database.reading() as tx:
            rows = {row["id"]: row["session"] for row in await tx.rows("connections.others", "ours")}
        return bool(rows["theirs"])

    async def looks(self, *, after: float) -> Presence:
        """Our janitor goes a round so much later; what it takes Aino's presence to be."""
        self.seconds += after
        await self.ours.round()
        return (await self.floor.agent(AINO)).chosen


@pytest.fixture
async def place(floor: Floor) -> Place:
    made = Place(floor)
    await made.theirs.begin()
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="theirs"))
    return made


async def test_who_loses_the_session_and_is_not_seen_any_more_is_dead(place: Place) -> None:
    async with place.session():
        assert await place.looks(after=60) is Presence.AVAILABLE
    assert await place.looks(after=0) is Presence.AVAILABLE, "it may come back"
    assert await place.looks(after=SILENT_SECONDS / 2) is Presence.AVAILABLE
    assert await place.looks(after=SILENT_SECONDS / 2) is Presence.OFFLINE


async def test_who_is_seen_without_a_session_is_not_dead(place: Place) -> None:
    async with place.session():
        pass
    for _ in range(4):
        await place.floor.pass_unseen(1)
        await place.theirs.begin()
        assert await place.looks(after=SILENT_SECONDS) is Presence.AVAILABLE


async def test_a_session_that_was_made_anew_counts(place: Place) -> None:
    async with place.session():
        pass
    assert await place.looks(after=0) is Presence.AVAILABLE
    async with place.session():
        assert await place.looks(after=SILENT_SECONDS) is Presence.AVAILABLE
    assert await place.looks(after=0) is Presence.AVAILABLE, "its silence begins anew"


async def test_who_never_had_one_is_known_by_age_alone(place: Place) -> None:
    """So is one of an older release, and one that died before we listened."""
    assert await place.looks(after=0) is Presence.AVAILABLE
    assert await place.looks(after=60) is Presence.AVAILABLE
    await place.floor.pass_unseen(11)
    assert await place.looks(after=0) is Presence.OFFLINE


async def test_who_is_handed_over_has_their_time(place: Place) -> None:
    async with place.session():
        pass
    await place.theirs.end()
    for _ in range(2):
        assert await place.looks(after=SILENT_SECONDS) is Presence.AVAILABLE


async def test_while_a_crowd_comes_nobody_is_found_dead_by_silence(place: Place) -> None:
    async with place.session():
        pass
    place.crowded = True
    for _ in range(2):
        assert await place.looks(after=SILENT_SECONDS) is Presence.AVAILABLE
    place.crowded = False
    assert await place.looks(after=0) is Presence.OFFLINE


async def test_who_has_come_back_was_never_gone(place: Place) -> None:
    """Their connection here is not noted yet; it is, before the one at the dead process is lost."""
    async with place.session():
        pass
    place.here = {"b": AINO}
    for _ in range(2):
        assert await place.looks(after=SILENT_SECONDS) is Presence.AVAILABLE
    kinds = [fact.kind for fact in await place.floor.all_facts()]
    assert "agent_disconnected" not in kinds
    assert [row["id"] for row in await place.floor.sql("SELECT id FROM connections")] == ["b"]
