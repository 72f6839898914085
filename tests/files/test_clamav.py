"""ClamAV's protocol, against a stand-in that follows its documented wire format."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sample_clamd import Clamd
from sample_files import EICAR

from valvomo.files import clamav
from valvomo.files.clamav import ClamAV, UnavailableError, Verdict
from valvomo.files.port import once


@asynccontextmanager
async def running(clamd: Clamd) -> AsyncIterator[ClamAV]:
    address = await clamd.start()
    try:
        yield ClamAV(address)
    finally:
        await clamd.stop()


async def many(data: bytes, size: int) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


async def test_it_hears_every_byte_and_says_what_it_thinks() -> None:
    clamd = Clamd()
    async with running(clamd) as scanner:
        await scanner.ping()
        assert await scanner.scan(once(b"harmless")) == Verdict()
        assert await scanner.scan(once(b"")) == Verdict()
        assert await scanner.scan(many(b"x" * 500_000, 123_456)) == Verdict()
        assert await scanner.scan(once(b"x" + EICAR)) == Verdict(virus="Eicar-Test-Signature")
    assert [len(one) for one in clamd.seen] == [8, 0, 500_000, len(EICAR) + 1]


async def test_what_is_too_large_for_it_was_not_looked_at() -> None:
    async with running(Clamd(largest=100_000)) as scanner:
        assert await scanner.scan(many(b"x" * 5_000_000, 200_000)) == Verdict(whole=False)


@pytest.mark.parametrize("mood", ["nonsense", "hangs up"])
async def test_without_an_answer_nothing_is_known(mood: str) -> None:
    async with running(Clamd(mood=mood)) as scanner:
        with pytest.raises(UnavailableError):
            await scanner.scan(once(b"x"))
        with pytest.raises(UnavailableError):
            await scanner.ping()


async def test_it_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamav, "SECONDS", 0.05)
    async with running(Clamd(mood="silent")) as scanner:
        with pytest.raises(UnavailableError, match="within"):
            await scanner.scan(once(b"x"))


async def test_where_there_is_none_nothing_is_known(tmp_path: Path) -> None:
    for url in ("tcp://127.0.0.1:9", f"unix://{tmp_path}/none.socket"):
        with pytest.raises(UnavailableError, match="reached"):
            await ClamAV(url).scan(once(b"x"))


async def test_it_may_be_a_socket_of_this_machine(tmp_path: Path) -> None:
    clamd, path = Clamd(), tmp_path / "clamd.socket"
    server = await asyncio.start_unix_server(clamd._serve, path)
    try:
        assert await ClamAV(f"unix://{path}").scan(once(EICAR)) == Verdict(virus="Eicar-Test-Signature")
    finally:
        server.close()
        await server.wait_closed()
