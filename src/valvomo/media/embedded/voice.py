"""When somebody speaks: by the loudness that their browser gives for each packet (RFC 6464)."""

from __future__ import annotations

from dataclasses import dataclass

LOUD = 45
"""-dBov from which on a packet is speech; rooms and breath are more silent."""
BEGINS_AFTER = 3
"""Loud packets in a row: a click is none."""
ENDS_AFTER = 0.8
"""Seconds of silence, longer than the pauses within a sentence."""


@dataclass(slots=True)
class Voice:
    """One source's."""

    speaking: bool = False
    _loud: int = 0
    _heard: float = 0.0

    def take(self, level: int | None, now: float) -> bool:
        """A packet has come at `now`, in seconds; whether it changes that they speak. None says nothing."""
        if level is None:
            return False
        if level <= LOUD:
            self._loud, self._heard = self._loud + 1, now
        elif now - self._heard > ENDS_AFTER:
            self._loud = 0
        speaks = self._loud >= BEGINS_AFTER
        changed, self.speaking = speaks != self.speaking, speaks
        return changed

    def loud(self, level: int | None) -> bool:
        """Whether a packet of this level is to be heard before others; one that does not say waits its turn."""
        return level is not None and level <= LOUD
