"""Where in a recording a packet belongs: by the sender's clock from packet to packet, by ours in the long run.

What is between two packets only the sender knows, as the network delivers them unevenly. But clocks run apart, browsers
begin anew, and what is on hold is not there: so the place stays near to the time at which packets come.
"""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.media.embedded.opus import RATE
from valvomo.media.embedded.rtp import TIMESTAMPS

SLACK = RATE // 25
"""Samples by which the two clocks may be apart: 40 ms, which nobody hears between two who speak."""
WINDOW = 2 * RATE
"""For so many samples the network is watched before a clock is blamed: what is late all the time is not its fault."""
PAUSE = RATE // 2
EARLY, LATE = 2 * RATE, 10 * RATE
"""What comes so early or late is another beginning; a network may keep packets for seconds, and then give it all."""


@dataclass(slots=True)
class Timeline:
    """Of one sender."""

    _source: int | None = None
    _timestamp: int = 0
    _at: int = 0
    _least: int = 0
    _since: int = 0
    _before: int = 0

    def place(self, source: int, timestamp: int, due: int) -> int:
        """The place of a packet that has come when `due` samples of the recording had passed, in samples.

        `source` is the SSRC: another one counts from anywhere.
        """
        ahead = (timestamp - self._timestamp + TIMESTAMPS // 2) % TIMESTAMPS - TIMESTAMPS // 2
        at = self._at + ahead
        if source != self._source or not -EARLY < due - at < LATE:
            self._source, self._timestamp = source, timestamp
            return self._anchor(due, due)
        if ahead > 0:
            self._timestamp, self._at = timestamp, at
        if due - self._before > PAUSE:
            # What comes now may have waited in the network: nothing can be said of the clock yet.
            self._since, self._least = due, TIMESTAMPS
        self._before = due
        self._least = min(self._least, due - at)
        if due - self._since < WINDOW:
            return at
        return self._anchor(self._at + self._least if abs(self._least) > SLACK else self._at, due)

    def _anchor(self, at: int, due: int) -> int:
        self._at, self._least = at, TIMESTAMPS
        self._since = self._before = due
        return at
