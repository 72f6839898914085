"""Vouching: whether the mail server that took a mail in has found that it is from whom it says (RFC 8601, RFC 7489).

A sender's address is what somebody typed. It makes a customer known only if the server that the administrator trusts
has written into the mail that the sender's domain stands for it (`dmarc=pass`). Servers remove what others have written
in their name (RFC 8601 §5), so its name in the header is all that has to be compared.
"""

from __future__ import annotations

import re

from valvomo.channels.email.decoding import ADDRESS, raw_headers, words
from valvomo.channels.email.reading import Mail

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_PASSED = re.compile(r"dmarc\s*=\s*pass(?=[\s;]|$)", re.IGNORECASE)
_FROM = re.compile(r"header\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


def vouched(mail: Mail, trusted: str) -> str | None:
    """The sender's address, if the server of this name has found that it is theirs; None if not, or if unclear."""
    if not trusted or len(mail.senders) != 1:
        return None
    address = mail.senders[0][1]
    said = [value for name, value in raw_headers(mail.message) if name == "from"]
    # One header with one address, whoever reads it: what looks different to two programs is nobody's.
    if len(said) != 1 or any(_addresses(one) != {address} for one in (said[0], words(said[0]))):
        return None
    domain = address.rpartition("@")[2]
    for name, value in raw_headers(mail.message):
        if name == "authentication-results" and (result := _of(value, trusted)) is not None:
            # The topmost of that server is the newest; older ones may be of an earlier way through it.
            return address if _passes(result, domain) else None
    return None


def _addresses(text: str) -> set[str]:
    return {one.lower() for one in ADDRESS.findall(text)}


def _of(value: str, trusted: str) -> str | None:
    """The results in a header of the server that is trusted, without comments."""
    plain = _QUOTED.sub('""', " ".join(value.split()))
    for _ in range(5):
        plain = _COMMENT.sub(" ", plain)
    server, _, results = plain.partition(";")
    return results if (server.split() or [""])[0].lower() == trusted.lower() else None


def _passes(results: str, domain: str) -> bool:
    found = [one for one in results.split(";") if one.strip().lower().startswith("dmarc")]
    if len(found) != 1 or not _PASSED.match(found[0].strip()):
        return False
    named = _FROM.search(found[0])
    return named is not None and named[1].lower() == domain
