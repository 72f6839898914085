"""Simulated people on the phone: what they say, with which voice, and that a whole call goes through a real server."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from valvomo.commands.settings.passwords import Passwords
from valvomo.demo.calling.plan import CallPlan, can_call, on_the_phone
from valvomo.demo.calling.script import INTERRUPTS, Both, Holds, Kind, Says, script
from valvomo.demo.calling.voices import NOTHING, RATE, SAMPLES, Voice, Voices
from valvomo.demo.organization import DOMAIN, PASSWORD, WIDGET_KEYS, ensure_sample
from valvomo.demo.people.crowd import Crowd, Plan
from valvomo.demo.people.matters import LANGUAGES, language
from valvomo.demo.people.pace import Pace
from valvomo.demo.people.tally import Tally
from valvomo.demo.people.world import World
from valvomo.domain.conversations.model import Channel
from valvomo.jobs.calls import rating
from valvomo.main.assembly import House
from valvomo.main.server import serve
from valvomo.settings import Settings

NAMES = ("Emma Clarke", "Aino Korhonen")


@given(st.sampled_from(LANGUAGES), st.sampled_from(list(Kind)), st.integers(0, 10_000))
def test_every_call_is_a_conversation(code: str, kind: Kind, seed: int) -> None:
    """It begins with the agent's greeting, by name; they take turns; it ends; and each kind is what it says."""
    texts, dice = language(code), random.Random(seed)
    steps = script(texts, dice.choice(texts.matters), NAMES, kind, dice)
    first, second = steps[:2]
    assert isinstance(first, Says)
    assert first.agent
    assert "Emma" in first.text
    assert "Aino" in first.text
    assert second == Says(second.text if isinstance(second, Says) else "")
    assert len([one for one in steps if isinstance(one, Both)]) == (INTERRUPTS if kind is Kind.UPSET else 0)
    assert len([one for one in steps if isinstance(one, Holds)]) == (1 if kind is Kind.HOLD else 0)
    assert {one.agent for one in steps if isinstance(one, Says)} == {True, False}
    assert not any("{" in one.text for one in steps if isinstance(one, Says))


@pytest.mark.parametrize("code", LANGUAGES)
async def test_who_has_no_voice_hums_for_as_long_as_it_takes(code: str) -> None:
    voices = Voices(None)
    text = "Hello, my parcel is a week late."
    packets = await voices.packets(Voice(code, 0.5), text)
    assert 1.5 < len(packets) * SAMPLES / RATE < 4
    assert min(one.level for one in packets) < 30, "it is heard"
    assert all(0 <= one.level <= NOTHING for one in packets)
    assert await voices.packets(Voice(code, 0.5), text) is packets, "it is made once"


@pytest.mark.skipif(
    Voices.installed().program is None, reason="espeak-ng is not installed (Debian's package)"
)
async def test_voices_speak_where_there_is_a_program_for_it() -> None:
    voices = Voices.installed()
    low, high = [await voices.packets(Voice("fi", height), "-Hyvää päivää!") for height in (0.0, 1.0)]
    assert min(one.level for one in low) < 40
    assert max(one.level for one in low) > min(one.level for one in low), "there are pauses in it"
    assert [one.data for one in low] != [one.data for one in high]
    longer = await voices.packets(Voice("fi", 0.0), "Hyvää päivää! " * 3)
    assert len(longer) > len(low)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    async def prepare(house: House) -> None:
        await ensure_sample(house.parts.executor, Passwords(PasswordHasher(1, 8, 1)))

    async def ready(address: str) -> None:
        told.set_result(address)

    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(settings, prepare=prepare, ready=ready))
        try:
            yield await told
        finally:
            serving.cancel()


@pytest.mark.slow
@pytest.mark.skipif(not can_call(), reason="the extra `calls` is not installed")
async def test_a_caller_and_an_agent_hear_each_other_through_a_real_server(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways are measured while they speak; and when the people are gone, so is the call, which is then rated."""
    monkeypatch.setattr(rating, "KEEP_EVERY", timedelta(seconds=0.5))
    agents = tuple((f"{name}@{DOMAIN}", PASSWORD) for name in ("aino", "onni"))
    settings = Settings(
        database_url=database_url, port=0, data=tmp_path, calls_processes=1, calls_port=0, calls_host="127.0.0.1",
        calls_addresses=("127.0.0.1",),
    )  # fmt: skip

    async def until(question: str) -> object:
        link = await asyncpg.connect(database_url)
        try:
            while not (found := await link.fetchval(question)):  # noqa: ASYNC110 - the database rings no bell
                await asyncio.sleep(0.1)
        finally:
            await link.close()
        return found

    async with asyncio.timeout(120), served(settings) as address, asyncio.TaskGroup() as group:
        world = World(pace=Pace(speed=15.0, hurry=1.0), tally=Tally(), dice=random.Random(1))
        people = Plan(address=address, agents=agents, customers=0, rate=0.1, cases=False)
        desks = group.create_task(Crowd(plan=people, world=world).run())
        key = WIDGET_KEYS["Phone", Channel.VOICE]
        async with on_the_phone(
            CallPlan(address=address, agents=agents, key=key, callers=1, pause=0.1)
        ) as them:
            await until("SELECT count(DISTINCT part) = 2 FROM call_minutes WHERE samples > 0")
        assert them.returncode == 0, "they hang up by themselves"
        told = "SELECT body ->> 'ways' FROM facts WHERE kind = 'call_rated'"
        rated = msgspec.json.decode(str(await until(told)))
        desks.cancel()
    assert {one["part"] for one in rated} == {"customer", "agent"}
    assert all(1 < one["mean"] < 4.5 for one in rated)
