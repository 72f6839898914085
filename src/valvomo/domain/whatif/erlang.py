"""The closed formulas of queues: what a simulation of their cases must come to.

Arrivals are a Poisson process of `arrivals` a second, service times exponential with mean `handle` seconds, `agents`
serve one at a time, first come first served. `a = arrivals x handle` is the offered load in erlangs, `rho = a / n`.

Sources: A. K. Erlang, *Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges*, 1917 (B and C); C. Palm, *Research on telephone traffic carried by full availability groups*, 1957 (A); O.
Garnett, A. Mandelbaum, M. Reiman, *Designing a call center with impatient customers*, M&SOM 4(3), 2002 (A, restated).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_LARGE = 1e200
_NEGLIGIBLE = 1e-17


def erlang_b(agents: int, load: float) -> float:
    """The probability that all are busy where nobody waits: `B(0) = 1`, `B(n) = a B(n-1) / (n + a B(n-1))`.

    The recursion only adds, multiplies and divides positive numbers, so that no size of `agents` makes it unstable.
    """
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangC:
    """M/M/n: everybody waits for as long as it takes. Steady only while `rho < 1`.

    `delayed` is the probability of having to wait, `answer` the mean wait of all (ASA) in seconds.
    """

    agents: int
    arrivals: float
    handle: float
    delayed: float
    answer: float
    occupancy: float

    def service_level(self, seconds: float) -> float:
        """Accepted within t: `1 - C exp(-(n - a) t / handle)`."""
        spare = self.agents - self.arrivals * self.handle
        return 1 - self.delayed * math.exp(-spare * seconds / self.handle)


def erlang_c(agents: int, arrivals: float, handle: float) -> ErlangC | None:
    """`C = B / (1 - rho (1 - B))`, `ASA = C handle / (n - a)`; None where the queue grows for ever (`rho >= 1`)."""
    load = arrivals * handle
    if load >= agents:
        return None
    blocked = erlang_b(agents, load)
    delayed = blocked / (1 - load / agents * (1 - blocked))
    return ErlangC(
        agents=agents,
        arrivals=arrivals,
        handle=handle,
        delayed=delayed,
        answer=delayed * handle / (agents - load),
        occupancy=load / agents,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangA:
    """M/M/n+M: who waits leaves after an exponential patience; steady at any load.

    `delayed` is the probability of having to wait, `abandoned` of leaving unserved, `wait` the mean wait of all, those
    who leave included, in seconds; `occupancy` is `rho (1 - abandoned)`.
    """

    delayed: float
    abandoned: float
    wait: float
    occupancy: float


def erlang_a(agents: int, arrivals: float, handle: float, patience: float) -> ErlangA:
    """The steady state of M/M/n+M.

    With `x = n patience / handle`, `y = arrivals x patience` and `A = sum over j >= 0 of y^j / ((x+1)...(x+j))`:
    `delayed = A B / (1 + (A - 1) B)`; `abandoned = delayed (1 / (rho A) + 1 - 1 / rho)`, computed as
    `delayed x D / (y A)` with `D = sum of j y^j / ((x+1)...(x+j))`, which cancels nothing; `wait = abandoned x
    patience`, since each second of waiting is left with the rate `1 / patience`.
    """
    load = arrivals * handle
    blocked = erlang_b(agents, load)
    inverse, length = _queue(agents * patience / handle, arrivals * patience)
    delayed = blocked / ((1 - blocked) * inverse + blocked)
    abandoned = delayed * length / (arrivals * patience)
    return ErlangA(
        delayed=delayed,
        abandoned=abandoned,
        wait=abandoned * patience,
        occupancy=load / agents * (1 - abandoned),
    )


def _queue(x: float, y: float) -> tuple[float, float]:
    """`1 / A`, and the mean number that wait while all are busy, `D / A`.

    Terms grow until `x + j > y` and then fall faster than a geometric series; they are scaled down as they grow, which
    `1 / A` may answer with 0 where A is larger than any float.
    """
    term, total, weighted, scale = 1.0, 1.0, 0.0, 0.0
    number = 0
    while x + number < y or term * (number + 1) > _NEGLIGIBLE * total * max(1 - y / (x + number + 1), 1e-9):
        number += 1
        term *= y / (x + number)
        total += term
        weighted += number * term
        if total > _LARGE:
            term, total, weighted = term / _LARGE, total / _LARGE, weighted / _LARGE
            scale += math.log(_LARGE)
    return math.exp(-math.log(total) - scale), weighted / total
