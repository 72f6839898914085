"""Customers on channels are told of what those in a window of ours see by themselves; of what is silent never."""

from __future__ import annotations

import pytest
from sample_floor import AATU, AINO, SAARA
from sample_line import Line, served

from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.serve import End
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.told import ANNOUNCEABLE, ANNOUNCED


async def told(line: Line) -> list[str]:
    await line.send()
    return [one["text"] for one in line.got()]


async def announce(line: Line, *codes: str) -> None:
    await line.floor.done(AATU, ChangeWorkstream(workstream_id="custom", announced=codes))


async def test_who_joins_and_leaves_as_a_supervisor_and_each_time(line: Line) -> None:
    one = await served(line)
    for _ in range(2):
        await line.floor.done(SAARA, Join(conversation_id=one))
        await line.floor.write(SAARA, one, "I can help.")
        await line.floor.done(SAARA, Leave(conversation_id=one))
    joined, left = (
        "A supervisor, Saara, joined the conversation.",
        "The supervisor, Saara, left the conversation.",
    )
    assert await told(line) == [joined, "I can help.", left] * 2


async def test_that_a_supervisor_ended_it(line: Line) -> None:
    one = await served(line)
    await line.floor.done(SAARA, ForceClose(conversation_id=one, reason="rude"))
    assert await told(line) == ["A supervisor ended the conversation."]


async def test_in_the_conversations_language(line: Line) -> None:
    one = await served(line)
    await line.floor.sql(
        "UPDATE conversations SET body = jsonb_set(body, '{language}', '\"fi\"') WHERE id = $1", one
    )
    await line.floor.done(SAARA, Join(conversation_id=one))
    assert await told(line) == ["Esihenkilö Saara liittyi keskusteluun."]


async def test_monitoring_and_whispers_leave_no_trace(line: Line) -> None:
    await announce(line, *ANNOUNCEABLE)
    one = await served(line)
    await told(line)
    before = len(line.system.asked)
    await line.floor.done(SAARA, Monitor(conversation_id=one))
    await line.floor.write(SAARA, one, "careful", visibility=Visibility.WHISPER)
    await line.floor.write(AINO, one, "a note", visibility=Visibility.INTERNAL)
    await line.floor.done(SAARA, StopMonitor(conversation_id=one))
    await line.send()
    assert len(line.system.asked) == before
    assert await line.floor.sql("SELECT 1 FROM dispatches WHERE state = 'queued'") == []


@pytest.mark.parametrize(("codes", "lines"), [((), 0), (("agent_ended",), 1), (ANNOUNCED, 0)])
async def test_what_is_chosen_and_nothing_else(line: Line, codes: tuple[str, ...], lines: int) -> None:
    await announce(line, *codes)
    one = await served(line)
    await line.floor.done(AINO, End(conversation_id=one))
    assert len(await told(line)) == lines


async def test_nothing_that_the_channel_would_not_take(line: Line) -> None:
    one = await served(line)
    await line.floor.sql(
        "UPDATE conversations SET body = jsonb_set(body, '{window_closed}', 'true') WHERE id = $1", one
    )
    await line.floor.done(SAARA, Join(conversation_id=one))
    assert await told(line) == []
