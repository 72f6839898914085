"""A process that owns an embedded server and writes rows, to be killed by a test.

``owner.py HOME BINARIES`` prints ``ready PID`` and then the number of every row that was acknowledged.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg

from valvomo.db.embedded import EmbeddedPostgres


async def main() -> None:
    """Write for as long as we live."""
    home, binaries = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
    async with EmbeddedPostgres(home, binaries=binaries) as server:
        connection = await asyncpg.connect(server.url)
        await connection.execute("CREATE TABLE IF NOT EXISTS acknowledged (n int PRIMARY KEY)")
        print("ready", server.pid, flush=True)  # noqa: T201
        for number in range(1_000_000):
            await connection.execute("INSERT INTO acknowledged VALUES ($1)", number)
            print(number, flush=True)  # noqa: T201


asyncio.run(main())
