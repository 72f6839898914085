"""Kill -9 in the middle of traffic, and start again: what was acknowledged is there, once, and life goes on."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sample_patience import until
from sample_server import Served, command

from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import url_of_running
from valvomo.demo.organization import PASSWORD, Sample, create_sample
from valvomo.demo.people.http import Http, UnreachableError, new_client
from valvomo.demo.people.stream import Stream
from valvomo.main.clock import now
from valvomo.queries.verify import verify

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
CUSTOMERS, AGENTS = 6, ("eino", "onni")
EACH = 30
"""Messages of each customer, and of the agent to each."""

pytestmark = pytest.mark.slow  # starts servers, kills them and waits until they stand again


@dataclass(slots=True)
class Line:
    """A customer's conversation as the customer's page holds it: what was said, and what was heard live."""

    id: str
    token: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Message ids by the sender's own."""

    heard: list[int] = field(default_factory=list)
    """Numbers of the messages, in the order in which they came."""

    def hello(self) -> Iterator[Mapping[str, Any]]:
        """How each connection begins: it goes on from the last number."""
        yield {"op": "hello", "token": self.token}
        yield {"op": "watch", "topic": "conversation", "since": max(self.heard, default=0)}

    def take(self, frame: Mapping[str, Any]) -> None:
        """A frame; a snapshot after a `since` holds what followed it."""
        assert frame["op"] != "refused", frame
        self.heard += [one["seq"] for one in frame.get("data", ()) if one.get("kind") == "message"]


@dataclass(slots=True)
class Traffic:
    """Customers and agents who go on whatever happens, as pages do."""

    served: Served
    sample: Sample
    lines: list[Line] = field(default_factory=list)
    people: dict[str, Http] = field(default_factory=dict)

    @property
    def said(self) -> int:
        """Messages that the server has acknowledged."""
        return sum(len(line.acknowledged) for line in self.lines)

    async def begin(self) -> None:
        """Everybody signs in; every customer has an agent."""
        for person in ("admin", "saara", *AGENTS):
            http = Http(new_client(self.served.address))
            await http.post("/api/v1/session", {"email": f"{person}@demo.example", "password": PASSWORD})
            self.people[person] = http
        self.people["nobody"] = public = Http(new_client(self.served.address))
        for number in range(CUSTOMERS):
            body = {"key": self.sample.keys["Web chat"], "name": f"Customer {number}", "language": "en"}
            made = await public.post("/widget/v1/conversations", body, secrets.token_hex(8))
            line = Line(made["conversation"]["id"], made["token"])
            await self.people[AGENTS[number % 2]].post(f"/api/v1/conversations/{line.id}/pick")
            self.lines.append(line)

    async def end(self) -> None:
        """Everybody goes."""
        for http in self.people.values():
            await http.client.aclose()

    async def talk(self) -> None:
        """All customers and agents write all they have to write, and hear it live."""
        async with asyncio.TaskGroup() as listening:
            streams = [
                listening.create_task(
                    Stream(f"{self.served.address}/widget/v1/live", line.hello, line.take).run()
                )
                for line in self.lines
            ]
            async with asyncio.TaskGroup() as writing:
                for number, line in enumerate(self.lines):
                    customer = Http(self.people["nobody"].client, line.token)
                    writing.create_task(self._write(customer, "/widget/v1/messages", line))
                    path = f"/api/v1/conversations/{line.id}/messages"
                    writing.create_task(self._write(self.people[AGENTS[number % 2]], path, line))
            try:
                await until(self._all_heard)
            except TimeoutError:
                raise AssertionError(f"{self._unheard()}\n{self.served.log.read_text()[-4000:]}") from None
            for stream in streams:
                stream.cancel()

    async def _all_heard(self) -> bool:
        return all(len(line.heard) >= 2 * EACH for line in self.lines)

    def _unheard(self) -> dict[str, list[int]]:
        """Numbers that never came to a customer's page, by conversation."""
        everything = range(1, 2 * EACH + 1)
        return {line.id: [one for one in everything if one not in line.heard] for line in self.lines}

    async def has_said(self, count: int) -> None:
        """Wait until so much has been acknowledged."""

        async def enough() -> bool:
            return self.said >= count

        await until(enough)

    async def _write(self, http: Http, path: str, line: Line) -> None:
        for _ in range(EACH):
            client_id = secrets.token_hex(8)
            while client_id not in line.acknowledged:
                with contextlib.suppress(UnreachableError):
                    sent = await http.post(path, {"text": f"Words {client_id}", "client_id": client_id})
                    line.acknowledged[client_id] = sent["id"]
            await asyncio.sleep(0.01)


