"""From what is kept of the past to any position or moment: the nearest snapshot, and the facts after it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import msgspec

from valvomo.db import journal, replay
from valvomo.db.journal import Fact
from valvomo.db.replay import Snapshot, Stored
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.live import reading
from valvomo.live.views import past
from valvomo.live.views.happening import Happening, Words
from valvomo.live.views.past import Chosen, Kept, Past

BATCH = 200
"""Facts that are folded before others have their turn."""
LEVEL = 3
"""How much is done to make snapshots small."""

_DECODER = msgspec.msgpack.Decoder(Kept)


def beginning(at: datetime) -> Past:
    """Before the first fact."""
    return Past(position=0, at=at)


def of_stored(found: Stored) -> Past:
    """The floor as it is stored now."""
    chosen = {
        one: Chosen(Presence(kept), status, since) for one, (kept, status, since) in found.chosen.items()
    }
    kept = Kept(ongoing=found.ongoing, chosen=chosen)
    return past.begun(found.position, found.at, kept)


async def opened(snapshot: Snapshot) -> Past:
    """A snapshot, unpacked beside the event loop."""
    kept = await asyncio.to_thread(lambda: _DECODER.decode(zlib.decompress(snapshot.body)))
    return past.begun(snapshot.position, snapshot.at, kept)


async def packed(now: Past) -> Snapshot:
    """A past as a snapshot; it must not be changed meanwhile."""
    kept = past.kept(now)
    body = await asyncio.to_thread(lambda: zlib.compress(msgspec.msgpack.encode(kept), LEVEL))
    return Snapshot(now.position, now.at, body)


async def facts_after(
    tx: Transaction, organization_id: str, position: int, until: int | None = None
) -> AsyncIterator[list[Fact]]:
    """The facts after a position up to another one, or all, some at a time."""
    while until is None or position < until:
        limit = BATCH if until is None else min(BATCH, until - position)
        facts = await journal.after(tx, organization_id, position, limit)
        if facts:
            yield facts
            position = facts[-1].position or 0
        if len(facts) < limit:
            return


def happening(fact: Fact, words: Mapping[str, Words] | None = None) -> Happening:
    """A fact as the views take it in; everybody who looks at the past counts all of them."""
    message = words.get(getattr(fact.event, "message_id", "")) if words else None
    return reading.happening_of(fact, 0, message)


async def fold_to(tx: Transaction, organization_id: str, now: Past, position: int) -> None:
    """Fold on up to a position."""
    async for facts in facts_after(tx, organization_id, now.position, position):
        for fact in facts:
            past.apply(now, happening(fact))
        await asyncio.sleep(0)


async def fold_until(tx: Transaction, organization_id: str, now: Past, moment: datetime) -> None:
    """Fold on up to the first fact that is later than a moment."""
    async for facts in facts_after(tx, organization_id, now.position):
        for fact in facts:
            if fact.at > moment:
                return
            past.apply(now, happening(fact))
        await asyncio.sleep(0)


async def at_position(tx: Transaction, organization_id: str, position: int) -> Past | None:
    """The past at a position; None where it is not kept (any more)."""
    snapshot = await replay.nearest_position(tx, organization_id, position)
    if snapshot is None:
        return None
    now = await opened(snapshot)
    await fold_to(tx, organization_id, now, position)
    return now


async def at_moment(tx: Transaction, organization_id: str, moment: datetime) -> Past | None:
    """The past at a moment: every fact before the first one that is later."""
    snapshot = await replay.nearest(tx, organization_id, moment)
    if snapshot is None:
        return None
    now = await opened(snapshot)
    await fold_until(tx, organization_id, now, moment)
    return now
