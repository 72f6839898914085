"""A trunk without a network: what it was told can be looked at, and what happens is told by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec

from valvomo.channels.port import Account, Health, Http
from valvomo.trunks.kind import TrunkKind
from valvomo.trunks.port import Ended, Happening, Refused, Trunk, TrunkError, Why


@dataclass
class SampleTrunk:
    """See `Trunk`. What is `stuck` waits for its event, what is `broken` fails by a bug; by what is `told` of them."""

    told: list[str] = field(default_factory=list)
    heard: dict[str, bytes] = field(default_factory=dict)
    news: asyncio.Queue[Happening] = field(default_factory=asyncio.Queue)
    refuses: Why | None = None
    running: bool = False
    stuck: dict[str, asyncio.Event] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    closes: asyncio.Event | None = None
    """When it is closed it waits for this."""

    async def run(self) -> None:
        """See `Trunk`."""
        self.running = True
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.running = False
            if self.closes is not None:
                await self.closes.wait()

    async def happenings(self) -> AsyncIterator[Happening]:
        """See `Trunk`."""
        while True:
            yield await self.news.get()

    async def take(self, call: str) -> None:
        """See `Trunk`."""
        self.told.append(f"take {call}")

    async def refuse(self, call: str, why: Refused) -> None:
        """See `Trunk`."""
        self.told.append(f"refuse {call} {why.value}")
        self.news.put_nowait(Ended(call, Why.ENDED))

    async def dial(self, call: str, to: str, caller: str) -> None:
        """See `Trunk`."""
        await self._do(f"dial {call} {to}{caller}")
        if self.refuses is not None:
            raise TrunkError(self.refuses)

    async def end(self, call: str) -> None:
        """See `Trunk`."""
        await self._do(f"end {call}")
        self.news.put_nowait(Ended(call, Why.ENDED))

    def forget(self, call: str) -> None:
        """See `Trunk`."""
        self.told.append(f"forget {call}")

    async def sound(self, call: str, pcm: bytes) -> None:
        """See `Trunk`."""
        self.heard[call] = self.heard.get(call, b"") + pcm

    async def keys(self, call: str, keys: str) -> None:
        """See `Trunk`."""
        await self._do(f"keys {call} {keys}")

    async def hold(self, call: str) -> None:
        """See `Trunk`."""
        await self._do(f"hold {call}")

    async def unhold(self, call: str) -> None:
        """See `Trunk`."""
        await self._do(f"unhold {call}")

    async def transfer(self, call: str, to: str) -> None:
        """See `Trunk`."""
        await self._do(f"transfer {call} {to}")
        if self.refuses is not None:
            raise TrunkError(self.refuses)
        self.news.put_nowait(Ended(call, Why.ENDED))

    async def _do(self, what: str) -> None:
        self.told.append(what)
        if {what, what.partition(" ")[0]} & self.broken:
            raise RuntimeError(what)
        if what in self.stuck:
            await self.stuck[what].wait()


class Nothing(msgspec.Struct, frozen=True):
    """No settings, no secrets."""


class SampleKind(TrunkKind):
    """The kind of these trunks; `trunks` are those that were opened. While it is `broken` none is."""

    name = "sample_trunk"
    settings: type[msgspec.Struct] = Nothing
    secrets: type[msgspec.Struct] = Nothing

    def __init__(self) -> None:
        self.trunks: list[SampleTrunk] = []
        self.broken = False
        self.tried = 0

    async def check(self, account: Account, http: Http, at: object) -> Health:
        """It is well."""
        del account, http, at
        return Health(well=True)

    def open(self, account: Account, http: Http) -> Trunk:
        """Another one."""
        del account, http
        self.tried += 1
        if self.broken:
            raise RuntimeError("broken")
        self.trunks.append(SampleTrunk())
        return self.trunks[-1]
