"""A whole town on one database: two servers behind one address, people at work, screens that somebody keeps.

Between clients and servers, and between each server and the database, are wires that a test may cut. `quiet` is
the judge: once nobody does anything any more, nothing was lost or doubled, every screen shows what is true, and
`verify` finds nothing.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from argon2 import PasswordHasher
from sample_patience import until
from sample_server import Served
from sample_wire import Wire, strung

from valvomo.commands.execute import Executor
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.demo.organization import AGENTS, PASSWORD, create_sample
from valvomo.demo.people.crowd import Crowd, Plan
from valvomo.demo.people.pace import Pace
from valvomo.demo.people.tally import Tally
from valvomo.demo.people.world import World
from valvomo.main.clock import now
from valvomo.queries.verify import verify

SPEED = 25.0
CUSTOMERS, SCREENS = 10, 50
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SUPERVISORS = ("saara@demo.example", "veikko@demo.example")
INSPECTED = {"VALVOMO_INSPECTION_SHARE": "0.25"}
"""What is wrong is to be found soon."""
PROGRAM = Path(__file__).with_name("serve_by_another_clock.py")
SOCKET = ".s.PGSQL.5432"


@dataclass(slots=True, kw_only=True)
class Town:
    """`front` is between people and servers, `backs` between each server and the database."""

    postgres: EmbeddedPostgres
    servers: list[Served]
    front: Wire
    backs: list[Wire]
    crowd: Crowd
    screens: int
    database: Database
    clocks: Path
    """A folder with each server's clock: the seconds by which it is wrong."""

    @property
    def tally(self) -> Tally:
        return self.crowd.world.tally

    async def work(self, messages: int = 12) -> None:
        """People go on until so many more messages are acknowledged."""
        self.crowd.world.pace.go_on()
        wanted = self.tally.counts["messages"] + messages

        async def enough() -> bool:
            return self.tally.counts["messages"] >= wanted

        await until(enough)

    async def quiet(self) -> None:
        """Nobody begins anything more; then everything is as it was promised."""
        findings = await self.look()
        assert findings == []

    async def look(self) -> list[str]:
        """What `verify` finds while nobody does anything; all screens are true."""
        pace, compared = self.crowd.world.pace, self.tally.counts["screens compared"]
        assert self.crowd.watchers is not None
        pace.hold()
        await self.crowd.watchers.compare()
        if self.tally.broken:
            raise AssertionError("\n".join(self.tally.broken))
        assert self.tally.counts["screens compared"] == compared + self.screens
        assert self.crowd.watchers.shown["board"] > 0
        report = await verify(self.database)
        pace.go_on()
        return [str(one) for one in report.findings]

    @property
    def connections(self) -> list[int]:
        """How often each screen was connected."""
        assert self.crowd.watchers is not None
        return [one.screen.connections for one in self.crowd.watchers.people]

    async def join(self, bus_url: str) -> None:
        """Both servers are started anew, one after the other, and ring each other over this bus from then on."""
        for served in self.servers:
            await asyncio.to_thread(served.stop)
            served.settings["VALVOMO_BUS_URL"] = bus_url
            await asyncio.to_thread(served.start)
        await self.joined(there=True)

    async def joined(self, *, there: bool) -> None:
        """Wait until every server says that it reaches the bus, or that it does not."""
        status = "ok" if there else "degraded"

        async def as_wanted() -> bool:
            found = await asyncio.gather(*(asyncio.to_thread(one.check, "bus") for one in self.servers))
            return set(found) == {status}

        await until(as_wanted)

    def clock(self, server: int, seconds: float) -> None:
        """From now on this server's clock is wrong by so much."""
        place = self.clocks / str(server)
        place.with_suffix(".new").write_text(str(seconds))
        place.with_suffix(".new").replace(place)


@asynccontextmanager
async def living(
    home: Path, folder: Path, binaries: Path | None, *, customers: int = CUSTOMERS, screens: int = SCREENS
) -> AsyncIterator[Town]:
    """The town, at work. `home` is the database's, `folder` everything else's."""
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(EmbeddedPostgres(home, binaries=binaries))
        await migrate.apply(postgres.url)
        database = await Database.open(postgres.url, pool_size=4)
        stack.push_async_callback(database.close)
        await create_sample(Executor(database, now, Doorbell()), QUICK)
        clocks = folder / "clocks"
        clocks.mkdir()
        servers, backs = [], []
        for number in range(2):
            # Not below pytest's folder, whose path is too long for a socket's.
            sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="valvomo-wire-")))
            back = Wire(ends=[_socket(postgres.url)])
            await stack.enter_async_context(strung(back, sockets / SOCKET))
            place = folder / f"server-{number}"
            place.mkdir()
            (clocks / str(number)).write_text("0")
            program = (sys.executable, str(PROGRAM), str(clocks / str(number)))
            served = Served(place, _through(postgres.url, sockets), program=program, settings=dict(INSPECTED))
            await asyncio.to_thread(served.start)
            # In a thread: the wires that the server needs to end are in this one.
            stack.push_async_callback(asyncio.to_thread, served.stop)
            servers.append(served)
            backs.append(back)
        front = Wire(ends=[("127.0.0.1", one.port) for one in servers])
        port = await stack.enter_async_context(strung(front))
        crowd = _crowd(f"http://127.0.0.1:{port}", customers, screens)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(crowd.run())
            town = Town(postgres=postgres, servers=servers, front=front, backs=backs, crowd=crowd, screens=screens,
                        database=database, clocks=clocks)  # fmt: skip
            try:
                await town.work()
                yield town
            finally:
                task.cancel()


def _crowd(address: str, customers: int, screens: int) -> Crowd:
    plan = Plan(
        address=address,
        agents=tuple((one, PASSWORD) for one in AGENTS),
        customers=customers,
        rate=20.0,
        looks_back=True,
        screens=screens,
        watchers=tuple((one, PASSWORD) for one in SUPERVISORS),
        seed=7,
    )
    world = World(pace=Pace(speed=SPEED, hurry=1.0, warm_up=0.0), tally=Tally(), dice=random.Random(7))
    return Crowd(plan=plan, world=world)


def _socket(url: str) -> Path:
    [folder] = parse_qs(urlsplit(url).query)["host"]
    return Path(folder) / SOCKET


def _through(url: str, folder: Path) -> str:
    """The same database by another socket."""
    return f"{url.partition('?')[0]}?host={quote(str(folder), safe='')}"
