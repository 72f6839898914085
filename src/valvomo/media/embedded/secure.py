"""What is between us and one browser: the handshake, and the sealing of packets (RFC 5764).

The handshake is aiortc's; media do not go through its queue and tasks, but straight through the sessions that the
handshake has made. These are inner parts of aiortc, which is why its minor version is pinned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pylibsrtp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport, State

from valvomo.media.embedded.rtp import is_rtcp

MOST_WAITING = 64
"""Datagrams of handshakes that are kept until they are read; a flood of them is thrown away."""
MOST_SOURCES = 64
"""SSRCs of one browser: for each of them keys are kept, and a browser has a few in an hour."""
HANDSHAKE_SECONDS = 20.0


class Secured:
    """`send` sends a datagram to where the browser is now; `ended` is called once when it has said that it goes."""

    def __init__(
        self, certificate: RTCCertificate, send: Callable[[bytes], None], ended: Callable[[], None]
    ) -> None:
        self._pipe = _Pipe(send)
        self._dtls = RTCDtlsTransport(self._pipe, [certificate])  # type: ignore[arg-type]  # what it uses of it
        self._dtls._set_role("server")  # noqa: SLF001 - SDP says the role, and this is how it is told
        self._send = send
        self._ended = ended
        self._sources: set[bytes] = set()

    @property
    def ready(self) -> bool:
        """Whether media can flow."""
        return self._dtls._state is State.CONNECTED  # noqa: SLF001

    async def shake_hands(self, remote: RTCDtlsParameters) -> bool:
        """Wait for the handshake; whether who came has the certificate that their offer named."""
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await self._dtls.start(remote)
        except TimeoutError:
            return False
        self._dtls.on("statechange", self._changed)
        return self.ready

    def _changed(self) -> None:
        if self._dtls._state in {State.CLOSED, State.FAILED}:  # noqa: SLF001
            self._ended()

    def shake(self, datagram: bytes) -> None:
        """A part of a handshake has come."""
        self._pipe.put(datagram)

    def open(self, datagram: bytes) -> bytes | None:
        """A packet that has come, None where nobody who shook hands has sealed it."""
        source = datagram[4:8] if is_rtcp(datagram) else datagram[8:12]
        if not self.ready or (source not in self._sources and len(self._sources) >= MOST_SOURCES):
            return None
        session = self._dtls._rx_srtp  # noqa: SLF001
        try:
            opened = session.unprotect_rtcp(datagram) if is_rtcp(datagram) else session.unprotect(datagram)
        except pylibsrtp.Error:
            return None
        self._sources.add(source)
        return bytes(opened)

    def give(self, packet: bytes) -> None:
        """Seal a packet and send it; nothing goes before there is a key."""
        if not self.ready:
            return
        session = self._dtls._tx_srtp  # noqa: SLF001
        try:
            sealed = session.protect_rtcp(packet) if is_rtcp(packet) else session.protect(packet)
        except pylibsrtp.Error:
            return
        self._send(sealed)

    async def close(self) -> None:
        """Tell the browser that it is over, and forget the keys."""
        self._dtls.remove_all_listeners()
        await self._dtls.stop()
        self._pipe.close()


class _Pipe:
    """What aiortc takes for the way through the network."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._come: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._give = send

    def put(self, datagram: bytes) -> None:
        if not self._come.full():
            self._come.put_nowait(datagram)

    def close(self) -> None:
        if self._come.full():
            self._come.get_nowait()
        self._come.put_nowait(None)

    async def _recv(self) -> bytes:
        datagram = await self._come.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._give(datagram)
