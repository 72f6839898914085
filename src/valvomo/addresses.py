"""Addresses: whether everybody finds the same in them, which may be reached, and whom is believed who answers there.

An administrator names any host for what leaves the house; without a guard it could be made to knock at services inside
the operator's network (server-side request forgery). The name is resolved once, judged, and what was judged is what is
connected to, so a name that changes its mind meanwhile gains nothing.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LAST_PORT = 65_535
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:@\s]+)(:(?P<port>\d{1,5}))?")


@cache
def authorities() -> ssl.SSLContext:
    """Whom clients believe to be who they say they are.

    One for the whole process: reading them takes a tenth of a second and a megabyte each time. Nothing in the
    surroundings changes it.
    """
    import httpx  # noqa: PLC0415 - only who goes out needs it

    return httpx.create_ssl_context(trust_env=False)


def check_url(key: str, url: str, schemes: set[str]) -> None:
    """Raises ValueError, naming the key, for a URL of another scheme, or one that cannot be read in one way only."""
    if not url:
        return
    if not url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ValueError(
            f"{key}: must begin with {' or '.join(f'{scheme}://' for scheme in sorted(schemes))}"
        )
    # A server of PostgreSQL may also be a socket, or one of several.
    database = "postgresql" in schemes
    if not _is_whole(url, most_hosts=None if database else 1, query=database):
        raise ValueError(f"{key}: {_NOT_WHOLE}")


_NOT_WHOLE = (
    "its host or port cannot be read; percent-encode the password (# is %23, / is %2F, ? is %3F, @ is %40, : is %3A), "
    "and let the port be a number"
)


def _is_whole(url: str, *, most_hosts: int | None, query: bool) -> bool:
    """Whether everybody who takes this apart finds the same host in it.

    In a URL a ``#``, ``/``, ``?`` or ``@`` ends what a password can be: its rest would be taken for a port or a name,
    and be printed as one.
    """
    try:
        parts = urlsplit(url)
        parse_qsl(parts.query, strict_parsing=query and bool(parts.query))
    except ValueError:
        return False
    if re.search(r"[\s#]", url) or url.count("@") > parts.netloc.count("@") or parts.netloc.count("@") > 1:
        return False
    place = parts.netloc.rpartition("@")[2]
    if most_hosts is None and not place:
        return True
    hosts = [_HOST.fullmatch(one) for one in place.split(",")]
    return len(hosts) <= (most_hosts or len(hosts)) and all(
        found is not None and int(found["port"] or 0) <= _LAST_PORT for found in hosts
    )


def check_store(key: str, url: str) -> None:
    """Raises ValueError, naming the key, for what is no bucket of S3 with an endpoint and a region at most."""
    if not url:
        return
    check_url(key, url, {"s3"})
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query))
    if not parts.hostname or parts.port or set(named) - {"endpoint", "region"}:
        raise ValueError(f"{key}: must be s3://bucket/prefix, with endpoint and region at most after a ?")
    check_url(key, named.get("endpoint", ""), {"http", "https"})
    if (parts.username is None) != (parts.password is None):
        raise ValueError(f"{key}: a key needs its secret")


def check_network(key: str, text: str) -> None:
    """Raises ValueError, naming the key, for what is no address and no network."""
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(f"{key}: must be addresses or networks, separated by commas") from None


_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones behind a translator (RFC 6052)."""


class ForbiddenAddressError(OSError):
    """The host stands for an address that letters must not go to; or for none."""


def networks_of(named: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks, as the settings name them."""
    return tuple(ip_network(one, strict=False) for one in named)


async def resolved(host: str, port: int, allowed: Sequence[Network] = ()) -> list[str]:
    """The addresses of a host, all of them permitted.

    Raises `ForbiddenAddressError`, or `OSError` from the resolver.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        if not permitted(ip_address(address.partition("%")[0]), allowed):
            raise ForbiddenAddressError(f"{host} is at {address}, which is not a public address")
    if not addresses:
        raise ForbiddenAddressError(f"{host} has no address")
    return addresses


def within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of these networks."""
    plain = _unwrapped(ip_address(address.partition("%")[0]))
    return any(plain in network for network in networks if network.version == plain.version)


def only_within(host: str, addresses: Sequence[str], allowed: Sequence[Network]) -> None:
    """Raises `ForbiddenAddressError` where a host may not be spoken to without encryption: outside of these networks.

    Everybody on the way would read what is said, and could answer in the host's place.
    """
    if not all(within(one, allowed) for one in addresses):
        raise ForbiddenAddressError(f"{host} may be spoken to by https:// alone")


async def sent(
    client: httpx.AsyncClient, request: httpx.Request, allowed: Sequence[Network] = ()
) -> httpx.Response:
    """The beginning of an answer; it is the caller's to read and to close.

    The request goes to an address that was judged, under the name that TLS then verifies; to the next one where nobody
    is at the first. Raises `ForbiddenAddressError`, `OSError`, `UnicodeError` and `httpx.HTTPError`.
    """
    import httpx  # noqa: PLC0415 - only who goes out needs it

    url = request.url
    addresses = await resolved(url.host, url.port or (443 if url.scheme == "https" else 80), allowed)
    if url.scheme != "https":
        only_within(url.host, addresses, allowed)
    request.extensions = {**request.extensions, "sni_hostname": url.host}
    for address in addresses:
        request.url = url.copy_with(host=address)
        try:
            return await client.send(request, stream=True)
        except httpx.ConnectError:
            if address == addresses[-1]:
                raise
    raise ForbiddenAddressError(f"{url.host} has no address")


async def may_be_plain(host: str, port: int, allowed: Sequence[Network]) -> bool:
    """Whether it may be spoken to without encryption. One that nobody knows may: it is judged at each use too."""
    try:
        only_within(host, await resolved(host, port, allowed), allowed)
    except ForbiddenAddressError:
        return False
    except (OSError, UnicodeError):
        return True
    return True


def permitted(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether letters may go there."""
    plain = _unwrapped(address)
    if any(plain in network for network in allowed if network.version == plain.version):
        return True
    return plain.is_global and not plain.is_multicast


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where that is what would be reached."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
