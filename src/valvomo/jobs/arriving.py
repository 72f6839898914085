"""Arriving: takes in what providers told us, each thread in its order, many threads at a time.

Words in conversations that go on are taken in together, many threads in a transaction; all else one by one.

What cannot be taken in is tried again, and given up after some attempts: it is kept with its problem for a person to
look at, and what is behind it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from valvomo.addresses import Network
from valvomo.channels.http import GuardedHttp
from valvomo.channels.optional import Namer
from valvomo.channels.port import Http, RejectedError, UnavailableError
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.naming import NoteName
from valvomo.commands.channels.taking_in import TakeMessage, TakeStatuses
from valvomo.commands.channels.taking_together import TakeWords
from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.db.doorbell import Doorbell
from valvomo.db.lost import is_away
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.jobs.rounds import Rounds

AT_A_TIME = 8
"""Threads that are taken in at a time."""
TOGETHER = 64
"""Threads whose words are taken in at once."""
BATCH = 200
MOST_ATTEMPTS = 6
NAME_SECONDS = 4.0
"""How long a customer's first message waits for their name."""
NAME_AGAIN = timedelta(minutes=15)
"""So long after it could not be learned, their next message does."""
IN_A_ROW = 50
"""Messages of a thread that are taken in before others have their turn."""

log = structlog.get_logger(__name__)


class Arriving(Rounds):
    """One for a process; several processes share the work."""

    arrivals = True

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
            due = await tx.rows("arrivals.due", self._clock(), BATCH)
        accounts, turns = await self._accounts(due), asyncio.Semaphore(AT_A_TIME)

        async def take(row: Any) -> bool:
            async with turns:
                if row["kind"] == "status":
                    return await self._statuses(row)
                return await self._messages(row, accounts[_account(row)])

        async def take_together(rows: Sequence[Any]) -> bool:
            async with turns:
                taken, left = await self._words(rows, accounts)
            return await _whether_any(take(row) for row in left) or taken

        statuses = [take(row) for row in due if row["kind"] == "status"]
        moved = await _whether_any([*statuses, *(take_together(rows) for rows in _together(due))])
        return 0.0 if moved else await self._until_next()

    async def _words(
        self, rows: Sequence[Any], accounts: Mapping[tuple[str, str], Used | None]
    ) -> tuple[bool, Sequence[Any]]:
        """Words of an organization's threads at once; whether there were any, and where there is something else."""
        threads = {(row["account_id"], row["address"]): row for row in rows}
        used = {account_id: accounts[rows[0]["organization_id"], account_id] for account_id, _ in threads}
        hours = {
            one: found.provider.abilities(found.account).session_hours if found else None
            for one, found in used.items()
        }
        problem, done = await self._attempt(rows[0], TakeWords(threads=tuple(threads), session_hours=hours))
        if problem is not None:
            # Whichever of them is to blame, the others are taken in one by one.
            return False, rows
        return bool(done["taken"]), [threads[one] for one in done["left"]]

    async def _messages(self, row: Any, used: Used | None) -> bool:
        """The messages of a thread; whether any was taken in."""
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
                    await tx.run("arrivals.status_failed", *place)
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
            noted = await tx.row("arrivals.failed", *place, problem, self._clock(), MOST_ATTEMPTS)
        if noted is not None:
            log.warning("arriving.untaken", key=noted["key"], attempts=noted["attempts"], problem=problem)

    async def _accounts(self, rows: Sequence[Any]) -> dict[tuple[str, str], Used | None]:
        """Those of messages as they are set up now, None where one cannot be used."""
        keys = dict.fromkeys(_account(row) for row in rows if row["kind"] == "message")
        return {key: await self._used(key) for key in keys}

    async def _used(self, key: tuple[str, str]) -> Used | None:
        async with self._database.asking() as tx:
            account = await tx.row("channels.account", *key)
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
            due: datetime | None = await tx.value("arrivals.next_due", now)
        return None if due is None else max(0.0, (due - now).total_seconds())


def _together(due: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Threads that are looked at in one transaction: of one organization, and not too many."""
    messages = [row for row in due if row["kind"] == "message"]
    for organization_id in dict.fromkeys(row["organization_id"] for row in messages):
        own = [row for row in messages if row["organization_id"] == organization_id]
        yield from (own[begin : begin + TOGETHER] for begin in range(0, len(own), TOGETHER))


async def _whether_any(works: Iterable[Awaitable[bool]]) -> bool:
    """Of all of them, also if one has failed; raises what the first has failed by."""
    came = await asyncio.gather(*works, return_exceptions=True)
    if trouble := [one for one in came if isinstance(one, BaseException)]:
        raise trouble[0]
    return any(came)


def _account(row: Any) -> tuple[str, str]:
    return row["organization_id"], row["account_id"]
