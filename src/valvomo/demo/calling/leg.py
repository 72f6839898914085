"""A simulated person's way into a call: a browser without a browser, which only sends."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from fractions import Fraction
from typing import Any

import av
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from valvomo.demo.calling.voices import NOTHING, RATE, SAMPLES, SILENCE, Packet

TICK = SAMPLES / RATE
UP_SECONDS = 15.0
LATE = 0.5
"""Who is so many seconds behind the clock goes on from now, and does not catch up."""


class _Mouth(MediaStreamTrack):
    """What is said, packet by packet; silence in between."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.queue: deque[Packet] = deque()
        self.level = NOTHING
        self.silent = asyncio.Event()
        self.silent.set()
        self._number = 0
        self._next = time.monotonic()

    async def recv(self) -> Any:
        """The next 20 ms, when their time has come."""
        now = time.monotonic()
        self._next = now if now - self._next > LATE else self._next + TICK
        await asyncio.sleep(max(0.0, self._next - now))
        one = self.queue.popleft() if self.queue else Packet(SILENCE)
        if not self.queue:
            self.silent.set()
        self.level = one.level
        packet = av.Packet(one.data)
        packet.pts, packet.time_base = self._number * SAMPLES, Fraction(1, RATE)
        self._number += 1
        return packet


class Leg:
    """One way in. `loss` is the share of packets that its network swallows."""

    def __init__(self, loss: float = 0.0) -> None:
        self._loss = loss
        self._mouth = _Mouth()
        self._peer = RTCPeerConnection()
        self._sender: Any = self._peer.addTransceiver(self._mouth, direction="sendonly").sender
        self._up = asyncio.Event()
        self._peer.on("connectionstatechange", self._changed)

    async def offer(self) -> str:
        """What it offers to the house."""
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return str(self._peer.localDescription.sdp)

    async def take(self, answer: str) -> None:
        """Come in, by the house's answer. Raises `TimeoutError` where there is no way."""
        self._tell_levels()
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(UP_SECONDS):
            await self._up.wait()

    async def say(self, packets: tuple[Packet, ...]) -> None:
        """Until it is said."""
        if packets:
            self._mouth.silent.clear()
            self._mouth.queue.extend(packets)
            await self._mouth.silent.wait()

    async def close(self) -> None:
        """Hang up; whoever speaks falls silent."""
        self._mouth.queue.clear()
        self._mouth.silent.set()
        self._mouth.stop()
        await self._peer.close()

    def _changed(self) -> None:
        if self._peer.connectionState == "connected":
            self._up.set()

    def _tell_levels(self) -> None:
        """Say with each packet how loud it is, as browsers do; and lose some, where the network does."""
        sender, mouth = self._sender, self._mouth
        encoded, sent = sender._next_encoded_frame, sender.transport._send_rtp  # noqa: SLF001 - it gives no other way
        loss, dice = self._loss, random.Random()

        async def with_level(codec: Any) -> Any:
            frame = await encoded(codec)
            if frame is not None:
                frame.audio_level = -mouth.level
            return frame

        async def unless_lost(data: bytes) -> None:
            if dice.random() >= loss:
                await sent(data)

        sender._next_encoded_frame = with_level  # noqa: SLF001
        if loss:
            sender.transport._send_rtp = unless_lost  # noqa: SLF001
