"""Sound that breaks off while a call goes on, as Twilio's documentation has it: nobody has hung up.

A stream says `stop` when its call has ended (https://www.twilio.com/docs/voice/media-streams/websocket-messages), and
what follows `<Connect>` is done once its socket is gone and the call is not.
"""

from __future__ import annotations

import asyncio
import re
from xml.sax.saxutils import unescape

import pytest
from sample_twilio_line import CALLBACK, SID, Line, Socket, opened

from valvomo.trunks.port import Answered, Ended, Sound, Why
from valvomo.trunks.twilio import trunk as trunk_module
from valvomo.trunks.twilio import ulaw
from valvomo.trunks.twilio.tickets import MOST_TIMES

SILENCE = ulaw.encoded(bytes(320))


async def anew(line: Line, times: int = 1) -> str:
    """What Twilio is told when it asks where to bring the sound now."""
    answer = await line.says(f"call={SID}&anew={times}", CallSid=SID, CallStatus="in-progress")
    return answer.body.decode()


def address(plan: str) -> str:
    """What it asks once that socket is gone as well."""
    found = re.search(r'<Redirect method="POST">(.*)</Redirect>', plan)
    assert found is not None
    return unescape(found[1])


async def ended(line: Line) -> None:
    """It has been hung up at Twilio, too."""
    async with asyncio.timeout(90):
        await line.system.until(1)
    assert line.system.asked[-1].body == b"Status=completed"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_module, "BACK_SECONDS", 0.0)


async def test_the_sound_comes_over_another_socket_and_the_call_goes_on() -> None:
    first, second = Socket(), Socket()
    async with asyncio.timeout(90), opened() as line, asyncio.TaskGroup() as group:
        async with line.streaming(first):
            first.drop()
            await first.shut.wait()
        plan = await anew(line)
        assert line.reopened == [SID]
        assert address(plan) == f"{CALLBACK}?call={SID}&anew=2"
        call = line.trunk.admits(plan.partition("/stream/")[2].partition('"')[0])
        assert call == SID
        second.begin()
        streaming = group.create_task(line.trunk.stream(call, second))
        assert await line.next() == Answered(SID)
        second.speak(SILENCE)
        assert isinstance(await line.next(), Sound)
        await line.trunk.sound(SID, bytes(320))
        assert second.got[-1]["event"] == "media"
        second.say("stop", stop={})
        assert await line.next() == Ended(SID, Why.HUNG_UP)
        await streaming


async def test_twilio_may_notice_first() -> None:
    """Nothing has come from the old socket for a while, and its end neither: it is not waited for."""
    first, second = Socket(), Socket()
    async with asyncio.timeout(90), opened() as line, asyncio.TaskGroup() as group, line.streaming(first):
        await anew(line)
        assert first.closed
        second.begin()
        group.create_task(line.trunk.stream(SID, second))
        assert await line.next() == Answered(SID)
        second.say("stop", stop={})
        assert await line.next() == Ended(SID, Why.HUNG_UP)


@pytest.mark.usefixtures("hasty")
async def test_sound_that_does_not_come_back_is_lost_and_not_the_customers_end() -> None:
    socket = Socket()
    async with asyncio.timeout(90), opened() as line:
        async with line.streaming(socket):
            socket.drop()
            assert await line.next() == Ended(SID, Why.FAILED)
        await ended(line)


@pytest.mark.parametrize("first", ["the end", "the break"])
async def test_who_hangs_up_while_their_sound_breaks_off(first: str) -> None:
    """Known is that they did as long as they could hear something."""
    socket = Socket()
    async with asyncio.timeout(90), opened() as line, line.streaming(socket):
        if first == "the break":
            socket.drop()
            await socket.shut.wait()
        await line.says(CallSid=SID, CallStatus="completed")
        socket.drop()
        why = Why.HUNG_UP if first == "the end" else Why.FAILED
        assert await line.next() == Ended(SID, why)


async def test_where_the_house_is_done_with_it_the_call_ends() -> None:
    socket = Socket()
    async with asyncio.timeout(90), opened() as line:
        async with line.streaming(socket):
            await line.trunk.end(SID)
            assert await line.next() == Ended(SID, Why.ENDED)
        line.goes_on = False
        assert await anew(line) == "<Response></Response>"
        await ended(line)


async def test_it_is_not_tried_for_ever() -> None:
    async with asyncio.timeout(90), opened() as line:
        await line.taken()
        assert "<Connect>" in await anew(line, MOST_TIMES)
        assert await anew(line, MOST_TIMES + 1) == "<Response></Response>"


async def test_another_process_than_the_one_that_lost_it_takes_it() -> None:
    async with asyncio.timeout(90), opened() as line, asyncio.TaskGroup() as group:
        socket = Socket()
        plan = await anew(line)
        call = line.trunk.admits(plan.partition("/stream/")[2].partition('"')[0])
        assert call == SID
        socket.begin()
        group.create_task(line.trunk.stream(call, socket))
        assert await line.next() == Answered(SID)
        socket.say("stop", stop={})
        assert await line.next() == Ended(SID, Why.HUNG_UP)


async def test_who_talks_when_the_house_goes_is_hung_up_by_request() -> None:
    """Without its sound alone Twilio would ask a house that is gone, and say to the customer that there is an error."""
    socket = Socket()
    async with asyncio.timeout(90), opened() as line, line.streaming(socket):
        line.running.cancel()
        await asyncio.wait({line.running})
        assert line.system.asked[-1].body == b"Status=completed"
        assert socket.closed
