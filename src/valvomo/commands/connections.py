"""Live connections noted in the database: a customer's is of their conversation, anybody else's is theirs.

Presence follows what is noted. Streams do not wait for it: after a break thousands come back at once, and noting each
by a transaction of its own takes longer than showing them everything. Nor is a loss noted at once, but after a moment:
whoever is back by then has lost nothing, and only the name of their connection changes.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress

import structlog

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.conversations.connection import CustomerConnect, CustomerDisconnect
from valvomo.commands.execute import Executor
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor, ActorKind

MOMENT = 1.0
"""Seconds after which a lost connection is noted as lost."""
LONGEST_MOMENT = 10.0
"""The same while others are still waiting to be let in, who may be its owner."""
LONGEST_END = 5.0
"""Seconds for noting who was here when the process ends; the others find whoever is left."""
AT_A_TIME = 4
CUSTOMERS_AT_A_TIME = 2
"""Notes that are taken at a time, of staff and of customers; one, while others of their kind are still waiting to be
let in, who come first."""

log = structlog.get_logger(__name__)


def opened(actor: Actor, connection_id: str, process_id: str) -> Command:
    """To be carried out by this actor when the connection is there; again does no harm."""
    link = {"connection_id": connection_id, "process_id": process_id}
    if actor.kind is ActorKind.CUSTOMER and actor.conversation_id is not None:
        return CustomerConnect(conversation_id=actor.conversation_id, **link)
    return AgentConnect(**link)


def closed(actor: Actor, connection_id: str, process_id: str) -> Command:
    """To be carried out by this actor when the connection is gone."""
    link = {"connection_id": connection_id, "process_id": process_id}
    if actor.kind is ActorKind.CUSTOMER and actor.conversation_id is not None:
        return CustomerDisconnect(conversation_id=actor.conversation_id, **link)
    return AgentDisconnect(**link)


class ConnectionNotes:
    """Those of one kind of people. `crowded` says whether others of them are still waiting to be let in.

    What cannot be noted, beginning or end, the janitor notes later.
    """

    def __init__(
        self,
        executor: Executor,
        process_id: str,
        crowded: Callable[[], bool] = lambda: False,
        timer: Callable[[], float] = time.monotonic,
        *,
        at_a_time: int = AT_A_TIME,
    ) -> None:
        self._executor = executor
        self._process_id = process_id
        self._crowded = crowded
        self._timer = timer
        self._at_a_time = at_a_time
        self._opening: OrderedDict[str, Actor] = OrderedDict()
        self._lost: OrderedDict[str, tuple[Actor, float]] = OrderedDict()
        self._lost_of: dict[tuple[str, str], deque[str]] = {}
        self._renamed: dict[str, str] = {}
        self._wake = asyncio.Event()

    def held(self) -> dict[str, Actor]:
        """Connections that were lost a moment ago, and whose they were."""
        return {one: actor for one, (actor, _) in self._lost.items()}

    def opened(self, actor: Actor, connection_id: str) -> None:
        """A connection is there: a new one, or in the place of one that its owner lost a moment ago."""
        before = self._lost_of.get(_owner(actor))
        if before:
            former = before.popleft()
            del self._lost[former]
            self._tidy(actor)
            # One that was renamed and that is not carried out yet is renamed once, to the newest name.
            first = next((one for one, name in self._renamed.items() if name == former), former)
            self._renamed[first] = connection_id
        else:
            self._opening[connection_id] = actor
        self._wake.set()

    def lost(self, actor: Actor, connection_id: str) -> None:
        """A connection is gone."""
        if self._opening.pop(connection_id, None) is not None:
            return
        self._lost[connection_id] = (actor, self._timer() + MOMENT)
        self._lost_of.setdefault(_owner(actor), deque()).append(connection_id)
        self._wake.set()

    async def run(self) -> None:
        """Note what is to be noted, until cancelled; then at once whatever was lost."""
        try:
            while True:
                await self.note()
                left = None if not self._lost else max(0.05, self._due() - self._timer())
                with suppress(TimeoutError):
                    async with asyncio.timeout(0 if self._opening else left):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            await asyncio.shield(self._end())

    async def note(self) -> None:
        """What is due now: new names of connections all at once, beginnings and ends some at a time."""
        await self._rename()
        commands: list[tuple[Actor, Command]] = []
        most = 1 if self._crowded() else self._at_a_time
        while self._opening and len(commands) < most:
            one, actor = self._opening.popitem(last=False)
            commands.append((actor, opened(actor, one, self._process_id)))
        while self._lost and len(commands) < most and self._due() <= self._timer():
            one, (actor, _) = self._lost.popitem(last=False)
            self._lost_of[_owner(actor)].remove(one)
            self._tidy(actor)
            commands.append((actor, closed(actor, one, self._process_id)))
        async with asyncio.TaskGroup() as group:
            for actor, command in commands:
                group.create_task(self._carry_out(actor, command))

    def _due(self) -> float:
        due = next(iter(self._lost.values()))[1]
        return due + LONGEST_MOMENT - MOMENT if self._crowded() else due

    def _tidy(self, actor: Actor) -> None:
        if not self._lost_of[_owner(actor)]:
            del self._lost_of[_owner(actor)]

    async def _rename(self) -> None:
        if not self._renamed:
            return
        renamed, self._renamed = self._renamed, {}
        try:
            async with self._executor.database.asking() as tx:
                names = (list(renamed), list(renamed.values()))
                await tx.run("connections.rename", self._process_id, *names)
        except Exception as error:  # noqa: BLE001 - the janitor finds those that are noted under no name they have
            log.warning("live.presence", renamed=len(renamed), error=repr(error))

    async def _carry_out(self, actor: Actor, command: Command) -> None:
        try:
            await self._executor.execute(actor, command)
        except Exception as error:  # noqa: BLE001 - a reader is served even when their presence cannot be noted
            log.warning("live.presence", command=type(command).__name__, error=repr(error))

    async def _end(self) -> None:
        """The process goes, and all its connections: nobody comes back to it, and who was here is told of at once."""
        self._opening.clear()
        self._lost = OrderedDict((one, (actor, 0.0)) for one, (actor, _) in self._lost.items())
        self._crowded = lambda: False
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_END):
                while self._lost:
                    await self.note()


class NotesByKind:
    """One for a process: however many customers come and go, nobody of the house has to wait for them."""

    def __init__(self, staff: ConnectionNotes, customers: ConnectionNotes) -> None:
        self._staff = staff
        self._customers = customers

    def held(self) -> dict[str, Actor]:
        """Connections that were lost a moment ago, and whose they were."""
        return self._staff.held() | self._customers.held()

    def opened(self, actor: Actor, connection_id: str) -> None:
        """A connection is there."""
        self._of(actor).opened(actor, connection_id)

    def lost(self, actor: Actor, connection_id: str) -> None:
        """A connection is gone."""
        self._of(actor).lost(actor, connection_id)

    async def run(self) -> None:
        """Note what is to be noted, until cancelled; then at once whatever was lost."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._staff.run())
            group.create_task(self._customers.run())

    def _of(self, actor: Actor) -> ConnectionNotes:
        return self._customers if actor.kind is ActorKind.CUSTOMER else self._staff


def _owner(actor: Actor) -> tuple[str, str]:
    return actor.organization_id, actor.conversation_id or actor.id
