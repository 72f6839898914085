"""Handing readers over: a process that is going asks its readers to come back, and another one has them.

They are told one after the other, so that those who stay are not met by everybody at once. Nobody counts as lost for
it: what is noted of their connections stays for a while (`jobs/janitor.py`), and whoever is back by then was never
gone. So no agent goes offline and no offer is withdrawn because a process was restarted.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable

import structlog

from valvomo.domain.access.actor import Actor
from valvomo.live.connection import CLOSE_RESTART, Connection

MOST_EACH_SECOND = 500

log = structlog.get_logger(__name__)


class HandingOver:
    """`readers` gives the connections that are open. `begun` says that new ones are not wanted."""

    def __init__(self, readers: Callable[[], list[Connection]]) -> None:
        self._readers = readers
        self.begun = False
        self._handed: dict[str, Actor] = {}

    def begin(self) -> None:
        """From now on this process takes no new readers, and says that it is not ready."""
        self.begun = True

    def of(self, connection: Connection) -> bool:
        """Whether this one was handed over, so that its end is no loss."""
        return connection.id in self._handed

    def handed(self) -> dict[str, Actor]:
        """Connections that were handed over by id, and whose they are."""
        return self._handed

    async def run(self, seconds: float, hurried: asyncio.Event) -> None:
        """Ask everybody to come back, over this time or longer if there are many; at once when it is `hurried`."""
        self.begin()
        left = self._left()
        random.shuffle(left)
        seconds, began = max(seconds, len(left) / MOST_EACH_SECOND), time.monotonic()
        log.info("live.handing_over", readers=len(left), seconds=seconds)
        for number, connection in enumerate(left):
            due = began + seconds * number / len(left)
            if (early := due - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(hurried.wait(), early)
            self._hand(connection)
        for connection in self._left():
            # Who was on the way in when it began.
            self._hand(connection)

    def _left(self) -> list[Connection]:
        return [one for one in self._readers() if one.id not in self._handed]

    def _hand(self, connection: Connection) -> None:
        self._handed[connection.id] = connection.actor
        connection.sink.close(CLOSE_RESTART)
