"""A mail server that hands out a mailbox by IMAP (RFC 3501, 2177, 6851), as much of it as is asked; well, or badly."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

ABILITIES = "IMAP4rev1 IDLE MOVE AUTH=PLAIN AUTH=XOAUTH2 SASL-IR"
ARGUMENTS = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Kept:
    """A mail in the folder."""

    uid: int
    content: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


class ImapServer:
    """`fault` may answer a command (name, arguments) in its place: bytes, None for hanging up, `...` for as usual.

    `secret` is the password, or the token of OAuth.
    """

    def __init__(self, *, abilities: str = ABILITIES) -> None:
        self.abilities, self.secret = abilities, "hunter2"
        self.mails: list[Kept] = []
        self.moved: dict[str, list[Kept]] = {}
        self.validity, self.next = 1000, 1
        self.commands: list[str] = []
        self.fault: Callable[[str, bytes], bytes | None] = lambda _name, _rest: b"..."
        self.port = 0
        self.context: ssl.SSLContext | None = None
        self.starttls: ssl.SSLContext | None = None
        self._news = asyncio.Event()
        self._asked = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ImapServer]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await server.wait_closed()
            await asyncio.gather(*self._serving)

    async def until(self, command: str) -> None:
        """Until it has been asked this."""
        async with asyncio.timeout(90):
            while command not in self.commands:
                self._asked.clear()
                await self._asked.wait()

    def put(self, content: bytes, at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> int:
        """A mail comes."""
        self.mails.append(Kept(self.next, content, at))
        self.next += 1
        self._news.set()
        return self.next - 1

    def renumber(self) -> None:
        """The folder is made anew from a backup."""
        self.validity += 1
        self.next = 1
        for one in self.mails:
            one.uid, self.next = self.next, self.next + 1
        self.hang_up()

    def hang_up(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                writer.write(b"* OK ready\r\n")
                while await self._one(reader, writer):
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            self._serving.discard(task)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = await self._line(reader, writer)
        tag, _, said = line.partition(b" ")
        name, _, rest = said.partition(b" ")
        if name.upper() == b"UID":
            more, _, rest = rest.partition(b" ")
            name += b" " + more
        command = name.decode().upper()
        self.commands.append(command)
        self._asked.set()
        answer = self.fault(command, rest)
        if answer is None:
            return False
        if answer != b"...":
            writer.write(answer.replace(b"TAG", tag))
            return True
        if command == "STARTTLS":
            writer.write(tag + b" OK\r\n")
            assert self.starttls is not None
            await writer.start_tls(self.starttls)
            return True
        if command in {"AUTHENTICATE", "IDLE"}:
            writer.write(b"+ \r\n")
            await writer.drain()
            if command == "IDLE":
                return await self._idle(reader, writer, tag)
            proof = base64.b64decode(await reader.readline()).decode()
            right = self.secret in re.split("[\x00\x01 ]", proof)
            if not right and "XOAUTH2" in rest.decode().upper():
                writer.write(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                await reader.readline()
            writer.write(tag + (b" OK in\r\n" if right else b" NO [AUTHENTICATIONFAILED] no\r\n"))
            return True
        writer.write(self._answer(command, rest).replace(b"TAG", tag))
        return command != "LOGOUT"

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """A command, its literals put in as texts."""
        line = (await reader.readuntil(b"\r\n"))[:-2]
        while found := re.search(rb"\{(\d+)\}$", line):
            writer.write(b"+ go on\r\n")
            literal = await reader.readexactly(int(found[1]))
            line = line[: found.start()] + b'"' + literal.replace(b'"', b'\\"') + b'"'
            line += (await reader.readuntil(b"\r\n"))[:-2]
        return line

    async def _idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tag: bytes) -> bool:
        self._news.clear()
        done = asyncio.ensure_future(reader.readline())  # noqa: TID251 - ends with the connection
        news = asyncio.ensure_future(self._news.wait())  # noqa: TID251 - the same
        try:
            await asyncio.wait({done, news}, return_when=asyncio.FIRST_COMPLETED)
            if news.done():
                writer.write(b"* %d EXISTS\r\n" % len(self.mails))
            await done
        finally:
            done.cancel()
            news.cancel()
        writer.write(tag + b" OK\r\n")
        return True

    def _answer(self, command: str, rest: bytes) -> bytes:
        words = [first or second for first, second in ARGUMENTS.findall(rest)]
        asked = {
            "CAPABILITY": f"* CAPABILITY {self.abilities}\r\nTAG OK\r\n",
            "SELECT": self._selected(),
        }.get(command)
        if asked is not None:
            return asked.encode()
        if command == "LOGIN":
            return (
                b"TAG OK\r\n" if words[1].decode() == self.secret else b"TAG NO [AUTHENTICATIONFAILED] no\r\n"
            )
        if command == "LIST":
            return b'* LIST () "/" "Done"\r\nTAG OK\r\n' if words[1] == b"Done" else b"TAG OK\r\n"
        if command == "UID SEARCH":
            return self._search(words)
        if command == "UID FETCH":
            return self._fetch(words[0], rest)
        if command == "UID STORE":
            for one in self._chosen(words[0]):
                one.flags.add("\\Seen")
        if command == "UID MOVE":
            chosen = self._chosen(words[0])
            self.moved.setdefault(words[1].decode(), []).extend(chosen)
            self.mails = [one for one in self.mails if one not in chosen]
        return b"TAG OK\r\n"

    def _selected(self) -> str:
        return (
            f"* {len(self.mails)} EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY {self.validity}] ok\r\n"
            f"* OK [UIDNEXT {self.next}] next\r\nTAG OK [READ-WRITE] in\r\n"
        )

    def _chosen(self, named: bytes) -> list[Kept]:
        uids = {int(one) for one in named.split(b",")}
        return [one for one in self.mails if one.uid in uids]

    def _search(self, words: list[bytes]) -> bytes:
        if words[0] == b"UID":
            first = int(words[1].partition(b":")[0])
            found = [one for one in self.mails if one.uid >= first] or self.mails[-1:]
        else:
            day = datetime.strptime(f"{words[1].decode()} +0000", "%d-%b-%Y %z").date()
            found = [one for one in self.mails if one.at.date() >= day]
        return b"* SEARCH" + b"".join(b" %d" % one.uid for one in found) + b"\r\nTAG OK\r\n"

    def _fetch(self, named: bytes, rest: bytes) -> bytes:
        made = b""
        for number, one in enumerate(self._chosen(named), 1):
            if b"RFC822.SIZE" in rest:
                said = f'RFC822.SIZE {len(one.content)} INTERNALDATE "{one.at:%d-%b-%Y %H:%M:%S %z}"'.encode()
            else:
                header = b"HEADER" in rest
                content = one.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if header else one.content
                name = b"BODY[HEADER]<0>" if header else b"BODY[]"
                said = name + b" {%d}\r\n" % len(content) + content
            made += b"* %d FETCH (UID %d %s)\r\n" % (number, one.uid, said)
        return made + b"TAG OK\r\n"
