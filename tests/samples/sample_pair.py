"""Two servers on one database, and two agents at their screens, either of whom may be asked."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from argon2 import PasswordHasher
from sample_forks import LEASH
from sample_patience import until
from sample_server import Served

from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.demo.people.http import Http, new_client
from valvomo.main.clock import now
from valvomo.queries.verify import verify

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SCREEN = Path(__file__).with_name("agent_at_a_screen.py")
AGENTS = ("eino", "onni")
"""Both serve in the queue for cases, and nobody else of it is there."""
LEADER = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.classid = 8301 AND l.granted AND a.datname = current_database()"
)
CONNECTED = "SELECT EXISTS (SELECT FROM connections WHERE user_id = $1)"
ASKED = "SELECT agent_id FROM holdings WHERE conversation_id = $1"
HAPPENED = "SELECT kind FROM facts WHERE conversation_id = $1 ORDER BY version"


@dataclass(slots=True)
class Pair:
    """`ids` of people by name; `screens` are processes, each with a socket at the server of the agent's place."""

    database: Database
    link: asyncpg.Connection[asyncpg.Record]
    servers: list[Served]
    ids: Mapping[str, str]
    records: str
    """The workstream of cases."""

    screens: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    async def leader(self, *, other_than: int | None = None) -> int:
        """Which server leads, once one does."""
        found: list[int] = []

        async def somebody() -> bool:
            names = [row[0] for row in await self.link.fetch(LEADER)]
            for place, one in enumerate(self.servers):
                if place != other_than and f"valvomo leading, process {one.pid}" in names:
                    found.append(place)
            return bool(found)

        await until(somebody)
        return found[0]

    @asynccontextmanager
    async def someone(self, name: str, server: int) -> AsyncIterator[Http]:
        """Somebody signed in at a server."""
        http = Http(new_client(self.servers[server].address))
        try:
            await http.post("/api/v1/session", {"email": f"{name}@demo.example", "password": PASSWORD})
            yield http
        finally:
            await http.client.aclose()

    async def sit(self, agent: str) -> None:
        """The agent opens their page in a process of its own, at the server of their place, and is available."""
        place = AGENTS.index(agent)
        if agent in self.screens:
            self.leave(agent)
        async with self.someone(agent, place) as http:
            cookie = "; ".join(f"{one.name}={one.value}" for one in http.client.cookies.jar)
            self.screens[agent] = _page(self.servers[place].address, cookie)
        await self.connected(self.ids[agent], there=True)
        await self.present(agent, "available")

    async def present(self, agent: str, presence: str) -> None:
        """The agent chooses it."""
        async with self.someone(agent, AGENTS.index(agent)) as http:
            await http.put(f"/api/v1/agents/{self.ids[agent]}/presence", {"presence": presence})

    async def offers_last(self, seconds: int, *, server: int) -> int:
        """Whoever is asked to take a case has so long from now on; how long it was before."""
        path = f"/api/v1/workstreams/{self.records}"
        async with self.someone("admin", server) as http:
            timers = (await http.get(path))["timers"]
            changed = await http.client.patch(path, json={"timers": {**timers, "offer": seconds}})
            assert changed.is_success, changed.text
        return int(timers["offer"])

    async def connected(self, agent_id: str, *, there: bool) -> None:
        """Wait until the agent has a live connection, or none."""

        async def as_wanted() -> bool:
            return await self.link.fetchval(CONNECTED, agent_id) is there

        await until(as_wanted)

    async def case(self, server: int) -> str:
        """A new case; its id."""
        async with self.someone("saara", server) as http:
            record = {"channel": "record", "queue": "Cases", "customer": "Havu Oy"}
            return str((await http.post("/api/v1/conversations", record))["id"])

    async def asked(self, conversation: str, *, other_than: str = "") -> str:
        """Who is asked to take it, once somebody (else) is. Looked up behind the servers, which have enough to do."""
        found: list[str] = []

        async def somebody() -> bool:
            agent = await self.link.fetchval(ASKED, conversation)
            if agent is not None and agent != other_than:
                found.append(agent)
            return bool(found)

        await until(somebody)
        return found[0]

    async def happened(self, conversation: str) -> list[str]:
        """What happened to it."""
        return [row["kind"] for row in await self.link.fetch(HAPPENED, conversation)]

    async def has_happened(self, conversation: str, kind: str) -> None:
        """Wait until this has happened to it."""

        async def found() -> bool:
            return kind in await self.happened(conversation)

        await until(found)

    async def close(self, server: int, *conversations: str) -> None:
        """They are over, and whoever was asked is free."""
        async with self.someone("saara", server) as http:
            for one in conversations:
                await http.post(f"/api/v1/conversations/{one}/force-close", {"reason": "test"})

    async def clean(self) -> None:
        """`verify` finds nothing."""
        report = await verify(self.database)
        assert report.clean, report.findings

    def leave(self, agent: str) -> None:
        """Their page's process is killed."""
        screen = self.screens.pop(agent)
        screen.kill()
        screen.wait()


def _page(address: str, cookie: str) -> subprocess.Popen[bytes]:
    words = [*LEASH, sys.executable, str(SCREEN), address, cookie]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)


@asynccontextmanager
async def opened(database_url: str, folder: Path) -> AsyncIterator[Pair]:
    """Both servers run, both agents are there and available, one at each server."""
    async with AsyncExitStack() as stack:
        database = await Database.open(database_url, pool_size=4)
        stack.push_async_callback(database.close)
        link = await asyncpg.connect(database_url)
        stack.push_async_callback(link.close)
        sample = await create_sample(Executor(database, now, Doorbell()), QUICK)
        servers = []
        for number in range(2):
            place = folder / f"server-{number}"
            place.mkdir()
            servers.append(Served(place, database_url))
        for one in servers:
            stack.push_async_callback(asyncio.to_thread, one.stop)
        await asyncio.gather(*(asyncio.to_thread(one.start) for one in servers))
        pair = Pair(database, link, servers, sample.people, sample.workstreams["Records"])
        try:
            for agent in AGENTS:
                await pair.sit(agent)
            yield pair
        finally:
            for agent in list(pair.screens):
                pair.leave(agent)
