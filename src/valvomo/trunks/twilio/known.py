"""What is known of a call over Twilio, and what its words for an end mean."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from valvomo.trunks.port import Why
from valvomo.trunks.twilio.stream import Stream

OVER: Mapping[str, Why] = {
    "completed": Why.HUNG_UP,
    "busy": Why.BUSY,
    "no-answer": Why.NO_ANSWER,
    "canceled": Why.ENDED,
    "failed": Why.UNREACHABLE,
}


@dataclass(eq=False)
class Known:
    """A call that is known here.

    `sid`: what Twilio calls it, as far as that is known. `told`: what to do with one that comes and rings. `broken`:
    how often its sound has broken off; `finished`: Twilio says that it is over.
    """

    sid: str = ""
    comes: bool = False
    stream: Stream | None = None
    told: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    over: bool = False
    broken: int = 0
    finished: bool = False
