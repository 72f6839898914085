"""Arriving: takes in what providers told us, each thread in its order, many threads at a time.

What cannot be taken in is tried again, and given up after some attempts: it is kept with its problem for a person to
look at, and what is behind it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from valvomo.addresses import Network
from valvomo.channels.http import GuardedHttp
from valvomo.channels.optional import Namer
from valvomo.channels.port import Http, RejectedError, UnavailableError
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.naming import NoteName
from valvomo.commands.channels.taking_in import TakeMessage, TakeStatuses
from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.jobs.rounds import Rounds

AT_A_TIME = 8
"""Threads that are taken in at a time."""
BATCH = 200
MOST_ATTEMPTS = 6
NAME_SECONDS = 4.0
"""How long a customer's first message waits for their name."""
NAME_AGAIN = timedelta(minutes=15)
"""So long after it could not be learned, their next message does."""
IN_A_ROW = 50
"""Messages of a thread that are taken in before others have their turn."""

log = structlog.get_logger(__name__)


AWAY = (
    OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)  # fmt: skip
"""What says that the database is away, which is nothing that an item could help."""


class Arriving(Rounds):
    """One for a process; several processes share the work."""

    def __init__(
        self,
        executor: Executor,
        bell: Doorbell,
        opener: Opener,
        *,
        allowed: Sequence[Network] = (),
    ) -> None:
        super().__init__(bell)
        self._allowed = allowed
        self._http: Http | None = None
        self._database = executor.database
        self._executor = executor
        self._clock = executor.clock
        self._opener = opener

    async def run(self) -> None:
        """Take in until cancelled."""
        async with GuardedHttp(self._allowed) as self._http:
            await super().run()

    async def round(self) -> float | None:
        """Everything that is due; then until the next is."""
        async with self._database.asking() as tx:
            due = await tx.rows("channels.due_arrivals", self._clock(), BATCH)
        turns = asyncio.Semaphore(AT_A_TIME)

        async def take(row: Any) -> bool:
            async with turns:
                return await (self._statuses(row) if row["kind"] == "status" else self._messages(row))

        moved = await asyncio.gather(*(take(row) for row in due), return_exceptions=True)
        if trouble := [one for one in moved if isinstance(one, BaseException)]:
            raise trouble[0]
        if any(moved):
            return 0.0
        return await self._until_next()

    async def _messages(self, row: Any) -> bool:
        """The messages of a thread; whether any was taken in."""
        used = await self._used(row)
        hours = used.provider.abilities(used.account).session_hours if used else None
        if used is not None and isinstance(used.provider, Namer) and self._http is not None:
            await self.learn_name(row, used, used.provider, self._http)
        command = TakeMessage(account_id=row["account_id"], address=row["address"], session_hours=hours)
        for number in range(IN_A_ROW):
            problem, done = await self._attempt(row, command)
            if problem is not None:
                await self._failed(row, problem)
                return True
            if not done.get("key"):
                return number > 0
        return True

    async def _statuses(self, row: Any) -> bool:
        """What the provider says of our messages; whether there was anything."""
        problem, done = await self._attempt(row, TakeStatuses(account_id=row["account_id"]))
        if problem is None:
            return bool(done.get("taken"))
        # Whichever of them is to blame, the others are taken in one by one.
        for _ in range(IN_A_ROW):
            problem, done = await self._attempt(row, TakeStatuses(account_id=row["account_id"], most=1))
            if problem is not None:
                async with self._database.transaction() as tx:
                    place = (row["organization_id"], row["account_id"], self._clock(), problem, MOST_ATTEMPTS)
                    await tx.run("channels.status_failed", *place)
            elif not (done.get("taken") or done.get("waiting")):
                break
        return True

    async def _attempt(self, row: Any, command: Command) -> tuple[str | None, dict[str, Any]]:
        """What is wrong with it, if anything; else what came of it. Raises what says that the database is away."""
        try:
            outcome = await self._executor.execute(system(row["organization_id"], "channel"), command)
        except Exception as error:
            if is_away(error):
                raise
            # Whatever is wrong with one item concerns nobody else.
            log.exception("arriving.failed", account=row["account_id"])
            return f"{type(error).__name__}: {error}"[:500], {}
        if isinstance(outcome, Done):
            return None, dict(outcome.result)
        return outcome.reason.value, {}

    async def _failed(self, row: Any, problem: str) -> None:
        async with self._database.transaction() as tx:
            place = (row["organization_id"], row["account_id"], row["address"])
            noted = await tx.row("channels.arrival_failed", *place, problem, self._clock(), MOST_ATTEMPTS)
        if noted is not None:
            log.warning("arriving.untaken", key=noted["key"], attempts=noted["attempts"], problem=problem)

    async def _used(self, row: Any) -> Used | None:
        async with self._database.asking() as tx:
            account = await tx.row("channels.account", row["organization_id"], row["account_id"])
        try:
            return self._opener.open(account)
        except (UnopenableError, UnusableAccountError):
            return None

    async def learn_name(self, row: Any, used: Used, namer: Namer, http: Http) -> None:
        """Ask for the name of a customer who has never written before; without it, it goes on all the same.

        Where it could not be asked, it is when they write again after a while.
        """
        place = (row["organization_id"], row["account_id"], row["address"])
        async with self._database.asking() as tx:
            if not await tx.value("channels.is_asked_for", *place, self._clock() - NAME_AGAIN):
                return
        name, failed = "", False
        try:
            async with asyncio.timeout(NAME_SECONDS):
                name = await namer.name_of(used.account, row["address"], http)
        except (UnavailableError, TimeoutError):
            failed = True
        except RejectedError as error:
            # What is wrong with the account is put right some time.
            failed = error.problem is DeliveryProblem.ACCOUNT
        noted = NoteName(account_id=row["account_id"], address=row["address"], name=name, failed=failed)
        await self._executor.execute(system(row["organization_id"], "channel"), noted)

    async def _until_next(self) -> float | None:
        now = self._clock()
        async with self._database.asking() as tx:
            due: datetime | None = await tx.value("channels.next_arrival", now)
        return None if due is None else max(0.0, (due - now).total_seconds())


def is_away(error: Exception) -> bool:
    """Whether it is the database's trouble. What the driver refuses of a value is that value's own."""
    return isinstance(error, AWAY) and not isinstance(error, ValueError)
