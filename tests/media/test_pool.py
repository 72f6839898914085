"""The engine over several processes: real browsers in calls of different ones, and one that is killed."""

import asyncio
import os
import signal
import sys
import time
from array import array
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser
from sample_call import met
from sample_patience import until
from sample_sound import heard, read_back, wav
from sample_telephone import TONES, Telephone

from valvomo.domain.calls.hearing import Part
from valvomo.media import leftover
from valvomo.media.embedded import part
from valvomo.media.embedded import pool as pools
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.pool import EnginePool
from valvomo.media.port import (
    Gone,
    GoneError,
    OfferError,
    Pressed,
    Recorded,
    RecordingError,
    SoundError,
    WebLeg,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
PARTS = {"customer": Part.CUSTOMER, "agent": Part.AGENT}


async def test_a_process_that_is_killed_takes_its_own_calls_only(chromium: Browser) -> None:
    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 2) as pool:
        one, other = [await met(pool, chromium, call, PARTS) for call in ("one", "other")]
        await one.until(customer="agent", agent="customer")
        await other.until(customer="agent", agent="customer")
        with pytest.raises(ValueError, match="beside"):
            await pool.move_leg("one", "agent", "other")
        killed = pool.process_of("one")
        assert killed is not None
        assert killed != pool.process_of("other")
        os.kill(killed, signal.SIGKILL)
        async for told in pool.happenings():
            if isinstance(told, Gone):
                assert told == Gone(("one",))
                break
        assert await pool.calls() == {"other"}
        assert await pool.quality("one") == {}
        await other.until(customer="agent", agent="customer")
        again = await met(pool, chromium, "one", PARTS)
        await again.until(customer="agent", agent="customer")
        assert pool.process_of("one") != killed
        await pool.open_call("beside", beside="other")
        await pool.move_leg("other", "agent", "beside")
        await other.until(customer="", agent="")
        for each in (one, other, again):
            await each.page.close()


async def test_a_process_that_cannot_be_begun_anew_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, refused = part.begun, list[Place]()

    async def hindered(place: Place) -> asyncio.subprocess.Process:
        if len(refused) < 2:
            refused.append(place)
            raise BlockingIOError("no room for another process")
        return await begun(place)

    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 2) as pool:
        for call in ("one", "other"):
            await pool.open_call(call)
        monkeypatch.setattr("valvomo.media.embedded.pool.begun", hindered)
        monkeypatch.setattr(pools, "AGAIN_SECONDS", 0.01)
        killed = pool.process_of("one")
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        async for told in pool.happenings():
            assert told == Gone(("one",))
            break
        assert await pool.calls() == {"other"}
        await until(lambda: len(pool._parts) == 2)
    assert len(refused) == 2


async def test_a_telephone_in_another_process(chromium: Browser) -> None:
    parts = PARTS | {"supervisor": Part.SPEAKER}
    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 1) as pool:
        call = await met(pool, chromium, "call", PARTS)
        async with Telephone.ringing(pool, "call", "supervisor") as phone:
            call.telephones["supervisor"] = phone
            await call.route(parts)
            await call.until(
                customer="agent supervisor", agent="customer supervisor", supervisor="agent customer"
            )
            await pool.play("call", "supervisor", wav(TONES["prompt"], 1), loop=True)
            await call.until(supervisor="agent customer prompt")
            with pytest.raises(SoundError, match="neither"):
                await pool.play("call", "supervisor", b"nonsense")
            await pool.stop_play("call", "supervisor")
            async with aclosing(pool.tap("call", "supervisor")) as sound:
                tapped = [(await anext(sound)).pcm for _ in range(50)]
            assert heard_in(b"".join(tapped)) == "supervisor"
            await pool.send_dtmf("call", "supervisor", "5")
            await call.eventually(lambda: _is(phone.dialled == "5"))
            await pool.dtmf("call", "supervisor", "*")
            async for told in pool.happenings():
                if told == Pressed("call", "supervisor", "*"):
                    break
            await pool.end_call("call")
            await call.eventually(lambda: _is(phone.over))
            await pool.feed("call", "supervisor", b"\0\0")
        await call.page.close()


async def _is(what: object) -> bool:
    return bool(what)


def heard_in(pcm: bytes) -> str:
    return heard(array("h", pcm), TONES, 16_000)


