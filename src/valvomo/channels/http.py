"""The way to a provider's servers: connections are kept, every one of them to an address that was judged.

The judging happens where a connection is made, under the name that TLS then verifies, so what is kept for a name goes
to where that name was allowed to lead.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from valvomo.addresses import Network, authorities, resolved, within
from valvomo.channels.media import Incoming
from valvomo.channels.port import Body, Reply, UnavailableError

PATIENCE_SECONDS = 20.0
FILE_PATIENCE_SECONDS = 300.0
"""For a request that brings a file; without a byte in either direction it is over as soon as any other."""
MOST_STEPS = 5
"""So often are we led elsewhere to a file."""
MOST_BODY = 1 << 20
"""Bytes of an answer that are read; no provider says more of a message."""

_NOT_TAKEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""Before anything was said to the provider."""


class GuardedHttp:
    """One for a process, between `async with`. `allowed` are private networks that may be reached."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = allowed
        self._client = httpx.AsyncClient(
            transport=_Guarded(allowed),
            mounts={"http://": _Guarded(allowed, plain=True)},
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE_SECONDS,
        )

    async def __aenter__(self) -> Self:
        """Connections are made when they are needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Connections end."""
        await self._client.aclose()

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Body = b""
    ) -> Reply:
        """One request and its whole answer; raises `UnavailableError` where there is none."""
        patience = PATIENCE_SECONDS if isinstance(body, bytes) else FILE_PATIENCE_SECONDS
        with _reported():
            async with asyncio.timeout(patience):
                return await self._ask(method, url, headers or {}, body)

    @asynccontextmanager
    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Incoming]:
        """A file, wherever we are led; headers go only to where we asked first. Raises `UnavailableError`."""
        with _reported():
            asked = place = httpx.URL(url)
        for _ in range(MOST_STEPS):
            own = headers or {} if _origin(place) == _origin(asked) else {}
            with _reported():
                # Bytes as they are: what is counted on the way is what is kept.
                wanted = self._client.build_request(
                    "GET", place, headers={**own, "accept-encoding": "identity"}
                )
                response = await self._client.send(wanted, stream=True)
            try:
                led_to = _elsewhere(response)
                if led_to is None:
                    chunks, named = _chunks(response), _named(response)
                    yield Incoming(status=response.status_code, headers=named, chunks=chunks)
                    return
                place = led_to
            finally:
                await response.aclose()
        raise UnavailableError("we are led on and on")

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

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Reply:
        async with self._client.stream(method, url, headers=dict(headers), content=body) as response:
            said = bytearray()
            async for chunk in response.aiter_bytes():
                said += chunk
                if len(said) > MOST_BODY:
                    raise UnavailableError("the answer does not end", lost=True)
            return Reply(status=response.status_code, headers=_named(response), body=bytes(said))


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except _NOT_TAKEN as error:
        raise UnavailableError(str(error) or type(error).__name__) from error
    except (TimeoutError, httpx.HTTPError, OSError, UnicodeError) as error:
        raise UnavailableError(str(error) or "no answer in time", lost=True) from error


def _named(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    with _reported():
        async for chunk in response.aiter_bytes():
            yield chunk


def _elsewhere(response: httpx.Response) -> httpx.URL | None:
    """Where a file is, if not here. Raises `UnavailableError` where nobody may be led."""
    place = response.headers.get("location", "")
    if not response.is_redirect or not place:
        return None
    with _reported():
        url = response.url.join(place)
    if response.url.scheme == "https" and url.scheme != "https":
        raise UnavailableError("we are led to where anybody could listen")
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
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


class _Guarded(httpx.AsyncHTTPTransport):
    """The usual transport, with our own way of making connections."""

    def __init__(self, allowed: Sequence[Network], *, plain: bool = False) -> None:
        super().__init__(verify=authorities())
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=authorities(),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
            network_backend=_Judging(allowed, plain=plain),
        )


class _Judging(httpcore.AsyncNetworkBackend):
    """Connects to what a name stands for if all of that is allowed; `plain`: without encryption.

    So we speak only within networks that the operator has named: by what accounts are opened goes no other way.
    """

    def __init__(self, allowed: Sequence[Network], *, plain: bool) -> None:
        self._allowed = allowed
        self._plain = plain
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(  # noqa: PLR0917 - the interface of httpcore
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface of httpcore
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first of its addresses that can be connected to."""
        try:
            addresses = await resolved(host, port, self._allowed)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if self._plain and not all(within(one, self._allowed) for one in addresses):
            raise httpcore.ConnectError(f"{host} may be spoken to by https:// alone")
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the interface of httpcore
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the interface of httpcore
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the interface of httpcore
    ) -> httpcore.AsyncNetworkStream:
        """No provider is behind a socket of this machine."""
        raise httpcore.ConnectError("not a network address")

    async def sleep(self, seconds: float) -> None:
        """As the interface wants it."""
        await asyncio.sleep(seconds)
