"""From a customer's message to the desk and back: once, in order, with the state of each message on every screen."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import AINO, HOUSE, SAARA
from sample_line import Line, conversation_of, messages, received, served
from sample_provider import Said
from sample_stage import Reader, Stage, new_room

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.message import Visibility
from valvomo.queries.verify import verify


async def test_a_message_comes_in_is_answered_and_followed_to_the_customer(line: Line) -> None:
    one = await served(line)
    conversation = await line.floor.get(one)
    assert (conversation.channel.value, conversation.account_id) == ("custom", line.account_id)
    assert conversation.customer_name == "Customer +358401"
    await line.floor.write(AINO, one, "good morning")
    assert await messages(line.floor, one) == [("hello", None, None), ("good morning", "queued", None)]
    await line.send()
    (got,) = line.got()
    assert (got["to"], got["text"], got["author"], got["conversation"]) == (
        "+358401",
        "good morning",
        "Aino",
        one,
    )
    assert await messages(line.floor, one) == [("hello", None, None), ("good morning", "sent", None)]
    for state in ("delivered", "read"):
        await line.reports(got["id"], state)
        await line.take_in()
    assert (await messages(line.floor, one))[1] == ("good morning", "read", None)
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_everybody_who_reads_along_sees_how_far_it_has_come(line: Line) -> None:
    one = await served(line)
    stage = await Stage.open(line.floor)
    aino, saara = stage.reader(AINO), stage.reader(SAARA)
    topic = f"conversation:{one}"
    await aino.watch(topic)
    await line.floor.write(AINO, one, "good morning")
    await stage.settle()
    said = [item for item in aino.told(topic) if item["kind"] == "message"]
    assert [(item["text"], item["delivery"]) for item in said] == [
        ("hello", None),
        ("good morning", "queued"),
    ]
    await line.send()
    message = line.got()[0]["id"]
    await line.reports(message, "failed", problem="unreachable")
    await line.take_in()
    await stage.settle()
    assert aino.rows[topic][message]["delivery"] == "failed"
    assert aino.rows[topic][message]["delivery_problem"] == "unreachable"
    await saara.watch("board")
    fresh = Reader(await new_room(line.floor), AINO)
    await fresh.watch(topic)
    assert fresh.rows[topic] == aino.rows[topic]


async def test_who_comes_back_hears_how_far_messages_have_come_meanwhile(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "good morning")
    stage = await Stage.open(line.floor)
    aino, topic = stage.reader(AINO), f"conversation:{one}"
    await aino.watch(topic)
    since = aino.at[topic]
    aino.leave()
    await line.send()
    await stage.settle()
    stage.room.connections.add(aino.connection)
    await aino.watch(topic, since=since)
    assert aino.frames[-1]["op"] == "changes"
    fresh = Reader(await new_room(line.floor), AINO)
    await fresh.watch(topic)
    assert fresh.rows[topic] == aino.rows[topic]
    assert [row["delivery"] for row in fresh.rows[topic].values() if row["kind"] == "message"] == [
        None,
        "sent",
    ]


async def test_what_is_reported_of_a_closed_conversation_reaches_who_looks_at_it(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "good bye")
    await line.send()
    await line.floor.done(AINO, serve.End(conversation_id=one))
    await line.floor.done(AINO, serve.Complete(conversation_id=one))
    stage = await Stage.open(line.floor)
    saara, topic = stage.reader(SAARA), f"conversation:{one}"
    await saara.watch(topic)
    await line.reports(line.got()[0]["id"], "read")
    await line.take_in()
    await stage.settle()
    message = line.got()[0]["id"]
    assert saara.rows[topic][message]["delivery"] == "read"


async def test_what_was_said_again_is_heard_once(line: Line) -> None:
    for _ in range(3):
        await line.says("ann", "hello", "m1")
    await line.take_in()
    await line.says("ann", "hello", "m1")
    await line.take_in()
    assert [text for text, *_ in await messages(line.floor, await conversation_of(line.floor))] == ["hello"]
    assert len(await line.floor.sql("SELECT 1 FROM conversations")) == 1


async def test_what_comes_in_another_order_is_put_in_that_of_the_sender(line: Line) -> None:
    early = line.floor.clock()
    line.floor.clock.advance(0.2)
    await line.says("ann", "second", "m2")
    await line.says("ann", "first", "m9", at=early)
    await line.take_in()
    one = await conversation_of(line.floor)
    assert [text for text, *_ in await messages(line.floor, one)] == ["first", "second"]


async def test_nothing_is_taken_in_before_it_has_settled(line: Line) -> None:
    await line.says("ann", "hello", "m1")
    await line.take_in(after=0.1)
    assert await line.floor.sql("SELECT 1 FROM conversations") == []


async def test_who_writes_after_the_end_begins_anew(line: Line) -> None:
    one = await served(line)
    await line.floor.done(AINO, serve.End(conversation_id=one))
    await line.says("+358401", "one more thing", "m2")
    await line.take_in()
    other = await conversation_of(line.floor)
    assert other != one
    assert (await line.floor.get(other)).contact_id == (await line.floor.get(one)).contact_id


async def test_a_waiting_conversation_goes_on(line: Line) -> None:
    one = await served(line)
    await line.floor.done(AINO, serve.Park(conversation_id=one))
    await line.says("+358401", "still there?", "m2")
    await line.take_in()
    assert (await line.floor.get(one)).state.value == "active"


async def test_messages_of_a_thread_go_out_in_order_and_each_by_itself(line: Line) -> None:
    one, other = await served(line, "ann"), await served(line, "bob")
    for number in range(5):
        await line.floor.write(AINO, one, f"ann {number}")
        await line.floor.write(AINO, other, f"bob {number}")
    await line.send()
    for name in ("ann", "bob"):
        texts = [got["text"] for got in line.got() if got["to"] == name]
        assert texts == [f"{name} {number}" for number in range(5)]


async def test_notes_and_whispers_have_no_way_out(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "a note of the house", Visibility.INTERNAL)
    await line.floor.write(AINO, one, "an answer")
    await line.send()
    assert [got["text"] for got in line.got()] == ["an answer"]
    stored = await line.floor.sql("SELECT d::text AS all_of_it FROM dispatches d")
    assert len(stored) == 1
    assert "note of the house" not in str(stored)


async def test_what_the_house_says_by_itself_goes_out_too(line: Line) -> None:
    closed = [
        {"trigger": "wait", "remedy": "message", "over": 30, "texts": {"en": "It takes longer than usual."}}
    ]
    await line.floor.sql("UPDATE queues SET overflow = $1 WHERE id = 'support'", closed)
    await line.says("ann", "hello", "m1")
    await line.take_in()
    line.floor.clock.advance(31)
    await line.floor.done(
        system(HOUSE, "overflow"), ApplyOverflow(conversation_id=await conversation_of(line.floor))
    )
    await line.send()
    assert [got["text"] for got in line.got()] == ["It takes longer than usual."]


async def test_a_provider_that_is_away_gets_everything_in_order_when_it_is_back(line: Line) -> None:
    one, other = await served(line, "ann"), await served(line, "bob")
    await line.system.down()
    for number in range(4):
        await line.floor.write(AINO, one, f"ann {number}")
        await line.floor.write(AINO, other, f"bob {number}")
    for _ in range(30):
        await line.send()
        line.floor.clock.advance(120)
    assert {state for _, state, _ in await messages(line.floor, one)} == {None, "queued"}
    (account,) = await line.floor.sql("SELECT seen FROM channel_accounts")
    assert account["seen"]["problem"] == "unavailable"
    await line.system.up()
    line.floor.clock.advance(1800)
    await line.send()
    for name in ("ann", "bob"):
        texts = [got["text"] for got in line.got() if got["to"] == name]
        assert texts == [f"{name} {number}" for number in range(4)]
    (account,) = await line.floor.sql("SELECT seen FROM channel_accounts")
    assert account["seen"]["well"] is True


async def test_a_message_that_is_refused_fails_with_its_reason_and_lets_the_next_go(line: Line) -> None:
    one = await served(line)
    line.system.answer = lambda asked: Said(422 if b"bad words" in asked.body else 200)
    await line.floor.write(AINO, one, "bad words")
    await line.floor.write(AINO, one, "good words")
    await line.send()
    assert (await messages(line.floor, one))[1:] == [
        ("bad words", "failed", "refused"),
        ("good words", "sent", None),
    ]


async def test_too_quick_is_heeded_and_is_no_failure(line: Line) -> None:
    one = await served(line)
    line.system.answer = lambda _asked: Said(429, headers={"retry-after": "1"})
    await line.floor.write(AINO, one, "hello")
    await line.send()
    (row,) = await line.floor.sql("SELECT state, attempts, due, possibly_repeated FROM dispatches")
    assert (row["state"], row["attempts"], row["possibly_repeated"]) == ("queued", 0, False)
    assert (row["due"] - line.floor.clock()).total_seconds() == pytest.approx(1.0)


async def test_text_that_cannot_be_kept_is_kept_without_what_cannot(line: Line) -> None:
    body: dict[str, Any] = received("ann", "a\x00b", "m1", line.floor.clock())
    await line.call(body)
    await line.take_in()
    assert [text for text, *_ in await messages(line.floor, await conversation_of(line.floor))] == ["ab"]
