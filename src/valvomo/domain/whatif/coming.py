"""Who comes: when, how long serving them takes, how long they would wait.

Everything that is left to chance is drawn here, before anything is decided. So the same visitors can be given to two
houses, and what differs then is due to the houses.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from valvomo.domain.agents.skills import Need

Dice = Callable[[], float]
"""The next of numbers that are spread evenly from 0 to just below 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One who comes, `at` seconds after the start. All others are seconds too.

    Serving takes `talk` and then `wrap_up`; `patience` is how long they wait before they leave, `answer` how long an
    agent who is asked takes to accept.
    """

    id: str
    at: float
    queue_id: str
    workstream_id: str
    talk: float
    wrap_up: float = 0.0
    patience: float = math.inf
    answer: float = 0.0
    priority: int = 0
    needs: tuple[Need, ...] = ()
    affinity_id: str | None = None


def exponential(mean: float, dice: Dice) -> float:
    """An exponential time with this mean, by inversion."""
    return -mean * math.log(1 - dice())
