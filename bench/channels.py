"""Channels: so many messages a second in and as many out, over a custom channel and over Twilio's forms, at once.

A real server process, an embedded PostgreSQL with fsync on; providers are stand-ins, who with the customers, the agents
and a supervisor who watches the board are in this process. What comes in is signed, kept, taken in and shown; what goes
out is written, sent, answered and noted. Nothing may be missing, doubled or out of its order.

    python bench/channels.py
    python bench/channels.py --rates 100 200 400 --seconds 20
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import uvloop

import floor_processes as processes
from channels_place import Line, Place, furnish
from channels_standin import Providers
from floor_place import staffed
from floor_wire import Caller
from valvomo.db.embedded import EmbeddedPostgres

DRAIN_SECONDS = 60.0


def spread(waits: Sequence[float]) -> str:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(waits)
    if not ordered:
        return "nothing"
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)]
    return "p50 {:.0f} ms, p99 {:.0f} ms".format(*(1000 * one for one in at))


class Round:
    """So many seconds at a rate in each direction."""

    def __init__(self, place: Place, providers: Providers, port: int, *, rate: float) -> None:
        self.place = place
        self.providers = providers
        self.rate = rate
        self.kept: list[float] = []
        self.written: list[float] = []
        self.left: list[float] = []
        self._begun: dict[str, float] = {}
        self._callers = [Caller(port) for _ in range(64)]
        self._free: asyncio.Queue[Caller] = asyncio.Queue()
        for one in self._callers:
            self._free.put_nowait(one)

    async def play(self, seconds: float) -> None:
        """Both directions by a schedule, however late answers come."""
        self.providers.arrived = self._arrived
        begun, number = time.perf_counter(), 0
        lines = self.place.lines
        async with asyncio.TaskGroup() as group:
            while (now := time.perf_counter()) < begun + seconds:
                while begun + number / self.rate <= now:
                    line = lines[number % len(lines)]
                    group.create_task(self._in(line))
                    group.create_task(self._out(line))
                    number += 1
                await asyncio.sleep(0.002)

    async def drained(self, connection: asyncpg.Connection) -> float:
        """Seconds until all is taken in and sent."""
        begun = time.perf_counter()
        async with asyncio.timeout(DRAIN_SECONDS):
            while await self._left(connection):  # noqa: ASYNC110 - the database rings nobody here
                await asyncio.sleep(0.1)
        return time.perf_counter() - begun

    async def _left(self, connection: asyncpg.Connection) -> int:
        left = await connection.fetchval(
            "SELECT (SELECT count(*) FROM arrivals WHERE done_at IS NULL)"
            " + (SELECT count(*) FROM dispatches WHERE state = 'queued')"
        )
        return int(left)

    async def _in(self, line: Line) -> None:
        text = self.place.next_text(line)
        caller = await self._free.get()
        try:
            begun = self.place.said[text] = time.perf_counter()
            await line.say(caller, text)
            self.kept.append(time.perf_counter() - begun)
        finally:
            self._free.put_nowait(caller)

    async def _out(self, line: Line) -> None:
        # One after the other in a conversation: what is asked for at once has no order.
        async with line.writing:
            text = self.place.next_text(line, out=True)
            line.wrote.append(text)
            caller = await self._free.get()
            try:
                begun = self._begun[text] = time.perf_counter()
                await line.answer(caller, text)
                self.place.answered(text)
                self.written.append(time.perf_counter() - begun)
            finally:
                self._free.put_nowait(caller)

    def _arrived(self, text: str, at: float) -> None:
        if (begun := self._begun.pop(text, None)) is not None:
            self.left.append(at - begun)


async def report(
    connection: asyncpg.Connection, one: Round, pids: tuple[int, int], options: argparse.Namespace
) -> None:
    """Play one rate, and say what came of it."""
    one.place.shown_in.clear()
    one.place.shown_out.clear()
    since = await connection.fetchval("SELECT clock_timestamp()")
    used = [processes.cpu_seconds(pid) for pid in pids]
    began = time.perf_counter()
    await one.play(options.seconds)
    played = time.perf_counter() - began
    drain = await one.drained(connection)
    cpu = [processes.cpu_seconds(pid) - before for pid, before in zip(pids, used, strict=True)]
    taken = await connection.fetch(
        "SELECT extract(epoch FROM done_at - received_at)::float AS seconds FROM arrivals"
        " WHERE received_at >= $1 AND kind = 'message'",
        since,
    )
    messages = len(one.kept) + len(one.written)
    lines = [
        f"{one.rate:g} a second in and out: {len(one.kept) / played:.0f} in, {len(one.written) / played:.0f} out",
        f"in: answered {spread(one.kept)}; taken in {spread([row['seconds'] for row in taken])} after that",
        f"out: written {spread(one.written)}; at the provider {spread(one.left)}",
        f"a supervisor's board shows what came in: {spread(one.place.shown_in)}",
        f"a supervisor's board shows what was written: {spread(one.place.shown_out)}",
        f"what was under way at the end is done {drain:.1f} s later",
        "CPU a message: {:.2f} ms server + {:.2f} ms database".format(
            *(1000 * some / messages for some in cpu)
        ),
        "processors: {:.2f} server + {:.2f} database".format(*(some / (played + drain) for some in cpu)),
    ]
    print("- " + "\n  ".join(lines), flush=True)


async def proved(connection: asyncpg.Connection, place: Place, providers: Providers) -> None:
    """Nothing missing, doubled or out of order on either side."""
    for line in place.lines:
        if (got := providers.got.get(line.number, [])) != line.wrote:
            raise AssertionError(f"{line.number} got {len(got)} of {len(line.wrote)}, or in another order")
    rows = await connection.fetch(
        "SELECT text, count(*) AS times FROM public_messages WHERE author_role = 'customer' GROUP BY text"
    )
    wrong = [row["text"] for row in rows if row["times"] != 1]
    missing = set(place.said) - {row["text"] for row in rows}
    if wrong or missing:
        raise AssertionError(f"{len(wrong)} are there twice, {len(missing)} are missing")
    repeated = await connection.fetchval("SELECT count(*) FROM dispatches WHERE possibly_repeated")
    if repeated:
        raise AssertionError(f"{repeated} may have gone out twice")


async def measure(options: argparse.Namespace, folder: Path, database: EmbeddedPostgres) -> None:
    """Make the place, play each rate, prove it."""
    staff = await staffed(database.url, agents=8, capacity=options.customers, supervisors=1)
    settings = {
        "VALVOMO_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "VALVOMO_SECRET_KEY": base64.b64encode(os.urandom(32)).decode(),
    }
    async with Providers().open() as providers:
        with processes.server(database.url, folder, settings) as (pid, port):
            connection = await asyncpg.connect(database.url)
            try:
                place = await furnish(
                    staff, connection, providers=providers.url, port=port, customers=options.customers
                )
                # As the database does by itself within the first minutes of a house.
                await connection.execute("ANALYZE")
                load = os.getloadavg()[0]
                print(f"{os.cpu_count()} processors, load average {load:.1f} at the start", flush=True)
                for rate in options.rates:
                    one = Round(place, providers, port, rate=rate)
                    await report(connection, one, (pid, database.pid or 0), options)
                await proved(connection, place, providers)
            finally:
                await connection.close()
                print((folder / "server.log").read_text()[-3000:], file=sys.stderr, end="")
    print(f"\n`valvomo verify`: {processes.verified(database.url)}")


async def main() -> None:
    """By the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[50.0, 200.0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--customers", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        async with EmbeddedPostgres(folder / "postgres") as database:
            await measure(options, folder, database)


if __name__ == "__main__":
    uvloop.run(main())
