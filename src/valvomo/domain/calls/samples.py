"""Samples of how ways into a call do, folded into minutes: what is kept of them, and never a row for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.calls.hearing import Part

RATED = frozenset({Part.CUSTOMER, Part.AGENT})
"""Whose ways are kept: the two that a call is about."""
LEAST_SAMPLES = 3
"""A minute with fewer says nothing about how bad a call became at worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose way, and who had the conversation in which queue meanwhile."""

    person_id: str
    part: Part
    agent_id: str
    queue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What samples of one minute of a way come to. `score` is their sum; the rest is the worst of them.

    `loss` is a share, `jitter` and `round_trip` are seconds; all 0 where they were never known.
    """

    whose: Whose
    at: datetime
    samples: int = 0
    score: float = 0.0
    loss: float = 0.0
    jitter: float = 0.0
    round_trip: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """How a way did over a call, as scores: the `mean` of its samples, and the mean of its `worst` minute."""

    whose: Whose
    mean: float
    worst: float
    samples: int


@dataclass(slots=True)
class Minutes:
    """Of one call, those that have not been kept yet."""

    open: dict[tuple[Whose, datetime], Minute] = field(default_factory=dict)

    def add(
        self,
        whose: Whose,
        at: datetime,
        score: float,
        *,
        loss: float = 0.0,
        jitter: float = 0.0,
        round_trip: float = 0.0,
    ) -> None:
        """One more sample."""
        minute = at.replace(second=0, microsecond=0)
        one = self.open.get((whose, minute)) or Minute(whose=whose, at=minute)
        self.open[whose, minute] = Minute(
            whose=whose,
            at=minute,
            samples=one.samples + 1,
            score=one.score + score,
            loss=max(one.loss, loss),
            jitter=max(one.jitter, jitter),
            round_trip=max(one.round_trip, round_trip),
        )

    def take(self) -> tuple[Minute, ...]:
        """All of them; what comes later is another part of its minute, to be added to it."""
        taken = tuple(self.open.values())
        self.open.clear()
        return taken


def rated(minutes: Iterable[Minute]) -> tuple[Rated, ...]:
    """How each way did, in the order in which they came."""
    of: dict[Whose, list[Minute]] = {}
    for one in sorted(minutes, key=lambda it: (it.at, it.whose.person_id)):
        if one.samples:
            of.setdefault(one.whose, []).append(one)
    return tuple(_rated(whose, some) for whose, some in of.items())


def _rated(whose: Whose, minutes: list[Minute]) -> Rated:
    samples = sum(one.samples for one in minutes)
    mean = sum(one.score for one in minutes) / samples
    full = [one.score / one.samples for one in minutes if one.samples >= LEAST_SAMPLES]
    return Rated(whose=whose, mean=mean, worst=min(full, default=mean), samples=samples)
