"""Load that is made up: independent streams with the distributions of Erlang's formulas."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from valvomo.domain.agents.skills import Need
from valvomo.domain.whatif.answering import MadeUp
from valvomo.domain.whatif.chance import Dice, exponential, luck
from valvomo.domain.whatif.coming import Coming, Matter, Onward

HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """So large a `share` of a stream asks for these skills: a language, a product.

    `queue_id` and `priority` are what the rules of the workstream give them, where they know the `matter`.
    """

    share: float
    needs: tuple[Need, ...] = ()
    queue_id: str | None = None
    priority: int = 0
    matter: Matter | None = None


_PLAIN = Kind(share=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """So large a share (of 1) of a stream is passed on to this queue by who has served them, and served there too."""

    share: float
    queue_id: str
    talk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A Poisson process into a queue: `rates` an hour, hour by hour from the start, and from the first again.

    Talk, wrap-up, patience and answer are exponential with these means, in seconds. A mean of 0 takes no time; a
    patience of None has no end. So large a share of offers is `rejected`, or `missed` by agents who are then inactive
    for `away`; the shares of `passing` come to 1 at most.
    """

    workstream_id: str
    queue_id: str
    rates: tuple[float, ...]
    talk: float
    wrap_up: float = 0.0
    patience: float | None = None
    answer: float = 0.0
    rejected: float = 0.0
    missed: float = 0.0
    away: float = 0.0
    passing: tuple[Passing, ...] = ()
    priority: int = 0
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """Streams, independent of each other, for so many seconds."""

    streams: tuple[Stream, ...]
    seconds: float

    @property
    def expected(self) -> float:
        """How many come, on average."""
        return sum(
            stream.rates[hour % len(stream.rates)] * (end - begin) / HOUR
            for stream in self.streams
            for hour, (begin, end) in enumerate(_hours(self.seconds))
        )

    def comings(self, dice: Dice) -> list[Coming]:
        """One possible course, in order of time."""
        found = [one for number in range(len(self.streams)) for one in _of_stream(self, number, dice)]
        return sorted(found, key=lambda one: (one.at, one.id))


def _of_stream(load: Synthetic, number: int, dice: Dice) -> list[Coming]:
    stream = load.streams[number]
    shares = list(accumulate(kind.share for kind in stream.kinds))
    answering = MadeUp(mean=stream.answer, rejected=stream.rejected, missed=stream.missed, away=stream.away)
    found = []
    for place, at in enumerate(_moments(stream.rates, load.seconds, dice)):
        kind = stream.kinds[_drawn(shares, dice)] if shares else _PLAIN
        one = Coming(
            id=f"{number}-{place:06}",
            at=at,
            queue_id=kind.queue_id or stream.queue_id,
            workstream_id=stream.workstream_id,
            talk=exponential(stream.talk, dice),
            wrap_up=exponential(stream.wrap_up, dice),
            patience=_patience(stream, dice),
            onward=_onward(stream, dice),
            answering=answering,
            luck=luck(dice),
            priority=stream.priority + kind.priority,
            needs=kind.needs,
            matter=kind.matter,
        )
        found.append(one)
    return found


def _patience(stream: Stream, dice: Dice) -> float:
    return math.inf if stream.patience is None else exponential(stream.patience, dice)


def _onward(stream: Stream, dice: Dice) -> tuple[Onward, ...]:
    if not stream.passing:
        return ()
    chance = dice()
    for one in stream.passing:
        if chance < one.share:
            talk, patience = exponential(one.talk, dice), _patience(stream, dice)
            return (Onward(queue_id=one.queue_id, talk=talk, patience=patience),)
        chance -= one.share
    return ()


def _moments(rates: Sequence[float], seconds: float, dice: Dice) -> list[float]:
    """A gap that reaches beyond its hour is drawn anew from there: a Poisson process forgets."""
    found: list[float] = []
    for hour, (at, end) in enumerate(_hours(seconds)):
        rate = rates[hour % len(rates)] / HOUR
        while rate > 0 and (at := at + exponential(1 / rate, dice)) < end:
            found.append(at)
    return found


def _hours(seconds: float) -> list[tuple[float, float]]:
    whole = range(math.ceil(seconds / HOUR))
    return [(hour * HOUR, min((hour + 1) * HOUR, seconds)) for hour in whole]


def _drawn(shares: Sequence[float], dice: Dice) -> int:
    return min(bisect(shares, dice() * shares[-1]), len(shares) - 1)
