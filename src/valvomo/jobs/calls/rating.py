"""Keeping how calls do: minutes while they go on, and what they come to once they are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from valvomo.commands.conversations.call_quality import NoteTroubles, RateCall
from valvomo.commands.conversations.connection import HearCustomer
from valvomo.commands.execute import Executor
from valvomo.db import call_minutes
from valvomo.db.call_minutes import Key
from valvomo.domain.access.actor import system
from valvomo.domain.calls.samples import Minute
from valvomo.domain.calls.trouble import changed
from valvomo.jobs.calls.attended import Attended

KEEP_EVERY = timedelta(seconds=30)
"""A process that dies loses at most what was measured for so long."""
QUIET_SECONDS = 150.0
"""A call of which nothing was measured for so long is nobody's any more; it is rated if it is over."""


class Rating:
    """One for a process that carries calls."""

    def __init__(self, executor: Executor, clock: Callable[[], datetime]) -> None:
        self._executor = executor
        self._clock = clock
        self._kept_at: datetime | None = None
        self._unwritten: list[tuple[Key, tuple[Minute, ...]]] = []

    def leave(self, one: Attended) -> None:
        """It is not here any more, may go on elsewhere: what was measured of it is kept by the next `keep`."""
        if minutes := one.watching.minutes.take():
            self._unwritten.append((_key(one), minutes))

    async def keep(self, calls: Iterable[Attended], *, now: bool = False) -> None:
        """What has been measured of these, from time to time, and of those that went, at once; rate what is left."""
        at = self._clock()
        await self._write()
        if not now and self._kept_at is not None and at - self._kept_at < KEEP_EVERY:
            return
        for one in calls:
            self.leave(one)
        await self._write()
        self._kept_at = at
        async with self._executor.database.asking() as tx:
            left = await call_minutes.unrated(tx, at, QUIET_SECONDS)
        for key in left:
            await self._rate(key)

    async def over(self, one: Attended) -> None:
        """This call is over."""
        self.leave(one)
        await self._write()
        await self._rate(_key(one))

    async def note(self, one: Attended) -> None:
        """Note what goes wrong in a call, where that is not what is known, and that a customer is still in it."""
        at = self._clock()
        organization_id, conversation_id = one.key
        if one.is_missed(at):
            heard = HearCustomer(conversation_id=conversation_id)
            await self._executor.execute(system(organization_id, "calls"), heard)
        now = one.watching.troubles(at)
        if not changed(one.call.troubles, now):
            return
        command = NoteTroubles(conversation_id=conversation_id, call_id=one.call.id, troubles=now)
        await self._executor.execute(system(organization_id, "calls"), command)

    async def _write(self) -> None:
        if not self._unwritten:
            return
        # What is left meanwhile is written the next time.
        taken, self._unwritten = self._unwritten, []
        try:
            async with self._executor.database.transaction() as tx:
                for key, minutes in sorted(taken, key=lambda one: one[0]):
                    await call_minutes.add(tx, key, minutes)
        except BaseException:
            self._unwritten += taken
            raise

    async def _rate(self, key: Key) -> None:
        organization_id, conversation_id, call_id = key
        command = RateCall(conversation_id=conversation_id, call_id=call_id)
        await self._executor.execute(system(organization_id, "calls"), command)


def _key(one: Attended) -> Key:
    return (*one.key, one.call.id)
