"""Browsers of `bench/calls.py`: each has a socket, a certificate and keys of its own, and sends 50 packets a second."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.sdp import SessionDescription

from valvomo.media.embedded import ice, rtp
from valvomo.media.embedded.ice import Credentials
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet
from valvomo.media.embedded.secure import Secured

STEP, CHECKS, GLITCH = 0.02, 2.5, 0.06
"""Seconds between packets, between checks, and from which on what does not come is heard."""
FIRST_CHECKS = 0.05
"""Seconds between those that have led to nothing yet; browsers begin a handshake anew after as many."""
ANSWERED = b"\x01\x01"
"""How the answer to a check begins (RFC 8489 §5)."""
CERTIFICATE = RTCCertificate.generateCertificate()
"""One for all: making one takes longer than a handshake."""
LEVEL_ID, SSRC = 1, 5
OURS = Credentials(name="abcd", password="p" * 22)
"""What checks of engines that make some are signed with."""


@dataclass
class Measured:
    """Of one leg: packets, gaps that would be heard, and how long each packet was on its way, in seconds."""

    sent: int = 0
    came: int = 0
    glitches: int = 0
    ways: list[float] = field(default_factory=list)


class Leg(asyncio.DatagramProtocol):
    """One browser; `voice` are the packets that it says again and again, none of which another says."""

    def __init__(self, voice: list[bytes], said: dict[bytes, float]) -> None:
        self.voice = voice
        self.measured = Measured()
        self.connected = asyncio.Event()
        self.back: Leg | None = None
        self.seen: Callable[[], None] = lambda: None
        self.said = said
        self._number = secrets.randbelow(len(voice))
        self._before: float | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._server = ("", 0)
        self._reached, self._wanted = asyncio.Event(), asyncio.Event()
        self._name = self._password = ""
        self._secured = Secured(CERTIFICATE, self._send, lambda: None)
        self._secured._dtls._set_role("client")  # noqa: SLF001 - a browser begins the handshake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Its socket is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def offer(self, streams: int = 3) -> str:
        """As a browser makes it."""
        return self._described(streams, ("a=sendrecv", "a=recvonly"))

    def answer(self, offer: str) -> str:
        """To an engine that sends by a connection of its own."""
        return self._described(len(SessionDescription.parse(offer).media), ("a=recvonly", "a=recvonly"))

    def _described(self, streams: int, directions: tuple[str, str]) -> str:
        prints = [one for one in CERTIFICATE.getFingerprints() if one.algorithm == "sha-256"]
        mids = [str(n) for n in range(streams)]
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]
        for mid in mids:
            lines += [
                "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=ice-ufrag:abcd",
                f"a=ice-pwd:{'p' * 22}", f"a=fingerprint:sha-256 {prints[0].value}", "a=setup:active",
                "a=rtcp-mux", directions[0] if mid == "0" else directions[1], "a=rtpmap:111 opus/48000/2",
            ]  # fmt: skip
            if directions[0] == "a=sendrecv" and mid == "0":
                lines.append(f"a=ssrc:{SSRC} cname:browser")
        return "\r\n".join(lines) + "\r\n"

    async def come(self, answer: str) -> None:
        """By the answer, until media can flow."""
        media = SessionDescription.parse(answer).media[0]
        assert media.ice is not None  # noqa: S101 - of our own engine
        assert media.dtls is not None  # noqa: S101
        where = media.ice_candidates[0]
        self._server, self._name = (where.ip, where.port), str(media.ice.usernameFragment)
        self._password = str(media.ice.password)
        # A handshake that is begun before the other side takes it waits a second here, not as long in browsers.
        await self._answered(self._reached)
        if not media.ice.iceLite:
            await self._answered(self._wanted)
            await asyncio.sleep(FIRST_CHECKS)
        prints = [RTCDtlsFingerprint(one.algorithm, one.value) for one in media.dtls.fingerprints]
        if not await self._secured.shake_hands(RTCDtlsParameters(prints)):
            raise ConnectionError("no handshake")

    async def _answered(self, event: asyncio.Event) -> None:
        while not event.is_set():
            self.check()
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), FIRST_CHECKS)

    def check(self) -> None:
        """Say that it is still there."""
        message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        message.attributes.update(
            {"USERNAME": f"{self._name}:abcd", "PRIORITY": ice.PREFERENCE, "USE-CANDIDATE": None}
        )
        message.add_message_integrity(self._password.encode())
        self._send(bytes(message))
        if self.back is not None:
            self.back.check()

    def speak(self, now: float) -> None:
        """The next packet."""
        self._number += 1
        self.measured.sent += 1
        payload = self.voice[self._number % len(self.voice)]
        self.said[payload] = now
        number = self._number
        packet = Packet(111, False, number % SEQUENCES, number * 960 % TIMESTAMPS, SSRC, payload)
        self._secured.give(rtp.write(packet))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Something has come from the engine."""
        if data[0] in range(4):
            if data[:2] == ANSWERED:
                self._reached.set()
            message = ice.read(data)
            checked = ice.check(message, OURS, addr) if message else None
            if checked is not None:
                self._send(checked.answer)
                self._wanted.set()
        elif data[0] in range(20, 64):
            self._secured.shake(data)
        elif data[0] >= 128:
            self._heard(data)

    def _heard(self, data: bytes) -> None:
        opened = self._secured.open(data)
        if opened is None or rtp.is_rtcp(opened):
            return
        packet, now = rtp.read(opened), time.perf_counter()
        if packet is None:
            return
        self.measured.came += 1
        if self._before is not None and now - self._before > GLITCH:
            self.measured.glitches += 1
        self._before = now
        said = self.said.get(packet.payload)
        if said is not None:
            self.measured.ways.append(now - said)

    def forget(self) -> None:
        """Begin to measure anew."""
        self.measured, self._before = Measured(), None
        if self.back is not None:
            self.back.forget()
            self.back.measured = self.measured

    async def go(self) -> None:
        """It is over."""
        if self.back is not None:
            await self.back.go()
        await self._secured.close()
        if self._transport is not None:
            self._transport.close()

    def _send(self, datagram: bytes) -> None:
        if self._transport is not None:
            self._transport.sendto(datagram, self._server)


async def speaks(legs: Sequence[Leg], seconds: float) -> None:
    """All of them, each at its own moment, also when it says that it is still there."""
    begun = time.perf_counter()
    due = [begun + STEP * n / len(legs) for n in range(len(legs))]
    checks = [begun + CHECKS * n / len(legs) for n in range(len(legs))]
    while (now := time.perf_counter()) < begun + seconds:
        for n, leg in enumerate(legs):
            while due[n] <= now:
                leg.speak(time.perf_counter())
                due[n] += STEP
            if checks[n] <= now:
                leg.check()
                checks[n] += CHECKS
        await asyncio.sleep(0.001)
