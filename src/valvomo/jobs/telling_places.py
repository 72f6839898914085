"""Telling places: customers who wait on channels are told their place in the queue, where their workstream says so.

Nobody there has a window of ours, which the live stream would tell. A look every few seconds is enough for something
that is told every few minutes, and fewer where very many wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from valvomo.commands.channels.places import TellPlace
from valvomo.commands.execute import Executor
from valvomo.db import house, routing
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.place import SETTLES, TOLD_IN
from valvomo.domain.routing.estimate import outlooks
from valvomo.domain.routing.route import turn
from valvomo.jobs.rounds import Rounds

EVERY, LONGEST = 5.0, 60.0
SHARE = 20
"""Looking may take this part of the time."""


class TellingPlaces(Rounds):
    """One for a process; several do no harm, because each is judged again under its conversation's lock."""

    rest = 60.0

    def __init__(self, executor: Executor) -> None:
        super().__init__()
        self.every = EVERY
        self._executor = executor
        self._clock = executor.clock
        self._due: dict[str, list[Any]] = {}

    async def round(self) -> float | None:
        """Tell everybody for whom it is time and whose place is another one than they were told last."""
        began = time.monotonic()
        channels = sorted(one.value for one in TOLD_IN)
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("channels.places_due", self._clock(), SETTLES.total_seconds(), channels)
        self._due = {one: list(ours) for one, ours in groupby(rows, lambda row: str(row["organization_id"]))}
        await self.in_each(list(self._due), self._tell)
        self.every = max(EVERY, min(LONGEST, SHARE * (time.monotonic() - began)))
        return None

    async def _tell(self, organization_id: str) -> bool:
        ours = self._due[organization_id]
        async with self._executor.database.reading() as tx:
            places = await _places(tx, organization_id, ours, self._clock())
        for row in ours:
            place = places.get(row["id"])
            if place is not None and place != row["place"]:
                command = TellPlace(conversation_id=row["id"], place=place)
                await self._executor.execute(system(organization_id, "places"), command)
        return False


async def _places(tx: Transaction, organization_id: str, due: Iterable[Any], at: datetime) -> dict[str, int]:
    """The places of these, in queues that are open now."""
    wanted: dict[str, set[str]] = {}
    for row in due:
        wanted.setdefault(row["queue_id"], set()).add(row["id"])
    hours = await house.openings(tx, organization_id, at)
    opened = {one for one in wanted if one not in hours or hours[one].open}
    rules = await routing.rules(tx, organization_id)
    waiting = await routing.waiting(tx, organization_id, opened)
    seats = await routing.seats(tx, organization_id, opened, at)
    found: dict[str, int] = {}
    for queue_id in opened & rules.queues.keys():
        line = sorted((one for one in waiting if one.queue_id == queue_id), key=lambda one: turn(one, 0))
        members = [one for one in seats if queue_id in one.agent.queues]
        seen = outlooks(wanted[queue_id], line, members, rules)
        found.update((one, outlook.place) for one, outlook in seen.items())
    return found
