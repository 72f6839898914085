"""Every recorded decision of an organization made again: does the program still decide as it did?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from valvomo.db import decisions
from valvomo.db.decisions import RecordedDecision
from valvomo.domain.whatif.replay import Deviation, deviations
from valvomo.queries.reading import Reader

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One decision, and everything in which it comes out otherwise now."""

    recorded: RecordedDecision
    deviations: tuple[Deviation, ...]


async def replayed(reader: Reader, organization_id: str) -> AsyncIterator[Replayed]:
    """All of them, in the order in which they were made."""
    last = ""
    while True:
        async with reader.reading() as tx:
            found = await decisions.recorded(tx, organization_id, last, BATCH)
        for one in found:
            yield Replayed(recorded=one, deviations=deviations(one.decision))
        if len(found) < BATCH:
            return
        last = found[-1].id
