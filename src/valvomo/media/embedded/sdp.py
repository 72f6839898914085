"""Offers of browsers, and what they are answered (RFC 8866, RFC 9429): only what is forwarded is agreed upon.

Sound is Opus, with room for lost packets; pictures are VP8. Of what a leg may not send nothing is negotiated: its
sections are answered as ones in which only we send.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.sdp import MediaDescription, SessionDescription

from valvomo.media.embedded.ice import Address, Credentials
from valvomo.media.port import Kind, OfferError

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
CODECS = {Kind.AUDIO: ("audio/opus", 48_000), Kind.VIDEO: ("video/VP8", 90_000)}
KEYS = ("audio/telephone-event", 48_000)
"""With the clock of Opus: keys have their place among its packets."""
MOST_BYTES, MOST_SECTIONS = 100_000, 24
UP, DOWN = frozenset({"sendrecv", "sendonly"}), frozenset({"sendrecv", "recvonly"})
FEEDBACK = ("nack", "nack pli", "goog-remb")
DIGESTS = frozenset({"sha-256", "sha-384", "sha-512"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the streams of a session, in which the browser sends (`up`), or takes (`down`), or both.

    `kind` and `payload_type` are None for what is not forwarded, and `keys_type` where it tells of no keys (RFC 4733).
    `level_id` is the number of the header extension that says how loud a packet is, 0 for none.
    """

    mid: str
    medium: str
    formats: str
    kind: Kind | None = None
    payload_type: int | None = None
    keys_type: int | None = None
    level_id: int = 0
    up: bool = False
    down: bool = False

    @property
    def agreed(self) -> tuple[int, ...]:
        """The numbers of packets that may come."""
        return tuple(one for one in (self.payload_type, self.keys_type) if one is not None)

    @property
    def forwarded(self) -> bool:
        """Whether it is one whose media we understand."""
        return self.kind is not None and self.payload_type is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a browser wants: its sections, and by which certificate it is known."""

    sections: tuple[Section, ...]
    fingerprints: tuple[tuple[str, str], ...]

    @property
    def certificate(self) -> RTCDtlsParameters:
        """What its handshake is compared with."""
        return RTCDtlsParameters([RTCDtlsFingerprint(*one) for one in self.fingerprints])


ONE_WAY = Offer(
    sections=(Section(mid="0", medium="audio", formats="111", kind=Kind.AUDIO, payload_type=111, down=True),),
    fingerprints=(),
)
"""What is agreed with another engine that takes one stream of sound."""


def read(offer: str) -> Offer:
    """What an offer says; raises `OfferError`."""
    if len(offer) > MOST_BYTES:
        raise OfferError("too long")
    try:
        session = SessionDescription.parse(offer)
    except (
        AssertionError,
        AttributeError,
        IndexError,
        KeyError,
        StopIteration,
        TypeError,
        ValueError,
    ) as error:
        raise OfferError(f"not a session description: {error!r}") from error
    if not 0 < len(session.media) <= MOST_SECTIONS:
        raise OfferError("no media, or far too many")
    known = [one.dtls for one in session.media if one.dtls is not None]
    fingerprints = {(one.algorithm.lower(), one.value) for each in known for one in each.fingerprints}
    if not any(algorithm in DIGESTS for algorithm, _ in fingerprints):
        raise OfferError("no fingerprint of a certificate")
    joining = _joining(offer)
    sections = tuple(
        _section(one, there=one.port > 0 or str(one.rtp.muxId) in joining) for one in session.media
    )
    if len({one.mid for one in sections}) < len(sections) or not all(one.mid for one in sections):
        raise OfferError("sections without names of their own")
    if not any(one.forwarded for one in sections):
        raise OfferError("nothing in it that can be forwarded")
    if {one.mid for one in sections if one.up or one.down} - {
        str(mid) for group in session.group for mid in group.items
    }:
        raise OfferError("its streams are not bundled")
    return Offer(sections=sections, fingerprints=tuple(sorted(fingerprints)))


def _joining(offer: str) -> frozenset[str]:
    """Names of the sections that have no port of their own because they go with another (RFC 9143 §6).

    Without that a section of port 0 is turned off. Firefox offers all but the first of a kind so.
    """
    texts = [one.splitlines() for one in offer.split("\nm=")[1:]]
    return frozenset(
        line.strip().removeprefix("a=mid:")
        for lines in texts
        if any(line.strip() == "a=bundle-only" for line in lines)
        for line in lines
        if line.startswith("a=mid:")
    )


def _section(media: MediaDescription, *, there: bool) -> Section:
    kind = next((one for one in Kind if one.value == media.kind), None)
    direction = media.direction or "sendrecv"
    wanted = CODECS.get(kind) if kind else None
    return Section(
        mid=str(media.rtp.muxId or ""),
        medium=media.kind,
        formats=" ".join(map(str, media.fmt)),
        kind=kind,
        payload_type=_type(media, *wanted) if wanted else None,
        keys_type=_type(media, *KEYS) if kind is Kind.AUDIO else None,
        level_id=next((one.id for one in media.rtp.headerExtensions if one.uri == LEVEL), 0),
        up=direction in UP and there,
        down=direction in DOWN and there,
    )


def _type(media: MediaDescription, name: str, clock: int) -> int | None:
    """The number of a codec's packets."""
    found = (
        one.payloadType
        for one in media.rtp.codecs
        if (one.mimeType.lower(), one.clockRate) == (name.lower(), clock)
    )
    return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an answer agrees to: where to send to, how it is secured, and which stream goes down in which section."""

    candidates: Iterable[str]
    name: str
    password: str
    fingerprints: Iterable[RTCDtlsFingerprint]
    up: frozenset[str]
    streams: dict[str, int]


def answer(offer: Offer, terms: Terms) -> str:
    """The answer: `terms.up` are sections in which the browser may send, `terms.streams` has our SSRCs by section."""
    agreed = [one.mid for one in offer.sections if one.mid in terms.up or one.mid in terms.streams]
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=ice-lite"]
    lines += [f"a=group:BUNDLE {' '.join(agreed)}", "a=msid-semantic:WMS *"]
    for section in offer.sections:
        lines += _answered(section, terms) if section.mid in agreed else _declined(section)
    return "\r\n".join(lines) + "\r\n"


def declined(offer: Offer) -> str:
    """The answer to an offer of which nothing is agreed to."""
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    return "\r\n".join([*lines, *(line for one in offer.sections for line in _declined(one)), ""])


def invitation(terms: Terms) -> str:
    """An offer of ours, to another engine: one stream of sound, which goes to it."""
    [section] = ONE_WAY.sections
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", f"a=group:BUNDLE {section.mid}"]
    described = "\r\n".join([*lines, *_answered(section, terms), ""])
    return described.replace("a=setup:passive", "a=setup:actpass")


def accepted(answer: str) -> tuple[Offer, Credentials, Address]:
    """What an engine answers that: its certificate, and where checks are made, and how; raises `OfferError`."""
    found = read(answer)
    [media, *_] = SessionDescription.parse(answer).media
    if not media.ice_candidates or media.ice is None:
        raise OfferError("nowhere to go to")
    candidate = max(media.ice_candidates, key=lambda one: one.priority)
    theirs = Credentials(name=media.ice.usernameFragment or "", password=media.ice.password or "")
    return replace(ONE_WAY, fingerprints=found.fingerprints), theirs, (candidate.ip, candidate.port)


def _declined(section: Section) -> list[str]:
    profile = "UDP/DTLS/SCTP" if section.medium == "application" else "UDP/TLS/RTP/SAVPF"
    return [
        f"m={section.medium} 0 {profile} {section.formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def _answered(section: Section, terms: Terms) -> list[str]:
    up, down = section.mid in terms.up, section.mid in terms.streams
    lines = [
        f"m={section.medium} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, section.agreed))}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        f"a=ice-ufrag:{terms.name}",
        f"a=ice-pwd:{terms.password}",
        *(f"a=fingerprint:{one.algorithm} {one.value}" for one in terms.fingerprints),
        "a=setup:passive",
        "a=rtcp-mux",
        f"a={'sendrecv' if up and down else 'recvonly' if up else 'sendonly'}",
        *_coded(section),
        *(f"a=candidate:{one}" for one in terms.candidates),
        "a=end-of-candidates",
    ]
    if down:
        ssrc = terms.streams[section.mid]
        lines += [f"a=msid:house {section.mid}", f"a=ssrc:{ssrc} cname:house"]
    return lines


def _coded(section: Section) -> list[str]:
    number = section.payload_type
    if section.kind is Kind.VIDEO:
        return [f"a=rtpmap:{number} VP8/90000", *(f"a=rtcp-fb:{number} {one}" for one in FEEDBACK)]
    extension = [f"a=extmap:{section.level_id} {LEVEL}"] if section.level_id else []
    keys = [f"a=rtpmap:{section.keys_type} telephone-event/48000"] if section.keys_type is not None else []
    return [
        *extension,
        *keys,
        f"a=rtpmap:{number} opus/48000/2",
        f"a=fmtp:{number} minptime=10;useinbandfec=1",
    ]
