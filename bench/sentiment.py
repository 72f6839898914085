"""How far behind the sentiment of customers' messages is at a steady rate, and what measuring costs.

python bench/sentiment.py --rate 25 --processes 1 --seconds 60

Customers write at even distances, each conversation in turn, through the message lane of this process on an embedded
PostgreSQL with fsync on; `valvomo insight` measures in processes of its own, rung by NOTIFY as in any installation.
A message is behind by the time from when it was written to when its reading was, both of them facts of the journal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from floor_processes import cpu_seconds, memory_bytes, process
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done, Executor
from valvomo.commands.settings.passwords import Passwords
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.notify import NotifyBus
from valvomo.demo.organization import Sample, create_sample
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.model import Channel
from valvomo.main.clock import now

WARM_SECONDS = 10.0
"""Not counted: the model is loaded, statements are prepared."""
DRAIN_SECONDS = 10.0
UTTERANCES = Path(__file__).parents[1] / "training" / "sentiment" / "utterances"
READINGS = """
    SELECT extract(epoch FROM at - (body ->> 'said_at')::timestamptz) AS behind FROM facts
    WHERE kind = 'sentiment_measured' AND (body ->> 'said_at')::timestamptz BETWEEN $1 AND $2 ORDER BY 1"""


async def measure(options: argparse.Namespace, folder: Path, url: str) -> None:
    """Start everybody, write, and read from the journal how it went."""
    await migrate.apply(url, alone=True)
    database = await Database.open(url, pool_size=8)
    bus = NotifyBus(database)
    bell = Doorbell(bus)
    executor, lane = Executor(database, now, bell), MessageLane(database, now, bell)
    sample = await create_sample(
        executor, await Passwords().hash("bench"), name="Bench", domain="bench.example"
    )
    customers = [await customer(executor, sample, number) for number in range(options.conversations)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VALVOMO_")}
    environment |= {"VALVOMO_DATABASE_URL": url, "VALVOMO_LOG_LEVEL": "warning"}
    words = [sys.executable, "-m", "valvomo", "insight"]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in (bus.run(), lane.run())]
        with ExitStack() as started:
            pids = [
                started.enter_context(process(words, folder / f"insight-{number}.log", environment)).pid
                for number in range(options.processes)
            ]
            await write(lane, customers, options.rate, WARM_SECONDS)
            before, began, wall = sum(map(cpu_seconds, pids)), now(), time.monotonic()
            written = await write(lane, customers, options.rate, options.seconds)
            ended, took = now(), time.monotonic() - wall
            spent = sum(map(cpu_seconds, pids)) - before
            size = sum(map(memory_bytes, pids))
            await asyncio.sleep(DRAIN_SECONDS)
        for task in tasks:
            task.cancel()
    async with database._pool.acquire() as link:  # noqa: SLF001 - a look behind the curtain
        behind = [float(row["behind"]) for row in await link.fetch(READINGS, began, ended)]
    await database.close()
    report(options, behind, (written, took, spent, size))


async def customer(executor: Executor, sample: Sample, number: int) -> Actor:
    """Somebody who writes."""
    actor = await sample.actor(executor.database, "saara")
    command = StartConversation(
        channel=Channel.PERSISTENT_CHAT, customer_name=f"Customer {number}", queue="Support"
    )
    made = await executor.execute(actor, command)
    if not isinstance(made, Done):
        raise TypeError(f"no conversation: {made}")
    found: dict[str, Any] = dict(made.result)
    return Actor(
        id=found["contact"],
        organization_id=sample.organization_id,
        name=f"Customer {number}",
        kind=ActorKind.CUSTOMER,
        conversation_id=found["id"],
    )


async def write(lane: MessageLane, customers: list[Actor], rate: float, seconds: float) -> int:
    """At even distances, whatever comes of the messages before; how many were written."""
    texts = [
        line for file in sorted(UTTERANCES.glob("*.txt")) for line in file.read_text("utf-8").splitlines()
    ]
    began, count = time.monotonic(), 0
    async with asyncio.TaskGroup() as group:
        while (due := began + count / rate) < began + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            actor = customers[count % len(customers)]
            command = PostMessage(
                conversation_id=actor.conversation_id or "",
                text=texts[(count * 7) % len(texts)],
                client_id=f"{began}-{count}",
            )
            group.create_task(lane.post(actor, command))
            count += 1
    return count


def report(options: argparse.Namespace, behind: list[float], cost: tuple[int, float, float, int]) -> None:
    """One line for the table in docs/sentiment.md, and what it means."""
    written, took, spent, size = cost
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
    print(
        "| rate | processes | written | measured | p50 | p99 | most | CPU a message | CPU of one core | memory |"
    )
    if not behind:
        print(f"| {options.rate:g} | {options.processes} | {written} | 0 | nothing was measured")
        return
    at = [behind[min(len(behind) - 1, int(len(behind) * part))] for part in (0.5, 0.99, 1.0)]
    p50, p99, most = (f"{1000 * one:.0f} ms" for one in at)
    print(
        f"| {options.rate:g}/s | {options.processes} | {written} | {len(behind)} | {p50} | {p99} | {most}"
        f" | {1000 * spent / len(behind):.0f} ms | {spent / took:.0%} | {size / 2**20:.0f} MiB |"
    )


async def run(options: argparse.Namespace) -> None:
    """On a database of its own."""
    with tempfile.TemporaryDirectory(prefix="valvomo-sentiment-") as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as server:
            await measure(options, Path(folder), server.url)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=25.0, help="customers' messages a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--conversations", type=int, default=200)
    asyncio.run(run(parser.parse_args()))
