"""Who comes: when, how long serving them takes, how long they would wait.

Everything that is left to chance is drawn here, before anything is decided. So the same visitors can be given to two
houses, and what differs then is due to the houses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from valvomo.domain.agents.skills import Need
from valvomo.domain.routing.rules import Arrival
from valvomo.domain.whatif.answering import AT_ONCE, Answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Who has served them passes them on to this queue. There they wait with this patience, and are served so long."""

    queue_id: str
    talk: float
    patience: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What the rules of the workstream know of somebody who comes.

    `ruled` is whether it is these rules that gave them their queue: not where it was named for them. `needs` are asked
    for besides those of the rules; None where what they ask for is not known to come from these rules, and stays.
    """

    arrival: Arrival
    ruled: bool = True
    needs: tuple[Need, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One who comes, `at` seconds after the start. All others are seconds too.

    Serving takes `talk`, then more of it by each of `onward`, and at last `wrap_up`. `patience` is how long they wait
    before they leave. How agents who are asked answer is chance of their own: `luck`.
    """

    id: str
    at: float
    queue_id: str
    workstream_id: str
    talk: float
    wrap_up: float = 0.0
    patience: float = math.inf
    onward: tuple[Onward, ...] = ()
    answering: Answering = AT_ONCE
    luck: int = 0
    priority: int = 0
    needs: tuple[Need, ...] = ()
    affinity_id: str | None = None
    matter: Matter | None = None
