"""Cutting: where an utterance begins and ends, by how loud it is against what is always there.

It costs next to nothing, so that it can be done for every leg of every call; whether what it cuts out is speech at all
is for whoever writes it down.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import sqrt
from operator import mul

RATE = 16_000
"""Samples a second, of one channel of 16 bits, little-endian."""
FRAME = 640
"""Bytes of 20 ms, in which all is measured."""
SECONDS = 0.02
GAP_SECONDS = 0.1
"""What comes so much later than it should is no longer the same utterance: somebody was muted, on hold, or paused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """In frames of 20 ms: how long it takes, before (`lead`) and after (`tail`) what is kept, when it is cut.

    Speech has begun when `begins` of the last `window` frames are voiced. It ends with a pause; with a shorter one
    (`breath`) once it is `long`; and at the `longest` wherever it is. What has fewer voiced frames than `least` was a
    click.
    """

    begins: int = 3
    window: int = 5
    lead: int = 15
    tail: int = 10
    pause: int = 30
    breath: int = 10
    long: int = 400
    longest: int = 750
    least: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What was said in one go: from when to when, in seconds of the call, and its sound."""

    began: float
    ended: float
    pcm: bytes


QUIETEST, LOUDEST = 30.0, 2_000.0
"""Between these the level of what is always there is sought, of 32,768."""
ABOVE = 2.5
"""So many times louder than that is voice."""
LEAST_LEVEL = 150.0
FALLS, RISES, RISES_IN_SPEECH = 0.3, 0.01, 0.001
"""By which share of the difference a frame that is quieter, or louder, changes what is known of it."""


def level_of(frame: bytes) -> float:
    """How loud it is: the root of the mean square, from 0 to 32,768; of each fourth sample, which tell as well."""
    samples = memoryview(frame).cast("h")[::4]
    return sqrt(sum(map(mul, samples, samples)) / len(samples)) if samples else 0.0


@dataclass(slots=True)
class Cutter:
    """Of one leg; sound comes as it was said, in pieces of any length."""

    pace: Pace = field(default_factory=Pace)
    _noise: float = 100.0
    _at: float = 0.0
    _rest: bytes = b""
    _last: deque[tuple[bytes, bool]] = field(default_factory=deque)
    _kept: list[bytes] = field(default_factory=list)
    _voiced: int = 0
    _quiet: int = 0

    def take(self, at: float, pcm: bytes) -> list[Utterance]:
        """What of this begins at a moment of the call; utterances that have ended with it."""
        found: list[Utterance] = []
        if abs(at - (self._at + self._pending)) > GAP_SECONDS:
            found += self.end()
            self._at = at
        sound = self._rest + pcm
        whole = len(sound) - len(sound) % FRAME
        self._rest = sound[whole:]
        for begin in range(0, whole, FRAME):
            found += self._frame(sound[begin : begin + FRAME])
        return found

    def end(self) -> list[Utterance]:
        """Nothing more belongs to what was said until now; it, if that was anything."""
        found = self._cut(self._quiet)
        self._last.clear()
        self._at += self._pending
        self._rest = b""
        return found

    @property
    def _pending(self) -> float:
        return len(self._rest) / 2 / RATE

    def _frame(self, frame: bytes) -> list[Utterance]:
        level = level_of(frame)
        voiced = level > max(LEAST_LEVEL, ABOVE * self._noise)
        share = FALLS if level < self._noise else RISES_IN_SPEECH if self._kept else RISES
        self._noise = min(LOUDEST, max(QUIETEST, self._noise + share * (level - self._noise)))
        self._at += SECONDS
        if self._kept:
            return self._go_on(frame, voiced=voiced)
        self._last.append((frame, voiced))
        while len(self._last) > self.pace.lead:
            self._last.popleft()
        recent = list(self._last)[-self.pace.window :]
        if sum(one for _, one in recent) >= self.pace.begins:
            self._kept = [one for one, _ in self._last]
            self._voiced, self._quiet = sum(one for _, one in self._last), 0
            self._last.clear()
        return []

    def _go_on(self, frame: bytes, *, voiced: bool) -> list[Utterance]:
        self._kept.append(frame)
        self._voiced += voiced
        self._quiet = 0 if voiced else self._quiet + 1
        breath = len(self._kept) >= self.pace.long and self._quiet >= self.pace.breath
        if self._quiet >= self.pace.pause or breath:
            return self._cut(self._quiet)
        return self._cut(0) if len(self._kept) >= self.pace.longest else []

    def _cut(self, quiet: int) -> list[Utterance]:
        """What has been kept, but for silence at its end, which may be the beginning of what comes next."""
        kept, voiced = self._kept, self._voiced
        self._kept, self._voiced, self._quiet = [], 0, 0
        if not kept:
            return []
        over = max(0, quiet - self.pace.tail)
        said, after = kept[: len(kept) - over], kept[len(kept) - over :]
        self._last = deque((one, False) for one in after[-self.pace.lead :])
        if voiced < self.pace.least:
            return []
        ended = self._at - over * SECONDS
        began = ended - len(said) * SECONDS
        return [Utterance(began=round(began, 3), ended=round(ended, 3), pcm=b"".join(said))]
