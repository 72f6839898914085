"""The past as a load: who came in a period, how long serving them took, who was there to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from valvomo.db import journal
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.whatif.attendance import Chosen, there
from valvomo.domain.whatif.handling import BEGINS, KINDS, Handled, handled
from valvomo.domain.whatif.recorded import Record, Recorded
from valvomo.domain.whatif.setup import Period
from valvomo.domain.whatif.visits import Fate
from valvomo.queries.figures import SLACK, position_before
from valvomo.queries.whatif.house import Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Who came, and when agents (by id) were there; whoever is missing was not."""

    load: Recorded
    attended: Mapping[str, Spans]


async def past_of(
    tx: Transaction, organization_id: str, period: Period, now: datetime, *, most: int
) -> Past | None:
    """What the journal has of the period, the time before it that is played too included; None if it is too much."""
    span = (period.start, period.moment(period.until))
    rows = await tx.rows("whatif.came", organization_id, *span, most + 1)
    if len(rows) > most:
        return None
    served: dict[str, Handled] = {}
    active: set[str] = set()
    facts = await tx.rows("whatif.happened", organization_id, *span, sorted(KINDS))
    for conversation_id, inside in groupby(facts, key=lambda row: str(row["conversation_id"])):
        happened = list(inside)
        served[conversation_id] = handled((row["kind"], row["at"]) for row in happened)
        active |= {row["actor_id"] for row in happened if row["kind"] in BEGINS}
    answers: dict[str, list[float]] = {}
    for row in rows:
        answers.setdefault(row["workstream_id"], []).extend(served.get(row["id"], Handled()).answers)
    return Past(
        load=Recorded(
            records=tuple(_record(row, served.get(row["id"]), period, now) for row in rows), answers=answers
        ),
        attended=await _attended(tx, organization_id, span, active),
    )


def _record(row: Any, served: Handled | None, period: Period, now: datetime) -> Record:
    fate, ended = _end(row)
    known = served is not None and fate is Fate.ACCEPTED and row["closed_at"] is not None
    return Record(
        id=row["id"],
        at=period.seconds(row["queued_at"]),
        queue_id=row["queue_id"],
        workstream_id=row["workstream_id"],
        channel=Channel(row["channel"]),
        wait=((ended or now) - row["queued_at"]).total_seconds(),
        fate=fate,
        talk=served.talk if known and served else None,
        wrap_up=served.wrap_up if known and served else None,
        priority=row["priority"],
        needs=msgspec.convert(row["needs"], tuple[Need, ...]) if row["needs"] else (),
        affinity_id=row["affinity_id"],
    )


def _end(row: Any) -> tuple[Fate, datetime | None]:
    """How the wait ended, and when. Whatever the house itself did before anybody accepted is its turning away."""
    if row["accepted_at"] is not None:
        return Fate.ACCEPTED, row["accepted_at"]
    if row["closed_at"] is None:
        return Fate.WAITING, None
    return Fate.ABANDONED if row["closed_as"] == "abandoned" else Fate.TURNED_AWAY, row["closed_at"]


async def _attended(
    tx: Transaction, organization_id: str, span: tuple[datetime, datetime], active: Iterable[str]
) -> dict[str, Spans]:
    """By the presences that were set; who set none and yet accepted something was there all the time."""
    head = await journal.head(tx, organization_id)
    first = await position_before(tx, organization_id, span[0] - SLACK, head)
    last = await position_before(tx, organization_id, span[1] + SLACK, head)
    rows = await tx.rows("whatif.presences", organization_id, first, last, *span)
    changes: dict[str, list[Chosen]] = {}
    for row in rows:
        one = Chosen(at=row["at"], before=Presence(row["before"]), chosen=Presence(row["chosen"]))
        changes.setdefault(row["agent_id"], []).append(one)
    known: dict[str, Spans] = {agent: there(inside, *span) for agent, inside in changes.items()}
    return {**dict.fromkeys(active, (span,)), **known}
