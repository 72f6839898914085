"""The benchmark of routing: passes over growing queues, freed capacity to an offer on a screen, and steady arrivals.

A thousand agents with skills, all of them busy, and up to ten thousand conversations that wait in fifty queues. The
pass alone, without a database; a first look at everything in PostgreSQL (fsync on); what each change costs the router;
the router in a process of its own while customers come and agents end at a steady rate; and a real server whose
agents end what they have over HTTP and wait for the next offer on their live socket, after a pause and without one.

    python bench/routing.py --seconds 20
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

import floor_processes as processes
from routing_changes import Changes
from routing_pass import growth
from routing_place import Maker, RoutingPlace
from routing_screens import Screens
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.serve import End
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.notify import NotifyBus
from valvomo.jobs.router import Router

HERE = Path(__file__).parent


def now() -> datetime:
    return datetime.now(UTC)


async def filled(maker: Maker, place: RoutingPlace) -> None:
    """Give everybody one conversation, so that whatever comes then has to wait."""
    router = Router(maker.database, maker.executor, Doorbell(), now)
    await maker.arrive(place, 3 * len(place.agents))
    begun = time.perf_counter()
    while (await router.route(place.organization_id)).offers:
        pass
    print(f"first offers to all agents: {time.perf_counter() - begun:.2f} s")
    await accepted(maker, place)


async def accepted(maker: Maker, place: RoutingPlace) -> None:
    """Everybody who is asked takes it."""
    for agent, conversation in await held(maker, place):
        await maker.executor.execute(maker.agent(place, agent), AcceptOffer(conversation_id=conversation))


async def held(maker: Maker, place: RoutingPlace) -> list[tuple[str, str]]:
    """Who has which conversation, or is asked to take it."""
    link = await asyncpg.connect(maker.database.url)
    try:
        rows = await link.fetch(
            "SELECT agent_id, conversation_id FROM holdings WHERE organization_id = $1", place.organization_id
        )
    finally:
        await link.close()
    return [(row["agent_id"], row["conversation_id"]) for row in rows]


async def first_looks(maker: Maker, place: RoutingPlace, waiting: int, times: int) -> None:
    """What a router that knows nothing yet needs until it has read and looked at everything, nobody being free."""
    spent: list[tuple[float, float]] = []
    for _ in range(times):
        router = Router(maker.database, maker.executor, Doorbell(), now)
        begun, used = time.perf_counter(), time.process_time()
        await router.route(place.organization_id)
        spent.append((time.perf_counter() - begun, time.process_time() - used))
    wall, cpu = (1000 * statistics.median(one[part] for one in spent) for part in (0, 1))
    print(f"{waiting:6} waiting, a first look at everything: {wall:.0f} ms, {cpu:.0f} ms of processor time")


async def steady(maker: Maker, place: RoutingPlace, seconds: float, rate: float) -> None:
    """Arrivals and ends at this rate a second, with the router in a process of its own."""
    log = Path(tempfile.gettempdir()) / "routing-bench.log"
    words = [sys.executable, str(HERE / "routing.py"), "--router", maker.database.url]
    with processes.process(words, log) as router:
        await asyncio.sleep(3.0)
        busy = dict(await held(maker, place))
        before, begun, count = processes.cpu_seconds(router.pid), time.perf_counter(), 0
        others = sorted(busy.keys() - place.sessions.keys())
        agents = random.sample(others, min(len(others), int(rate * seconds) + 1))
        async with asyncio.TaskGroup() as group:
            for agent in agents:
                if time.perf_counter() - begun >= seconds:
                    break
                group.create_task(maker.arrival(place))
                actor = maker.agent(place, agent)
                group.create_task(maker.executor.execute(actor, End(conversation_id=busy[agent])))
                count += 1
                await asyncio.sleep(max(0.0, begun + count / rate - time.perf_counter()))
        elapsed = time.perf_counter() - begun
        used = processes.cpu_seconds(router.pid) - before
        await asyncio.sleep(2.0)
        offered = len(set(await held(maker, place)) - set(busy.items()))
    print(
        f"steady: {60 * count / elapsed:.0f} arrivals and ends a minute, {offered} of {count} freed agents asked; "
        f"the router used {100 * used / elapsed:.1f} % of a core"
    )


async def run_router(url: str) -> None:
    """The router alone, until the parent ends it."""
    database = await Database.open(url, pool_size=4)
    bus = NotifyBus(database)
    bell = Doorbell(bus)
    maker = Maker(database)
    async with asyncio.TaskGroup() as group:
        group.create_task(bus.run())
        group.create_task(Router(database, maker.executor, bell, now).run())


async def measure(options: argparse.Namespace, folder: Path, server: EmbeddedPostgres) -> None:
    database = await Database.open(server.url, pool_size=8)
    maker = Maker(database)
    place = await maker.make(agents=options.agents, queues=options.queues, watching=options.watching)
    await filled(maker, place)
    there = 2 * options.agents
    for wanted in (there, options.waiting):
        await maker.arrive(place, max(0, wanted - there))
        there = max(there, wanted)
        await first_looks(maker, place, there, 5)
    print(await Changes(maker, place, dict(await held(maker, place))).play(options.changes, options.rate))
    await accepted(maker, place)
    await steady(maker, place, options.seconds, options.rate / 60)
    with processes.server(server.url, folder) as (pid, port):
        for pause in (options.pause, 0.0):
            screens = Screens(place, port, dict(await held(maker, place)), pause)
            print(await screens.play(options.seconds, pid))
    await database.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--queues", type=int, default=50)
    parser.add_argument("--watching", type=int, default=20, help="agents with a live socket")
    parser.add_argument("--rate", type=float, default=1_000.0, help="arrivals a minute")
    parser.add_argument("--changes", type=int, default=100, help="arrivals and ends looked at one by one")
    parser.add_argument(
        "--pause", type=float, default=3.0, help="seconds between an accepted offer and its end"
    )
    parser.add_argument("--router", help="be the router of this database")
    options = parser.parse_args()
    if options.router:
        await run_router(options.router)
        return
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
    print(growth(options.agents, options.queues))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        async with EmbeddedPostgres(folder / "postgres") as server:
            await measure(options, folder, server)


if __name__ == "__main__":
    asyncio.run(main())
