"""Listening: accounts whose provider is asked for what has come, each by one process at a time, without a pause.

What came and how far it was read are kept in one transaction: a process that dies in between asks again, and what is
told twice is kept once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from valvomo.addresses import Network
from valvomo.channels import PROVIDERS
from valvomo.channels.http import GuardedHttp
from valvomo.channels.optional import Attached, Listener
from valvomo.channels.port import Http, RejectedError, UnavailableError
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.administering import SeeChannel
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.execute import Executor
from valvomo.db import inspections
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.jobs.rounds import Rounds

LEASE_SECONDS = 45.0
"""How long an account belongs to the process that asks for it; longer than anybody is patient with a provider."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

log = structlog.get_logger(__name__)
Key = tuple[str, str]


class Listening(Rounds):
    """One for a process. `allowed` are private networks that may be reached."""

    every = 2.0

    def __init__(
        self,
        executor: Executor,
        opener: Opener,
        reception: Reception,
        *,
        process_id: str,
        allowed: Sequence[Network] = (),
    ) -> None:
        super().__init__()
        self._executor = executor
        self._opener = opener
        self._reception = reception
        self._process_id = process_id
        self._allowed = allowed
        self._names = [name for name, one in PROVIDERS.items() if isinstance(one, Listener)]
        self._working: dict[Key, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Listen until cancelled."""
        async with GuardedHttp(self._allowed) as self._http, asyncio.TaskGroup() as self._group:
            await super().run()

    async def round(self) -> float | None:
        """See that somebody listens for each account that is to be asked."""
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("channels.asked", self._names)
        for row in rows:
            key = (row["organization_id"], row["id"])
            if key not in self._working:
                self._working[key] = self._group.create_task(self._work(key))
        return None

    async def _work(self, key: Key) -> None:
        ear = Ear(
            self._executor, self._opener, self._reception, self._http, key=key, process_id=self._process_id
        )
        try:
            await ear.listen()
        except Exception:
            # Nothing is lost: what was not kept is asked for again.
            log.exception("listening.failed", account=key[1])
        finally:
            del self._working[key]


class Ear:
    """For one account (organization, id)."""

    def __init__(
        self,
        executor: Executor,
        opener: Opener,
        reception: Reception,
        http: Http,
        *,
        key: Key,
        process_id: str,
    ) -> None:
        self._executor = executor
        self._opener = opener
        self._reception = reception
        self._http = http
        self._key = key
        self._process_id = process_id
        self._lease = f"listening:{key[1]}"
        self._ours = False
        self._attached: object = None
        self._seen: tuple[DeliveryProblem | None, str] | None = None

    async def listen(self) -> None:
        """Until the account is another process's, or not to be asked any more."""
        pause = FIRST_PAUSE
        try:
            while (used := await self._used()) is not None:
                if await self.once(used):
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE / 2)
        finally:
            await self._detach()
            if self._ours:
                async with self._executor.database.transaction() as tx:
                    await tx.run("inspections.end_lease", self._lease, self._process_id)

    async def once(self, used: Used) -> bool:
        """Ask once, and keep what comes; whether the provider answered."""
        if not isinstance(used.provider, Listener):
            raise TypeError(used.provider.name)
        self._attached = used.provider
        try:
            heard = await used.provider.listen(used.account, self._http)
        except RejectedError as error:
            await self._see(error.problem, error.detail)
            return False
        except UnavailableError as error:
            await self._see(DeliveryProblem.UNAVAILABLE, error.detail)
            return False
        if heard.items or heard.cursor != used.account.cursor:
            await self._reception.keep(used, heard.items, self._executor.clock(), heard.cursor)
        await self._see(None, "")
        return True

    async def _detach(self) -> None:
        if isinstance(self._attached, Attached):
            await self._attached.detach(self._key[1])

    async def _used(self) -> Used | None:
        """The account as it is set up and has been read now, if it is to be asked and this process's to ask."""
        async with self._executor.database.asking() as tx:
            row = await tx.row("channels.account", *self._key)
        if await self._opened(row) is None:
            return None
        async with self._executor.database.transaction() as tx:
            if not await inspections.lease(tx, self._lease, self._process_id, LEASE_SECONDS):
                return None
            row = await tx.row("channels.account", *self._key)
        self._ours = True
        return await self._opened(row)

    async def _opened(self, row: Any | None) -> Used | None:
        if row is None or row["disabled"]:
            return None
        try:
            used = self._opener.open(row)
        except (UnopenableError, UnusableAccountError) as error:
            await self._see(DeliveryProblem.ACCOUNT, str(error))
            return None
        return used if isinstance(used.provider, Listener) and used.provider.listens(used.account) else None

    async def _see(self, problem: DeliveryProblem | None, detail: str) -> None:
        """What is known of the account's health, where that is news."""
        if self._seen == (problem, detail):
            return
        self._seen = (problem, detail)
        command = SeeChannel(
            account_id=self._key[1], well=problem is None, problem=problem.value if problem else None,
            detail=detail[:200],
        )  # fmt: skip
        await self._executor.execute(system(self._key[0], "channel"), command)