async def founded(database_url: str) -> Sample:
    """The sample organization in a running server's database."""
    database = await Database.open(database_url, pool_size=2)
    try:
        return await create_sample(Executor(database, now, Doorbell()), QUICK)
    finally:
        await database.close()


async def verified(database_url: str) -> None:
    """All that is stored is what happened."""
    database = await Database.open(database_url, pool_size=2)
    try:
        report = await verify(database)
    finally:
        await database.close()
    assert report.clean, report.findings


def verified_by_the_command(served: Served, database_url: str) -> None:
    """`valvomo verify` finds nothing."""
    environment = {**served.environment, "VALVOMO_DATABASE_URL": database_url}
    found = subprocess.run(command("verify"), env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


async def all_there_once(traffic: Traffic) -> None:
    """Every acknowledged message is there once, and came to the customer's page once, in order."""
    for line in traffic.lines:
        assert line.heard == list(range(1, 2 * EACH + 1))
        guest = Http(new_client(traffic.served.address), line.token)
        items, after = [], 0
        while page := (await guest.get("/widget/v1/messages", after=after))["items"]:
            items += page
            after = page[-1]["seq"]
        await guest.client.aclose()
        assert sorted(one["id"] for one in items) == sorted(line.acknowledged.values())
        assert sorted(one["text"] for one in items) == sorted(f"Words {one}" for one in line.acknowledged)


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """A server on a database of this test's own."""
    process = Served(tmp_path, database_url)
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.stop)


async def kill_amid(traffic: Traffic, *, times: int) -> None:
    """Kill and start again, each time when as much again has been said."""
    share = 2 * EACH * CUSTOMERS // (times + 1)
    for number in range(1, times + 1):
        await traffic.has_said(number * share)
        traffic.served.kill()
        await asyncio.to_thread(traffic.served.start)


async def test_every_acknowledged_message_is_there_once(served: Served) -> None:
    traffic = Traffic(served, await founded(served.database_url))
    await traffic.begin()
    async with asyncio.TaskGroup() as group:
        group.create_task(traffic.talk())
        group.create_task(kill_amid(traffic, times=2))
    await all_there_once(traffic)
    await traffic.end()
    await verified(served.database_url)


async def test_timers_fire_after_the_server_was_killed(served: Served) -> None:
    traffic = Traffic(served, await founded(served.database_url))
    await traffic.begin()
    admin, saara, onni = (traffic.people[one] for one in ("admin", "saara", "onni"))
    path = f"/api/v1/workstreams/{traffic.sample.workstreams['Records']}"
    timers = (await admin.get(path))["timers"]
    changed = await admin.client.patch(path, json={"timers": {**timers, "offer": 5}})
    assert changed.is_success, changed.text
    await onni.put(f"/api/v1/agents/{traffic.sample.people['onni']}/presence", {"presence": "available"})
    record = {"channel": "record", "queue": "Cases", "customer": "Havu Oy"}
    conversation = (await saara.post("/api/v1/conversations", record))["id"]
    one = f"/api/v1/conversations/{conversation}"

    async def asked() -> bool:
        return bool((await saara.get(one))["offers"])

    async def not_asked() -> bool:
        return not await asked()

    # The router asks Onni, who is the only one there.
    await until(asked)
    served.kill()
    await asyncio.to_thread(served.start)
    await until(not_asked)
    timeline = (await saara.get(f"{one}/timeline"))["items"]
    assert [item["kind"] for item in timeline].count("offer_expired") == 1
    assert (await saara.get(one))["state"] == "open"
    await traffic.end()
    await verified(served.database_url)


async def test_the_embedded_database_survives_its_death_together_with_the_server(tmp_path: Path) -> None:
    served = Served(tmp_path, program=command("serve"))
    await asyncio.to_thread(served.start)
    try:
        traffic = Traffic(served, await founded(_running(tmp_path)))
        await traffic.begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(traffic.talk())
            await traffic.has_said(EACH * CUSTOMERS)
            served.kill()
            _kill_postgres(tmp_path)
            await asyncio.to_thread(served.start)
        await all_there_once(traffic)
        await traffic.end()
        verified_by_the_command(served, _running(tmp_path))
    finally:
        await asyncio.to_thread(served.stop)


def _running(folder: Path) -> str:
    url = url_of_running(folder / "data" / "postgres")
    assert url is not None
    return url


def _kill_postgres(folder: Path) -> None:
    """Its first process; the others follow when they see that it is gone."""
    [lock] = (folder / "data" / "postgres").rglob("postmaster.pid")
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(lock.read_text().splitlines()[0]), signal.SIGKILL)
