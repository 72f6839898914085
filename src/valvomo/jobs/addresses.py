"""Where letters to the outside may go: public addresses, and the private ones that the operator allows.

An administrator names any host as a webhook; without this guard it could be made to knock at services inside the
operator's network (server-side request forgery). The name is resolved once, judged, and what was judged is what
is connected to, so a name that changes its mind meanwhile gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

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
