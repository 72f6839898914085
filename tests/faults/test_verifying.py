"""`valvomo verify` goes on from its checkpoint, beside a server at work, and trusts it for what it is worth."""

from __future__ import annotations

import asyncio

import pytest
from sample_floor import AINO, HOUSE, Floor

from valvomo.cli.verifying import Wanted, verify
from valvomo.commands.conversations import serve
from valvomo.db.database import Database


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)


LAST = Wanted(since_last=True)
ANEW = Wanted(anew=True)


async def said(floor: Floor, wanted: Wanted) -> list[str]:
    """What the command says, and its exit code at the end."""
    lines: list[str] = []
    code = await verify(floor.database, lines.append, wanted, floor.clock)
    return [*lines, str(code)]


async def lines(floor: Floor, count: int) -> str:
    one = await floor.accepted("persistent")
    for _ in range(count):
        await floor.write(AINO, one, "line")
    await floor.done(AINO, serve.Park(conversation_id=one))
    return one


async def test_only_what_is_new_is_read_again(floor: Floor) -> None:
    await lines(floor, 5)
    facts = len(await floor.all_facts())
    well = "since the last time: all is as it was written"
    assert await said(floor, LAST) == [
        f"verified 2 organizations, {facts} facts, 1 conversations, 5 messages {well}",
        "0",
    ]
    assert await said(floor, LAST) == [
        f"verified 2 organizations, 0 facts, 0 conversations, 0 messages {well}",
        "0",
    ]
    await lines(floor, 3)
    new = len(await floor.all_facts()) - facts
    assert await said(floor, LAST) == [
        f"verified 2 organizations, {new} facts, 1 conversations, 3 messages {well}",
        "0",
    ]
    everything = (await said(floor, Wanted()))[0]
    assert everything.startswith(
        f"verified 2 organizations, {facts + new} facts, 2 conversations, 8 messages: all"
    )


async def test_what_is_wrong_is_said_every_time_until_it_is_mended(floor: Floor) -> None:
    one = await lines(floor, 3)
    await floor.sql("UPDATE public_messages SET text = 'lime' WHERE seq = 2")
    for _ in range(2):
        assert await said(floor, LAST) == [
            f"organization {HOUSE}, conversation {one}: message 2: column text, byte 3 is 'm' and was 'n'",
            (await said(floor, LAST))[1],
            "1",
        ]
    await floor.sql("UPDATE public_messages SET text = 'line'")
    assert (await said(floor, LAST))[-1] == "0"
    await floor.sql("UPDATE public_messages SET text = 'lime' WHERE seq = 2")
    assert (await said(floor, LAST))[-1] == "0", "what was proved is not read again"
    assert (await said(floor, Wanted()))[-1] == "1", "but by whoever does not ask for less"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE conversations SET priority = 7", "conversation {one}: priority is 7, the facts say 0"),
        (
            "UPDATE public_messages SET text = 'lime' WHERE seq = 2",
            "conversation {one}: message 2: column text, byte 3 is 'm' and was 'n'",
        ),
        (
            "UPDATE facts SET actor_name = 'Aina' WHERE kind = 'message_posted' AND body ->> 'seq' = '2'",
            " (message_posted): column actor_name, byte 4 is 'a' and was 'o'",
        ),
    ],
    ids=["row", "message", "fact"],
)
async def test_what_was_changed_after_a_clean_run_is_found(floor: Floor, change: str, what: str) -> None:
    """Nothing happens meanwhile that would lead to it."""
    one = await lines(floor, 3)
    for _ in range(2):
        assert (await said(floor, Wanted()))[-1] == "0"
    await floor.sql(change)
    found = await said(floor, Wanted())
    assert found[-1] == "1"
    assert what.format(one=one) in found[0]


async def test_a_checkpoint_is_worth_what_its_hash_is(floor: Floor) -> None:
    await lines(floor, 3)
    assert (await said(floor, LAST))[-1] == "0"
    await floor.sql("UPDATE inspections SET hash = sha256(hash) WHERE organization_id = $1", HOUSE)
    assert "has another hash than when it was proved" in (await said(floor, LAST))[0]
    await floor.sql("UPDATE inspections SET position = position + 9 WHERE organization_id = $1", HOUSE)
    for wanted in (LAST, Wanted(), LAST):
        assert "was proved" in (await said(floor, wanted))[0]
    assert (await said(floor, ANEW))[-1] == "0"
    for wanted in (LAST, Wanted()):
        assert (await said(floor, wanted))[-1] == "0", (
            "who asks for it anew and finds it whole vouches for it"
        )


async def test_the_newest_facts_cannot_be_cut_off_unseen(floor: Floor) -> None:
    await lines(floor, 3)
    assert (await said(floor, LAST))[-1] == "0"
    await floor.sql("DELETE FROM facts WHERE organization_id = $1 AND position > 3", HOUSE)
    await floor.sql(
        "UPDATE journal_heads SET position = 3, hash = (SELECT hash FROM facts WHERE organization_id = $1"
        " AND position = 3) WHERE organization_id = $1",
        HOUSE,
    )
    for wanted in (LAST, Wanted()):
        assert any("position is 3, but fact" in line for line in await said(floor, wanted))


async def test_live_traffic_is_no_false_alarm(floor: Floor) -> None:
    """Everything is proved over and over while people work; nothing that is only on its way looks wrong."""
    talks = [await floor.accepted("persistent", by=AINO) for _ in range(3)]
    runs = 0

    async def work() -> None:
        for number in range(25):
            for one in talks:
                await floor.write(AINO, one, f"line {number}")
        for one in talks:
            await floor.done(AINO, serve.End(conversation_id=one))

    async with asyncio.TaskGroup() as group:
        working = group.create_task(work())
        while not working.done():
            for wanted in (LAST, Wanted()):
                assert (await said(floor, wanted))[-1] == "0"
                runs += 1
    assert runs >= 4
    assert (await said(floor, Wanted()))[-1] == "0"
