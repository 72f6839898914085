"""Who waits: music in long packets, and what nobody hears of them costs little. Real keys, and no network."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

import av
import pylibsrtp
import pytest
from aiortc.rtcdtlstransport import RTCCertificate
from sample_offer import offer, section

from valvomo.domain.calls.hearing import Hears
from valvomo.media.embedded import music, opus, rtp, sdp
from valvomo.media.embedded.beat import SAMPLES, Beat
from valvomo.media.embedded.board import TURNS, Switchboard
from valvomo.media.embedded.leg import OPENED, Leg
from valvomo.media.embedded.rtp import SEQUENCES, Packet
from valvomo.media.embedded.secure import Secured
from valvomo.media.port import Happening, Kind, Pressed

SSRC, KEYS, OPUS = 9, 110, 111
WAITS = Hears(music=True)


def session(direction: str) -> pylibsrtp.Session:
    return pylibsrtp.Session(
        pylibsrtp.Policy(key=bytes(range(30)), ssrc_type=getattr(pylibsrtp.Policy, direction))
    )


class House:
    """A call, whose legs have keys and whose packets go nowhere; `opened` counts what was opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Secured, "ready", True)
        self.now = 0.0
        self.told: list[Happening] = []
        self.board = Switchboard(lambda: self.now, lambda: self.now, self.told.append)
        self.board.open("call")
        self.sent: dict[str, list[bytes]] = {}
        self.opened = 0
        self._seals = session("SSRC_ANY_OUTBOUND")

    def leg(self, name: str, sends: frozenset[Kind] = frozenset({Kind.AUDIO})) -> Leg:
        sent = self.sent[name] = []
        secured = Secured(RTCCertificate.generateCertificate(), lambda _: None, lambda: None)
        secured._dtls._tx_srtp = cast("Any", _Plain(sent.append))
        secured._dtls._rx_srtp = cast("Any", _Counting(session("SSRC_ANY_INBOUND"), self._count))
        leg = Leg(
            id=name, call_id="call", name=name, sends=sends, offer=sdp.read(offer(section("0"))), secured=secured,
            began=0.0,
        )  # fmt: skip
        leg.agree()
        self.board.put(leg)
        return leg

    def _count(self) -> None:
        self.opened += 1

    def says(self, leg: Leg, number: int, payload_type: int = OPUS, payload: bytes = b"\xfc\x01") -> None:
        packet = Packet(payload_type, False, number % SEQUENCES, number * SAMPLES, SSRC, payload)
        self.board.came(leg, self._seals.protect(rtp.write(packet)))

    def heard(self, name: str) -> list[Packet]:
        found = [packet for one in self.sent[name] if not rtp.is_rtcp(one) and (packet := rtp.read(one))]
        self.sent[name].clear()
        return found


