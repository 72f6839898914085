"""Dispatching: public messages on their way to providers, in the order of their thread, as quickly as those let us.

A message that could not be given to its provider is tried again, and holds up those behind it in its thread and nobody
else; after the last attempt it has failed, with a reason, and stays on a list for a person. While a provider is away
one message at a time finds out whether it is back, and then everything that waited goes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from valvomo.addresses import Network
from valvomo.channels.http import GuardedHttp
from valvomo.commands.channels.accounts import Opener
from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.noting import Noting
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.sending import Sender

LINGER_SECONDS = 0.25
"""An account with nothing to send is kept for so long: it is not claimed anew for each message of a stream."""
AT_A_TIME = 200
"""Accounts that are read at a time; a round reads all that have something to send, so that none waits for its turn."""

log = structlog.get_logger(__name__)
Key = tuple[str, str]


class Dispatching(Rounds):
    """One for a process; each account is one process's at a time. `allowed` private networks may be reached."""

    words = True

    def __init__(
        self,
        executor: Executor,
        bell: Doorbell,
        opener: Opener,
        *,
        process_id: str,
        allowed: Sequence[Network] = (),
        enclosures: Enclosures | None = None,
    ) -> None:
        super().__init__(bell)
        self._database: Database = executor.database
        self._executor = executor
        self._clock: Callable[[], datetime] = executor.clock
        self._opener = opener
        self._process_id = process_id
        self._allowed = allowed
        self._enclosures = enclosures
        self._noting = Noting(executor)
        self._senders: dict[Key, Sender] = {}
        self._working: dict[Key, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send until cancelled."""
        async with GuardedHttp(self._allowed) as self._http, asyncio.TaskGroup() as self._group:
            await super().run()

    async def round(self) -> float | None:
        """See that somebody works for each account that has something to send now."""
        now = self._clock()
        keys = await self._due(now)
        async with self._database.asking() as tx:
            due: datetime | None = await tx.value("dispatches.next_due", now)
        unnoted = [key for key, sender in self._senders.items() if sender.unnoted]
        for key in dict.fromkeys([*keys, *unnoted]):
            sender = self._senders.get(key)
            if sender is None:
                sender = self._senders[key] = Sender(
                    self._executor, self._opener, self._http,
                    key=key, process_id=self._process_id, enclosures=self._enclosures, noting=self._noting,
                    linger=LINGER_SECONDS,
                )  # fmt: skip
            sender.wake.set()
            if key not in self._working and (sender.unnoted or not sender.quiet):
                self._working[key] = self._group.create_task(self._work(key, sender))
        return None if due is None else max(0.0, (due - now).total_seconds())

    async def _due(self, now: datetime) -> list[Key]:
        """Every account with something to send."""
        found: list[Key] = []
        while True:
            after = found[-1] if found else ("", "")
            async with self._database.asking() as tx:
                rows = await tx.rows("dispatches.due_accounts", now, *after, AT_A_TIME)
            found += [(row["organization_id"], row["account_id"]) for row in rows]
            if len(rows) < AT_A_TIME:
                return found

    async def _work(self, key: Key, sender: Sender) -> None:
        try:
            await sender.work()
        except Exception:
            # What was leased is due again when its lease ends.
            log.exception("dispatching.failed", account=key[1])
        finally:
            del self._working[key]
