"""Who waits in `bench/calls_limits.py`: a browser that hears music, and of whom nobody hears what it says.

To be a thousand of them in one process, what they say is sealed before anything is measured, and what they hear is
looked at from outside: packets tell by their numbers whether any is missing, and by when they come whether any is late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from calls_legs import CHECKS, SSRC, STEP, Leg
from valvomo.media.embedded import rtp
from valvomo.media.embedded.music import TOGETHER
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet

LENGTH = TOGETHER * STEP
"""Of a packet of music, in seconds."""
LATE_SECONDS = 0.06
"""After which sound is missing at an ear, where nothing was put by."""
LATE = "more than 60 ms late"


@dataclass
class Heard:
    """Packets that came, that are missing by their numbers, and that came late; `gaps` between two, in seconds."""

    came: int = 0
    lost: int = 0
    late: int = 0
    gaps: list[float] = field(default_factory=list)


class Waiting(Leg):
    """A `Leg` whose packets are ready."""

    def __init__(self, said: list[bytes], times: dict[bytes, float]) -> None:
        super().__init__(said, times)
        self._ready: list[bytes] = []
        self._last: tuple[int, float] | None = None
        self.heard = Heard()

    def prepare(self, many: int) -> None:
        """Seal so many packets."""
        seal, many_said = self._secured._dtls._tx_srtp.protect, len(self.voice)  # noqa: SLF001
        self._ready = [
            seal(
                rtp.write(
                    Packet(111, False, n % SEQUENCES, n * 960 % TIMESTAMPS, SSRC, self.voice[n % many_said])
                )
            )
            for n in range(many)
        ][::-1]
        if self.back is not None:
            # Whatever comes, comes there.
            self.back.heard = self.heard  # type: ignore[attr-defined]

    def begin(self) -> None:
        """Measure from now on."""
        self.heard, self._last = Heard(), None
        if self.back is not None:
            self.back.begin()  # type: ignore[attr-defined]
            self.heard = self.back.heard  # type: ignore[attr-defined]

    def speak(self, now: float) -> None:  # noqa: ARG002 - what is in it was sealed before
        """The next packet, as long as there are any."""
        if self._ready:
            self._send(self._ready.pop())

    def _heard(self, data: bytes) -> None:
        if rtp.is_rtcp(data):
            return
        (_, number, _), now = rtp.head(data), time.perf_counter()
        self.heard.came += 1
        if self._last is not None:
            before, at = self._last
            missing = (number - before) % SEQUENCES - 1
            self.heard.lost += missing if missing < SEQUENCES // 2 else 0
            self.heard.gaps.append(now - at)
            self.heard.late += now - at > LENGTH + LATE_SECONDS
        self._last = number, now


async def all_stay(legs: Sequence[Waiting]) -> None:
    """Everybody is still there, until it is cancelled."""
    while True:
        for leg in list(legs):
            leg.check()
        await asyncio.sleep(CHECKS)
