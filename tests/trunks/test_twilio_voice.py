"""Twilio's telephone calls: requests, sockets and frames as its documentation has them.

https://www.twilio.com/docs/voice/media-streams/websocket-messages, https://www.twilio.com/docs/voice/twiml
"""

from __future__ import annotations

import asyncio
import json
import math
from array import array
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_provider import Asked, Said
from sample_twilio_line import ACCOUNT, CALLBACK, OURS, SID, THEIRS, Line, Socket, opened

from valvomo.channels.port import UnverifiedError
from valvomo.trunks.port import (
    Answered,
    Dialling,
    Ended,
    Keys,
    Refused,
    Ringing,
    Sound,
    TrunkError,
    Why,
)
from valvomo.trunks.twilio import rest, ulaw
from valvomo.trunks.twilio import trunk as trunk_module
from valvomo.trunks.twilio.frames import BadFrameError, frame_of
from valvomo.trunks.twilio.stream import MOST_BAD
from valvomo.trunks.twilio.tones import tones


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with opened() as found:
        yield found


async def test_a_call_that_comes_is_heard_in_both_directions(line: Line) -> None:
    socket = Socket()
    async with line.streaming(socket):
        socket.speak(ulaw.encoded(array("h", [1000] * 160).tobytes()))
        heard = await line.next()
        assert isinstance(heard, Sound)
        assert len(heard.pcm) == 320
        assert abs(array("h", heard.pcm)[0] - 1000) < 32
        socket.say("dtmf", dtmf={"track": "inbound_track", "digit": "5"})
        assert await line.next() == Keys(SID, "5")
        await line.trunk.sound(SID, bytes(320))
        played = socket.got[-1]
        assert (played["event"], played["streamSid"]) == ("media", "MZ1")
        socket.say("stop", stop={"accountSid": ACCOUNT, "callSid": SID})
        assert await line.next() == Ended(SID, Why.HUNG_UP)
    assert socket.closed


async def test_what_is_out_of_order_or_no_frame_is_refused_and_counted(line: Line) -> None:
    socket, silence = Socket(), b"\xff" * 160
    async with line.streaming(socket):
        socket.speak(silence)
        socket.speak(silence, 2)
        socket.frames.put_nowait("{")
        socket.speak(silence, 9)
        for _ in range(2):
            assert isinstance(await line.next(), Sound)
        assert line.trunk.refused == {"frame": 2, "jump": 1}
        for _ in range(MOST_BAD):
            socket.frames.put_nowait("nonsense")
        async with asyncio.timeout(90):
            await socket.shut.wait()
        assert socket.closed, "it is cut off, and is to come anew"


@pytest.mark.parametrize(
    "wrong", [{"account": "AC" + "c" * 32}, {"sid": "CA" + "c" * 32}, {"encoding": "audio/opus"}]
)
async def test_a_stream_of_something_else_ends_the_call(line: Line, wrong: dict[str, str]) -> None:
    call, socket = line.trunk.admits(await line.taken()), Socket()
    assert call is not None
    socket.begin(**wrong)
    await line.trunk.stream(call, socket)
    assert await line.next() == Ended(SID, Why.FAILED)
    assert line.trunk.refused["start"] == 1


async def test_tokens_are_ours_and_whole(line: Line) -> None:
    token = await line.taken()
    assert line.trunk.admits(token) == SID
    for forged in (
        "",
        "a",
        "a.b.c",
        token[:-1],
        token.replace(SID, "CA1"),
        f"x{token}",
        token.replace(".", ".9", 1),
    ):
        assert line.trunk.admits(forged) is None


async def test_nobody_is_believed_without_a_signature(line: Line) -> None:
    with pytest.raises(UnverifiedError):
        await line.says(token="another-token-0000", CallSid=SID, CallStatus="ringing", Direction="inbound")


@pytest.mark.parametrize(
    ("why", "reason"), [(Refused.BUSY, "busy"), (Refused.CLOSED, "busy"), (Refused.DECLINED, "rejected")]
)
async def test_a_call_is_refused_before_it_costs_anything(line: Line, why: Refused, reason: str) -> None:
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(line.rings())
        await line.next()
        await line.trunk.refuse(SID, why)
    assert asked.result().body.decode() == f'<Response><Reject reason="{reason}"/></Response>'
    assert await line.next() == Ended(SID, Why.ENDED)


