"""Offers and checks: what is agreed to, and that nothing that is sent to us breaks anything."""

import re

import pytest
from aioice import stun
from aiortc.sdp import SessionDescription
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_offer import FIREFOX, offer, request, section

from valvomo.media.embedded import ice, sdp
from valvomo.media.embedded.ice import Credentials
from valvomo.media.port import Kind, OfferError


def answered(text: str, up: set[str], streams: dict[str, int]) -> SessionDescription:
    terms = sdp.Terms(
        candidates=ice.candidates((("203.0.113.7", 40_000), ("192.0.2.1", 40_000))),
        name="name",
        password="password" * 3,
        fingerprints=sdp.read(text).certificate.fingerprints,
        up=frozenset(up),
        streams=streams,
    )
    return SessionDescription.parse(sdp.answer(sdp.read(text), terms))


def test_what_is_forwarded_is_agreed_upon_and_nothing_else() -> None:
    wanted = offer(section("0"), section("1", "video"), section("2", "application"))
    found = answered(wanted, {"0", "1"}, {"0": 11, "1": 12})
    sound, picture, other = found.media
    assert [one.mimeType for one in sound.rtp.codecs] == ["audio/telephone-event", "audio/opus"]
    assert [one.mimeType for one in picture.rtp.codecs] == ["video/VP8"]
    assert (sound.direction, picture.direction, other.port) == ("sendrecv", "sendrecv", 0)
    assert found.group[0].items == ["0", "1"]
    assert [one.ip for one in sound.ice_candidates] == ["203.0.113.7", "192.0.2.1"]
    assert sound.ice is not None
    assert sound.ice.iceLite
    assert sound.ssrc[0].ssrc == 11


def test_what_firefox_sends_along_with_another_stream_is_agreed_upon_too() -> None:
    found = sdp.read(FIREFOX)
    assert [one.mid for one in found.sections if one.up] == ["0", "3"]
    assert [one.mid for one in found.sections if one.down] == ["0", "1", "2", "3", "4", "5"]
    answer = answered(FIREFOX, {"0", "3"}, {str(number): 20 + number for number in range(6)})
    assert [(one.port, one.direction) for one in answer.media] == [
        (9, "sendrecv" if number in {0, 3} else "sendonly") for number in range(6)
    ]
    assert answer.group[0].items == ["0", "1", "2", "3", "4", "5"]


def test_what_is_turned_off_is_not_taken_for_what_goes_with_another() -> None:
    off = FIREFOX.replace("a=bundle-only\r\n", "")
    assert [one.mid for one in sdp.read(off).sections if one.down] == ["0", "3"]


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
@pytest.mark.parametrize("medium", ["audio", "video"])
def test_who_may_not_send_is_answered_so_that_they_cannot(direction: str, medium: str) -> None:
    text = offer(section("0", medium, direction))
    takes = sdp.read(text).sections[0].down
    media = answered(text, set(), {"0": 5} if takes else {}).media[0]
    assert media.direction == ("sendonly" if takes else "inactive")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        offer(),
        offer(section("0", "application")),
        offer(section("0"), section("0")),
        offer(section("0"), section("1"), group="0"),
        offer([one for one in section("0") if "fingerprint" not in one]),
        offer([one.replace("sha-256", "md5") for one in section("0")]),
        offer([one for one in section("0") if "opus" not in one and "fmtp" not in one]),
        offer(*[section(str(n)) for n in range(40)]),
        "x" * 200_000,
    ],
)
def test_what_cannot_be_answered(text: str) -> None:
    with pytest.raises(OfferError):
        sdp.read(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_offered_is_read_or_refused(data: st.DataObject) -> None:
    lines = offer(section("0"), section("1", "video", "recvonly")).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind, rest = lines[at][:2], lines[at][2:]
        change = data.draw(st.sampled_from(["drop", "repeat", "cut", "garbage"]))
        match change:
            case "drop" if len(lines) > 1:
                del lines[at]
            case "repeat":
                lines.insert(at, lines[at])
            case "cut":
                lines[at] = kind + rest[: data.draw(st.integers(0, len(rest)))]
            case _:
                lines[at] = kind + data.draw(st.text(max_size=30))
    try:
        found = sdp.read("\r\n".join(lines))
    except OfferError:
        return
    text = sdp.answer(
        found, sdp.Terms(candidates=(), name="n", password="p", fingerprints=(), up=frozenset(), streams={})
    )
    assert re.search(r"^a=(sendrecv|recvonly)", text, re.MULTILINE) is None


def test_a_check_is_answered_to_who_knows_the_password() -> None:
    leg = Credentials()
    message = ice.read(request(f"{leg.name}:theirs", leg.password, **{"USE-CANDIDATE": None}))
    assert message is not None
    assert ice.asked_for(message) == leg.name
    found = ice.check(message, leg, ("198.51.100.4", 5000))
    assert found is not None
    assert found.nominates
    answer = stun.parse_message(found.answer)
    assert answer.check_message_integrity(leg.password.encode())
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("198.51.100.4", 5000)
    assert ice.check(message, Credentials(), ("198.51.100.4", 5000)) is None


@given(st.binary(max_size=100))
def test_whatever_comes_is_no_check(data: bytes) -> None:
    assert ice.read(data) is None
    assert ice.read(bytes([0, 1, 0, max(0, len(data))]) + bytes.fromhex("2112a442") + data) is None


def test_what_names_nobody_is_for_nobody() -> None:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    found = ice.read(bytes(message))
    assert found is not None
    assert ice.asked_for(found) == ""
    assert ice.check(found, Credentials(), ("198.51.100.4", 5000)) is None


def test_kinds_are_those_that_are_coded() -> None:
    assert sdp.CODECS.keys() == set(Kind)
