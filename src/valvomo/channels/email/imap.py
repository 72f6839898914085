"""IMAP (RFC 9051, RFC 3501): as much of it as reading one folder of a mailbox needs, without a thread for each mailbox.

What a server says is taken apart by length and never by guess; what is no IMAP ends the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE_SECONDS = 20.0
"""For each answer; what brings a mail has longer."""
LONGEST_LINE = 4 << 20
MOST_ANSWERS = 100_000
HUNG_UP = "the server has hung up, or its lines do not end"
_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}$")
_TOKEN = re.compile(rb'\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|\{(\d+)\}|([^\s()"{]+(?:\[[^\]]*\](?:<\d+>)?)?))')
_SAFE = re.compile(rb'[^\r\n\x00"\\\x80-\xff]*')

Item = bytes | None | list["Item"]


class ImapError(Exception):
    """The server speaks no IMAP, or no more."""


class RefusedError(ImapError):
    """The server says NO or BAD; `code` is the word in brackets, such as AUTHENTICATIONFAILED (RFC 5530)."""

    def __init__(self, said: str, code: str = "") -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the server without its tag, the literals in it apart."""

    line: bytes
    literals: tuple[bytes, ...] = ()

    def items(self) -> list[Item]:
        """Taken apart: words, texts and literals as bytes, lists as lists, NIL as None. Raises `ImapError`."""
        place, nested, literals = 0, [list[Item]()], list(self.literals)
        while place < len(self.line) and (found := _TOKEN.match(self.line, place)):
            place = found.end()
            opens, closes, quoted, literal, word = found.groups()
            if opens:
                nested.append([])
            elif closes and len(nested) > 1:
                done = nested.pop()
                nested[-1].append(done)
            elif literal is not None and literals:
                nested[-1].append(literals.pop(0))
            elif quoted is not None:
                nested[-1].append(re.sub(rb"\\(.)", rb"\1", quoted))
            elif word is not None:
                nested[-1].append(None if word.upper() == b"NIL" else word)
        if len(nested) != 1 or literals:
            raise ImapError("an answer whose brackets do not match")
        return nested[0]


