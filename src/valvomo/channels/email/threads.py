"""Threads: which mails belong together, by ids that nobody can guess, and by nothing else.

A thread has a token, made of the id of its first mail, and an address in the house: the customer's and the token. So
what two people write in one thread stays two conversations, and none of them gets what was meant for the other. The
token is in the ids of our own mails, and in the address to which they are answered if the mail server knows such ones.
"""

from __future__ import annotations

import base64
import contextlib
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence

from valvomo.channels.threading import named_after

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z2-7]{16})\.valvomo@([^<>@\s]+)>")
_PLUS = re.compile(r"(?P<local>[^+@]+)\+(?P<kind>[tb])-(?P<token>[a-z2-7]{16}|[a-z2-7]{42})@(?P<domain>.+)")
LONGEST_LOCAL = 64
"""Bytes before the @ that every mail server takes (RFC 5321 §4.5.3.1.1)."""
_ID_LETTERS = 26


def token_of(root: str) -> str:
    """The token of the thread that begins with this id."""
    return named_after(root)


def recipient(place: str) -> tuple[str, str]:
    """The customer's address, and the token of the thread, empty for an address alone."""
    address, _, token = place.partition(" ")
    return address, token


def own_id(letter_id: str, token: str, address: str) -> str:
    """The id of a mail of ours: the same at every attempt."""
    return f"<{letter_id}.{token or token_of(letter_id)}.valvomo@{address.rpartition('@')[2]}>"


def is_ours(message_id: str, own: Collection[str]) -> bool:
    """Whether a mail with this id was sent by an account that has one of these addresses."""
    return _ours(message_id, own) is not None


def _ours(message_id: str, own: Collection[str]) -> re.Match[str] | None:
    found = _OURS.fullmatch(message_id.lower())
    domains = {one.rpartition("@")[2] for one in own}
    return found if found is not None and found[3] in domains else None


def named(refers: Iterable[str], to: Iterable[str], own: Collection[str]) -> str:
    """The token of the thread to which a mail of ours belongs that is answered to; empty where there is none."""
    for one in refers:
        if (found := _ours(one, own)) is not None:
            return found[2]
    return next((token for _, token in _plus(to, own, "t")), "")


def answered_to(address: str, token: str) -> str:
    """Our own address with a thread's token in it."""
    return _plus_address(address, f"t-{token}")


def comes_back_to(letter_id: str, token: str, address: str) -> str:
    """Our own address with the id of a mail in it, to which servers say what becomes of it."""
    one = base64.b32encode(uuid.UUID(letter_id).bytes).decode().lower().rstrip("=")
    return _plus_address(address, f"b-{one}{token or token_of(letter_id)}")


def came_back(to: Sequence[str], own: Collection[str]) -> str:
    """The id of our mail whose way back this is, by the address to which it came; empty where that says nothing."""
    for address, token in _plus(to, own, "b"):
        with contextlib.suppress(ValueError):
            one = uuid.UUID(bytes=base64.b32decode(token[:_ID_LETTERS].upper() + "======"))
            return own_id(str(one), token[_ID_LETTERS:], address)
    return ""


def _plus_address(address: str, tag: str) -> str:
    local, _, domain = address.rpartition("@")
    made = f"{local}+{tag}"
    return f"{made}@{domain}" if len(made.encode()) <= LONGEST_LOCAL else address


def _plus(to: Iterable[str], own: Collection[str], kind: str) -> Iterator[tuple[str, str]]:
    """Addresses of ours with a token in them, and the token."""
    for one in to:
        found = _PLUS.fullmatch(one)
        if found and found["kind"] == kind and f"{found['local']}@{found['domain']}" in own:
            yield one, found["token"]
