"""From where SIP is heard at all: the kernel drops what comes from anywhere else, before anybody reads it.

Whoever finds the port of a trunk could ring in the house without end, and try what the stack makes of strange bytes.
The filter is a program of the classic Berkeley packet filter (Linux, socket(7), SO_ATTACH_FILTER) on the sockets that
listen; a connection that is accepted has the filter of the one that accepted it.
"""

from __future__ import annotations

import ctypes
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

Network = IPv4Network | IPv6Network

_ATTACH_FILTER, _MEMORY_OF = 26, 55
_MEMORY, _DROPS = struct.Struct("9I"), 8
_NETWORK_HEADER = -0x100000
_LOAD_WORD, _LOAD_BYTE, _AND, _EQUAL, _RETURN, _SHIFT = 0x20, 0x30, 0x54, 0x15, 0x06, 0x74
_SOURCE = {4: 12, 6: 8}
"""Where the source stands in the header of a packet."""
_WORDS = {4: 1, 6: 4}
_ALL = 0xFFFFFFFF
_VERSION_BITS = 4
MOST = 100
"""Networks that a filter of the kernel has room for."""


class UnguardedError(Exception):
    """The sockets cannot be guarded, so nothing may be heard over them."""


def networks_in(text: str) -> tuple[Network, ...]:
    """Addresses and networks, one in a line. Raises `ValueError`, which names the line."""
    lines = [one.strip() for one in text.splitlines()]
    found = tuple(ip_network(one, strict=False) for one in lines if one)
    if len(found) > MOST:
        raise ValueError(f"there are more than {MOST} addresses and networks")
    return found


def guard(ports: Sequence[int], allowed: Sequence[Network]) -> None:
    """Have every socket of this process on one of these ports hear only what comes from these networks.

    Raises `UnguardedError` where that cannot be done, or where there is no such socket.
    """
    if sys.platform != "linux":
        raise UnguardedError("calls by SIP are taken on Linux only")
    code = b"".join(_program(allowed))
    kept = ctypes.create_string_buffer(code)
    program = struct.pack("HL", len(code) // 8, ctypes.addressof(kept))
    guarded = 0
    for one in _own(ports):
        try:
            one.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)
        except OSError as error:
            raise UnguardedError(f"the kernel takes no filter: {error}") from error
        finally:
            one.close()
        guarded += 1
    if not guarded:
        raise UnguardedError("nothing listens")


def dropped(port: int) -> int:
    """How many packets to our sockets on this port the kernel has dropped before anybody read them.

    Above all those from elsewhere: datagrams, and what asks for a connection (sock_diag(7), `SK_MEMINFO_DROPS`).
    """
    found = 0
    for one in _own((port,)):
        with one:
            found += _MEMORY.unpack(one.getsockopt(socket.SOL_SOCKET, _MEMORY_OF, _MEMORY.size))[_DROPS]
    return found


def _program(allowed: Sequence[Network]) -> Iterator[bytes]:
    """Instructions that keep a packet from these networks whole, and of any other nothing."""
    for network in allowed:
        yield from _kept_from(network)
    yield _instruction(_RETURN, 0)


def _kept_from(network: Network) -> Iterator[bytes]:
    words = _WORDS[network.version]
    after = 3 * words + 1
    yield _instruction(_LOAD_BYTE, _NETWORK_HEADER)
    yield _instruction(_SHIFT, _VERSION_BITS)
    yield _instruction(_EQUAL, network.version, missed=after)
    mask, wanted = int(network.netmask), int(network.network_address)
    for place in range(words):
        bits = 32 * (words - 1 - place)
        yield _instruction(_LOAD_WORD, _NETWORK_HEADER + _SOURCE[network.version] + 4 * place)
        yield _instruction(_AND, mask >> bits & _ALL)
        yield _instruction(_EQUAL, wanted >> bits & _ALL, missed=after - 3 * (place + 1))
    yield _instruction(_RETURN, _ALL)


def _instruction(code: int, value: int, *, missed: int = 0) -> bytes:
    return struct.pack("HBBI", code, 0, missed, value & _ALL)


def _own(ports: Sequence[int]) -> Iterator[socket.socket]:
    """Sockets of this process on these ports, each as one that is to be closed."""
    for place in Path("/proc/self/fd").iterdir():
        try:
            is_socket = stat.S_ISSOCK(os.fstat(int(place.name)).st_mode)
            one = socket.socket(fileno=os.dup(int(place.name))) if is_socket else None
        except OSError:
            # The one by which they are listed, for example, or one that the stack has closed meanwhile.
            continue
        if one is not None:
            bound = one.getsockname() if one.family in {socket.AF_INET, socket.AF_INET6} else ()
            if bound and bound[1] in ports:
                yield one
            else:
                one.close()
