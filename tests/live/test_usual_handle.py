"""Another usual handle time: the rows and transcripts that it makes a difference to are told anew, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import AINO, BILLING, HOUSE, SAARA, SULO, SUPPORT, Floor
from sample_stage import Reader, Stage, new_room

from valvomo.commands.conversations.join import Join
from valvomo.commands.settings.usual_handle import NoteUsualHandle
from valvomo.domain.access.actor import system

pytestmark = pytest.mark.slow

CLOSED = (
    "INSERT INTO conversations SELECT organization_id, id || $2::text || g, version, revision, seq, public_seq,"
    " unanswered_since, first_response_at, last_message_at, 'closed', channel, workstream_id, queue_id, owner_id,"
    " contact_id, priority, created_at, queued_at, queued_at + $3 * interval '1 minute', body"
    " FROM conversations, generate_series(1, 200) g WHERE id = $1"
)


async def usual(floor: Floor, one: str, minutes: int) -> None:
    """The newest two hundred like this one took so long."""
    await floor.sql("DELETE FROM conversations WHERE state = 'closed'")
    await floor.sql(CLOSED, one, "-", float(minutes))
    done = await floor.done(system(HOUSE, "listener"), NoteUsualHandle())
    assert done.result == {"queues": 1}


def limit(row: dict[str, Any]) -> list[float]:
    return [part["limit"] for part in row["attention"] if part["name"] == "handle"]


async def test_only_what_is_judged_otherwise_is_told_anew(floor: Floor) -> None:
    one, waits = await floor.accepted("chat"), await floor.start("chat")
    await floor.start("chat", queue=BILLING)
    await floor.done(SAARA, Join(conversation_id=one))
    stage = await Stage.open(floor)
    saara, sulo, away = stage.reader(SAARA), stage.reader(SULO), stage.reader(SAARA)
    talk = f"conversation:{one}"
    for topic in ("board", "alerts", "agents", "figures", "me", talk):
        await saara.watch(topic)
    for topic in ("board", "alerts", "agents", "figures"):
        await sulo.watch(topic)
    await away.watch("board")
    away.leave()
    for minutes in (10, 40):
        said, others = len(saara.frames), len(sulo.frames)
        await usual(floor, one, minutes)
        await stage.settle()
        told = {(frame["topic"], frame["op"]): frame["data"] for frame in saara.frames[said:]}
        assert {op for _, op in told} == {"changes"}
        assert {topic for topic, _ in told} == {"board", "alerts", "me", talk}
        assert [row["id"] for row in told["board", "changes"]] == [one]
        assert limit(saara.rows["board"][one]) == limit(told[talk, "changes"][-1]) == [60 * minutes]
        assert len(sulo.frames) == others
    await _same_as_fresh(floor, saara, talk)
    stage.room.connections.add(away.connection)
    await away.watch("board", since=away.at["board"])
    assert away.frames[-1]["op"] == "changes"
    assert {row["id"] for row in away.frames[-1]["data"]} == {one}
    assert away.rows["board"] == saara.rows["board"]
    assert waits in away.rows["board"]


async def test_what_happens_at_once_with_it_is_told_with_it(floor: Floor) -> None:
    one = await floor.accepted("chat")
    stage = await Stage.open(floor)
    aino = stage.reader(AINO)
    talk = f"conversation:{one}"
    for topic in ("board", "me", talk):
        await aino.watch(topic)
    await floor.write(AINO, one, "before")
    await usual(floor, one, 10)
    await floor.write(AINO, one, "after")
    await stage.settle()
    assert [item["text"] for item in aino.told(talk) if item["kind"] == "message"] == ["before", "after"]
    await _same_as_fresh(floor, aino, talk)


async def _same_as_fresh(floor: Floor, reader: Reader, talk: str) -> None:
    room = await new_room(floor)
    assert room.floor.lookups.queues[SUPPORT] == reader.room.floor.lookups.queues[SUPPORT]
    fresh = Reader(room, reader.actor)
    for topic in ("board", talk):
        await fresh.watch(topic)
    assert reader.rows["board"] == fresh.rows["board"]
    assert reader.told(talk)[-1] == fresh.told(talk)[-1]
