"""A link: one connection to a message centre, over which both sides ask and answer (SMPP 3.4 §2.2, §2.7).

Whatever the other side asks is handed on as it comes; answers go to whoever waits for them. A side that says nothing
for a while is asked whether it is there (§4.11), and one that does not say so is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable

import httpx

from valvomo.channels.port import Http, UnavailableError
from valvomo.channels.smpp.forms import SmppSettings
from valvomo.channels.smpp.pdu import ANSWER, HEADER, Command, MalformedError, Unit, read_header
from valvomo.channels.smpp.problems import INVALID_COMMAND

PATIENCE_SECONDS = 20.0
"""For an answer; shorter than a message belongs to who sends it."""
FAREWELL_SECONDS = 2.0
MOST_SEQUENCE = 0x7FFF_FFFF
_HANDED_ON = frozenset({Command.DELIVER, Command.DATA})

Heard = Callable[["Link", Unit], None]


class BrokenError(Exception):
    """The connection has ended, or no answer came; what was asked may have been done all the same."""


class Link:
    """Made by `connected`. `heard` gets what the other side asks of us, but for what says nothing of messages."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Heard, every: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._heard = heard
        self._every = every
        self._waiting: dict[int, asyncio.Future[Unit]] = {}
        self._sequence = 0
        self.ended = asyncio.Event()
        self.why = ""
        self._reading = asyncio.create_task(self._read())  # noqa: TID251 - ends with the connection, and says why

    async def ask(self, command: int, body: bytes = b"") -> Unit:
        """Something, and its answer. Raises `BrokenError` where there is none."""
        if self.ended.is_set():
            raise BrokenError(self.why)
        self._sequence = self._sequence % MOST_SEQUENCE + 1
        number = self._sequence
        waiting: asyncio.Future[Unit] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self._writer.write(Unit(command, 0, number, body).encoded())
                await self._writer.drain()
                return await waiting
        except TimeoutError as error:
            raise BrokenError("no answer in time") from error
        except OSError as error:
            raise BrokenError(str(error) or "the connection has ended") from error
        finally:
            del self._waiting[number]

    def tell(self, unit: Unit) -> None:
        """An answer of ours."""
        if not self.ended.is_set():
            self._writer.write(unit.encoded())

    async def told(self) -> None:
        """Until what we have told is on its way. Raises `BrokenError`."""
        if self.ended.is_set():
            raise BrokenError(self.why)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise BrokenError(str(error) or "the connection takes nothing") from error

    async def close(self) -> None:
        """A farewell (§4.2), and the end of the connection."""
        with contextlib.suppress(BrokenError, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self.ask(Command.UNBIND)
        self.abort("it was closed")

    def abort(self, why: str) -> None:
        """The connection is over; who waits for an answer gets none."""
        if not self.ended.is_set():
            self.why = why
            self.ended.set()
        self._reading.cancel()
        self._writer.transport.abort()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(BrokenError(self.why))

    async def _read(self) -> None:
        why = "the other side has ended the connection"
        try:
            while (unit := await self._next()) is not None:
                self._take(unit)
        except MalformedError as error:
            why = str(error)
        except TimeoutError:
            why = "the other side does not answer"
        except (OSError, EOFError) as error:
            why = str(error)[:200] or why
        finally:
            self.abort(why)

    async def _next(self) -> Unit | None:
        """What comes next; None once the other side takes its leave."""
        try:
            raw = await self._header(self._every)
        except TimeoutError:
            self._sequence = self._sequence % MOST_SEQUENCE + 1
            self._writer.write(Unit(Command.ENQUIRE_LINK, 0, self._sequence).encoded())
            raw = await self._header(PATIENCE_SECONDS)
        length, unit = read_header(raw)
        async with asyncio.timeout(PATIENCE_SECONDS):
            whole = Unit(unit.command, unit.status, unit.sequence, await self._reader.readexactly(length))
        if whole.command == Command.UNBIND:
            self.tell(whole.answer())
            await self.told()
            return None
        return whole

    async def _header(self, seconds: float) -> bytes:
        """Nothing of it is lost where it does not come in time."""
        async with asyncio.timeout(seconds):
            return await self._reader.readexactly(HEADER.size)

    def _take(self, unit: Unit) -> None:
        if unit.command & ANSWER:
            waiting = self._waiting.get(unit.sequence)
            if waiting is not None and not waiting.done():
                waiting.set_result(unit)
        elif unit.command in _HANDED_ON:
            self._heard(self, unit)
        elif unit.command == Command.ENQUIRE_LINK:
            self.tell(unit.answer())
        elif unit.command != Command.ALERT:
            self.tell(Unit(Command.NACK, INVALID_COMMAND, unit.sequence))


async def connected(settings: SmppSettings, http: Http, heard: Heard) -> Link:
    """A connection at which nobody is bound yet. Raises `UnavailableError`."""
    sock = await http.connect(settings.host, settings.port, plain=settings.security == "none")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await _streams(settings, sock)
    except (OSError, TimeoutError) as error:
        sock.close()
        raise UnavailableError(f"SMPP: {error}"[:200] if str(error) else "it does not answer") from error
    return Link(reader, writer, heard, float(settings.enquire_seconds))


async def _streams(
    settings: SmppSettings, sock: socket.socket
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    secure: ssl.SSLContext | None = None
    if settings.security == "tls":
        # Whoever has a certificate authority of their own names it by SSL_CERT_FILE.
        secure = httpx.create_ssl_context(trust_env=True)
    return await asyncio.open_connection(
        sock=sock, ssl=secure, server_hostname=settings.host if secure else None
    )
