"""Keys that somebody presses in a call, as browsers send them among their packets (RFC 4733)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from valvomo.media.embedded.rtp import TIMESTAMPS, Packet

KEYS = "0123456789*#ABCD"
"""By the numbers of their events (RFC 4733 §3.2)."""
LONGEST = 0xFFFF
"""The most that a packet can say of how long a key is pressed; pressed on, it has another segment there (§2.5.1.3)."""
_EVENT = struct.Struct("!BBH")


@dataclass(slots=True)
class Keypad:
    """Of one sender. Each press is told of by many packets, of which some may be lost."""

    _event: int | None = None
    _timestamp: int = 0

    def take(self, packet: Packet) -> str | None:
        """The key, where this packet is the first that tells of its being pressed."""
        if len(packet.payload) < _EVENT.size:
            return None
        event, _, _ = _EVENT.unpack_from(packet.payload)
        if event >= len(KEYS):
            return None
        before, after = self._event, (packet.timestamp - self._timestamp) % TIMESTAMPS
        if before is not None and (after == 0 or after > TIMESTAMPS // 2):
            return None
        self._event, self._timestamp = event, packet.timestamp
        return None if event == before and after == LONGEST else KEYS[event]
