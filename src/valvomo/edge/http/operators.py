"""Who may read what is for operators only: whoever comes from where they sit, or carries their token."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from valvomo.edge.http.authentication import bearer

LOOPBACK = ("127.0.0.0/8", "::1")


class Operators:
    """With a token only the token counts: an address can be a proxy's, behind which is everybody."""

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network], token: str = "") -> None:
        self._networks = networks
        self._token = token

    def admit(self, client: str | None, authorization: str | None) -> bool:
        """Whether a request from this address with this header may read."""
        if self._token:
            given = bearer(authorization or "")
            return hmac.compare_digest(given.encode(), self._token.encode())
        try:
            address = ip_address((client or "").partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks if network.version == address.version)


def operators(networks: Sequence[str] = LOOPBACK, token: str = "") -> Operators:
    """As the settings name them."""
    return Operators(tuple(ip_network(one, strict=False) for one in networks), token)
