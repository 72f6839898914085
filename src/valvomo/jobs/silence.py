"""Silence: which other processes are dead, known by their sessions at the database sooner than by their age.

A process that dies loses its session at once, and one that stands still, or whose network is cut, a moment later. But
sessions end for other reasons too, and are made anew. So only that process is dead which had a session, has had none
for a while, and has not been seen meanwhile either, as it would have been in each round of its janitor. Neither is
told by the clocks of two machines.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from valvomo.db.transaction import Transaction

SILENT_SECONDS = 5.0
"""Without a session and without being seen: two and a half rounds of a janitor, so that a slow one is no death."""


@dataclass(frozen=True, slots=True)
class _Silent:
    seen_at: datetime
    since: float


class Silence:
    """What one process has heard of the others. Who had no session before it began to listen is never found dead."""

    def __init__(self, process_id: str, timer: Callable[[], float] = time.monotonic) -> None:
        self._process_id = process_id
        self._timer = timer
        self._heard: set[str] = set()
        self._silent: dict[str, _Silent] = {}

    async def listen(self, tx: Transaction) -> list[str]:
        """Who is dead, as of now."""
        now = self._timer()
        rows = await tx.rows("connections.others", self._process_id)
        self._heard &= {row["id"] for row in rows}
        self._heard |= {row["id"] for row in rows if row["session"]}
        silent: dict[str, _Silent] = {}
        for row in rows:
            if row["id"] in self._heard and not row["session"]:
                before = self._silent.get(row["id"])
                again = before is not None and before.seen_at == row["seen_at"]
                silent[row["id"]] = before if before and again else _Silent(row["seen_at"], now)
        self._silent = silent
        return sorted(one for one, found in silent.items() if now - found.since >= SILENT_SECONDS)
