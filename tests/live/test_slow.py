"""A slow reader gets the latest state of everything, and never slows others (spec 2 *Live stream*)."""

from __future__ import annotations

import pytest
from sample_floor import AINO, EINO, SAARA
from sample_stage import Reader, Stage, new_room

from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.serve import End, Pick
from valvomo.live import delivery

pytestmark = pytest.mark.slow
TOPICS = ("board", "agents", "figures", "me")


async def test_a_slow_reader_gets_one_frame_with_the_latest_state(stage: Stage) -> None:
    slow, quick = stage.reader(SAARA), stage.reader(SAARA)
    for reader in (slow, quick):
        for topic in TOPICS:
            await reader.watch(topic)
    one, two = await stage.floor.start("chat"), await stage.floor.start("unblocked")
    await stage.settle()
    slow.full, said = True, len(slow.frames)
    for command, actor in ((Pick(conversation_id=one), AINO), (Pick(conversation_id=two), EINO)):
        await stage.floor.done(actor, command)
        await stage.settle()
    await stage.floor.done(EINO, End(conversation_id=two))
    await stage.settle()
    assert len(slow.frames) == said
    assert quick.rows["board"][one]["state"] == "active"
    slow.full = False
    await stage.settle()
    boards = [frame for frame in slow.frames[said:] if frame["topic"] == "board"]
    assert len(boards) == 1
    assert {row["id"]: row["state"] for row in boards[0]["data"]} == {one: "active", two: "wrap_up"}
    assert {topic: slow.rows[topic] for topic in TOPICS} == {topic: quick.rows[topic] for topic in TOPICS}


async def test_a_slow_reader_misses_no_message_and_no_notice(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    await stage.floor.done(SAARA, Monitor(conversation_id=one))
    await stage.settle()
    saara, topic = stage.reader(SAARA), f"conversation:{one}"
    await saara.watch(topic)
    await saara.watch("me")
    other = await stage.floor.start("chat")
    await stage.floor.done(SAARA, AssignToAgent(conversation_id=other, agent_id=EINO.id))
    await stage.settle()
    saara.full = True
    for number in range(3):
        await stage.floor.write(AINO, one, f"message {number}")
        await stage.settle()
    await stage.floor.done(EINO, AcceptOffer(conversation_id=other))
    await stage.settle()
    saara.full = False
    await stage.settle()
    assert [item["seq"] for item in saara.told(topic) if item["kind"] == "message"] == [1, 2, 3]
    assert [item["code"] for item in saara.told("me") if item["kind"] == "notice"] == ["offer_accepted"]


async def test_who_stays_behind_is_cut_off_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_BEHIND_SECONDS", 0.0)
    slow = stage.reader(SAARA)
    await slow.watch("board")
    slow.full = True
    await stage.floor.start("chat")
    for _ in range(3):
        await stage.settle()
    assert slow.was_cut
    assert stage.room.delivery.dropped == 1
    assert not stage.room.delivery.behind


async def test_who_does_not_read_is_behind_also_where_nothing_happens(stage: Stage) -> None:
    slow = stage.reader(SAARA)
    slow.full = True
    stage.room.say_lag([slow.connection])
    assert stage.room.delivery.behind == {slow.connection}


async def test_a_reader_from_another_time_gets_a_snapshot(stage: Stage) -> None:
    await stage.floor.start("chat")
    await stage.settle()
    room = await new_room(stage.floor)
    for since in (0, 10_000):
        reader = Reader(room, SAARA)
        await reader.watch("board", since=since)
        assert reader.frames[-1]["op"] == "snapshot"
    reader = Reader(room, SAARA)
    await reader.watch("board", since=room.floor.position)
    assert reader.frames == [{**reader.frames[0], "op": "changes", "data": []}]


async def test_notices_of_the_meantime_are_told_on_return(stage: Stage) -> None:
    one = await stage.floor.start("chat")
    saara = stage.reader(SAARA)
    await saara.watch("me")
    await stage.floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await stage.settle()
    seen = stage.room.floor.position
    saara.leave()
    await stage.floor.done(AINO, AcceptOffer(conversation_id=one))
    await stage.settle()
    again = stage.reader(SAARA)
    await again.watch("me", since=seen)
    assert [item["code"] for item in again.told("me") if item["kind"] == "notice"] == ["offer_accepted"]


@pytest.mark.parametrize("who", ["staff", "customer"])
async def test_what_was_put_off_comes_before_what_is_new(stage: Stage, who: str) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    guest = await stage.floor.guest(one)
    topic = f"conversation:{one}" if who == "staff" else "conversation"
    reader = stage.reader(AINO if who == "staff" else guest)
    await reader.watch(topic)
    reader.full = True
    await stage.floor.write(guest, one, "first")
    await stage.room.feed.read_on()
    # The way is free again, but the reader's turn to be told what was put off has not come.
    reader.full = False
    await stage.floor.write(guest, one, "second")
    await stage.room.feed.read_on()
    await stage.settle()
    assert [item["seq"] for item in reader.told(topic) if item["kind"] == "message"] == [1, 2]
