"""How ways into calls did, minute by minute: written while a call goes on, rated once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.samples import Minute, Whose

Key = tuple[str, str, str]
"""Organization, conversation, call."""
AT_A_TIME = 100


async def add(tx: Transaction, key: Key, minutes: Sequence[Minute]) -> None:
    """What has been measured since it was last kept; nothing of a conversation that is gone, or of a rated minute."""
    columns: list[list[Any]] = [
        [one.whose.person_id for one in minutes],
        [one.whose.part.value for one in minutes],
        [one.whose.agent_id for one in minutes],
        [one.whose.queue_id for one in minutes],
        [one.at for one in minutes],
        [one.samples for one in minutes],
        *([getattr(one, name) for one in minutes] for name in ("score", "loss", "jitter", "round_trip")),
    ]
    await tx.run("call_minutes.add", *key, *columns)


async def unrated(tx: Transaction, now: datetime, quiet_seconds: float) -> list[Key]:
    """Calls that nobody has rated, some of them, of which nothing has been measured for so long."""
    rows = await tx.rows("call_minutes.unrated", now, quiet_seconds, AT_A_TIME)
    return [(row["organization_id"], row["conversation_id"], row["call_id"]) for row in rows]


async def rate(tx: Transaction, key: Key) -> list[Minute]:
    """The minutes of a call that have not been rated before."""
    return [_minute(row) for row in await tx.rows("call_minutes.rate", *key)]


def _minute(row: Any) -> Minute:
    whose = Whose(
        person_id=row["person_id"],
        part=Part(row["part"]),
        agent_id=row["agent_id"],
        queue_id=row["queue_id"],
    )
    names = ("at", "samples", "score", "loss", "jitter", "round_trip")
    return Minute(whose=whose, **{name: row[name] for name in names})
