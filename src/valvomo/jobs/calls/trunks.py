"""Trunks that are open in this process: each account in use, and those that stand alone in one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from valvomo.addresses import Network
from valvomo.channels.http import GuardedHttp
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError
from valvomo.commands.channels.administering import SeeChannel
from valvomo.commands.execute import Executor
from valvomo.commands.switchboard import Switchboard
from valvomo.db import telephones
from valvomo.db.telephones import Key
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.jobs.rounds import Rounds, by_itself
from valvomo.trunks.kinds import TRUNKS
from valvomo.trunks.port import Happening, State, Trunk

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
_SAYING = ("provider", "settings", "secrets", "workstream_id")

log = structlog.get_logger(__name__)
Hear = Callable[[Key, Trunk, Happening], None]


class Trunks(Rounds):
    """One for a process that carries calls. `allowed` are private networks.

    `hear` is told what happens, and `gone` of a trunk that is not open any more: all its calls are over.
    """

    every = 1.5

    def __init__(
        self,
        executor: Executor,
        opener: Opener,
        switchboard: Switchboard,
        *,
        process_id: str,
        allowed: Sequence[Network] = (),
    ) -> None:
        super().__init__()
        self._executor = executor
        self._database = executor.database
        self._opener = opener
        self._switchboard = switchboard
        self._process_id = process_id
        self._allowed = allowed
        self._working: dict[Key, tuple[tuple[Any, ...], asyncio.Task[None]]] = {}
        self._closing: dict[Key, asyncio.Task[None]] = {}
        self.hear: Hear = lambda _key, _trunk, _one: None
        self.gone: Callable[[Key, Trunk], None] = lambda _key, _trunk: None

    @property
    def open(self) -> dict[Key, Trunk]:
        """Those that are open here."""
        return self._switchboard.open

    async def run(self) -> None:
        """Keep them open until cancelled; what another process may hold then is let go."""
        try:
            async with GuardedHttp(self._allowed) as self._http, asyncio.TaskGroup() as self._group:
                await super().run()
        finally:
            for key in {**self._working, **self._closing}:
                await self._free(key)

    async def round(self) -> float | None:
        """Open what is in use and can be had, close what is not any more, and what is another account by now."""
        async with self._database.asking() as tx:
            rows = await tx.rows("telephones.open_accounts", sorted(TRUNKS))
        wanted = {(row["organization_id"], row["id"]): row for row in rows}
        # Before anything else: one that is closed takes its time, and others must not be taken for dead meanwhile.
        had = [key for key, row in wanted.items() if await self._held(key, row)]
        for key, (said, _) in list(self._working.items()):
            if key not in had or said != _said(wanted[key]):
                self._closing[key] = self._group.create_task(self._close(key, self._working.pop(key)[1]))
        for key in had:
            if key not in self._working and key not in self._closing:
                row = wanted[key]
                self._working[key] = (_said(row), self._group.create_task(self._keep(key, row)))
        return None

    async def _held(self, key: Key, row: Any) -> bool:
        if not TRUNKS[row["provider"]].alone:
            return True
        async with self._database.transaction() as tx:
            return await telephones.hold(tx, key, self._process_id)

    async def _close(self, key: Key, task: asyncio.Task[None]) -> None:
        """Beside the rounds; only then it is opened anew, here or elsewhere."""
        task.cancel()
        await asyncio.wait([task])
        with by_itself("trunks.not_freed", account=key[1]):
            await self._free(key)
        del self._closing[key]
        self.wake.set()

    async def _free(self, key: Key) -> None:
        async with self._database.transaction() as tx:
            await tx.run("telephones.free_account", *key, self._process_id)

    async def _keep(self, key: Key, row: Any) -> None:
        """Run it, and again where it fails, after longer and longer pauses."""
        pause = FIRST_PAUSE
        while True:
            why = ""
            try:
                used = self._opener.open(row)
                trunk = TRUNKS[row["provider"]].open(used.account, self._http)
                await self._run(key, trunk)
            except (UnusableAccountError, UnopenableError) as error:
                why = str(error)
            except Exception as error:
                log.exception("trunks.failed", account=key[1])
                why = repr(error)
            await _surely(self._see, key, State(ready=False, why=why))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run(self, key: Key, trunk: Trunk) -> None:
        self.open[key] = trunk
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read(key, trunk))
                try:
                    await trunk.run()
                finally:
                    reading.cancel()
        finally:
            self._switchboard.shut(key)
            self.gone(key, trunk)

    async def _read(self, key: Key, trunk: Trunk) -> None:
        async for one in trunk.happenings():
            if isinstance(one, State):
                await _surely(self._see, key, one)
            else:
                self.hear(key, trunk, one)

    async def _see(self, key: Key, state: State) -> None:
        problem = None if state.ready else DeliveryProblem.UNAVAILABLE.value
        seen = SeeChannel(account_id=key[1], well=state.ready, problem=problem, detail=state.why[:200])
        await self._executor.execute(system(key[0], "calls"), seen)


async def _surely(do: Callable[[Key, State], Awaitable[None]], key: Key, state: State) -> None:
    """What an account is seen to be is worth no call: trouble with the database is told and left."""
    try:
        await do(key, state)
    except Exception:
        log.exception("trunks.not_seen", account=key[1])


def _said(row: Any) -> tuple[Any, ...]:
    return tuple(row[name] for name in _SAYING)