class _Plain:
    """Seals nothing, and keeps what it was given."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self._keep = keep

    def protect(self, packet: bytes) -> bytes:
        self._keep(packet)
        return packet

    protect_rtcp = protect


class _Counting:
    def __init__(self, inner: pylibsrtp.Session, count: Callable[[], None]) -> None:
        self._inner, self._count = inner, count

    def unprotect(self, packet: bytes) -> bytes:
        self._count()
        return self._inner.unprotect(packet)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    return House(monkeypatch)


def test_what_nobody_hears_is_counted_and_mostly_not_opened(house: House) -> None:
    """Also after so many packets that their numbers begin anew: what is heard at last is opened by the right key."""
    customer, agent = house.leg("customer"), house.leg("agent")
    house.board.route("call", {"customer": WAITS, "agent": Hears()}, frozenset())
    many = SEQUENCES + 20 * OPENED
    for number in range(many):
        house.says(customer, number)
    assert house.opened <= many / OPENED + 1
    assert (customer.quality().up, customer.quality().refused) == (many, 0)
    customer.report(house.now, house.now)
    assert customer.lost_up == 0.0
    assert house.heard("agent") == []
    house.board.route("call", {"agent": Hears(frozenset({"customer"}))}, frozenset())
    for number in range(many, many + 40):
        house.says(customer, number)
    assert len(house.heard("agent")) == 40
    assert agent.quality().refused == 0


def test_who_may_not_send_is_counted_however_few_hear_them(house: House) -> None:
    listener = house.leg("listener", frozenset())
    for number in range(100):
        house.says(listener, number)
    assert listener.quality().refused == 100


def test_what_is_lost_of_what_nobody_hears_is_told(house: House) -> None:
    customer = house.leg("customer")
    for number in range(0, 40 * OPENED, 2):
        house.says(customer, number)
    customer.report(house.now, house.now)
    assert customer.lost_up == pytest.approx(0.5, abs=0.05)


def test_a_key_is_taken_of_who_is_not_heard(house: House) -> None:
    customer = house.leg("customer")
    for number in range(1, 8):
        house.says(customer, number)
    house.says(customer, 8, KEYS, bytes([5, 0x8A, 0, 160]))
    assert [one for one in house.told if isinstance(one, Pressed)] == [Pressed("call", "customer", "5")]


@pytest.mark.parametrize("takes", ["a recording", "a transcript"])
def test_whoever_else_takes_what_they_say_has_all_of_it(house: House, takes: str) -> None:
    customer = house.leg("customer")
    call = house.board.calls["call"]
    if takes == "a recording":
        call.recordings["one"] = cast("Any", _Takes())
    else:
        call.ears["customer"] = cast("Any", _Takes())
    call.kept = frozenset({"customer"})
    for number in range(100):
        house.says(customer, number)
    assert house.opened == 100


class _Takes:
    def take(self, *_: object) -> None:
        """Nothing comes of it."""


def test_music_is_the_same_in_long_packets() -> None:
    tune = music.tune()
    assert len(tune) % music.TOGETHER, "its end goes over into its beginning within a packet"
    found = [tune.packet(number) for number in range(len(tune))]
    assert {opus.samples(one) for one in found} == {music.TOGETHER * SAMPLES}
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout, decoder.format = opus.RATE, "mono", "s16"
    loud = [max(abs(sample) for sample in _samples(decoder, one)) for one in found]
    assert min(loud[1:]) > 300, "nothing of it is left out"


def _samples(decoder: Any, packet: bytes) -> memoryview:
    (frame,) = decoder.decode(av.Packet(packet))
    return memoryview(bytes(frame.planes[0])[: 2 * frame.samples]).cast("h")


def test_everybody_who_waits_hears_music_without_a_gap_and_not_all_at_once(house: House) -> None:
    legs = [house.leg(f"waits {n}") for n in range(30)]
    house.board.route("call", dict.fromkeys((leg.id for leg in legs), WAITS), frozenset())
    beat, at_once = Beat(house.board, music.tune()), []
    for step in range(3 * 50):
        beat.step(step * 0.02)
        at_once.append(sum(bool(house.sent[leg.id]) for leg in legs))
        for leg in legs:
            house.sent.setdefault(f"all {leg.id}", []).extend(house.sent[leg.id])
            house.sent[leg.id].clear()
    for leg in legs:
        packets = house.heard(f"all {leg.id}")
        assert len(packets) == 50
        steps = pairwise(packets)
        found = {(after.sequence - one.sequence, after.timestamp - one.timestamp) for one, after in steps}
        assert found == {(1, music.TOGETHER * SAMPLES)}
    assert max(at_once) < len(legs)


def test_everybody_is_told_how_they_come_every_two_seconds_and_not_all_at_once(house: House) -> None:
    legs = [house.leg(f"waits {n}") for n in range(30)]
    for number, leg in enumerate(legs):
        house.says(leg, number)
    told = []
    for turn in range(TURNS):
        house.board.report(turn)
        told.append(sum(len(house.sent[leg.id]) for leg in legs))
    assert [len(house.sent[leg.id]) for leg in legs] == [1] * len(legs)
    assert max(after - one for one, after in pairwise(told)) < len(legs) / 2
