"""The way to a provider's servers: connections are kept, every one of them to an address that was judged.

The judging happens where a connection is made (`judging.py`), under the name that TLS then verifies, so what is kept
for a name goes to where that name was allowed to lead.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from valvomo.addresses import Network, resolved, within
from valvomo.channels.judging import PATIENCE_SECONDS, session
from valvomo.channels.media import Incoming
from valvomo.channels.port import Body, Reply, UnavailableError

FILE_PATIENCE_SECONDS = 300.0
"""For a request that brings a file; without a byte in either direction it is over as soon as any other."""
MOST_STEPS = 5
"""So often are we led elsewhere to a file."""
MOST_BODY = 1 << 20
"""Bytes of an answer that are read; no provider says more of a message."""

_NOT_TAKEN = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""Before anything was said to the provider."""
_AS_IT_IS = re.compile(r"[!-~]+")
"""An address that needs no quoting: what was signed in it stays as it was signed."""
_REDIRECTS = range(300, 400)


class GuardedHttp:
    """One for a process, between `async with`. `allowed` are private networks that may be reached."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = allowed
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        """Connections are made when they are needed."""
        for scheme in ("https", "http"):
            self._sessions[scheme] = session(self._allowed, plain=scheme == "http")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Connections end."""
        for one in self._sessions.values():
            await one.close()

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Body = b""
    ) -> Reply:
        """One request and its whole answer; raises `UnavailableError` where there is none."""
        if isinstance(body, bytes):
            with _reported():
                async with asyncio.timeout(PATIENCE_SECONDS):
                    return await self._ask(method, url, headers or {}, body or None)
        upload = _Upload(body)
        try:
            with _reported():
                async with (
                    asyncio.timeout(FILE_PATIENCE_SECONDS),
                    asyncio.timeout(PATIENCE_SECONDS) as upload.quiet,
                ):
                    return await self._ask(method, url, headers or {}, upload.chunks())
        except UnavailableError:
            if upload.error is not None:
                # It is our own trouble with the file.
                raise upload.error from None
            raise

    @asynccontextmanager
    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Incoming]:
        """A file, wherever we are led; headers go only to where we asked first. Raises `UnavailableError`."""
        with _reported():
            asked = place = _url(url)
        for _ in range(MOST_STEPS):
            own = headers or {} if _origin(place) == _origin(asked) else {}
            with _reported():
                # Bytes as they are: what is counted on the way is what is kept.
                response = await self._to(place).get(place, headers=own, allow_redirects=False)
            try:
                led_to = _elsewhere(response)
                if led_to is None:
                    yield Incoming(status=response.status, headers=_named(response), chunks=_chunks(response))
                    return
                place = led_to
            finally:
                response.release()
        raise UnavailableError("we are led on and on")

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where a server is that is spoken to by somebody else, guarded alike. Raises `UnavailableError`."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await resolved(host, port, self._allowed)
        except (OSError, UnicodeError) as error:
            raise UnavailableError(f"{host}: {error}" if str(error) else f"{host} is not found") from error

    async def connect(self, host: str, port: int, *, plain: bool = False) -> socket.socket:
        """A connection to a server that speaks something else, guarded alike. Raises `UnavailableError`.

        `plain`: nothing is encrypted, so only within networks that the operator has named.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                addresses = await resolved(host, port, self._allowed)
                if plain and not all(within(one, self._allowed) for one in addresses):
                    raise UnavailableError(f"{host} may be spoken to by TLS alone")
                return await _connected(addresses, port)
        except (OSError, UnicodeError) as error:
            raise UnavailableError(f"{host}: {error}" if str(error) else f"{host} does not answer") from error

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | AsyncIterator[bytes] | None
    ) -> Reply:
        place = _url(url)
        to = self._to(place)
        async with to.request(method, place, headers=headers, data=body, allow_redirects=False) as response:
            said = bytearray()
            async for chunk in response.content.iter_any():
                said += chunk
                if len(said) > MOST_BODY:
                    raise UnavailableError("the answer does not end", lost=True)
            return Reply(status=response.status, headers=_named(response), body=bytes(said))

    def _to(self, place: URL) -> aiohttp.ClientSession:
        found = self._sessions.get(place.scheme)
        if found is None or not place.host:
            raise UnavailableError(f"{place.scheme or 'nothing'} is not spoken here")
        return found


class _Upload:
    """A body that comes in pieces, each of which shows that it goes on; `error` is what was wrong with it."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self.error: Exception | None = None
        self.quiet = asyncio.timeout(None)
        self._body = body

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its pieces."""
        try:
            async for chunk in self._body:
                if not self.quiet.expired():
                    self.quiet.reschedule(asyncio.get_running_loop().time() + PATIENCE_SECONDS)
                yield chunk
        except Exception as error:
            self.error = error
            raise


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        raise UnavailableError(str(error.os_error) or type(error).__name__) from error
    except _NOT_TAKEN as error:
        raise UnavailableError(str(error) or type(error).__name__) from error
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise UnavailableError(str(error) or "no answer in time", lost=True) from error


def _named(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    with _reported():
        async for chunk in response.content.iter_any():
            yield chunk


def _elsewhere(response: aiohttp.ClientResponse) -> URL | None:
    """Where a file is, if not here. Raises `UnavailableError` where nobody may be led."""
    place = response.headers.get("location", "")
    if response.status not in _REDIRECTS or not place:
        return None
    with _reported():
        url = response.url.join(_url(place))
    if response.url.scheme == "https" and url.scheme != "https":
        raise UnavailableError("we are led to where anybody could listen")
    return url


def _url(text: str) -> URL:
    """Raises `aiohttp.InvalidURL` for what is none."""
    try:
        url = URL(text, encoded=_AS_IT_IS.fullmatch(text) is not None)
        _origin(url)
    except ValueError as error:
        raise aiohttp.InvalidURL(text) from error
    return url


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.host, url.port


async def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """To the first of them that takes a connection."""
    trouble: OSError | None = None
    for address in addresses:
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(made, (address, port))
        except OSError as error:
            made.close()
            trouble = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise trouble or OSError("it has no address")
