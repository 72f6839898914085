"""A telephone in a call: a tone goes from it by the clock, and it says which tones it hears."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from sample_sound import loudness, tone

from valvomo.media.port import Dialled, Engine, PcmLeg

TONES = {"customer": 1000, "agent": 1370, "supervisor": 1810, "consult": 2390, "prompt": 3150}
"""Hertz: none is a harmonic of another, nor of the music."""
MUSIC = (220, 262, 330, 440, 175, 349, 131, 196, 247, 294, 392)
NOTE = 0.004
"""From which on a note of the music is heard, which is quieter than a tone."""
TONE, NONE = 0.05, 0.003
STEP = 0.02


@dataclass
class Telephone:
    """One at an engine; `pcm` is the last that was heard there, and `dialled` the keys that were pressed for it."""

    engine: Engine
    call: str
    who: str
    rate: int = 8_000
    pcm: array[int] = field(default_factory=lambda: array("h"))
    dialled: str = ""
    over: bool = False
    at: float = 0.0

    @classmethod
    @asynccontextmanager
    async def ringing(
        cls, engine: Engine, call: str, who: str, rate: int = 8_000
    ) -> AsyncIterator[Telephone]:
        """Somebody calls, and speaks until they hang up."""
        found = cls(engine, call, who, rate)
        await engine.add_pcm_leg(PcmLeg(call_id=call, leg_id=who, rate=rate, name=who))
        async with asyncio.TaskGroup() as tasks:
            works = [tasks.create_task(one) for one in (found._speak(), found._listen())]
            try:
                yield found
            finally:
                for one in works:
                    one.cancel()

    async def _speak(self) -> None:
        second, size, at = tone(TONES[self.who], 1, self.rate), self.rate // 50, 0
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += STEP
            await asyncio.sleep(due - loop.time())
            await self.engine.feed(self.call, self.who, second[at : at + size].tobytes())
            at = (at + size) % len(second)

    async def _listen(self) -> None:
        async with aclosing(self.engine.sound(self.call, self.who)) as sound:
            async for one in sound:
                if isinstance(one, Dialled):
                    self.dialled += one.keys
                    continue
                self.at = one.at
                self.pcm.frombytes(one.pcm)
                del self.pcm[: -self.rate // 5]
        self.over = True

    def heard(self) -> str:
        """Whose tones it hears; `?` for one that is neither heard nor silent."""
        levels = {name: loudness(self.pcm, hertz, self.rate) for name, hertz in TONES.items()}
        found = [name if level > TONE else f"{name}?" for name, level in levels.items() if level > NONE]
        if max(loudness(self.pcm, hertz, self.rate) for hertz in MUSIC) > NOTE:
            found.append("music")
        return " ".join(sorted(found))
