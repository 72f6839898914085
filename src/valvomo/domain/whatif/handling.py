"""How long a conversation was served, read from what happened in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

BEGINS = frozenset({"offer_accepted", "picked", "resumed", "took_over"})
ENDS = frozenset({"parked", "queued", "ended", "record_resolved", "auto_closed", "force_closed"})
CLOSES = frozenset({"wrap_up_completed", "auto_closed", "force_closed"})
OFFERED = "offer_made"
KINDS = BEGINS | ENDS | CLOSES | {OFFERED}
"""The kinds of facts that say something of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Seconds that agents talked and wrapped up, and that each took to accept who was offered from the queue."""

    talk: float = 0.0
    wrap_up: float = 0.0
    answers: tuple[float, ...] = ()


def handled(facts: Iterable[tuple[str, datetime]]) -> Handled:
    """Out of (kind of fact, when) in order.

    Talk runs from acceptance, of all primaries, less the time parked. Offers to who is not in a queue are transfers and
    consults, and are not counted.
    """
    talk = wrap_up = 0.0
    answers: list[float] = []
    in_queue = True
    offered: datetime | None = None
    began: datetime | None = None
    wrapping: datetime | None = None
    for kind, at in facts:
        if kind == OFFERED and in_queue:
            offered = at
        if kind in CLOSES and wrapping is not None:
            wrap_up, wrapping = (at - wrapping).total_seconds(), None
        if kind in ENDS:
            talk += (at - began).total_seconds() if began is not None else 0.0
            began, in_queue = None, kind == "queued"
        if kind in BEGINS and began is None:
            if kind == "offer_accepted" and in_queue and offered is not None:
                answers.append((at - offered).total_seconds())
            began, in_queue = at, False
        if kind == "ended":
            wrapping = at
    return Handled(talk=talk, wrap_up=wrap_up, answers=tuple(answers))