async def test_a_recording_of_another_process_and_what_is_left_of_one_that_was_killed(
    chromium: Browser, tmp_path: Path
) -> None:
    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 1) as pool:
        call = await met(pool, chromium, "call", PARTS)
        await call.until(customer="agent", agent="customer")
        with pytest.raises(RecordingError, match="no folder"):
            await pool.start_recording("call", "one", str(tmp_path / "nowhere"))
        await pool.start_recording("call", "one", str(tmp_path))
        await pool.start_recording("call", "two", str(tmp_path))
        await pool.pause_recording("call", "one")
        await pool.resume_recording("call", "one")
        await call.says("agent", 100)
        await pool.stop_recording("call", "one")
        async for told in pool.happenings():
            if isinstance(told, Recorded):
                assert {track.leg_id for track in told.tracks} == {"customer", "agent"}
                break
        killed = pool.process_of("call")
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        async for told in pool.happenings():
            if isinstance(told, Gone):
                break
        await call.page.close()
    left = [found for path in tmp_path.iterdir() if (found := leftover.read(path)) is not None]
    assert sorted(recording for recording, _ in left) == ["one", "one", "two", "two"]
    for track in [track for recording, track in left if recording == "two"]:
        pcm = read_back(track.file)
        assert heard(pcm, TONES, 16_000) == track.leg_id
        assert len(pcm) > 16_000
        assert abs(track.seconds - len(pcm) / 16_000) < 0.02


async def test_what_an_engine_refuses_is_refused_from_afar() -> None:
    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 1) as pool:
        leg = WebLeg(call_id="call", leg_id="agent", offer="nonsense")
        with pytest.raises(GoneError):
            await pool.add_web_leg(leg)
        await pool.open_call("call")
        with pytest.raises(OfferError, match="no media"):
            await pool.add_web_leg(leg)
        with pytest.raises(GoneError):
            await pool.move_leg("call", "agent", "never opened")
        await pool.end_call("call")
        await pool.end_call("call")
        with pytest.raises(GoneError):
            await pool.add_web_leg(replace(leg, offer="v=0"))


async def test_a_process_that_stands_still_is_ended_and_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 1) as pool:
        await pool.open_call("call")
        stopped = pool.process_of("call")
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        monkeypatch.setattr(part, "ANSWERS_WITHIN", 0.1)
        with pytest.raises(ConnectionError, match="does not answer"):
            await pool.quality("call")
        monkeypatch.undo()
        async for told in pool.happenings():
            assert told == Gone(("call",))
            break
        again = await opened(pool, "call")
        assert again != stopped


async def opened(pool: EnginePool, call: str) -> int | None:
    """Open a call as soon as there is a process for it; which that is."""
    while True:
        try:
            await pool.open_call(call)
        except ConnectionError:
            await asyncio.sleep(0.05)
        else:
            return pool.process_of(call)


async def test_where_the_house_itself_stood_still_no_process_is_blamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asyncio.timeout(90), EnginePool.running(Place(host="127.0.0.1"), 1) as pool:
        await pool.open_call("call")
        monkeypatch.setattr(part, "ANSWERS_WITHIN", 2.0)
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(pool.quality("call"))
            await asyncio.sleep(0)
            time.sleep(2.5)  # noqa: ASYNC251 - the whole loop, as where the machine was suspended
        assert asked.result() == {}
        assert await pool.calls() == {"call"}


async def test_a_process_ends_when_the_house_is_gone() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo.media.embedded.worker", "--host", "127.0.0.1", "--port", "0",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(90):
        said, _ = await process.communicate(b"")
    assert (process.returncode, said) == (0, b"")


async def test_who_gives_it_no_pipe_is_told() -> None:
    """A process that cannot see the end of its input would stay for ever."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo.media.embedded.worker", "--host", "127.0.0.1", "--port", "0",
        stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(90):
        _, said = await process.communicate()
    assert process.returncode == 1
    assert b"by a pipe" in said


async def test_the_house_itself_loads_nothing_of_what_carries_calls() -> None:
    code = "import sys, valvomo.media.embedded.pool; print([one for one in ('aiortc', 'av') if one in sys.modules])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(90):
        said, _ = await process.communicate()
    assert said.strip() == b"[]"
