"""What many customers write is taken in together: in one transaction, in order, and nobody's trouble is another's."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
from sample_floor import AINO, HOUSE, SAARA, TIMER
from sample_line import LOOPBACK, Line, conversation_of, messages, opener, received, served
from sample_stage import Reader, Stage, new_room

from valvomo.channels.http import GuardedHttp
from valvomo.channels.media import Html
from valvomo.channels.port import Answer, Inbound
from valvomo.commands.channels.taking_together import TakeWords
from valvomo.commands.channels.told import Told
from valvomo.commands.conversations import serve
from valvomo.db.doorbell import Said
from valvomo.domain.conversations.delivery import Delivery
from valvomo.domain.refusals import Reason
from valvomo.jobs.arriving import MOST_ATTEMPTS, Arriving
from valvomo.jobs.noting import Noting
from valvomo.queries.verify import verify

WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
CUSTOMERS = ("ann", "bob", "cid", "dan")


async def served_all(line: Line) -> dict[str, str]:
    """A conversation with each of them, with Aino."""
    return {one: await served(line, one) for one in CUSTOMERS}


def came(line: Line, name: str) -> int:
    """How often a command of this name was done."""
    return line.floor.executor.tally.outcomes[name, "done"]


async def texts(line: Line, conversation: str) -> list[str]:
    return [text for text, *_ in await messages(line.floor, conversation)]


async def sound(line: Line) -> None:
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_many_threads_share_a_transaction_and_each_keeps_its_order(line: Line) -> None:
    ids = await served_all(line)
    single, before = came(line, "TakeMessage"), came(line, "TakeWords")
    for number in (2, 0, 1):
        for one in CUSTOMERS:
            at = line.floor.clock().replace(microsecond=1000 * number)
            await line.says(one, f"word {number}", f"m-{one}-{number}", at)
    line.floor.clock.advance(1)
    await line.arriving.round()
    assert (came(line, "TakeMessage"), came(line, "TakeWords")) == (single, before + 1)
    for conversation in ids.values():
        assert await texts(line, conversation) == ["hello", "word 0", "word 1", "word 2"]
    assert not await line.floor.sql("SELECT 1 FROM arrivals WHERE done_at IS NULL OR body <> '{}'")
    for _ in range(2):
        for one in CUSTOMERS:
            await line.says(one, "word 0", f"m-{one}-0")
    await line.take_in()
    assert await texts(line, ids["ann"]) == ["hello", "word 0", "word 1", "word 2"]
    await sound(line)


async def test_one_bad_of_many_costs_nobody_else_anything(line: Line) -> None:
    """The database itself will not have the words of one."""
    ids = await served_all(line)
    await line.floor.sql("ALTER TABLE public_messages ADD CONSTRAINT sane CHECK (text <> 'poison') NOT VALID")
    for one in CUSTOMERS:
        await line.says(one, "poison" if one == "bob" else "sound", f"m-{one}-1")
        line.floor.clock.advance(0.001)
        await line.says(one, "behind it", f"m-{one}-2")
    await line.take_in()
    for one, conversation in ids.items():
        assert await texts(line, conversation) == ["hello"] + ([] if one == "bob" else ["sound", "behind it"])
    (row,) = await line.floor.sql(
        "SELECT key, attempts, problem FROM arrivals WHERE done_at IS NULL AND attempts > 0"
    )
    assert (row["key"], row["attempts"]) == ("message:m-bob-1", 1)
    assert "sane" in row["problem"]
    failed = line.floor.executor.tally.outcomes["TakeWords", "failed"]
    for number in range(MOST_ATTEMPTS):
        await line.says("ann", f"later {number}", f"m-ann-later-{number}")
        await line.take_in(after=301)
    assert line.floor.executor.tally.outcomes["TakeWords", "failed"] == failed, "who is to blame is known"
    assert (await texts(line, ids["ann"]))[-1] == f"later {MOST_ATTEMPTS - 1}"
    assert await texts(line, ids["bob"]) == ["hello", "behind it"], "given up, and what is behind it goes on"
    await sound(line)


async def test_what_is_more_than_words_keeps_its_place_among_them(line: Line) -> None:
    """A file between two messages, a text that is several, and an end: each in its turn, whoever takes it in."""
    ids = await served_all(line)
    file = {"url": f"{line.system.url}/file", "name": "a.txt", "type": "text/plain"}
    for text, more in (("one", {}), ("two", {"attachments": [file]}), ("x" * 10_001, {}), ("four", {})):
        for one in CUSTOMERS:
            key = f"m-{one}-{text[:4]}"
            answer = await line.call(received(one, text, key, line.floor.clock(), **more))
            assert isinstance(answer, Answer)
        line.floor.clock.advance(0.001)
    await line.take_in()
    for conversation in ids.values():
        said = await texts(line, conversation)
        assert said == ["hello", "one", "two", "x" * 10_000, "x", "four"]
    await line.floor.done(AINO, serve.End(conversation_id=ids["ann"]))
    for one in CUSTOMERS:
        await line.says(one, "anybody?", f"m-{one}-last")
    await line.take_in()
    assert "anybody?" not in await texts(line, ids["ann"]), "it has ended: they begin anew"
    assert await texts(line, await conversation_of(line.floor)) == ["anybody?"]
    assert (await texts(line, ids["bob"]))[-1] == "anybody?"
    await sound(line)


async def test_two_processes_take_in_the_same_once(line: Line) -> None:
    ids = await served_all(line)
    for number in range(12):
        for one in CUSTOMERS:
            await line.says(one, f"word {number}", f"m-{one}-{number}")
        line.floor.clock.advance(0.001)
    line.floor.clock.advance(1)
    others = [
        Arriving(line.floor.executor, line.floor.executor.bell, opener(line.floor.database)) for _ in range(3)
    ]

    async def all_of_it(job: Arriving) -> None:
        while await line.floor.sql("SELECT 1 FROM arrivals WHERE done_at IS NULL"):
            await job.round()

    async with asyncio.TaskGroup() as group:
        for job in others:
            group.create_task(all_of_it(job))
    for conversation in ids.values():
        assert await texts(line, conversation) == ["hello", *(f"word {number}" for number in range(12))]
    await sound(line)


async def test_what_is_ripe_only_later_waits_and_holds_up_no_other_thread(line: Line) -> None:
    ids = await served_all(line)
    await line.says("ann", "just now", "m-ann-1")
    await line.floor.sql("UPDATE arrivals SET due = due + interval '1 hour' WHERE key = 'message:m-ann-1'")
    await line.says("bob", "before", "m-bob-1")
    await line.take_in()
    assert await texts(line, ids["ann"]) == ["hello"]
    assert await texts(line, ids["bob"]) == ["hello", "before"]
    await line.says("ann", "behind it", "m-ann-2")
    await line.take_in()
    assert await texts(line, ids["ann"]) == ["hello", "just now", "behind it"], "one behind it is due"


async def test_only_the_system_takes_in_and_only_threads_that_are_there(line: Line) -> None:
    nobody = TakeWords(threads=((line.account_id, "nobody"),))
    done = await line.floor.done(TIMER, nobody)
    assert done.result == {"taken": 0, "left": [(line.account_id, "nobody")]}
    assert (await line.floor.refused(AINO, nobody)).reason is Reason.ROLE_NEEDED


async def test_what_was_taken_in_is_handed_on_and_shown_as_what_is_read(line: Line) -> None:
    ids = await served_all(line)
    stage = await Stage.open(line.floor)
    saara, aino = stage.reader(SAARA), stage.reader(AINO)
    await saara.watch("board")
    topic = f"conversation:{ids['ann']}"
    await aino.watch(topic)
    handed, rung = list[Said](), list[str]()
    line.floor.executor.bell.listen(rung.append, taker=lambda _house, said: handed.append(said))
    for one in CUSTOMERS:
        await line.says(one, "more", f"m-{one}-1")
    await line.floor.write(AINO, ids["ann"], "yes?")
    rung.clear()
    await line.take_in()
    await line.send()
    assert [len(said.messages) for said in handed] == [len(CUSTOMERS), 1]
    assert not rung, "nobody is woken who can be handed what it is"
    positions = [fact.position for said in handed for fact in said.facts]
    assert positions == [one.position for one in (await line.floor.all_facts())[-len(positions) :]]
    await stage.settle()
    handed.clear()
    for one in CUSTOMERS:
        await line.says(one, "and more", f"m-{one}-2")
    await line.floor.write(AINO, ids["ann"], "I see")
    await stage.room.feed.read_on()
    await line.take_in()
    await line.send()
    for said in handed:
        stage.room.feed.hand(said)
    assert stage.room.feed._take_said(), "it continues what is known, so nothing has to be read"
    stage.room._catch_up()
    await stage.room.show_again()
    fresh = {one: Reader(await new_room(line.floor), one) for one in (SAARA, AINO)}
    await fresh[SAARA].watch("board")
    await fresh[AINO].watch(topic)
    assert saara.rows["board"] == fresh[SAARA].rows["board"]
    assert aino.rows[topic] == fresh[AINO].rows[topic]
    assert {row["text"]: row.get("delivery") for row in aino.rows[topic].values() if "text" in row}[
        "I see"
    ] == "sent"


async def test_what_providers_say_at_once_is_kept_together_and_one_bad_call_alone_fails(line: Line) -> None:
    await line.floor.sql("ALTER TABLE arrivals ADD CONSTRAINT sane CHECK (key <> 'message:bad')")
    rung, words = list[str](), list[str]()
    bell = line.floor.executor.bell
    bell.listen(rung.append, words=False, arrivals=True)
    bell.listen(words.append)
    keys = [*(f"m{number}" for number in range(20)), "bad", "m3", "m4"]
    before = await line.floor.sql("SELECT count(DISTINCT xmin::text) FROM arrivals")
    said = (line.says("ann", f"said {number}", key) for number, key in enumerate(keys))
    outcomes = await asyncio.gather(*said, return_exceptions=True)
    failed = [one for one in outcomes if one is not None]
    assert [type(one) for one in failed] == [asyncpg.CheckViolationError]
    kept = await line.floor.sql("SELECT key, xmin::text AS by FROM arrivals ORDER BY key")
    assert [row["key"] for row in kept] == sorted(f"message:m{number}" for number in range(20))
    assert before[0]["count"] == 0
    assert rung == [HOUSE] * len(rung)
    assert rung
    assert not words, "nothing has been taken in yet, so nobody else has to look"
    more = [line.says("ann", "more", f"n{number}") for number in range(40)]
    await asyncio.gather(*more)
    (row,) = await line.floor.sql(
        "SELECT count(DISTINCT xmin::text) FROM arrivals WHERE key LIKE 'message:n%'"
    )
    assert row["count"] <= 3, "calls that come together share a commit"


async def somebody_waits(line: Line) -> None:
    """For a lock."""
    async with asyncio.timeout(90):
        while True:
            if await line.floor.sql(WAITS):
                return
            await asyncio.sleep(0.01)


async def test_who_keeps_for_all_and_goes_away_takes_nobody_along(line: Line) -> None:
    at = line.floor.clock()
    row: tuple[Any, ...] = (
        HOUSE,
        line.account_id,
        "message:first",
        "message",
        "ann",
        {},
        at,
        None,
        at,
        at,
        None,
    )
    async with asyncio.TaskGroup() as group, line.floor.database.transaction() as tx:
        # Somebody else is writing the first of them, so that it waits, and the others wait for it.
        await tx.run("arrivals.keep", *([one] for one in row))
        first = group.create_task(line.says("ann", "first", "first"))
        await somebody_waits(line)
        for one in range(3):
            group.create_task(line.says("bob", "other", f"other-{one}"))
        await asyncio.sleep(0)
        first.cancel()
    rows = await line.floor.sql("SELECT key FROM arrivals ORDER BY key")
    assert [one["key"] for one in rows] == ["message:first", *(f"message:other-{one}" for one in range(3))]


async def test_what_came_of_messages_of_several_accounts_is_noted_together(line: Line) -> None:
    async with Line.open(line.floor) as other:
        ours, theirs = await served(line, "ann"), await served(other, "bob")
        for one in (ours, theirs, theirs):
            await line.floor.write(AINO, one, "good morning")
        rows = await line.floor.sql("SELECT message_id FROM dispatches ORDER BY place")
        told = [Told(message_id=row["message_id"], state=Delivery.SENT) for row in rows]
        noting, before = Noting(line.floor.executor), came(line, "NoteDeliveries")
        async with asyncio.TaskGroup() as group, line.floor.database.transaction() as tx:
            await tx.row("conversations.lock", HOUSE, ours)
            group.create_task(noting.note(HOUSE, told[:1]))
            await somebody_waits(line)
            for some in (*told[1:], told[1]):
                group.create_task(noting.note(HOUSE, [some]))
            await asyncio.sleep(0)
        assert came(line, "NoteDeliveries") == before + 2, "the first alone, all others at once"
        for one in (ours, theirs):
            assert {state for _, state, _ in (await messages(line.floor, one))[1:]} == {"sent"}
    await sound(line)


async def test_an_account_is_kept_for_a_moment_and_not_claimed_anew_for_each_message(line: Line) -> None:
    one = await served(line)
    async with GuardedHttp(LOOPBACK) as http:
        sender = line.sender(http, linger=60.0)
        async with asyncio.TaskGroup() as group:
            working = group.create_task(sender.work())
            for number in range(3):
                await line.floor.write(AINO, one, f"word {number}")
                sender.wake.set()
                await line.system.until(number + 1)
                while (await messages(line.floor, one))[number + 1][1] != "sent":  # noqa: ASYNC110 - nobody rings
                    await asyncio.sleep(0.01)
            (row,) = await line.floor.sql("SELECT sender_id FROM channel_accounts")
            assert row["sender_id"] == "process-1"
            assert not working.done()
            working.cancel()
    (row,) = await line.floor.sql("SELECT sender_id FROM channel_accounts")
    assert row["sender_id"] is None, "whoever ends lets go at once"
    assert [got["text"] for got in line.got()] == [f"word {number}" for number in range(3)]


async def test_a_mail_is_kept_as_it_looks_though_it_brings_words_alone(line: Line) -> None:
    one = await served(line, "ann")
    (row,) = await line.floor.sql("SELECT * FROM channel_accounts")
    looks = Html(html="<p>and <b>more</b></p>", remote=0, cut=False)
    said = Inbound(key="message:html", address="ann", text="and more", html=looks)
    await line.reception.keep(line.opener.open(row), (said,), line.floor.clock())
    await line.says("ann", "the last", "m-ann-last")
    await line.take_in()
    assert await texts(line, one) == ["hello", "and more", "the last"]
    (kept,) = await line.floor.sql("SELECT html FROM message_html")
    assert kept["html"] == looks.html
