"""The way to the public address, hop by hop: name, port, encryption, proxy, WebSocket, and what a proxy says of it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from valvomo.cli.doctor.finding import Finding, broken, ok, warning
from valvomo.edge.ws.ping import PATH, QUIET_SECONDS, TICK_SECONDS, TICKS

PATIENCE_SECONDS = 8.0
FEW_DAYS = 14
UPGRADED = 101


class _BrokenError(Exception):
    """A hop is broken, and nothing behind it can be looked at."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


async def examine(url: str, context: ssl.SSLContext | None = None) -> list[Finding]:
    """Every hop to this address up to the first that is broken."""
    found: list[Finding] = []
    try:
        await _hops(url, context or ssl.create_default_context(), found)
    except _BrokenError as error:
        found.append(error.finding)
    return found


async def _hops(url: str, context: ssl.SSLContext, found: list[Finding]) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    found.append(await _name(host))
    found.append(await _port(host, port))
    if secure:
        found.append(await _encryption(host, port, context))
    began = time.monotonic()
    async with _opened(url, context if secure else None) as live:
        found.append(ok("websocket", f"opens in {(time.monotonic() - began) * 1000:.0f} ms"))
        found.extend(await _frames(live, secure=secure))


async def _name(host: str) -> Finding:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        cure = "correct VALVOMO_PUBLIC_URL, or make a DNS record for it"
        raise _BrokenError(broken("name", f"{host} is not known: {error.strerror}", cure)) from error
    return ok("name", f"{host} is {', '.join(sorted({str(one[4][0]) for one in found}))}")


async def _port(host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        cure = "start the proxy, let it listen there, and open the firewall for it"
        why = getattr(error, "strerror", None) or "no answer"
        raise _BrokenError(broken("proxy", f"nothing listens at {host}:{port}: {why}", cure)) from error
    await _end(writer)
    return ok("proxy", f"{host}:{port} listens")


async def _encryption(host: str, port: int, context: ssl.SSLContext) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        cure = f"give the proxy a certificate for {host} with its whole chain, from an authority that browsers trust"
        raise _BrokenError(broken("encryption", f"the certificate: {error.verify_message}", cure)) from error
    except (OSError, TimeoutError) as error:
        cure = "let the proxy speak TLS at this port"
        raise _BrokenError(broken("encryption", f"no TLS at {host}:{port}: {error!r}", cure)) from error
    certificate: dict[str, Any] = writer.get_extra_info("peercert") or {}
    await _end(writer)
    return _expiry(certificate)


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await writer.wait_closed()


def _expiry(certificate: dict[str, Any]) -> Finding:
    if "notAfter" not in certificate:
        return ok("encryption", "the certificate is trusted")
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (until - datetime.now(UTC)).days
    seen = f"the certificate is trusted until {until:%Y-%m-%d}"
    return warning("encryption", seen, "renew it") if days < FEW_DAYS else ok("encryption", seen)


@asynccontextmanager
async def _opened(url: str, context: ssl.SSLContext | None) -> AsyncIterator[ClientConnection]:
    """A WebSocket to the server's ping. Raises `_BrokenError` for the hop that keeps it from being opened."""
    address = f"{url.rstrip('/').replace('http', 'ws', 1)}{PATH}"
    opening = connect(
        address, origin=Origin(url.rstrip("/")), ssl=context, proxy=None, compression=None,
        open_timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    try:
        live = await opening
    except InvalidStatus as error:
        raise _BrokenError(_refused(error.response.status_code, error.response.headers)) from error
    except (InvalidHandshake, OSError, TimeoutError, EOFError) as error:
        cure = "look at the proxy's log; let it pass Upgrade and Connection on, by HTTP/1.1 (deploy/proxy)"
        raise _BrokenError(broken("websocket", f"the handshake is not answered: {error!r}", cure)) from error
    try:
        yield live
    finally:
        await live.close()


def _refused(status: int, headers: Any) -> Finding:
    if status in {502, 504}:
        cure = "start valvomo serve, and let the proxy's backend addresses be those of VALVOMO_HOST and VALVOMO_PORT"
        return broken("proxy", f"it answers {status}: it reaches no server behind it", cure)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        cure = "see whether the servers are ready (/readyz at their own addresses)"
        return broken("proxy", "it answers 503: no server behind it is ready", cure)
    if "valvomo" in str(headers.get("content-security-policy", "")) or status in {404, 400, 426}:
        cure = "let the proxy pass Upgrade and Connection on, by HTTP/1.1 (examples: deploy/proxy)"
        return broken("websocket", f"the upgrade is lost on the way: the answer is {status}", cure)
    return broken(
        "websocket", f"the answer is {status} instead of {UPGRADED}", "look at the proxy's rules and log"
    )


async def _frames(live: ClientConnection, *, secure: bool) -> list[Finding]:
    """What the server tells, and when it arrives."""
    seen: dict[str, Any] = {}
    arrivals: list[float] = []
    done = False
    try:
        async with asyncio.timeout(TICKS * TICK_SECONDS + QUIET_SECONDS + PATIENCE_SECONDS):
            async for text in live:
                frame: dict[str, Any] = msgspec.json.decode(text)
                if frame["op"] == "seen":
                    seen = frame
                elif frame["op"] == "tick":
                    arrivals.append(time.monotonic())
                done = done or frame["op"] == "done"
    except (ConnectionClosed, TimeoutError):
        pass
    if not seen:
        cure = "turn the proxy's buffering off for WebSockets, or come again in a minute"
        return [broken("stream", "it opens, and nothing comes through", cure)]
    return [
        _flow(arrivals),
        _patience(len(arrivals), done=done),
        _headers(seen, secure=secure),
        _origin(seen),
    ]


def _flow(arrivals: list[float]) -> Finding:
    spread = (TICKS - 1) * TICK_SECONDS
    if len(arrivals) == TICKS and arrivals[-1] - arrivals[0] < spread / 2:
        return broken(
            "buffering", "what is sent apart arrives together", "turn the proxy's response buffering off"
        )
    return ok("buffering", "what is sent arrives at once")


def _patience(ticks: int, *, done: bool) -> Finding:
    if done:
        return ok("time-out", f"{QUIET_SECONDS:.0f} s of silence end nothing")
    when = f"within {QUIET_SECONDS:.0f} s of silence" if ticks == TICKS else "while something comes through"
    cure = "raise the proxy's time-out for WebSockets to a minute or more (nginx: proxy_read_timeout)"
    return broken("time-out", f"the connection is ended {when}", cure)


def _headers(seen: dict[str, Any], *, secure: bool) -> Finding:
    if seen["forwarded"] and not seen["believed"]:
        cure = "add the proxy's address to VALVOMO_TRUSTED_PROXIES"
        return broken("forwarded", "the proxy says who comes, and is not believed", cure)
    if secure and not seen["secure"]:
        cure = "let the proxy set X-Forwarded-Proto to https"
        return broken("forwarded", "the server takes the connection for unencrypted", cure)
    if secure and not seen["forwarded"]:
        cure = "let the proxy set X-Forwarded-For, so that one address cannot slow all others down"
        return broken("forwarded", "the proxy does not say who comes", cure)
    return ok("forwarded", "the server knows who comes, and how")


def _origin(seen: dict[str, Any]) -> Finding:
    if seen["origin"]:
        return ok("origin", "our own pages are taken for ours")
    cure = "let the proxy pass the Host header on as it came, with its port"
    return broken(
        "origin", f"our own pages are refused, because the server is asked for {seen['host']}", cure
    )
