"""Our half of ICE for a server whose address is known: it only answers checks (RFC 8445 §2.5, "lite").

A server needs no candidates but its own address and makes no checks: browsers do, to the one port of all legs, and say
by a user name for which leg. So there is nothing to wait for, and coming from another network is another check.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field

from aioice import stun

Address = tuple[str, int]
PREFERENCE = 2_130_706_431
"""Of the first host candidate (RFC 8445 §5.1.2.1)."""


def _word(length: int) -> str:
    return secrets.token_hex(length // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What checks for one leg are signed with (RFC 8445 §5.3)."""

    name: str = field(default_factory=lambda: _word(16))
    password: str = field(default_factory=lambda: _word(32))


@dataclass(frozen=True, slots=True)
class Check:
    """A check that somebody with the leg's credentials has made; `nominates`: this way is to be used."""

    answer: bytes
    nominates: bool


def read(data: bytes) -> stun.Message | None:
    """A request for a binding, None for anything else."""
    try:
        message = stun.parse_message(data)
    except (ValueError, struct.error):
        return None
    wanted = message.message_method is stun.Method.BINDING and message.message_class is stun.Class.REQUEST
    return message if wanted else None


def asked_for(message: stun.Message) -> str:
    """The name of whom the check is for: the part of the user name before the colon (RFC 8445 §7.2.2)."""
    return str(message.attributes.get("USERNAME", "")).partition(":")[0]


def check(message: stun.Message, credentials: Credentials, address: Address) -> Check | None:
    """The answer to a check that came from an address; None where it is not signed with the leg's password."""
    key = credentials.password.encode()
    if not message.check_message_integrity(key):
        return None
    answer = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=message.transaction_id,
    )
    answer.attributes["XOR-MAPPED-ADDRESS"] = address
    answer.add_message_integrity(key)
    return Check(bytes(answer), "USE-CANDIDATE" in message.attributes)


def summons(ours: Credentials, theirs: Credentials) -> bytes:
    """A check of ours that chooses the way by which it goes: for whoever makes checks, but leaves the choice to us."""
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{theirs.name}:{ours.name}"
    message.attributes["PRIORITY"] = PREFERENCE
    message.attributes["ICE-CONTROLLING"] = secrets.randbits(64)
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(theirs.password.encode())
    return bytes(message)


def candidates(addresses: tuple[Address, ...]) -> list[str]:
    """Our addresses, the preferred one first, as SDP says them."""
    return [
        f"{number} 1 udp {PREFERENCE - number} {host} {port} typ host"
        for number, (host, port) in enumerate(addresses)
    ]
