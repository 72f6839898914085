"""Where a request comes from: our own pages, somewhere else on the web, or no page at all.

Browsers say it themselves (`Sec-Fetch-Site`, `Origin`) and pages cannot forge it, so a cookie that travels along
with another site's request is recognised without any token of ours in the page: forged forms and hijacked sockets
alike. Programs send neither header, and carry no cookie that a page could misuse.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})
PASSED_ON = "passed on"
"""Who came through a proxy and, as the proxy has it, from this very machine."""


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The first header of this (lower case) name."""
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


def address(scope: Any) -> str:
    """Who comes: an address, as a proxy that is believed says it; empty where there is none.

    What is passed on never counts as this machine: anybody can claim that to a proxy which adds to what it is told,
    and whoever truly sits here can come without the proxy.
    """
    client = scope.get("client")
    found = client[0] if client else ""
    if header(scope["headers"], b"x-forwarded-for") is None:
        return str(found)
    try:
        known = ip_address(found.partition("%")[0])
    except ValueError:
        return str(found)
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or known
    return PASSED_ON if known.is_loopback or known.is_unspecified else str(found)


def foreign_origin(scope: Any) -> bool:
    """Whether a browser made this request for a page that is not ours."""
    site = header(scope["headers"], b"sec-fetch-site")
    if site is not None and site not in _OWN:
        return True
    origin = header(scope["headers"], b"origin")
    if origin is None:
        return False
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        # What is no address is not ours.
        return True
    return host.lower() != (header(scope["headers"], b"host") or "").lower()


def permitted_origin(scope: Any, origins: Iterable[str]) -> bool:
    """Whether a customer's page may talk to us: `origins` are those of its workstream, none of them means any."""
    origin = header(scope["headers"], b"origin")
    allowed = {one.rstrip("/").lower() for one in origins}
    return not allowed or origin is None or origin.lower() in allowed or not foreign_origin(scope)
