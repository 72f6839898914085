"""Kill -9 of whoever reads a mailbox, at each step of it: every mail is there once, in order, and marked in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sample_channel_house import House, channel_house
from sample_dovecot import dovecot, missing
from sample_files import PDF
from sample_letterbox import listening
from sample_mailbox import ImapServer
from sample_patience import until
from sample_post import ADDRESS, mail

from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # starts a server, kills it and waits until it stands again

SEVERAL = 4


@pytest.fixture
async def house(server: Any, template: str, tmp_path: Path) -> AsyncIterator[House]:
    async with channel_house(server, template, tmp_path) as made:
        yield made


async def a_mailbox(house: House, imap_port: int, smtp_port: int) -> None:
    """It is read from now on."""
    stream = {"name": "Mail", "channel": "email", "queue": house.sample.queues["Support"]}
    made = await house.do("admin", "POST", "/workstreams", stream)
    settings = {
        "address": ADDRESS, "imap_host": "127.0.0.1", "imap_port": imap_port, "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": smtp_port, "smtp_security": "none",
    }  # fmt: skip
    account = {"provider": "email", "name": "Mail", "workstream_id": made["id"], "settings": settings}
    await house.do("admin", "POST", "/channel-accounts", {**account, "secrets": {"password": "hunter2"}})

    async def begun() -> bool:
        rows = await house.sql("SELECT cursor FROM channel_accounts WHERE provider = 'email'")
        return bool(rows[0]["cursor"])

    await until(begun)


def one_mail(number: int) -> bytes:
    """Of one thread; each with a file."""
    more = {"In_Reply_To": "<m0@example.net>"} if number else {}
    return mail(f"mail {number:02d}", f"m{number}", file=(f"{number:02d}.pdf", PDF), **more)


async def whole(house: House, count: int) -> None:
    """Until all of them are there, with their files; and then there is nothing else."""
    wanted = [(f"mail {number:02d}", [f"{number:02d}.pdf"]) for number in range(count)]

    async def said() -> list[tuple[str, list[str]]]:
        rows = await house.sql("SELECT text, attachments FROM public_messages ORDER BY seq")
        return [(row["text"], [one["name"] for one in row["attachments"] or ()]) for row in rows]

    async def all_there() -> bool:
        return await said() == wanted

    try:
        await until(all_there)
    except TimeoutError:
        raise AssertionError(await said()) from None
    assert len(await house.sql("SELECT 1 FROM conversations")) == 1
    assert len(await house.sql("SELECT 1 FROM arrivals")) == count
    assert await house.sql("SELECT 1 FROM arrivals WHERE done_at IS NULL") == []
    report = await verify(house.database)
    assert report.clean, report.findings


async def die(house: House) -> None:
    await asyncio.to_thread(house.served.kill)
    await house.leases_end()


class Hanging:
    """Answers everything but the command that comes for the `number`th time, which it never answers."""

    def __init__(self, imap: ImapServer, command: str, number: int, having: bytes = b"") -> None:
        self._command, self._left, self._having = command, number, having
        self.reached = asyncio.Event()
        imap.fault = self._fault

    def _fault(self, command: str, rest: bytes) -> bytes:
        if command == self._command and self._having in rest and not self.reached.is_set():
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                return b""
        return b"..."


@asynccontextmanager
async def nothing_can_be_kept(house: House) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Whoever keeps what came stands in the midst of that; says whether somebody does."""
    async with house.database._pool.acquire() as link:
        hold = link.transaction()
        await hold.start()
        await link.execute("LOCK TABLE channel_media IN SHARE ROW EXCLUSIVE MODE")

        async def stands() -> bool:
            return bool(await house.sql("SELECT 1 FROM pg_locks WHERE relation = 'channel_media'::regclass"
                                        " AND NOT granted"))  # fmt: skip

        try:
            yield stands
        finally:
            await hold.rollback()


async def test_every_mail_is_there_once_whenever_its_reader_dies(house: House) -> None:
    with listening() as (_box, port):
        async with ImapServer().open() as imap:
            await a_mailbox(house, imap.port, port)
            count = 0

            def come() -> None:
                nonlocal count
                for _ in range(SEVERAL):
                    imap.put(one_mail(count))
                    count += 1

            # In the middle of the third of several mails.
            middle = Hanging(imap, "UID FETCH", 3, b"BODY.PEEK[]")
            come()
            async with asyncio.timeout(90):
                await middle.reached.wait()
            await die(house)
            await asyncio.to_thread(house.served.start)
            await whole(house, count)
            # All are read, and the transaction in which they are kept is not at its end.
            async with nothing_can_be_kept(house) as stands:
                come()
                await until(stands)
                await die(house)
            assert len(await house.sql("SELECT 1 FROM arrivals")) == count - SEVERAL
            await asyncio.to_thread(house.served.start)
            await whole(house, count)
            # They are kept, and the mailbox has not been told so.
            marking = Hanging(imap, "UID STORE", 1)
            come()
            async with asyncio.timeout(90):
                await marking.reached.wait()
            await die(house)
            assert [one.uid for one in imap.mails if not one.flags] == list(
                range(count - SEVERAL + 1, count + 1)
            )
            await asyncio.to_thread(house.served.start)
            await whole(house, count)

            async def marked() -> bool:
                return all(one.flags == {"\\Seen"} for one in imap.mails)

            await until(marked)


@pytest.mark.skipif(bool(missing()), reason=missing())
async def test_a_dovecot_is_read_on_wherever_its_reader_died(house: House) -> None:
    count = 50
    with listening() as (_box, port), dovecot() as mailbox:
        await a_mailbox(house, mailbox.port, port)
        for number in range(count):
            mailbox.deliver(one_mail(number))
        for kept in (1, count // 2):

            async def some(least: int = kept) -> bool:
                return len(await house.sql("SELECT 1 FROM arrivals")) >= least

            await until(some)
            await die(house)
            await asyncio.to_thread(house.served.start)
        await whole(house, count)

        async def marked() -> bool:
            return sum(name.endswith("S") for name in mailbox.names()) == count

        await until(marked)
