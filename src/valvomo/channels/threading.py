"""Threading: how a message finds its thread at providers where a customer has several at a time."""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec

_NAME_BYTES = 10
_THREAD = re.compile(r" [a-z2-7]{16}$")
"""The thread's own name in its address."""


class Threading(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message belongs: the address of its thread in the house is the customer's and the thread's own name.

    `own` is what later messages may refer to this one by, and the name of a thread that begins with it; `refers` are
    those that it refers to, the nearest first; `named` is the thread that it names outright, if it does.
    """

    own: str
    refers: tuple[str, ...] = ()
    named: str = ""


def named_after(seed: str) -> str:
    """A thread's own name, the same for the same seed."""
    digest = hashlib.sha256(b"valvomo thread " + seed.encode()).digest()
    return base64.b32encode(digest[:_NAME_BYTES]).decode().lower()


def whose(address: str) -> str:
    """The customer's part of a thread's address."""
    return _THREAD.sub("", address)
