"""Whatever is cut, killed, frozen or wrong: nothing is lost or doubled, and every screen shows what is true."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sample_nats import NatsServer
from sample_patience import until
from sample_town import Town, living

from valvomo.db import inspections
from valvomo.main.clock import now

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]  # servers are started and killed
DISK = 400
"""Megabytes of the database's own disk."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """A small disk for the database; None where nobody may mount one."""
    place = tmp_path_factory.mktemp("disk")
    place.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=755", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(
    tmp_path_factory: pytest.TempPathFactory, binaries: Path | None, disk: Path | None
) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    async with living((disk or folder) / "home", folder, binaries) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nats(town: Town, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsServer]:
    """What the servers ring each other by, from the first test on that asks for it; before it is `NOTIFY`."""
    bus = NatsServer(tmp_path_factory.mktemp("nats"))
    await bus.start()
    await town.join(bus.url)
    yield bus
    bus.stop()


async def test_screens_are_true_with_nothing_wrong(town: Town) -> None:
    await town.work()
    await town.quiet()


async def test_a_server_is_killed(town: Town) -> None:
    for served in town.servers:
        served.kill()
        await town.work()
        await asyncio.to_thread(served.start)
        await town.work()
    await town.quiet()


async def test_the_database_is_killed(town: Town) -> None:
    restarts = town.postgres.restarts
    pid = town.postgres.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await town.work()
    assert town.postgres.restarts > restarts
    await town.quiet()


async def test_everybody_is_dropped_at_once(town: Town) -> None:
    before = town.connections
    town.front.cut()
    await town.work()
    await town.quiet()
    assert all(later > earlier for earlier, later in zip(before, town.connections, strict=True))


async def test_a_slow_network(town: Town) -> None:
    town.front.delay = 0.15
    await town.work()
    town.front.delay = 0.0
    await town.quiet()


async def test_connections_that_only_seem_open(town: Town) -> None:
    town.front.freeze()
    await asyncio.sleep(1.0)  # people believe that they are connected, and go on
    town.front.cut()
    town.front.thaw()
    await town.work()
    await town.quiet()


async def test_pages_that_are_frozen_for_a_while(town: Town) -> None:
    town.front.freeze()
    await asyncio.sleep(2.0)  # longer than anything that is on its way
    town.front.thaw()
    await town.work()
    await town.quiet()


async def test_a_server_loses_its_database_for_a_while(town: Town) -> None:
    back = town.backs[0]
    back.broken = True
    back.cut()
    await asyncio.sleep(1.0)  # the other server goes on
    back.broken = False
    await town.work()
    await town.quiet()


async def test_a_server_s_way_to_the_database_is_frozen(town: Town) -> None:
    back = town.backs[1]
    back.freeze()
    await asyncio.sleep(2.0)  # locks and leadership that this server holds must not stop the other
    back.thaw()
    await town.work()
    await town.quiet()


async def test_a_server_stands_still_for_a_while(town: Town) -> None:
    town.servers[0].freeze()
    await asyncio.sleep(3.0)
    town.servers[0].thaw()
    await town.work()
    await town.quiet()


async def test_a_clock_jumps(town: Town) -> None:
    for seconds in (90.0, -90.0, 0.0):
        town.clock(0, seconds)
        await town.work()
    await town.quiet()


async def test_the_disk_is_full(town: Town, disk: Path | None) -> None:
    if disk is None:
        pytest.skip("mounting a disk for the database needs root")
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65536)

    async def refused() -> bool:
        return any("503" in one or "500" in one for one in town.tally.troubles)

    await until(refused)
    ballast.unlink()
    await town.work()
    await town.quiet()


async def test_the_bus_is_killed(town: Town, nats: NatsServer) -> None:
    for _ in range(2):
        nats.stop()
        await town.joined(there=False)
        await town.work()
        await nats.start()
        await town.work()
        await town.joined(there=True)
    await town.work()
    await town.quiet()


async def test_the_bus_is_gone_for_a_while(town: Town, nats: NatsServer) -> None:
    """However long that is: without it every screen is as true, a second later."""
    nats.stop()
    await town.joined(there=False)
    await town.work(48)
    await town.quiet()
    await nats.start()
    await town.joined(there=True)
    await town.work()
    await town.quiet()


async def test_the_bus_stands_still(town: Town, nats: NatsServer) -> None:
    """Whatever is rung by goes nowhere, and nobody is told."""
    nats.freeze()
    try:
        await town.work(24)
        await town.quiet()
    finally:
        nats.thaw()
    await town.work()
    await town.quiet()


async def test_a_fact_that_no_view_can_take_in(town: Town) -> None:
    """Somebody has written into the journal by hand: no screen freezes because of it, and none misses a word."""
    async with town.database.asking() as tx:
        [head] = await tx.rows("journal.heads")
    fact: dict[str, object] = {"conversation_id": None, "version": None, "kind": "nonsense", "actor_id": "somebody",
            "actor_name": "Somebody", "at": now(), "audited": False, "notify": [], "body": {}}  # fmt: skip
    async with town.database.transaction() as tx:
        await tx.value("journal.append", head["organization_id"], [fact])
    await town.work(24)
    [finding] = await town.look()
    assert "(nonsense): is of no kind that happens to a house" in finding

    async def named_on_the_floor() -> bool:
        async with town.database.reading() as tx:
            found = await inspections.get(tx, head["organization_id"], inspections.INSPECTOR)
        return found is not None and any("(nonsense)" in one["place"] for one in found.report["findings"])

    await until(named_on_the_floor)
