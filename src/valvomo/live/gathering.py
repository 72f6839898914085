"""Gathering: under load many changes share a frame, while a change that comes alone goes at once.

Two hundred supervisors and two hundred changes a second would be forty thousand frames a second. Gathered, a reader
gets at most twenty-five, and telling everybody never takes more than a sixth of the time, however many there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from valvomo.live.audience import Net, gather
from valvomo.live.views.happening import Change

LEAST_PAUSE = 0.04
MOST_PAUSE = 0.25
"""Seconds between two tellings: so much in any case, and so much at most, however long telling takes."""
SHARE = 5
"""The pause is so many times as long as the telling before it was."""


class Gathering:
    """`tell` is called with what has been gathered; `failed` when that went wrong and everybody has to begin anew."""

    def __init__(
        self,
        tell: Callable[[list[Net], frozenset[str]], None],
        timer: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        self._tell = tell
        self._timer = timer
        self._failed = failed
        self._nets: dict[str, Net] = {}
        self._agents: frozenset[str] = frozenset()
        self._not_before = 0.0
        self._due: asyncio.TimerHandle | None = None

    def add(self, changes: Sequence[Change], agents: frozenset[str]) -> None:
        """Something happened: told now, or together with what else happens within the pause."""
        waits = bool(self._nets or self._agents)
        gather(self._nets, changes)
        self._agents |= agents
        if not self._nets and not self._agents:
            return
        if not waits and not agents and all(one.happening.silent for one in changes):
            # Of what is silent nobody may notice even that it made something else wait.
            not_before = self._not_before
            self.flush()
            self._not_before = not_before
            return
        left = self._not_before - self._timer()
        if left <= 0:
            self.flush()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(left, self.flush)

    def flush(self) -> None:
        """Tell what has been gathered."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if not self._nets and not self._agents:
            return
        nets, self._nets = list(self._nets.values()), {}
        agents, self._agents = self._agents, frozenset()
        began = self._timer()
        try:
            self._tell(nets, agents)
        except Exception as error:  # noqa: BLE001 - nobody is above this to see it, and every reader must heal
            self._failed(error)
        ended = self._timer()
        self._not_before = ended + min(MOST_PAUSE, max(LEAST_PAUSE, SHARE * (ended - began)))
