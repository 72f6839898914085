"""The one port: whose a datagram is, and what nobody can make it do."""

import asyncio
from typing import Any, cast

import pytest
from aiortc.rtcdtlstransport import RTCCertificate
from sample_offer import offer, request, section

from valvomo.media.embedded import rtp, sdp
from valvomo.media.embedded.ice import Credentials
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.rtp import Packet
from valvomo.media.embedded.secure import MOST_SOURCES, Secured
from valvomo.media.embedded.wire import MOST_NAMES, MOST_WAYS, Wire
from valvomo.media.port import Kind

HOME = ("192.0.2.1", 5000)


class Net(asyncio.DatagramTransport):
    """What was sent, and to where."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[bytes, Any]] = []

    def sendto(self, data: Any, addr: Any = None) -> None:
        self.sent.append((bytes(data), addr))


class Place:
    """A wire with one leg, and what came of it."""

    def __init__(self) -> None:
        self.net, self.media, self.shaken = Net(), list[bytes](), list[bytes]()
        self.wire = Wire(lambda: 7.0, lambda _leg, data: self.media.append(data))
        self.wire.connection_made(self.net)
        secured = cast("Secured", self)
        self.leg = Leg(
            id="a", call_id="c", name="", sends=frozenset(Kind), offer=sdp.read(offer(section("0"))),
            secured=secured, began=0.0,
        )  # fmt: skip
        self.wire.expect(self.leg)

    def shake(self, data: bytes) -> None:
        self.shaken.append(data)

    def check(self, address: Any, **more: Any) -> None:
        own = self.leg.credentials
        self.wire.datagram_received(request(f"{own.name}:x", own.password, **more), address)


def test_who_has_not_been_checked_is_nobody() -> None:
    place = Place()
    for data in (b"", b"\x80", b"\x16dtls", b"\x00" * 20, b"\xff"):
        place.wire.datagram_received(data, HOME)
    place.wire.datagram_received(request(f"{place.leg.credentials.name}:x", "guessed"), HOME)
    place.wire.datagram_received(request("somebody:x", place.leg.credentials.password), HOME)
    assert (place.net.sent, place.media, place.shaken, place.leg.seen) == ([], [], [], None)
    place.wire.send(place.leg, b"x")
    assert place.net.sent == []


def test_after_its_check_a_browser_is_known_by_its_address() -> None:
    place = Place()
    place.check(HOME)
    place.wire.datagram_received(b"\x80media", HOME)
    place.wire.datagram_received(b"\x16dtls", HOME)
    place.wire.datagram_received(b"\x80other", ("192.0.2.9", 5000))
    assert (place.media, place.shaken, place.leg.seen) == ([b"\x80media"], [b"\x16dtls"], 7.0)
    assert place.leg.address == HOME
    place.wire.forget(place.leg)
    place.wire.datagram_received(b"\x80late", HOME)
    assert place.media == [b"\x80media"]


def test_what_is_sent_follows_the_nominated_way() -> None:
    place = Place()
    elsewhere = ("198.51.100.7", 6000)
    place.check(HOME)
    place.check(elsewhere)
    assert place.leg.address == HOME
    place.check(elsewhere, **{"USE-CANDIDATE": None})
    place.wire.send(place.leg, b"x")
    assert place.net.sent[-1] == (b"x", elsewhere)


def test_a_browser_has_so_many_ways_and_no_more() -> None:
    place = Place()
    place.check(HOME)
    for port in range(6000, 6000 + 4 * MOST_WAYS):
        place.check(("198.51.100.7", port))
    for address in (HOME, ("198.51.100.7", 6000 + 4 * MOST_WAYS - 1)):
        place.wire.datagram_received(b"\x80", address)
    place.wire.datagram_received(b"\x80", ("198.51.100.7", 6000))
    assert len(place.media) == 2


def test_a_browser_has_so_many_names_and_no_more() -> None:
    place = Place()
    names = [place.leg.credentials]
    for _ in range(3 * MOST_NAMES):
        place.leg.credentials = Credentials()
        names.append(place.leg.credentials)
        place.wire.expect(place.leg)
    for one in names:
        place.wire.datagram_received(request(f"{one.name}:x", one.password), HOME)
    assert len(place.net.sent) == MOST_NAMES
    assert len(place.wire._names) == MOST_NAMES


class Opens:
    """Keys that open everything."""

    def unprotect(self, data: bytes) -> bytes:
        return data


async def test_a_browser_has_so_many_sources_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    secured = Secured(RTCCertificate.generateCertificate(), lambda _: None, lambda: None)
    monkeypatch.setattr(Secured, "ready", True)
    monkeypatch.setattr(secured._dtls, "_rx_srtp", Opens())

    def opened(ssrc: int) -> bytes | None:
        packet = Packet(111, False, 1, 1, ssrc, b"x")
        return secured.open(rtp.write(packet))

    assert all(opened(ssrc) for ssrc in range(MOST_SOURCES))
    assert opened(MOST_SOURCES) is None
    assert opened(0) is not None
