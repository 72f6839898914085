"""Vouching: whether the mail server that took a mail in has found that it is from whom it says (RFC 8601, RFC 7489).

A sender's address is what somebody typed. It makes a customer known only if the server that the administrator trusts
has written into the mail that the sender's domain stands for it (`dmarc=pass`). Servers remove what others have written
in their name (RFC 8601 §5), so its name in the header is all that has to be compared.

Exchange Online writes no name (https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo), so there it is
the place of the header that says whose it is: headers are added at the top, so it stands above the line of the host at
which the mail came in, and below nothing but lines of hosts that gave it on to each other within the same networks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal

from valvomo.channels.email.decoding import ADDRESS, raw_headers, words
from valvomo.channels.email.reading import Mail

Header = Literal["named", "exchange_online"]
"""How the server that is trusted writes its results."""

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_PASSED = re.compile(r"dmarc\s*=\s*pass(?=[\s;]|$)", re.IGNORECASE)
_COMPOSED = re.compile(r"compauth\s*=\s*pass(?=[\s;]|$)", re.IGNORECASE)
_FROM = re.compile(r"header\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_HANDED = re.compile(r"from\s+(\S+)\s+by\s+(\S+)(?=[\s;]|$)", re.IGNORECASE)


def vouched(mail: Mail, trusted: str, header: Header = "named") -> str | None:
    """The sender's address, if the server that is trusted has found that it is theirs; None if not, or if unclear.

    `trusted` is its name; with `exchange_online` the domains of its hosts.
    """
    if not trusted or len(mail.senders) != 1:
        return None
    address = mail.senders[0][1]
    said = [value for name, value in raw_headers(mail.message) if name == "from"]
    # One header with one address, whoever reads it: what looks different to two programs is nobody's.
    if len(said) != 1 or any(_addresses(one) != {address} for one in (said[0], words(said[0]))):
        return None
    results = _named(mail, trusted) if header == "named" else _nameless(mail, _networks(trusted))
    return address if results is not None and _passes(results, address.rpartition("@")[2]) else None


def _addresses(text: str) -> set[str]:
    return {one.lower() for one in ADDRESS.findall(text)}


def _named(mail: Mail, trusted: str) -> list[str] | None:
    """What the server of this name has found: its topmost is the newest, older ones may be of an earlier way."""
    for name, value in raw_headers(mail.message):
        if name == "authentication-results":
            server, *results = _plain(value).split(";")
            if (server.split() or [""])[0].lower() == trusted.lower():
                return results
    return None


def _nameless(mail: Mail, networks: Collection[str]) -> list[str] | None:
    """What the host at which the mail came into these networks has found.

    What its sender has put in stands below that host's line, however it is written.
    """
    results: list[str] | None = None
    for name, value in raw_headers(mail.message):
        if name == "authentication-results" and results is None:
            results = _plain(value).split(";")
        elif name == "received":
            from_host, by_host = _hosts(value)
            if not _within(by_host, networks):
                return None
            if results is not None:
                return results if _is_composed(results) else None
            if not _within(from_host, networks):
                return None
    return None


def _networks(trusted: str) -> tuple[str, ...]:
    return tuple(one.lower().strip(".") for one in trusted.replace(",", " ").split())


def _hosts(received: str) -> tuple[str, str]:
    found = _HANDED.match(_plain(received).strip())
    return (found[1].lower(), found[2].lower()) if found else ("", "")


def _within(host: str, networks: Collection[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in networks)


def _is_composed(results: list[str]) -> bool:
    """Whether it is of the filter for what comes in, which begins with a result and weighs all of them at the end."""
    found = list(_of(results, "compauth"))
    return (
        "=" in (results[0].split() or [""])[0] and len(found) == 1 and _COMPOSED.match(found[0]) is not None
    )


def _plain(value: str) -> str:
    """On one line, without comments and without what is in quotes."""
    plain = _QUOTED.sub('""', " ".join(value.split()))
    for _ in range(5):
        plain = _COMMENT.sub(" ", plain)
    return plain


def _of(results: list[str], method: str) -> Iterator[str]:
    return (one.strip() for one in results if one.strip().lower().startswith(method))


def _passes(results: list[str], domain: str) -> bool:
    found = list(_of(results, "dmarc"))
    if len(found) != 1 or not _PASSED.match(found[0]):
        return False
    named = _FROM.search(found[0])
    return named is not None and named[1].lower() == domain
