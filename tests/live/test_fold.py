"""Snapshot and changes make the fresh snapshot, whatever happens in between (design §5 invariants 5 and 6)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_databases import Fresh
from sample_floor import AATU, AINO, BILLING, EINO, HOUSE, ONNI, SAARA, SULO, SUPPORT, Floor
from sample_lines import lay_lines
from sample_stage import Reader, Stage, new_room
from sample_steps import Step, drawn, scripted, take

from valvomo.domain.conversations.events import EVENTS
from valvomo.domain.figures.shifts import Occupied, occupied
from valvomo.live import delivery, snapshots, subscriptions
from valvomo.live.room import Room
from valvomo.protocol.figures import by_queue, of_scope

pytestmark = pytest.mark.slow

READERS = (SAARA, SULO, AINO, EINO, ONNI, AATU)
TOPICS = ("board", "agents", "figures", "me")
RESUMED = ("board", "agents")
SEEN: set[str] = set()


async def _run(fresh_database: Fresh, acts: list[Step], late: int, *, packs: bool = False) -> None:
    async with fresh_database() as database:
        floor = await Floor.open(database)
        await lay_lines(floor, HOUSE, "aino", "eino")
        stage = await Stage.open(floor)
        readers, away = ([stage.reader(actor, packs=packs) for actor in READERS] for _ in range(2))
        for reader in readers:
            for topic in TOPICS:
                await reader.watch(topic)
        ids: list[str] = []
        for number, step in enumerate(acts):
            if number == late:
                await _leave(stage, away)
            await take(floor, step, ids)
            if step.choice % 3:
                await stage.settle()
        await stage.settle()
        await _compare(floor, stage.room, readers)
        await _return(stage, away)
        await _compare(floor, stage.room, away)
        SEEN.update(fact.kind for fact in await floor.all_facts())


async def _leave(stage: Stage, away: list[Reader]) -> None:
    """They watch the floor as it is now, and lose their connection."""
    await stage.settle()
    for reader in away:
        for topic in RESUMED:
            await reader.watch(topic)
        reader.leave()


async def _return(stage: Stage, away: list[Reader]) -> None:
    """They come back from where they were, and ask for the rest anew."""
    for reader in away:
        if "board" in reader.at:
            stage.room.connections.add(reader.connection)
            for topic in RESUMED:
                since = reader.at[topic]
                await reader.watch(topic, since=since)
                # Whether duty turned before the first fact that is known here, nobody can say.
                unknown = topic == "agents" and since == stage.room.floor.known_from
                assert reader.frames[-1]["op"] == ("snapshot" if unknown else "changes")
        for topic in TOPICS:
            if topic not in reader.at:
                await reader.watch(topic)


async def _compare(floor: Floor, room: Room, readers: list[Reader]) -> None:
    fresh = await new_room(floor)
    assert room.floor.board == fresh.floor.board
    assert room.floor.agents.seats == fresh.floor.agents.seats
    assert room.floor.day == fresh.floor.day
    assert _attended(room) == _attended(fresh)
    assert room.floor.position == fresh.floor.position
    assert room.floor.silent == fresh.floor.silent
    _count(room)
    for reader in readers:
        new = Reader(fresh, reader.actor)
        for topic in TOPICS:
            await new.watch(topic)
            known = _lasting(reader.rows.get(topic, {}))
            assert known == _lasting(new.rows.get(topic, {})), (reader.actor.id, topic)
            assert reader.at[topic] <= new.at[topic]


def _count(room: Room) -> None:
    """The figures that were kept counted are those that counting everything gives."""
    floor, agents = room.floor, [one.agent for one in room.floor.agents.seats.values()]
    queues = by_queue(floor.day.books, floor.board.conversations.values(), agents, floor.lookups)
    for scope in (None, frozenset({SUPPORT}), frozenset({SUPPORT, BILLING})):
        assert floor.figures(scope) == of_scope(queues, scope, agents, (floor.day.since, floor.day.shifts))


def _attended(room: Room) -> dict[str, Occupied]:
    """What the day has been for each agent to whom it has been anything."""
    day = room.floor.day
    each = {one: occupied([shift], day.since) for one, shift in day.shifts.items()}
    return {one: lines for one, lines in each.items() if lines != Occupied()}


def _lasting(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Notices are told once and are no state."""
    return {one: row for one, row in rows.items() if row.get("kind") != "notice"}


@given(seed=st.integers(0, 10_000), late=st.integers(0, 40))
@settings(
    max_examples=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
async def test_snapshot_and_changes_make_the_fresh_snapshot(
    fresh_database: Fresh, seed: int, late: int
) -> None:
    await _run(fresh_database, drawn(Random(seed), 60), late)


async def test_what_dice_seldom_bring_about_folds_too(fresh_database: Fresh) -> None:
    await _run(fresh_database, scripted(), 12)


@pytest.mark.parametrize("late", [1, 12, 30])
async def test_the_same_in_compressed_parts(
    fresh_database: Fresh, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    monkeypatch.setattr(subscriptions, "SMALL", 0)
    monkeypatch.setattr(snapshots, "MOST_PACKED_ROWS", 1)
    monkeypatch.setattr(delivery, "PACKED_FROM", 0)
    await _run(fresh_database, scripted(), late, packs=True)


def test_every_kind_of_event_has_been_seen() -> None:
    """So that the runs above are known to try what they say."""
    assert EVENTS.keys() - SEEN == set()
