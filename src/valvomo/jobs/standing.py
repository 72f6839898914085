"""Standing: how an account does at its provider, as the one who sends for it finds out, and what follows from that.

A provider that is away is left alone for a moment. One that does not know the account any more (a credential is wrong,
or was taken back) is no fault of any message: the account is held, and tried again by and by with one message, until it
works or somebody has put it right.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from valvomo.channels.port import cleaned
from valvomo.commands.channels.administering import SeeChannel
from valvomo.commands.execute import Done, Executor
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.jobs.pacing import pause_after

LONGEST_QUIET = 60.0
"""A provider that is away is asked at least so often whether it is back."""
AWAY_AFTER = 2
"""Failures in a row that say that the provider is away, and not that something is wrong with one message."""
LONGEST_HELD = timedelta(days=2)
"""So long messages wait for an account to be put right."""
AT_A_TIME = 200


class Standing:
    """Of one account (organization, id). `trouble`: it did not work last, and is tried with one message at a time."""

    def __init__(self, executor: Executor, key: tuple[str, str]) -> None:
        self.trouble = False
        self._executor = executor
        self._key = key
        self._system = system(key[0], "channel")
        self._failures = 0
        self._quiet_until = 0.0
        self._refused: dict[str, float] = {}
        self._worked_at = 0.0

    @property
    def quiet(self) -> bool:
        """Whether the provider is left alone for a moment, because it was away."""
        return time.monotonic() < self._quiet_until

    async def worked(self, message_id: str) -> None:
        """The provider has taken this message."""
        self._failures, self._worked_at = 0, time.monotonic()
        self._refused.pop(message_id, None)
        if self.trouble:
            self.trouble, self._quiet_until = False, 0.0
            await self._see(None, "")

    async def away(self, detail: str) -> None:
        """One failure may be the message's own; several in a row are the provider's, who is left alone for a while."""
        self._failures += 1
        if not self.trouble and self._failures < AWAY_AFTER:
            return
        self._quiet_until = time.monotonic() + min(pause_after(self._failures), LONGEST_QUIET)
        if not self.trouble:
            self.trouble = True
            await self._see(DeliveryProblem.UNAVAILABLE, detail)

    def is_its_own(self, message_id: str) -> bool:
        """Whether an account that refuses this message means the message: it did so before, and took others since."""
        before = self._refused.pop(message_id, None)
        if before is not None and self._worked_at > before:
            return True
        self._refused[message_id] = time.monotonic()
        return False

    async def hold(self, detail: str) -> datetime:
        """Nothing goes out over the account for a while; until when."""
        self.trouble = True
        return await self._see(DeliveryProblem.ACCOUNT, detail, hold=True) or self._executor.clock()

    async def overdue(self, now: datetime) -> list[str]:
        """Messages that have waited for too long for the account to be put right."""
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("dispatches.overdue", *self._key, now - LONGEST_HELD, AT_A_TIME)
        return [row["message_id"] for row in rows]

    async def _see(
        self, problem: DeliveryProblem | None, detail: str, *, hold: bool = False
    ) -> datetime | None:
        word = problem.value if problem else None
        seen = SeeChannel(
            account_id=self._key[1], well=not word, problem=word, detail=cleaned(detail)[:200], hold=hold
        )
        outcome = await self._executor.execute(self._system, seen)
        until = outcome.result.get("held_until") if isinstance(outcome, Done) else None
        return until if isinstance(until, datetime) else None
