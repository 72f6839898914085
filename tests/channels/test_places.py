"""Who waits on a channel is told their place: where the workstream says so, once, and again when it has changed."""

from __future__ import annotations

import pytest
from sample_floor import AATU, AINO, SUPPORT, TIMER, Floor
from sample_line import Line, conversation_of
from sample_queues import hours, opens

from valvomo.commands.channels.places import TellPlace
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.domain.refusals import Reason
from valvomo.jobs.telling_places import TellingPlaces

NEXT = "You are next in the queue. We answer here as soon as somebody is free."
SECOND = "You are number 2 in the queue. We answer here as soon as somebody is free."
MINUTE = 60.0


async def switch(line: Line, minutes: int) -> None:
    await line.floor.done(AATU, ChangeWorkstream(workstream_id="custom", place_minutes=minutes))


async def waits(line: Line, sender: str) -> str:
    """Somebody writes and waits; nobody is there to take it."""
    await line.says(sender, "hello", f"m-{sender}")
    await line.take_in()
    return await conversation_of(line.floor)


async def told(line: Line) -> list[tuple[str, str]]:
    """What each was told since the last time, in order."""
    await TellingPlaces(line.floor.executor).round()
    before = len(line.got())
    await line.send()
    return [(one["to"], one["text"]) for one in line.got()[before:]]


@pytest.fixture
async def queue(line: Line) -> tuple[str, str]:
    """Ann and then Bob, who may be told every five minutes."""
    await switch(line, 5)
    return await waits(line, "ann"), await waits(line, "bob")


async def test_off_unless_it_is_switched_on(line: Line) -> None:
    await waits(line, "ann")
    line.floor.clock.advance(MINUTE)
    assert await told(line) == []


async def test_once_at_the_beginning_and_again_when_it_has_changed_and_time_has_passed(
    line: Line, queue: tuple[str, str]
) -> None:
    assert await told(line) == [], "whoever is taken at once is not bothered"
    line.floor.clock.advance(15)
    assert await told(line) == [("ann", NEXT), ("bob", SECOND)]
    line.floor.clock.advance(6 * MINUTE)
    assert await told(line) == [], "nothing has changed"
    await line.floor.done(AINO, Pick(conversation_id=queue[0]))
    assert await told(line) == [("bob", NEXT)]
    await switch(line, 60)
    line.floor.clock.advance(30 * MINUTE)
    assert await told(line) == []


async def test_not_sooner_than_the_setting_says(line: Line, queue: tuple[str, str]) -> None:
    line.floor.clock.advance(15)
    await told(line)
    await line.floor.done(AINO, Pick(conversation_id=queue[0]))
    line.floor.clock.advance(4 * MINUTE)
    assert await told(line) == []
    line.floor.clock.advance(MINUTE)
    assert await told(line) == [("bob", NEXT)]


async def test_in_the_conversations_language_and_not_while_the_queue_is_closed(
    line: Line, queue: tuple[str, str]
) -> None:
    await line.floor.sql(
        "UPDATE conversations SET body = jsonb_set(body, '{language}', '\"sv\"') WHERE id = $1", queue[1]
    )
    await hours(line.floor)
    await opens(line.floor, "afternoons", SUPPORT)
    line.floor.clock.advance(15)
    assert await told(line) == []
    await line.floor.sql("UPDATE queues SET hours_id = NULL WHERE id = $1", SUPPORT)
    assert await told(line) == [
        ("ann", NEXT),
        ("bob", "Du är nummer 2 i kön. Vi svarar här så snart någon är ledig."),
    ]


@pytest.mark.parametrize("trouble", ["disabled = true", "held_since = now()"])
async def test_nothing_is_written_to_be_read_when_it_is_not_true_any_more(
    line: Line, queue: tuple[str, str], trouble: str
) -> None:
    await line.floor.sql(f"UPDATE channel_accounts SET {trouble}")
    line.floor.clock.advance(15)
    await TellingPlaces(line.floor.executor).round()
    assert await line.floor.sql("SELECT FROM dispatches") == []
    assert queue


async def test_who_has_opted_out_is_told_nothing(line: Line, queue: tuple[str, str]) -> None:
    await line.floor.sql("UPDATE channel_threads SET opted_out_at = now() WHERE address = 'ann'")
    line.floor.clock.advance(15)
    assert await told(line) == [("bob", SECOND)]
    assert queue


async def test_two_processes_tell_it_once(line: Line, queue: tuple[str, str]) -> None:
    line.floor.clock.advance(15)
    one, two = TellingPlaces(line.floor.executor), TellingPlaces(line.floor.executor)
    await one.round()
    await two.round()
    assert len(await line.floor.sql("SELECT FROM dispatches")) == 2
    again = TellPlace(conversation_id=queue[0], place=7)
    assert (await line.floor.done(TIMER, again)).result == {}


async def test_only_the_system_tells(line: Line, queue: tuple[str, str]) -> None:
    refused = await line.floor.refused(AATU, TellPlace(conversation_id=queue[0], place=1))
    assert refused.reason is Reason.ROLE_NEEDED


async def test_how_often_has_bounds(floor: Floor) -> None:
    for minutes in (-1, 1441):
        refused = await floor.refused(AATU, ChangeWorkstream(workstream_id="chat", place_minutes=minutes))
        assert refused.reason is Reason.MALFORMED
