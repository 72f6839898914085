"""Where media are found from outside, told to the stack in the way in which it asks: by STUN (RFC 8489).

Where addresses are translated and ports are kept, nobody outside has to be asked: the address is known, and the port is
one's own. So the answer comes from this process.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from typing import cast

_REQUEST, _SUCCESS, _COOKIE, _XOR_MAPPED = 0x0001, 0x0101, 0x2112A442, 0x0020
_HEADER = struct.Struct("!HHI12s")


@asynccontextmanager
async def reflecting(public: IPv4Address, host: str) -> AsyncIterator[int]:
    """The port at which it is told, to who is on this machine."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Answering(public), local_addr=(host, 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def answer(data: bytes, public: IPv4Address, port: int) -> bytes | None:
    """What is answered to who asks from a port; None to what is no question."""
    if len(data) < _HEADER.size:
        return None
    kind, _, cookie, transaction = _HEADER.unpack_from(data)
    if kind != _REQUEST or cookie != _COOKIE:
        return None
    place = struct.pack("!BBHI", 0, 1, port ^ _COOKIE >> 16, int(public) ^ _COOKIE)
    attribute = struct.pack("!HH", _XOR_MAPPED, len(place)) + place
    return _HEADER.pack(_SUCCESS, len(attribute), _COOKIE, transaction) + attribute


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, public: IPv4Address) -> None:
        self._public = public

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A loop of another make has transports that are no subclass of this.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        said = answer(data, self._public, addr[1])
        if said is not None:
            self._transport.sendto(said, addr)
