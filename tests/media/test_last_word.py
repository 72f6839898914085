"""The last words to a customer on a telephone: heard to their end when their call is over, and nothing is left."""

import asyncio
from array import array

from sample_sound import loudness, ogg
from sample_telephone import TONE, TONES
from sample_trunk import SampleTrunk

from valvomo.db.telephones import Wanted
from valvomo.jobs.calls.last_word import last_word
from valvomo.jobs.calls.phone import Phone
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.port import Played

PATIENCE = 120.0
CALL = Wanted(
    organization_id="o", call_id="call", conversation_id="c", account_id="a", trunk_call="C1", number=""
)


async def test_the_last_word_is_heard_to_its_end() -> None:
    trunk = SampleTrunk()
    phone = Phone(call=CALL, trunk=trunk)
    async with asyncio.timeout(PATIENCE), EmbeddedEngine.running(Place(host="127.0.0.1")) as engine:

        async def ends() -> None:
            async for one in engine.happenings():
                if one == Played(phone.last_call, "customer"):
                    phone.heard_out.set()
                    return

        async with asyncio.TaskGroup() as group:
            group.create_task(ends())
            await last_word(phone, engine, "customer", ogg(TONES["prompt"], 1.0))
        assert await engine.calls() == frozenset()
    heard = array("h")
    heard.frombytes(trunk.heard["C1"])
    assert len(heard) >= 8_000, "a second, and not cut off"
    assert loudness(heard[2_000:6_000], TONES["prompt"], 8_000) > TONE