@pytest.mark.parametrize("status", ["canceled", "no-answer", "completed"])
async def test_who_calls_and_gives_up_has_hung_up(line: Line, status: str) -> None:
    await line.taken()
    await line.says(CallSid=SID, CallStatus=status)
    assert await line.next() == Ended(SID, Why.HUNG_UP)


@pytest.mark.parametrize(
    ("status", "why"), [("busy", Why.BUSY), ("no-answer", Why.NO_ANSWER), ("failed", Why.UNREACHABLE)]
)
async def test_what_becomes_of_a_call_out_is_told(line: Line, status: str, why: Why) -> None:
    await line.trunk.dial("ours", THEIRS, "")
    asked = dict(parse_qsl(line.system.asked[0].body.decode()))
    assert line.system.asked[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert (asked["To"], asked["From"], asked["StatusCallback"]) == (THEIRS, OURS, f"{CALLBACK}?call=ours")
    assert "wss://desk.example.org/channels/twilio_voice/one/stream/ours." in asked["Twiml"]
    assert await line.next() == Dialling("ours")
    await line.says("call=ours", CallSid="CA" + "d" * 32, CallStatus=status)
    assert await line.next() == Ended("ours", why)


async def test_a_call_out_is_taken_back_at_the_provider(line: Line) -> None:
    await line.trunk.dial("ours", THEIRS, "")
    await line.trunk.end("ours")
    async with asyncio.timeout(90):
        await line.system.until(2)
    ended: Asked = line.system.asked[1]
    assert (ended.path.rpartition("/")[2], ended.body) == ("CA" + "d" * 32 + ".json", b"Status=completed")
    assert [await line.next(), await line.next()] == [Dialling("ours"), Ended("ours", Why.ENDED)]


async def test_whoever_rings_when_the_house_goes_is_not_left_ringing() -> None:
    async with asyncio.timeout(90), opened() as line, asyncio.TaskGroup() as group:
        asked = group.create_task(line.rings())
        assert await line.next() == Ringing(SID, THEIRS, OURS)
        await line.trunk.dial("ours", THEIRS, "")
        await line.trunk.dial("elsewhere", THEIRS, "")
        line.trunk.forget("elsewhere")
        line.running.cancel()
        await asyncio.wait({line.running})
        assert b"Reject" in ((await asked).body or b"")
        ended = [one.path for one in line.system.asked if one.body == b"Status=completed"]
        assert ended == [f"/2010-04-01/Accounts/{ACCOUNT}/Calls/CA{'d' * 32}.json"]


async def test_what_is_being_hung_up_when_the_house_goes_is_hung_up() -> None:
    async with asyncio.timeout(90), opened() as line:
        await line.trunk.dial("ours", THEIRS, "")
        line.system.answer = lambda _: Said(500)
        await line.trunk.end("ours")
        await line.system.until(2)
        before = len(line.system.asked)
        line.running.cancel()
        await asyncio.wait({line.running})
        assert len(line.system.asked) > before
        assert line.system.asked[-1].body == b"Status=completed"


async def test_a_call_out_of_which_nothing_is_heard_is_hung_up(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Already when it has been dialled.
    monkeypatch.setattr(trunk_module, "STREAM_SECONDS", -rest.RINGING_SECONDS)
    await line.trunk.dial("elsewhere", THEIRS, "")
    line.trunk.forget("elsewhere")
    await line.trunk.dial("ours", THEIRS, "")
    told = [await line.next() for _ in range(3)]
    assert told == [Dialling("elsewhere"), Dialling("ours"), Ended("ours", Why.NO_ANSWER)]
    async with asyncio.timeout(90):
        await line.system.until(3)
    assert line.system.asked[2].body == b"Status=completed"


async def test_a_call_out_that_is_heard_goes_on(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_module, "STREAM_SECONDS", 0.01 - rest.RINGING_SECONDS)
    socket, watched = Socket(), asyncio.Event()
    watch = line.trunk._unless_answered

    async def watching(*of: Any) -> None:
        await watch(*of)
        watched.set()

    monkeypatch.setattr(line.trunk, "_unless_answered", watching)
    socket.begin(sid="CA" + "d" * 32)
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        dialling = group.create_task(line.trunk.dial("ours", THEIRS, ""))
        streaming = group.create_task(line.trunk.stream("ours", socket))
        await dialling
        await watched.wait()
        streaming.cancel()
    assert [await line.next(), await line.next()] == [Answered("ours"), Dialling("ours")]
    assert len(line.system.asked) == 1


@pytest.mark.parametrize(
    ("code", "why"), [(21211, Why.UNREACHABLE), (21215, Why.FORBIDDEN), (99999, Why.FAILED)]
)
async def test_what_is_not_dialled_says_why(line: Line, code: int, why: Why) -> None:
    line.system.answer = lambda _: Said(status=400, body=json.dumps({"code": code}).encode())
    with pytest.raises(TrunkError) as refused:
        await line.trunk.dial("ours", THEIRS, "")
    assert refused.value.why is why


async def test_a_call_is_forwarded(line: Line) -> None:
    async with line.streaming(Socket()):
        await line.trunk.transfer(SID, "+358407654321")
        asked = dict(parse_qsl(line.system.asked[-1].body.decode()))
        assert "<Number>+358407654321</Number>" in asked["Twiml"]
        assert await line.next() == Ended(SID, Why.ENDED)


@given(st.binary(max_size=400))
def test_every_code_is_what_it_was(codes: bytes) -> None:
    same = codes.replace(b"\x7f", b"\xff")  # There are two zeros.
    assert ulaw.encoded(ulaw.decoded(same)) == same


@given(st.integers(1, 32767))
def test_a_sample_below_zero_has_the_code_of_its_size_and_another_sign(size: int) -> None:
    above, below = ulaw.encoded(array("h", [size, -size]).tobytes())
    assert above ^ below == 0x80


@given(st.lists(st.integers(-32768, 32767), max_size=200))
def test_samples_are_near_what_they_were(samples: list[int]) -> None:
    heard = array("h", ulaw.decoded(ulaw.encoded(array("h", samples).tobytes())))
    assert all(abs(one - other) <= max(16, abs(one) // 16) for one, other in zip(samples, heard, strict=True))


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda it: it.decode("latin-1")))
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    try:
        frame_of(text)
    except BadFrameError:
        return
    assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize(
    ("key", "pair"), [("1", (697, 1209)), ("5", (770, 1336)), ("#", (941, 1477)), ("D", (941, 1633))]
)
def test_keys_are_their_two_tones(key: str, pair: tuple[int, int]) -> None:
    sound = array("h", tones(key))[:800]

    def loud(hertz: int) -> float:
        parts = [
            (math.cos(math.tau * hertz * at / 8000), math.sin(math.tau * hertz * at / 8000))
            for at in range(800)
        ]
        return math.hypot(
            sum(one * part[0] for one, part in zip(sound, parts, strict=True)),
            sum(one * part[1] for one, part in zip(sound, parts, strict=True)),
        )

    by_loudness = sorted((697, 770, 852, 941, 1209, 1336, 1477, 1633), key=loud)
    assert set(by_loudness[-2:]) == set(pair)


@pytest.mark.parametrize(
    ("said", "vouches", "vouched"),
    [
        ("", False, False), ("TN-Validation-Passed-B", False, False), ("TN-Validation-Failed-A", False, False),
        ("TN-Validation-Passed-A", False, True), ("", True, True),
    ],
)  # fmt: skip
async def test_who_vouches_for_who_calls(said: str, vouches: bool, vouched: bool) -> None:
    async with opened(vouches=vouches) as line, asyncio.TaskGroup() as group:
        asked = group.create_task(line.rings(StirVerstat=said))
        assert await line.next() == Ringing(SID, THEIRS, OURS, vouched)
        await line.trunk.take(SID)
        await asked
