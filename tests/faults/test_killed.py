"""An acknowledged command survives the death of anything, once (invariants 8 and 9)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sample_floor import AINO, BEGIN, HOUSE, TIMER, Floor

from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.execute import Done, Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.lost import LOST
from valvomo.domain.conversations.model import State
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # processes are started and killed
SCRIPT = Path(__file__).with_name("busy_house.py")
SAMPLES = Path(__file__).parents[1] / "samples"
ACKNOWLEDGED = 400
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


@pytest.fixture
def busy(tmp_path: Path, binaries: Path | None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(SCRIPT), str(tmp_path / "home"), str(binaries or "")]
    environment = {**os.environ, "PYTHONPATH": str(SAMPLES)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield process
        process.kill()


def acknowledged(process: subprocess.Popen[str]) -> list[list[Any]]:
    """What was acknowledged until the process was killed in the middle of it."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        if line.startswith('["') and line.endswith("]\n"):  # the log goes there too
            lines.append(line)
        if len(lines) == ACKNOWLEDGED:
            process.send_signal(signal.SIGKILL)
    return [json.loads(line) for line in lines]


@pytest.mark.skipif(sys.platform != "linux", reason="the server's end is looked for in /proc")
async def test_kill_9_of_the_whole_house(
    busy: subprocess.Popen[str], tmp_path: Path, binaries: Path | None
) -> None:
    said = await asyncio.to_thread(acknowledged, busy)
    assert len(said) >= ACKNOWLEDGED
    async with EmbeddedPostgres(tmp_path / "home", binaries=binaries) as server:
        database = await Database.open(server.url)
        try:
            await _everything_is_there(database, said)
        finally:
            await database.close()


async def _everything_is_there(database: Database, said: list[list[Any]]) -> None:
    report = await verify(database)
    assert report.clean, report.findings
    floor = Floor(database, lambda: BEGIN, Executor(database, lambda: BEGIN, Doorbell()))  # type: ignore[arg-type]
    rows = await floor.sql("SELECT conversation_id, client_id, seq, text FROM public_messages")
    stored = {(row["conversation_id"], row["client_id"]): row for row in rows}
    assert len(stored) == len(rows)
    for what, one, *rest in said:
        if what == "message":
            assert stored[one, rest[0]]["seq"] == rest[1]
            assert stored[one, rest[0]]["text"] == rest[0]
        else:
            assert (await floor.get(one)).version >= rest[0]
    await _offer_expires(floor, said)


async def _offer_expires(floor: Floor, said: list[list[Any]]) -> None:
    """The timer of an offer that was made before the end fires after it, once."""
    offered = next(one for what, one, *_ in said if what == "act")
    later = Executor(floor.database, lambda: BEGIN.replace(hour=10), Doorbell())
    for _ in range(2):
        assert isinstance(await later.execute(TIMER, FireTimers(conversation_id=offered)), Done)
    assert (await floor.get(offered)).state is State.OPEN
    assert [event.kind for event in await floor.events(offered)].count("offer_expired") == 1


async def test_connections_are_cut_in_the_middle_of_it(floor: Floor, server: Any) -> None:
    """Whoever got no answer asks again with the same client id; every message is there once, in order."""
    one = await floor.accepted()
    lane = MessageLane(floor.database, floor.clock, Doorbell())
    answers: dict[str, object] = {}

    async def send(number: int) -> None:
        client_id = f"c{number}"
        command = PostMessage(conversation_id=one, text=client_id, client_id=client_id)
        while True:
            try:
                done = await lane.post(AINO, command)
            except LOST:
                await asyncio.sleep(0.01)
                continue
            assert isinstance(done, Done)
            answers[client_id] = done.result["seq"]
            return

    async def cut() -> None:
        connection = await asyncpg.connect(server.admin)
        name = floor.database.url.rpartition("/")[2].partition("?")[0]
        try:
            for progress in range(20, 400, 40):
                while len(answers) < progress:  # noqa: ASYNC110 - nothing tells how far it is
                    await asyncio.sleep(0.001)
                await connection.execute(CUT, name)
        finally:
            await connection.close()

    async def many(first: int) -> None:
        for number in range(first, 400, 20):
            await send(number)

    running = asyncio.get_running_loop().create_task(lane.run())
    await asyncio.gather(cut(), *(many(first) for first in range(20)))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    # One that the last cut has hit may not know it yet.
    await floor.database._pool.expire_connections()
    rows = await floor.sql("SELECT client_id, seq FROM public_messages ORDER BY seq")
    assert {row["client_id"]: row["seq"] for row in rows} == answers
    assert [row["seq"] for row in rows] == list(range(1, 401))
    report = await verify(floor.database)
    assert report.clean, report.findings
    assert (await floor.all_facts(HOUSE))[-1].position == report.facts
