"""Words of conversations go from what is kept of the past: snapshots hold what people had written about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from valvomo.db import replay
from valvomo.db.database import Database
from valvomo.domain.conversations.erased import without_words
from valvomo.domain.conversations.model import Conversation
from valvomo.live.replay import folding
from valvomo.live.views import past

Life = tuple[str, datetime, datetime]
"""A conversation, when it began and when it was closed."""
Left = Callable[[Conversation], Conversation]
"""What is left of a conversation."""


async def forget(
    database: Database, organization_id: str, lives: Sequence[Life], left: Left = without_words
) -> int:
    """Leave this of these in every snapshot in which they went on; how many were written anew."""
    ids = {one for one, _, _ in lives}
    first, last = min(began for _, began, _ in lives), max(ended for _, _, ended in lives)
    async with database.reading() as tx:
        positions = await replay.positions_between(tx, organization_id, first, last)
    changed = 0
    for position in positions:
        async with database.transaction() as tx:
            snapshot = await replay.locked(tx, organization_id, position)
            if snapshot is None:
                continue
            then = await folding.opened(snapshot)
            known = then.board.conversations
            found = ids & known.keys()
            less = {one: left(known[one]) for one in found}
            if all(less[one] == known[one] for one in found):
                continue
            kept = past.Kept(
                ongoing=tuple(less.get(one, known[one]) for one in sorted(known)), chosen=then.chosen
            )
            body = (await folding.packed(past.begun(then.position, then.at, kept))).body
            await replay.write(tx, organization_id, position, body)
            changed += 1
    return changed