class Connection:
    """To one server, by one task at a time. Made by `connected`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, largest: int) -> None:
        self._reader, self._writer, self._largest = reader, writer, largest
        self._before: asyncio.StreamWriter | None = None
        self._number = 0
        self.abilities: frozenset[str] = frozenset()

    async def greeted(self) -> None:
        """The server's first words."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            first = await self._answer()
        if not first.line.upper().startswith((b"* OK", b"* PREAUTH")):
            raise RefusedError(_shown(first.line))

    async def secured(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on. What the server has said before in clear, if anything, is thrown away."""
        await self.ask("STARTTLS")
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        async with asyncio.timeout(PATIENCE_SECONDS):
            transport = await loop.start_tls(self._writer.transport, protocol, context, server_hostname=host)
        if transport is None:
            raise ImapError("the connection has ended")
        protocol.connection_made(transport)
        # The writer in clear would end the connection with itself if nothing held it any more.
        self._reader, self._before = reader, self._writer
        self._writer = asyncio.StreamWriter(transport, protocol, reader, loop)

    async def ask(self, command: str, *arguments: bytes, patience: float = PATIENCE_SECONDS) -> list[Answer]:
        """What the server says to a command, without the last line. Raises `RefusedError`, `ImapError`, `OSError`."""
        async with asyncio.timeout(patience):
            return await self._until(await self._say(command, arguments))

    async def learn(self) -> None:
        """What the server can do."""
        for answer in await self.ask("CAPABILITY"):
            if answer.line.upper().startswith(b"* CAPABILITY"):
                self.abilities = frozenset(answer.line.decode("ascii", "replace").upper().split()[2:])

    async def authenticate(self, mechanism: str, said: bytes) -> None:
        """By one message of ours (RFC 3501 §6.2.2); what the server explains before it refuses is heard."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            tag = await self._say(f"AUTHENTICATE {mechanism}", ())
            for reply in (said, b"", b""):
                answer = await self._answer()
                if not answer.line.startswith(b"+"):
                    await self._until(tag, answer)
                    return
                self._writer.write(reply + b"\r\n")
                await self._writer.drain()
            await self._until(tag)

    async def idle(self, seconds: float) -> bool:
        """Wait so long for news (RFC 2177); whether there are any."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            tag = await self._say("IDLE", ())
            news = False
            while not (answer := await self._answer()).line.startswith(b"+"):
                if answer.line.startswith(tag):
                    raise RefusedError(_shown(answer.line))
                news = news or _is_news(answer.line)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not news:
                    # Cut off while it waits for the first byte of a line only, so no line is torn.
                    news = await self._arrives()
        async with asyncio.timeout(PATIENCE_SECONDS):
            self._writer.write(b"DONE\r\n")
            await self._writer.drain()
            await self._until(tag)
        return news

    async def _arrives(self) -> bool:
        return _is_news(await self._line())

    async def close(self) -> None:
        """Say farewell if there is somebody to hear it."""
        with contextlib.suppress(OSError, ImapError, RuntimeError):
            await self.ask("LOGOUT", patience=2.0)
        self.abort()

    def abort(self) -> None:
        """End it at once."""
        self._writer.transport.abort()

    async def _say(self, command: str, arguments: Sequence[bytes]) -> bytes:
        self._number += 1
        tag = b"v%06d" % self._number
        line = tag + b" " + command.encode("ascii")
        for argument in arguments:
            if _SAFE.fullmatch(argument):
                line += b' "' + argument + b'"'
                continue
            self._writer.write(line + b" {%d}\r\n" % len(argument))
            await self._writer.drain()
            while not (answer := await self._answer()).line.startswith(b"+"):
                if answer.line.startswith(tag):
                    raise RefusedError(_shown(answer.line))
            line = argument
        self._writer.write(line + b"\r\n")
        await self._writer.drain()
        return tag + b" "

    async def _until(self, tag: bytes, first: Answer | None = None) -> list[Answer]:
        found: list[Answer] = []
        while len(found) < MOST_ANSWERS:
            answer, first = first or await self._answer(), None
            if not answer.line.startswith(tag):
                found.append(answer)
                continue
            said = answer.line[len(tag) :]
            if said.upper().startswith(b"OK"):
                return found
            code = re.match(rb"(?:NO|BAD)\s+\[([A-Za-z-]+)", said)
            raise RefusedError(_shown(said), code[1].decode().upper() if code else "")
        raise ImapError("the answer does not end")

    async def _answer(self) -> Answer:
        line = b""
        literals: list[bytes] = []
        while True:
            part = (await self._line())[:-2]
            line += part
            found = _LITERAL.search(part)
            if found is None:
                return Answer(line, tuple(literals))
            size = int(found[1])
            if size > self._largest or len(line) > LONGEST_LINE:
                raise ImapError(f"{size} bytes are more than were asked for")
            literals.append(await self._literal(size))

    async def _line(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ImapError(HUNG_UP) from error

    async def _literal(self, size: int) -> bytes:
        try:
            return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise ImapError(HUNG_UP) from error


async def connected(
    sock: socket.socket, context: ssl.SSLContext | None, host: str, *, largest: int
) -> Connection:
    """Greeted by the server, over TLS from the first byte if there is a context. `largest`: bytes of one literal."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=context, server_hostname=host if context else None, limit=LONGEST_LINE
        )
    connection = Connection(reader, writer, largest)
    try:
        await connection.greeted()
    except BaseException:
        connection.abort()
        raise
    return connection


def _is_news(line: bytes) -> bool:
    return line.rstrip().upper().endswith((b" EXISTS", b" RECENT"))


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace")[:200]


def folder_name(name: str) -> bytes:
    """A folder's name as servers want it: in modified UTF-7 (RFC 3501 §5.1.3)."""
    made = ""
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if " " <= run[0] <= "~":
            made += run.replace("&", "&-")
        else:
            made += "&" + run.encode("utf-7").decode()[1:].rstrip("-").replace("/", ",") + "-"
    return made.encode("ascii", "replace")
