"""What an index of words costs whoever writes messages: rows a second without one, with one, and with one kept up.

python bench/search_index.py --rounds 3
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from valvomo.db.embedded import EmbeddedPostgres

BATCHES, SIZE = 60, 100
KINDS = {
    "no index of words": "",
    "generated column, GIN with fastupdate": "fastupdate = on",
    "generated column, GIN without": "fastupdate = off",
}
WORDS = [f"{a}{b}{c}" for a in ("order", "invoic", "deliver", "parcel", "refund", "pay", "custom", "addres", "number")
         for b in ("", "e", "ing", "ed", "s") for c in ("", "a", "b", "c", "d", "e", "f", "g")]  # fmt: skip


async def written(link: asyncpg.Connection, options: str, dice: random.Random) -> float:
    """Rows a second."""
    column = ", words tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED" if options else ""
    await link.execute("DROP TABLE IF EXISTS lines")
    await link.execute(f"CREATE TABLE lines (id bigserial PRIMARY KEY, at timestamptz, text text{column})")
    if options:
        await link.execute(f"CREATE INDEX ON lines USING gin (words) WITH ({options})")
    batches = [[" ".join(dice.choices(WORDS, k=18)) for _ in range(SIZE)] for _ in range(BATCHES)]
    began = time.perf_counter()
    for texts in batches:
        await link.execute(
            "INSERT INTO lines (at, text) SELECT $1, unnest($2::text[])", datetime.now(UTC), texts
        )
    return BATCHES * SIZE / (time.perf_counter() - began)


async def run(rounds: int) -> None:
    """Each kind in turn, in reversed order every second time."""
    found: dict[str, list[float]] = {name: [] for name in KINDS}
    with tempfile.TemporaryDirectory(prefix="valvomo-words-") as home:
        async with EmbeddedPostgres(Path(home) / "postgres") as server:
            link = await asyncpg.connect(server.url)
            for number in range(rounds):
                for name in list(KINDS)[:: -1 if number % 2 else 1]:
                    found[name].append(await written(link, KINDS[name], random.Random(number)))
            await link.close()
    base = statistics.median(found["no index of words"])
    for name, rates in found.items():
        rate = statistics.median(rates)
        print(f"{name}: {rate:.0f} rows/s, {rate / base:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
    asyncio.run(run(parser.parse_args().rounds))
