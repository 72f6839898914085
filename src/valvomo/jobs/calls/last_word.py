"""The last words to a customer on a telephone, when everybody else is out of their call already."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from valvomo.jobs.calls.phone import Phone
from valvomo.media.port import Engine, PcmLeg

PLAYING_SECONDS = 15.0
"""Whoever hears it is hung up after so long, whatever becomes of it."""
ON_ITS_WAY_SECONDS = 0.3
"""What is said has still to come through the network when the engine has said it."""


async def last_word(phone: Phone, engine: Engine, leg_id: str, sound: bytes) -> None:
    """Let them hear it to its end, in a call of their own: the other is over, and nobody else waits for this.

    Raises what the engine does.
    """
    call_id = phone.last_call = f"{phone.call.call_id}.end"
    await engine.open_call(call_id)
    try:
        await engine.add_pcm_leg(PcmLeg(call_id=call_id, leg_id=leg_id, name="customer"))
        await engine.play(call_id, leg_id, sound)
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(phone.guarded(phone.hear(engine, call_id, leg_id)))
            with suppress(TimeoutError):
                async with asyncio.timeout(PLAYING_SECONDS):
                    await phone.heard_out.wait()
                    await asyncio.sleep(0.0 if phone.over else ON_ITS_WAY_SECONDS)
            hearing.cancel()
    finally:
        await engine.end_call(call_id)
