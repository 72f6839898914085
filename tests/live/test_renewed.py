"""Whose rights or part in a conversation changes just when they begin, or while they are away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sample_floor import AINO, HOUSE, SAARA, Floor, customer
from sample_stage import Stage

from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.serve import Pick
from valvomo.db import journal
from valvomo.db.journal import Fact
from valvomo.domain.agents.events import SettingChanged
from valvomo.live import snapshots, subscriptions
from valvomo.protocol.frames import MAX_NUMBER, Watch, client_frame

OTHER = replace(SAARA, id="other", name="Other")
"""Of Saara's class: the same roles, queues and rights."""


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every floor is a large one."""
    monkeypatch.setattr(subscriptions, "SMALL", 0)


async def renew(floor: Floor, person: str, *, by_queue: bool = False) -> None:
    """As if an administrator had given somebody other rights, or a queue another supervisor."""
    event = SettingChanged(subject="user", subject_id=person, name=person)
    if by_queue:
        before: dict[str, object] = {"supervisors": [], "members": ["aino"]}
        after: dict[str, object] = {"supervisors": [person], "members": ["aino"]}
        event = SettingChanged(subject="queue", subject_id="q", name="Q", before=before, after=after)
    fact = Fact(event=event, actor_id="aatu", actor_name="Aatu", at=floor.clock(), audited=True)
    async with floor.database.transaction() as tx:
        await journal.append(tx, HOUSE, [fact])


async def monitored(stage: Stage, one: str) -> None:
    await stage.floor.done(SAARA, Monitor(conversation_id=one))
    await stage.settle()


async def served(stage: Stage) -> str:
    one = await stage.floor.start("chat")
    await stage.floor.done(AINO, Pick(conversation_id=one))
    await stage.settle()
    return one


@pytest.mark.parametrize("by_queue", [False, True])
async def test_who_comes_back_with_other_rights_is_shown_everything(stage: Stage, by_queue: bool) -> None:
    await served(stage)
    seen = stage.room.floor.position
    await renew(stage.floor, SAARA.id, by_queue=by_queue)
    await stage.settle()
    ops = {}
    for actor in (SAARA, OTHER):
        reader = stage.reader(actor)
        await reader.watch("board", since=seen)
        ops[actor.id] = reader.frames[-1]["op"]
    assert ops == {"saara": "snapshot", "other": "changes"}


async def test_rows_that_were_shown_by_former_rights_just_after_the_change_are_void_too(stage: Stage) -> None:
    await renew(stage.floor, SAARA.id)
    await stage.floor.start("chat")
    await stage.settle()
    soon = stage.room.floor.position
    stage.floor.clock.advance(10)
    await stage.floor.start("chat")
    await stage.settle()
    later = stage.room.floor.position
    await stage.floor.start("chat")
    await stage.settle()
    ops = []
    for since in (soon, later):
        reader = stage.reader(SAARA)
        await reader.watch("board", since=since)
        ops.append(reader.frames[-1]["op"])
    assert ops == ["snapshot", "changes"]


@pytest.mark.usefixtures("large")
async def test_what_means_something_to_one_is_kept_for_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await served(stage)
    warm = snapshots.Snapshots._warm

    async def meanwhile(self: Any, *args: Any) -> None:
        await warm(self, *args)
        monkeypatch.setattr(snapshots.Snapshots, "_warm", warm)
        await monitored(stage, one)

    monkeypatch.setattr(snapshots.Snapshots, "_warm", meanwhile)
    saara, other = stage.reader(SAARA), stage.reader(OTHER)
    await saara.watch("board")
    await other.watch("board")
    assert saara.rows["board"][one]["acts"]["monitor"] is not None
    assert other.rows["board"][one]["acts"]["monitor"] is None


@pytest.mark.usefixtures("large")
async def test_who_waits_for_anothers_snapshot_and_becomes_somebody_in_it_gets_their_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await served(stage)
    making, go = asyncio.Event(), asyncio.Event()

    async def slowly(function: Any, *args: Any, **named: Any) -> Any:
        making.set()
        await go.wait()
        return function(*args, **named)

    saara, other = stage.reader(SAARA), stage.reader(OTHER)
    async with asyncio.TaskGroup() as group:
        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "to_thread", slowly)
            group.create_task(other.watch("board"))
            await making.wait()
            group.create_task(saara.watch("board"))
            await asyncio.sleep(0)
            await monitored(stage, one)
            go.set()
            await stage.settle()
    fresh = stage.reader(SAARA)
    await fresh.watch("board")
    assert saara.rows["board"] == fresh.rows["board"]
    assert saara.rows["board"][one]["acts"]["monitor"] is not None


@pytest.mark.usefixtures("large")
async def test_rights_taken_away_while_a_snapshot_is_made_are_not_in_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await served(stage)
    warm = snapshots.Snapshots._warm
    saara = stage.reader(SAARA)

    async def meanwhile(self: Any, *args: Any) -> None:
        await warm(self, *args)
        monkeypatch.setattr(snapshots.Snapshots, "_warm", warm)
        saara.connection.actor = replace(SAARA, queues=frozenset(), supervised=frozenset())
        stage.room._begin_again(saara.connection)
        await stage.room.show_again()

    monkeypatch.setattr(snapshots.Snapshots, "_warm", meanwhile)
    await saara.watch("board")
    assert [(frame["op"], frame["data"]) for frame in saara.frames] == [("snapshot", [])]


@pytest.mark.parametrize("since", [-1, MAX_NUMBER + 1, 10**19])
def test_a_number_that_no_reader_can_have_is_no_number(since: int) -> None:
    said = f'{{"op":"watch","topic":"board","since":{since}}}'
    with pytest.raises(msgspec.ValidationError):
        client_frame(said)
    assert client_frame(said.replace(str(since), str(MAX_NUMBER))) == Watch(topic="board", since=MAX_NUMBER)


@pytest.mark.parametrize("who", ["agent", "customer"])
async def test_who_has_seen_more_than_there_is_begins_anew(stage: Stage, who: str) -> None:
    one = await served(stage)
    await stage.floor.write(AINO, one, "hello")
    await stage.settle()
    actor, topic = (AINO, f"conversation:{one}") if who == "agent" else (customer(one, ""), "conversation")
    reader = stage.reader(actor)
    await reader.watch(topic, since=50)
    assert [frame["op"] for frame in reader.frames] == ["snapshot"]
    assert [item["text"] for item in reader.told(topic) if item["kind"] == "message"] == ["hello"]
    await stage.floor.write(AINO, one, "again")
    await stage.settle()
    assert [item["text"] for item in reader.told(topic) if item["kind"] == "message"] == ["hello", "again"]
