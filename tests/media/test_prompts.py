"""What is played to one leg: in place of music, beside who speaks, once or again and again."""

import asyncio

import pytest
from sample_call import Meeting
from sample_sound import ogg, wav
from sample_telephone import TONES, Telephone

from valvomo.domain.calls.hearing import Part
from valvomo.media.port import MOST_SOUND, Happening, Played, SoundError

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
PATIENCE = 120.0
SHORT, LONG = ogg(TONES["prompt"], 1.5), wav(TONES["prompt"], 2.0)


async def played(meeting: Meeting) -> Happening:
    async for one in meeting.engine.happenings():
        if isinstance(one, Played):
            return one
    raise AssertionError


async def test_an_announcement_takes_the_place_of_music_in_a_browser(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await meeting.come("customer", Part.CUSTOMER)
        await meeting.route({"customer": Part.CUSTOMER})
        await meeting.until(customer="music")
        await meeting.engine.play("call", "customer", SHORT)
        await meeting.until(customer="prompt")
        assert await played(meeting) == Played("call", "customer")
        await meeting.until(customer="music")
        await meeting.engine.play("call", "customer", LONG, loop=True)
        await meeting.until(customer="prompt")
        await meeting.come("agent", Part.AGENT)
        await meeting.route({"customer": Part.CUSTOMER, "agent": Part.AGENT})
        await meeting.until(customer="agent prompt", agent="customer")
        await meeting.engine.stop_play("call", "customer")
        await meeting.until(customer="agent", agent="customer")


async def test_an_announcement_to_a_telephone(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE), Telephone.ringing(meeting.engine, "call", "customer") as phone:
        meeting.telephones["customer"] = phone
        await meeting.route({"customer": Part.CUSTOMER})
        await meeting.until(customer="music")
        await meeting.engine.play("call", "customer", SHORT)
        await meeting.until(customer="prompt")
        assert await played(meeting) == Played("call", "customer")
        await meeting.until(customer="music")
        await meeting.engine.play("call", "customer", LONG, loop=True)
        await meeting.come("agent", Part.AGENT)
        await meeting.route({"customer": Part.CUSTOMER, "agent": Part.AGENT})
        await meeting.until(customer="agent prompt", agent="customer")
        await meeting.engine.stop_play("call", "customer")
        await meeting.until(customer="agent", agent="customer")


async def test_what_cannot_be_played_and_to_whom_nothing_is(meeting: Meeting) -> None:
    for sound in (b"", b"nonsense", bytes(MOST_SOUND + 1)):
        with pytest.raises(SoundError):
            await meeting.engine.play("call", "customer", sound)
    await meeting.engine.play("call", "nobody", SHORT)
    await meeting.engine.play("never opened", "nobody", SHORT)
    await meeting.engine.stop_play("never opened", "nobody")
