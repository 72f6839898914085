"""Judging where connections go: names by all that they stand for, and every address before it is connected to."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from valvomo.addresses import ForbiddenAddressError, Network, authorities, only_within, permitted, resolved

PATIENCE_SECONDS = 20.0
CONNECT_SECONDS = 15.0
"""Less than for all of it: who could not be connected to has certainly not been told anything."""
MOST_CONNECTIONS = 200
KEPT_SECONDS = 30.0
MOST_HEADER = 1 << 16


def session(allowed: Sequence[Network], *, plain: bool) -> aiohttp.ClientSession:
    """Of connections by TLS, or of those without. It remembers nothing of whom it spoke with but the connection."""
    judge = _Judge(allowed, plain=plain)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            ssl=authorities(),
            limit=MOST_CONNECTIONS,
            keepalive_timeout=KEPT_SECONDS,
            resolver=judge,
            use_dns_cache=False,
            socket_factory=judge.socket,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"accept": "*/*", "accept-encoding": "identity", "user-agent": "Valvomo"},
        skip_auto_headers=("content-type",),
        timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=PATIENCE_SECONDS),
        max_line_size=MOST_HEADER,
        max_field_size=MOST_HEADER,
    )


class _Judge(AbstractResolver):
    """Says what a name stands for if all of that is allowed, and lets no address be connected to that is not.

    `plain`: without encryption; so we speak only within networks that the operator has named: by what accounts are
    opened goes no other way.
    """

    def __init__(self, allowed: Sequence[Network], *, plain: bool) -> None:
        self._allowed = allowed
        self._plain = plain

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises `OSError`."""
        try:
            addresses = await resolved(host, port, self._allowed)
        except UnicodeError as error:
            raise OSError(str(error)) from error
        self._judge(host, addresses)
        return [
            ResolveResult(
                hostname=host, host=one, port=port, family=_family(one), proto=0, flags=socket.AI_NUMERICHOST
            )
            for one in addresses
            if family in (socket.AF_UNSPEC, _family(one))
        ]

    async def close(self) -> None:
        """There is nothing to close."""

    def socket(self, place: tuple[Any, ...]) -> socket.socket:
        """For an address, however it was come by: who names one by its number asks no resolver. Raises `OSError`."""
        family, kind, protocol, _, (address, *_) = place
        if not permitted(ip_address(address.partition("%")[0]), self._allowed):
            raise ForbiddenAddressError(f"{address} is not a public address")
        self._judge(address, [address])
        return socket.socket(family, kind, protocol)

    def _judge(self, host: str, addresses: Sequence[str]) -> None:
        if self._plain:
            only_within(host, addresses, self._allowed)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
