"""How facts get their positions: from a head row locked to the commit, or from a relay that numbers them later.

Writers are processes; each gathers messages into one transaction (group commit) and makes some single acts
beside them, as the server does. Variants alternate in one run, so that their ratios mean something on a noisy
machine. `--slow` holds every transaction 5 ms before its commit, as a slow disk would.

    python bench/journal_positions.py --seconds 4 --rounds 3 [--slow]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from valvomo.db.embedded import EmbeddedPostgres

SCHEMA = """
DROP TABLE IF EXISTS heads, facts, rows;
CREATE TABLE heads (org int PRIMARY KEY, position bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO heads VALUES (1, 0, '');
CREATE TABLE facts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, position bigint, at timestamptz NOT NULL,
    numbered_at timestamptz, body text NOT NULL, hash bytea);
CREATE INDEX ON facts (id) WHERE position IS NULL;
CREATE UNIQUE INDEX ON facts (position);
CREATE TABLE rows (id int PRIMARY KEY, version bigint NOT NULL);
INSERT INTO rows SELECT n, 0 FROM generate_series(1, 5000) n;
CREATE OR REPLACE FUNCTION head_append(bodies text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE place bigint; digest bytea; one text;
BEGIN
    SELECT position, hash INTO place, digest FROM heads WHERE org = 1 FOR UPDATE;
    FOREACH one IN ARRAY bodies LOOP
        place := place + 1;
        digest := sha256(digest || convert_to(one, 'UTF8'));
        INSERT INTO facts (position, at, numbered_at, body, hash)
        VALUES (place, clock_timestamp(), clock_timestamp(), one, digest);
    END LOOP;
    UPDATE heads SET position = place, hash = digest WHERE org = 1;
    RETURN place;
END $$;
CREATE OR REPLACE FUNCTION relay_append(bodies text[]) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO facts (at, body) SELECT clock_timestamp(), unnest(bodies);
    SELECT 0::bigint $$;
CREATE OR REPLACE FUNCTION relay_number(most int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE place bigint; digest bytea; one record; numbered bigint := 0;
BEGIN
    SELECT position, hash INTO place, digest FROM heads WHERE org = 1 FOR UPDATE;
    FOR one IN SELECT id, body FROM facts WHERE position IS NULL ORDER BY id LIMIT most LOOP
        place := place + 1; numbered := numbered + 1;
        digest := sha256(digest || convert_to(one.body, 'UTF8'));
        UPDATE facts SET position = place, hash = digest, numbered_at = clock_timestamp() WHERE id = one.id;
    END LOOP;
    UPDATE heads SET position = place, hash = digest WHERE org = 1;
    RETURN numbered;
END $$;
"""
BODY = "x" * 250
LAG = """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM numbered_at - at)),
    percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM numbered_at - at)) FROM facts"""


@dataclass(frozen=True, slots=True)
class Work:
    """What a process of writers does: `tasks` senders, for so many seconds, by this function of the schema."""

    url: str
    append: str
    seconds: float
    tasks: int
    slow: bool


@dataclass(slots=True)
class Writers:
    """One process: a lane of batched messages from the senders, and four makers of single acts."""

    work: Work
    lane: Any
    acts: Any
    until: float
    queue: asyncio.Queue[tuple[int, asyncio.Future[None]]] = field(default_factory=asyncio.Queue)
    made: int = 0
    waits: list[float] = field(default_factory=list)

    async def commit(self, pool: Any, ids: list[int]) -> None:
        """One transaction over these rows, facts last."""
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT 1 FROM rows WHERE id = ANY ($1::int[]) ORDER BY id FOR NO KEY UPDATE", ids
            )
            await connection.execute("UPDATE rows SET version = version + 1 WHERE id = ANY ($1::int[])", ids)
            await connection.execute(f"SELECT {self.work.append}($1::text[])", [BODY] * len(ids))
            if self.work.slow:
                await connection.execute("SELECT pg_sleep(0.005)")

    async def batches(self) -> None:
        """The lane: whatever waits goes into one commit."""
        while True:
            taken = [await self.queue.get()]
            while len(taken) < 128 and not self.queue.empty():
                taken.append(self.queue.get_nowait())
            await self.commit(self.lane, [one for one, _ in taken])
            for _, sent in taken:
                sent.set_result(None)

    async def sender(self, number: int) -> None:
        """Sends a message when the one before is committed."""
        while (begun := time.perf_counter()) < self.until:
            sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.queue.put_nowait((1 + number % 5000, sent))
            await sent
            self.waits.append(time.perf_counter() - begun)

    async def actor(self, number: int) -> None:
        """Makes single acts, fifty a second at most."""
        while time.perf_counter() < self.until:
            await self.commit(self.acts, [4000 + number])
            self.made += 1
            await asyncio.sleep(0.02)


async def write(work: Work) -> tuple[int, list[float]]:
    """One process; acts made, and how long each message took in seconds."""
    lane = await asyncpg.create_pool(work.url, min_size=1, max_size=1)
    acts = await asyncpg.create_pool(work.url, min_size=1, max_size=4)
    writers = Writers(work, lane, acts, time.perf_counter() + work.seconds)
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(writers.batches())
        people = [group.create_task(writers.sender(n * 7)) for n in range(work.tasks)]
        people += [group.create_task(writers.actor(n)) for n in range(4)]
        await asyncio.wait(people)
        worker.cancel()
    await lane.close()
    await acts.close()
    return writers.made, writers.waits


async def relay(url: str, stop: Any) -> None:
    """Numbers what is committed, at once when there was something, else after 5 ms."""
    connection = await asyncpg.connect(url)
    while not stop.is_set():
        if not await connection.fetchval("SELECT relay_number(500)"):
            await asyncio.sleep(0.005)
    await connection.close()


def writer_process(work: Work, answers: Any) -> None:
    answers.put(asyncio.run(write(work)))


def relay_process(url: str, stop: Any) -> None:
    asyncio.run(relay(url, stop))


async def run(url: str, variant: str, processes: int, options: argparse.Namespace) -> dict[str, float]:
    """One variant with so many processes; rates per second and milliseconds."""
    connection = await asyncpg.connect(url)
    await connection.execute(SCHEMA)
    work = Work(url, f"{variant}_append", options.seconds, 64 // processes, options.slow)
    results = await played(work, processes, relayed=variant == "relay")
    lag50, lag99 = await connection.fetchrow(LAG) or (None, None)
    await connection.close()
    waits = sorted(wait for _, some in results for wait in some)
    return {
        "messages": len(waits) / work.seconds,
        "acts": sum(made for made, _ in results) / work.seconds,
        "p50": 1000 * waits[len(waits) // 2],
        "p99": 1000 * waits[int(len(waits) * 0.99)],
        "lag50": 1000 * (lag50 or 0),
        "lag99": 1000 * (lag99 or 0),
    }


async def played(work: Work, processes: int, *, relayed: bool) -> list[tuple[int, list[float]]]:
    """What each of so many processes of writers has done."""
    context = multiprocessing.get_context("spawn")
    answers, stop = context.Queue(), context.Event()
    begun = [context.Process(target=writer_process, args=(work, answers)) for _ in range(processes)]
    if relayed:
        begun.append(context.Process(target=relay_process, args=(work.url, stop)))
    for process in begun:
        process.start()
    results = [await asyncio.to_thread(answers.get) for _ in range(processes)]
    await asyncio.sleep(0.3)
    stop.set()
    for process in begun:
        await asyncio.to_thread(process.join)
    return results


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", action="store_true", help="every commit waits 5 ms")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await measure(server.url, options)


async def measure(url: str, options: argparse.Namespace) -> None:
    print(
        "variant processes messages/s acts/s seen-by-writer p50/p99 ms, numbered after p50/p99 ms (medians)"
    )
    for processes in (1, 3):
        rounds: dict[str, list[dict[str, float]]] = {"head": [], "relay": []}
        for number in range(options.rounds):
            for variant in ("head", "relay") if number % 2 == 0 else ("relay", "head"):
                rounds[variant].append(await run(url, variant, processes, options))
        for variant, some in rounds.items():
            m = {name: statistics.median(one[name] for one in some) for name in some[0]}
            print(
                f"{variant:6} {processes} {m['messages']:8.0f} {m['acts']:6.0f}  {m['p50']:.1f}/{m['p99']:.1f}"
                f"  {m['lag50']:.1f}/{m['lag99']:.1f}"
            )


if __name__ == "__main__":
    asyncio.run(main())
