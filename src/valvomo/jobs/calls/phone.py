"""One telephone: a trunk's call on the one side, a leg without a browser on the other, and what is said between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog

from valvomo.db.telephones import Wanted
from valvomo.jobs.rounds import by_itself
from valvomo.media.port import Dialled, Engine
from valvomo.trunks.port import Ended, Happening, Trunk, TrunkError, Why

MOST_SAID = 50
"""Pieces of sound that wait for the engine: a second's."""

log = structlog.get_logger(__name__)
Work = Callable[[], Awaitable[None]]


@dataclass(eq=False)
class Phone:
    """What this process knows of a call over a trunk.

    `answered`: sound flows. `leg` is the leg's id while it is in the call at the engine, None before and after;
    `coming`: it is being brought there.
    `version` of the conversation that was looked at last; `ending`: one side has hung up; `forwarded`: the trunk
    connects it elsewhere, and it is not ours to end. What ends it meanwhile is done when that is (`forwarding`).
    `over`: nothing is asked of its trunk any more.
    """

    call: Wanted
    trunk: Trunk
    answered: bool = False
    leg: str | None = None
    coming: bool = False
    version: int = -1
    held: bool = False
    ending: bool = False
    forwarded: bool = False
    over: bool = False
    forwarding: asyncio.Lock = field(default_factory=asyncio.Lock)
    events: asyncio.Queue[Happening] = field(default_factory=asyncio.Queue)
    attending: asyncio.Task[None] | None = None
    _works: asyncio.Queue[Work | None] = field(default_factory=asyncio.Queue)
    _said: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MOST_SAID))
    _pumps: tuple[asyncio.Task[None], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Organization, conversation."""
        return self.call.organization_id, self.call.conversation_id

    def tell(self, one: Happening) -> None:
        """What the trunk tells of it; what it tells after the end is heard by nobody."""
        self.ending = self.ending or isinstance(one, Ended)
        self.events.put_nowait(one)

    async def dial(self) -> None:
        """Have it rung; where that is not to be, it is over at once."""
        call = self.call
        try:
            await self.trunk.dial(call.trunk_call, call.number, "")
        except TrunkError as error:
            log.warning("telephones.not_dialled", account=call.account_id, error=str(error))
            self.tell(Ended(call.trunk_call, error.why, error.detail))
        except Exception as error:
            log.exception("telephones.not_dialled", account=call.account_id)
            self.tell(Ended(call.trunk_call, Why.FAILED, repr(error)))

    def ask(self, work: Work) -> None:
        """Let this be asked of the trunk, when what was asked before is done; nobody else waits for it."""
        self._works.put_nowait(work)

    async def serve(self) -> None:
        """Do what is asked, one after the other, to the end of the telephone."""
        while (work := await self._works.get()) is not None:
            with by_itself("telephones.not_done", account=self.call.account_id):
                await work()

    def close(self) -> None:
        """It is over: what still was to be asked is done, and knows that."""
        self.over = True
        self._works.put_nowait(None)

    def connect(self, engine: Engine, leg_id: str, group: asyncio.TaskGroup) -> None:
        """From now on the telephone hears what the leg hears, and the other way round."""
        self.disconnect()
        self.leg, self._said = leg_id, asyncio.Queue(MOST_SAID)
        works = (self._hear(engine, leg_id), self._speak(engine, leg_id, self._said))
        self._pumps = tuple(group.create_task(self._guarded(one)) for one in works)

    def disconnect(self) -> None:
        """Nothing goes either way any more."""
        for one in self._pumps:
            one.cancel()
        self._pumps, self.leg = (), None

    def say(self, pcm: bytes) -> None:
        """What the customer says; what nobody can take any more is dropped, the oldest first."""
        if self.leg is None:
            return
        if self._said.full():
            self._said.get_nowait()
        self._said.put_nowait(pcm)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong with one telephone ends that, and no other: it is out of the call, and brought anew."""
        try:
            await work
        except ConnectionError:
            self.leg = None
        except Exception:
            log.exception("telephones.silent", account=self.call.account_id)
            self.leg = None

    async def _speak(self, engine: Engine, leg_id: str, said: asyncio.Queue[bytes]) -> None:
        while True:
            await engine.feed(self.call.call_id, leg_id, await said.get())

    async def _hear(self, engine: Engine, leg_id: str) -> None:
        async with aclosing(engine.sound(self.call.call_id, leg_id)) as sound:
            async for one in sound:
                if isinstance(one, Dialled):
                    await self.trunk.keys(self.call.trunk_call, one.keys)
                else:
                    await self.trunk.sound(self.call.trunk_call, one.pcm)
