"""How well a way into a call does: a score that can be averaged, and its five steps that people understand.

The score is a mean opinion score as ITU-T G.107 (the E-model) estimates it, from what is known of one way: 4.4 is the
best there is, below 3.1 many are dissatisfied, below 2.6 nearly all are. What is left out of the E-model is what nobody
here can measure: noise in the room, echo, loudness.
"""

from __future__ import annotations

BEST_R = 93.2
"""R of a way without delay or loss, with everything else as G.107 takes it for usual."""
ROBUSTNESS = 25.1
"""Bpl: how well decoders conceal what is lost: G.711 with concealment (G.113 Appendix I), which has none for Opus."""
PACKET_SECONDS, BUFFER_SECONDS = 0.02, 0.04
"""What a packet holds, and the least that waits before it is played."""
JITTERS = 2.0
"""So many times the jitter a player waits longer than that."""
SLOW_MS = 177.3
"""From this delay on people begin to talk into each other (Cole and Rosenbluth, from G.107)."""
GRADES = (4.03, 3.60, 3.10, 2.58)
"""Least scores of the grades 4, 3, 2 and 1: the categories of G.107 Annex B."""


def score(loss: float | None, jitter: float | None, round_trip: float | None) -> float | None:
    """From 1 (nothing is understood) to 4.4 (all of it is); None while nothing is known.

    `loss` is a share, `jitter` and `round_trip` are seconds. The delay is that of this way alone, as if that of
    the other side were as good as can be.
    """
    if loss is None and round_trip is None:
        return None
    delay = 1000 * ((round_trip or 0.0) / 2 + PACKET_SECONDS + BUFFER_SECONDS + JITTERS * (jitter or 0.0))
    percent = 100 * min(1.0, max(0.0, loss or 0.0))
    slowed = 0.024 * delay + 0.11 * max(0.0, delay - SLOW_MS)
    broken = 95 * percent / (percent + ROBUSTNESS)
    return opinion(BEST_R - slowed - broken)


def opinion(rating: float) -> float:
    """The mean opinion score of a transmission rating R (G.107 Annex B)."""
    held = min(100.0, max(0.0, rating))
    return max(1.0, 1 + 0.035 * held + held * (held - 60) * (100 - held) * 7e-6)


def grade(of: float | None) -> int | None:
    """The step of a score, from 4 (all of it arrives) to 0 (hardly anything does); None while nothing is known."""
    if of is None:
        return None
    return next((4 - step for step, least in enumerate(GRADES) if of >= least), 0)
