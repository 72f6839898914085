"""Quotas: how many live connections a customer, a person and an address may have.

Of one's own connections the newest stay: a network that breaks leaves some behind that still look alive, and these
must not keep out whoever comes back. The oldest is closed, and its client stays away for a while before it tries again.
Of an address nobody has to go for somebody else, because strangers may share it: who comes when its quota is used up
is refused. Nor does it count where it is that of a trusted proxy which does not tell for whom it speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address, ip_network

from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.live.connection import Connection
from valvomo.protocol.frames import closing_frame

OF_CUSTOMER = 5
"""Tabs of one conversation, and some that the network has left behind."""
OF_PERSON = 100
"""Tabs, devices and programs of one account."""
OF_ADDRESS = 1_000
"""Customers' connections from one address; a carrier or a company may have many people behind one."""
STRANGERS = 2_000
"""Connections at a time of which nobody knows yet whose they are: saying so takes a moment.

Past it the one that has been silent for the longest has to go, so that silence keeps nobody out who speaks.
"""
HOST_BITS = 64
"""Of an IPv6 address: what comes after them a host chooses itself."""
CLOSE_CROWDED = 4429
"""There are newer connections of the same owner, or they come too fast."""
STAY_AWAY = closing_frame(15_000)
"""Said before it: every client knows to come back at some moment of the next quarter of a minute only."""


def trusted(networks: Sequence[str]) -> Callable[[str], bool]:
    """Whether an address is in one of these networks."""
    known = [ip_network(one, strict=False) for one in networks]

    def within(address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            # A socket of the file system: who is behind it is not told either.
            return True
        return any(found in one for one in known if one.version == found.version)

    return within


@dataclass(slots=True)
class Quotas:
    """Those of one process. `shared` says of an address that it speaks for anybody."""

    of_customer: int = OF_CUSTOMER
    of_person: int = OF_PERSON
    of_address: int = OF_ADDRESS
    strangers: int = STRANGERS
    shared: Callable[[str], bool] = lambda _address: False
    _owners: dict[tuple[str, str], list[Connection]] = field(default_factory=dict)
    _addresses: dict[str, int] = field(default_factory=dict)
    _unknown: int = 0
    _silent: dict[object, Callable[[], None]] = field(default_factory=dict)

    def address_is_full(self, address: str) -> bool:
        """Whether nobody more may come from there."""
        return self._addresses.get(_house_of(address), 0) >= self.of_address

    @contextmanager
    def address(self, address: str) -> Iterator[None]:
        """One of those that come from there, for as long as they are here."""
        if self.shared(address):
            yield
            return
        house = _house_of(address)
        self._addresses[house] = self._addresses.get(house, 0) + 1
        try:
            yield
        finally:
            self._addresses[house] -= 1
            if not self._addresses[house]:
                del self._addresses[house]

    @property
    def too_many_strangers(self) -> bool:
        """Whether nobody more may come who has not said yet who they are, and nobody silent can go for them."""
        return self._unknown >= self.strangers and not self._silent

    @contextmanager
    def stranger(self) -> Iterator[None]:
        """Somebody who is not known yet; who has been silent for the longest has to go if there are too many."""
        if self._unknown >= self.strangers and self._silent:
            self._silent.pop(next(iter(self._silent)))()
        self._unknown += 1
        try:
            yield
        finally:
            self._unknown -= 1

    @contextmanager
    def silent(self, give_up: Callable[[], None]) -> Iterator[None]:
        """A stranger who has yet to say something; `give_up` ends the waiting for it."""
        key = object()
        self._silent[key] = give_up
        try:
            yield
        finally:
            self._silent.pop(key, None)

    @contextmanager
    def owner(self, connection: Connection) -> Iterator[None]:
        """One of its owner's connections, for as long as it is here; the oldest has to go if there are too many."""
        actor = connection.actor
        mine = self._owners.setdefault(owner_of(actor), [])
        mine.append(connection)
        if len(mine) > (self.of_customer if actor.kind is ActorKind.CUSTOMER else self.of_person):
            oldest = mine.pop(0).sink
            oldest.write(STAY_AWAY)
            oldest.close(CLOSE_CROWDED)
        try:
            yield
        finally:
            if connection in mine:
                mine.remove(connection)
            if not mine and self._owners.get(owner_of(actor)) is mine:
                del self._owners[owner_of(actor)]


def _house_of(address: str) -> str:
    """What an address counts as: a host of IPv6 has a whole network of them (RFC 6177)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, HOST_BITS), strict=False))


def owner_of(actor: Actor) -> tuple[str, str]:
    """Whose connection it is: a conversation's customer, or a person."""
    return actor.organization_id, actor.conversation_id or actor.id
