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


async def write(url: str, append: str, seconds: float, tasks: int, slow: bool) -> tuple[int, int, list[float]]:
    """One process: a lane of batched messages from `tasks` senders, and four makers of single acts."""
    lane, acts = await asyncpg.create_pool(url, min_size=1, max_size=1), await asyncpg.create_pool(url, min_size=1, max_size=4)
    queue: asyncio.Queue[tuple[int, asyncio.Future[None]]] = asyncio.Queue()
    until = time.perf_counter() + seconds
    done = {"messages": 0, "acts": 0}
    waits: list[float] = []

    async def commit(pool: Any, ids: list[int]) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT 1 FROM rows WHERE id = ANY ($1::int[]) ORDER BY id FOR NO KEY UPDATE", ids
            )
            await connection.execute("UPDATE rows SET version = version + 1 WHERE id = ANY ($1::int[])", ids)
            await connection.execute(f"SELECT {append}($1::text[])", [BODY] * len(ids))
            if slow:
                await connection.execute("SELECT pg_sleep(0.005)")

    async def batches() -> None:
        while True:
            taken = [await queue.get()]
            while len(taken) < 128 and not queue.empty():
                taken.append(queue.get_nowait())
            await commit(lane, [one for one, _ in taken])
            for _, sent in taken:
                sent.set_result(None)

    async def sender(number: int) -> None:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            queue.put_nowait((1 + number % 5000, sent))
            await sent
            waits.append(time.perf_counter() - begun)
            done["messages"] += 1

    async def actor(number: int) -> None:
        while time.perf_counter() < until:
            await commit(acts, [4000 + number])
            done["acts"] += 1
            await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as group:
        worker = group.create_task(batches())
        people = [group.create_task(sender(n * 7)) for n in range(tasks)]
        people += [group.create_task(actor(n)) for n in range(4)]
        await asyncio.wait(people)
        worker.cancel()
    await lane.close()
    await acts.close()
    return done["messages"], done["acts"], waits


async def relay(url: str, stop: Any) -> None:
    """Numbers what is committed, at once when there was something, else after 5 ms."""
    connection = await asyncpg.connect(url)
    while not stop.is_set():
        if not await connection.fetchval("SELECT relay_number(500)"):
            await asyncio.sleep(0.005)
    await connection.close()


def writer_process(url: str, append: str, seconds: float, tasks: int, slow: bool, answers: Any) -> None:
    answers.put(asyncio.run(write(url, append, seconds, tasks, slow)))


def relay_process(url: str, stop: Any) -> None:
    asyncio.run(relay(url, stop))


async def run(url: str, variant: str, processes: int, seconds: float, slow: bool) -> dict[str, float]:
    """One variant with so many processes; rates per second and milliseconds."""
    connection = await asyncpg.connect(url)
    await connection.execute(SCHEMA)
    context = multiprocessing.get_context("spawn")
    answers, stop = context.Queue(), context.Event()
    append = "head_append" if variant == "head" else "relay_append"
    begun = [context.Process(target=writer_process, args=(url, append, seconds, 64 // processes, slow, answers))
             for _ in range(processes)]
    if variant == "relay":
        begun.append(context.Process(target=relay_process, args=(url, stop)))
    for process in begun:
        process.start()
    results = [await asyncio.to_thread(answers.get) for _ in range(processes)]
    await asyncio.sleep(0.3)
    stop.set()
    for process in begun:
        await asyncio.to_thread(process.join)
    lag = await connection.fetchrow(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM numbered_at - at)) AS p50,"
        " percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM numbered_at - at)) AS p99 FROM facts"
    )
    await connection.close()
    waits = sorted(wait for _, _, some in results for wait in some)
    return {
        "messages": sum(one[0] for one in results) / seconds,
        "acts": sum(one[1] for one in results) / seconds,
        "p50": 1000 * waits[len(waits) // 2],
        "p99": 1000 * waits[int(len(waits) * 0.99)],
        "lag50": 1000 * (lag["p50"] or 0),
        "lag99": 1000 * (lag["p99"] or 0),
    }


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
    print("variant processes messages/s acts/s seen-by-writer p50/p99 ms, numbered after p50/p99 ms (medians)")
    for processes in (1, 3):
        rounds: dict[str, list[dict[str, float]]] = {"head": [], "relay": []}
        for number in range(options.rounds):
            for variant in ("head", "relay") if number % 2 == 0 else ("relay", "head"):
                rounds[variant].append(await run(url, variant, processes, options.seconds, options.slow))
        for variant, some in rounds.items():
            m = {name: statistics.median(one[name] for one in some) for name in some[0]}
            print(f"{variant:6} {processes} {m['messages']:8.0f} {m['acts']:6.0f}  {m['p50']:.1f}/{m['p99']:.1f}"
                  f"  {m['lag50']:.1f}/{m['lag99']:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
