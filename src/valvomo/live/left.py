"""What customers who went had been told, for when they come back: most have missed nothing."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from valvomo.protocol.customer import PublicNotice

MOST_LEFT = 10_000
KEPT_SECONDS = 900.0

Told = tuple[int, tuple[PublicNotice, ...]]
"""A conversation's version and the notices up to it."""


class Left:
    """By conversation, of the last `MOST_LEFT` who went within `KEPT_SECONDS`."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._told: OrderedDict[str, tuple[float, Told]] = OrderedDict()

    def keep(self, conversation_id: str, told: Told) -> None:
        """Its customer has gone."""
        now = self._timer()
        self._told[conversation_id] = (now, told)
        self._told.move_to_end(conversation_id)
        while len(self._told) > MOST_LEFT or next(iter(self._told.values()))[0] < now - KEPT_SECONDS:
            self._told.popitem(last=False)

    def told(self, conversation_id: str) -> Told:
        """What its customer had been told; version 0 where that is not known (any more)."""
        _, told = self._told.get(conversation_id, (0.0, (0, ())))
        return told
