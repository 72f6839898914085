"""What customers who went had been told, for when they come back: most have missed nothing."""

from __future__ import annotations

from collections import OrderedDict

from valvomo.protocol.customer import PublicNotice

MOST_LEFT = 10_000

Told = tuple[int, tuple[PublicNotice, ...]]
"""A conversation's version and the notices up to it."""


class Left:
    """By conversation, of the last `MOST_LEFT` who went."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, Told] = OrderedDict()

    def keep(self, conversation_id: str, told: Told) -> None:
        """Its customer has gone."""
        self._told[conversation_id] = told
        self._told.move_to_end(conversation_id)
        if len(self._told) > MOST_LEFT:
            self._told.popitem(last=False)

    def told(self, conversation_id: str) -> Told:
        """What its customer had been told; version 0 where that is not known (any more)."""
        return self._told.get(conversation_id, (0, ()))
