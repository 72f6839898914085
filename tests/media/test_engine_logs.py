"""What a process of the engine logs: as the house does, and never what its variables hold."""

import asyncio
import sys
from pathlib import Path

import msgspec
import pytest

from valvomo.media.embedded import operations, talk
from valvomo.media.embedded.operations import Operation
from valvomo.media.port import PcmLeg
from valvomo.pipes import packed

PRIVATE = "nobody-is-to-read-this"
SECOND = bytes(16_000)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", ["json", "console"])
async def test_what_fails_is_told_without_what_variables_hold(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo.media.embedded.worker", "--host", "127.0.0.1", "--port", "0",
        "--log-level", "info", "--log-format", form,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None

    async def ask(operation: Operation) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(packed(talk.Asked(1, operation)))
        await process.stdout.readexactly(int.from_bytes(await process.stdout.readexactly(4)))

    async with asyncio.timeout(90):
        await ask(operations.Open("call"))
        await ask(operations.AddPcm(PcmLeg(call_id="call", leg_id="leg", name=PRIVATE)))
        await ask(operations.Route("call", {}, frozenset({"leg"})))
        await ask(operations.StartRecording("call", "recording", str(folder)))
        folder.rmdir()
        process.stdin.write(packed(talk.Asked(0, operations.Feed("call", "leg", SECOND))))
        line = await process.stderr.readline()
        said, _ = await asyncio.gather(process.stderr.read(), _closed(process))
    told = line + said
    assert PRIVATE.encode() not in told
    assert b"media.recording" in told
    assert b"FileNotFoundError" in told
    if form == "json":
        assert msgspec.json.decode(line)["event"] == "media.recording"


async def _closed(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()
