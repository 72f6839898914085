"""Addresses that an operator writes: whether everybody who takes them apart finds the same in them."""

import re
from ipaddress import ip_network
from urllib.parse import parse_qsl, urlsplit

_LAST_PORT = 65_535
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:@\s]+)(:(?P<port>\d{1,5}))?")


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


def check_network(key: str, text: str) -> None:
    """Raises ValueError, naming the key, for what is no address and no network."""
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(f"{key}: must be addresses or networks, separated by commas") from None
