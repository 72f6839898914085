"""The one UDP port of all legs: whose a datagram is, by its address or by the name in a check (RFC 7983, RFC 8445)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from valvomo.media.embedded import ice
from valvomo.media.embedded.ice import Address, Credentials
from valvomo.media.embedded.leg import Leg

STUN, DTLS, MEDIA = range(4), range(20, 64), range(128, 192)
"""First bytes of datagrams (RFC 7983 §7)."""
WAITING_BYTES = 1 << 22
"""What the system is asked to keep while the process is held up: of 100 calls what comes in half a second."""
MOST_NAMES = 4
"""Names by which one browser's checks are answered: the last, and former ones that may still be on their way."""
MOST_WAYS = 16
"""Addresses by which one browser may come: its networks, and those of what is between."""


class Wire(asyncio.DatagramProtocol):
    """`clock` gives seconds; `media` takes a packet that has come from a leg, `connected` a leg that can be reached."""

    def __init__(self, clock: Callable[[], float], media: Callable[[Leg, bytes], None]) -> None:
        self._clock = clock
        self._media = media
        self._names: dict[str, tuple[Leg, Credentials]] = {}
        self._addresses: dict[Address, Leg] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        opened = transport.get_extra_info("socket")
        if opened is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WAITING_BYTES)

    @property
    def port(self) -> int:
        """Its number."""
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    def expect(self, leg: Leg) -> None:
        """Checks with the leg's name are answered; those with one of its last former ones still are."""
        self._names[leg.credentials.name] = (leg, leg.credentials)
        known = [name for name, one in self._names.items() if one[0] is leg]
        for name in known[:-MOST_NAMES]:
            del self._names[name]

    def forget(self, leg: Leg) -> None:
        """Nothing from the leg is listened to any more."""
        self._names = {name: one for name, one in self._names.items() if one[0] is not leg}
        self._addresses = {address: one for address, one in self._addresses.items() if one is not leg}

    def send(self, leg: Leg, datagram: bytes) -> None:
        """To where the leg is now; nowhere before it has come."""
        if leg.address is not None and self._transport is not None:
            self._transport.sendto(datagram, leg.address)

    def summon(self, leg: Leg, address: Address, theirs: Credentials) -> None:
        """Ask whoever is there to come by this way."""
        self._ways(leg, address)
        leg.address = address
        self.send(leg, ice.summons(leg.credentials, theirs))

    def close(self) -> None:
        """Nobody is listened to any more."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Something has come; what is nobody's is dropped."""
        if not data:
            return
        if data[0] in STUN:
            self._checked(data, addr)
            return
        leg = self._addresses.get(addr)
        if leg is None:
            return
        if data[0] in MEDIA:
            self._media(leg, data)
        elif data[0] in DTLS:
            leg.secured.shake(data)

    def error_received(self, exc: Exception) -> None:
        """A datagram could not be delivered, which says nothing about the next one."""

    def _checked(self, data: bytes, address: Address) -> None:
        message = ice.read(data)
        known = self._names.get(ice.asked_for(message)) if message else None
        if message is None or known is None or self._transport is None:
            return
        leg, credentials = known
        found = ice.check(message, credentials, address)
        if found is None:
            return
        self._ways(leg, address)
        leg.seen = self._clock()
        if found.nominates or leg.address is None:
            leg.address = address
        self._transport.sendto(found.answer, address)

    def _ways(self, leg: Leg, address: Address) -> None:
        """The leg may also come by this address; of those that it does not come by any more the oldest is forgotten."""
        if self._addresses.get(address) is leg:
            return
        known = [one for one, whose in self._addresses.items() if whose is leg and one != leg.address]
        if len(known) >= MOST_WAYS:
            del self._addresses[known[0]]
        self._addresses[address] = leg
