"""Whether this process can serve truthfully: each thing that it stands on, how it is, and how long that takes.

Failing: what people are shown or told could be untrue, so they must go elsewhere. Degraded: everything is true and
slower than it should be, so they may stay. Asked of the parts at most twice a second, however many probe.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from valvomo.edge.parts import Parts
from valvomo.queries import health
from valvomo.telemetry.fresh import Fresh

KEPT_SECONDS = 0.5
SCHEMA_KEPT_SECONDS = 30.0
"""The schema changes when an operator changes it, and asking takes a connection of its own."""


class Status(IntEnum):
    """The worst of all checks is that of the process."""

    OK = 0
    DEGRADED = 1
    FAILING = 2


@dataclass(frozen=True, slots=True)
class Check:
    """How one thing is. `seconds`: how long it took, or how old it is."""

    status: Status
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """All checks, made at one moment by the monotonic clock."""

    checks: Mapping[str, Check]
    at: float

    @property
    def status(self) -> Status:
        """The worst of them."""
        return max(one.status for one in self.checks.values())

    def told(self) -> dict[str, object]:
        """As it is answered."""
        return {
            "status": self.status.name.lower(),
            "age": round(time.monotonic() - self.at, 3),
            "checks": {
                name: {"status": one.status.name.lower()}
                | ({} if one.seconds is None else {"seconds": round(one.seconds, 4)})
                for name, one in self.checks.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds from which something is degraded, and failing."""

    degraded: float
    failing: float

    def of(self, seconds: float) -> Check:
        """How it is."""
        if seconds >= self.failing:
            return Check(Status.FAILING, seconds)
        return Check(Status.DEGRADED if seconds >= self.degraded else Status.OK, seconds)


DATABASE = Bounds(0.5, health.PATIENCE_SECONDS)
LANE = Bounds(2.0, 10.0)
"""For how long the lane has been at one batch."""
FEED = Bounds(2.0, 10.0)
"""How old a floor is: an older one shows people what was, not what is."""
LOOP = Bounds(1.0, 5.0)
"""The worst delay within the last seconds."""


class Readiness:
    """Of one process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._schema = Fresh(self._is_ours, SCHEMA_KEPT_SECONDS)
        self._ready = Fresh(self._look, KEPT_SECONDS)

    async def now(self) -> Ready:
        """How it is; at most a moment old."""
        return await self._ready.get()

    async def _look(self) -> Ready:
        parts, began = self._parts, time.monotonic()
        answered = await health.answers(parts.reader)
        database = DATABASE.of(time.monotonic() - began)
        if not answered:
            database = Check(Status.FAILING, database.seconds)
        lane = parts.lane.statistics()
        return Ready(
            {
                "database": database,
                "schema": Check(await self._ours(answered=answered)),
                "messages": LANE.of(lane.busy_for) if lane.running else Check(Status.FAILING),
                "feeds": self._feeds(),
                "loop": LOOP.of(parts.loop.worst()),
                "staying": Check(Status.FAILING if parts.live.leaving else Status.OK),
                "bus": Check(Status.OK if parts.connected() else Status.DEGRADED),
            },
            time.monotonic(),
        )

    def _feeds(self) -> Check:
        """One organization's trouble is not the process's: only where all floors are old must people go elsewhere."""
        live = self._parts.live
        worst, best = FEED.of(live.lag_ms() / 1000), FEED.of(live.least_lag_ms() / 1000)
        if best.status is Status.FAILING:
            return worst
        return Check(min(worst.status, Status.DEGRADED), worst.seconds)

    async def _ours(self, *, answered: bool) -> Status:
        """Without a database nobody can say, and what was known last holds."""
        ours = await self._schema.get() if answered else self._schema.last
        return Status.OK if ours or ours is None else Status.FAILING

    async def _is_ours(self) -> bool | None:
        try:
            return not await self._parts.pending()
        except health.UNREACHED:
            return None
