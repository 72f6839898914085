"""What stands behind figures of the past: lists, spreads, interventions; narrowed exactly as the figures are."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from typing import Any

from valvomo.db import conversations
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.agent_figures import sees_interventions
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.entries import FOLLOWED, SUPERVISED, Counter
from valvomo.domain.figures.lists import LISTS
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.figure_details import (
    EntryConversation,
    EntryItem,
    InterventionItem,
    Interventions,
    Spread,
    SpreadItem,
)
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded, micros_of, moment_of
from valvomo.queries.figure_questions import Asked, Question, asked

EDGES = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600)
"""Seconds between which durations are counted."""
MOST_POSITIONS, MOST_PLACES = 2**53 - 1, 2**15 - 1
SPREADS: dict[str, tuple[Counter, ...]] = {
    "wait": (Counter.ANSWERED, Counter.LEFT),
    "first_response": (Counter.FIRST_RESPONSE,),
    "response": (Counter.RESPONSE,),
    "handle_time": (Counter.HANDLED,),
    "call_talk_time": (Counter.CALL_TALK,),
    "hold": (Counter.HOLD,),
}
"""Durations whose spread is told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list by its name; of it those that took from `least` up to `below` seconds, as a part of a spread counts them.

    What has no duration is in no such part.
    """

    of: str
    least: int | None = None
    below: int | None = None

    @property
    def milliseconds(self) -> tuple[int | None, int | None]:
        """The two ends, as durations are kept."""
        least, below = (None if one is None else one * 1000 for one in (self.least, self.below))
        return least, below


async def listed(
    tx: Transaction, actor: Actor, question: Question, wanted: Wanted, *, cursor: str | None, limit: int
) -> Page[EntryItem] | Refusal:
    """Exactly what a figure counts, the oldest first."""
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    one = LISTS[wanted.of]
    if (one.of_moods and not may.knows_moods) or (one.of_supervisors and not sees_interventions(actor)):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    try:
        place = decoded(cursor, wanted.of)
        after = (moment_of(place.rank), *_numbers(place.id)) if place else (None, None, None)
    except (BadCursorError, ValueError):
        return malformed("query.cursor", "not one of this list")
    conditions = may.conditions_of_supervisors if one.of_supervisors else may.conditions
    rows = await tx.rows(
        "figures.listed", actor.organization_id, *conditions, list(one.counters),
        one.judged.value if one.judged else "", *after, limit + 1, may.outbound, *wanted.milliseconds,
    )  # fmt: skip
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[_entry(row, actor, may) for row in rows[:limit]],
        next=encoded(_place(last, wanted.of)) if last else None,
    )


def _numbers(word: str) -> tuple[int, int]:
    """The position and the place of an entry. Raises `ValueError` for what can be none."""
    position, place = (int(one) for one in word.split(".", 1))
    if not (0 <= position <= MOST_POSITIONS and 0 <= place <= MOST_PLACES):
        raise ValueError("no place of an entry")
    return position, place


def _place(row: Any, of: str) -> Place:
    return Place(
        sort=of,
        rank=micros_of(row["at"]),
        word="",
        id=f"{row['position']}.{row['place']}",
    )


async def spread(tx: Transaction, actor: Actor, question: Question, of: str) -> Spread | Refusal:
    """How durations are spread."""
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    edges = [edge * 1000.0 for edge in EDGES]
    counters = [one.value for one in SPREADS[of]]
    rows = await tx.rows(
        "figures.spread", actor.organization_id, *may.conditions, counters, edges, may.outbound
    )
    counts = {(row["place"], row["counter"]): row["number"] for row in rows}
    return Spread(
        items=tuple(
            SpreadItem(
                since=edge,
                until=EDGES[place] if place < len(EDGES) else None,
                counts={one: counts.get((place, one), 0) for one in counters},
            )
            for place, edge in enumerate(EDGES, 1)
        )
    )


async def interventions(tx: Transaction, actor: Actor, question: Question) -> Interventions | Refusal:
    """What supervisors did and what followed; by name only where figures of individuals are shown."""
    if not sees_interventions(actor):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    by_name = "agent" in question.by
    counts: Tally[tuple[str, str | None]] = Tally()
    unasked: Tally[tuple[str, str | None]] = Tally()
    answers: dict[tuple[str, str | None], Tally[str]] = {}
    outcomes: dict[tuple[str, str | None], Tally[str]] = {}
    for row in await tx.rows(
        "figures.interventions", actor.organization_id, *may.conditions_of_supervisors, may.outbound
    ):
        who = row["agent_id"] if by_name else None
        act, _, answer = row["counter"].removeprefix(SUPERVISED).removeprefix(FOLLOWED).partition(".")
        if answer:
            answers.setdefault((act, who), Tally())[answer] += row["number"]
        else:
            counts[act, who] += row["number"]
            unasked[act, who] += row["unasked"]
            outcomes.setdefault((act, who), Tally())[row["outcome"]] += row["number"]
    return Interventions(
        items=tuple(
            InterventionItem(
                act=act,
                supervisor=Named(who, may.lookups.people.get(who, who)) if who else None,
                count=count,
                unasked=unasked[act, who],
                answers=dict(answers.get((act, who), {})),
                outcomes=dict(outcomes.get((act, who), {})),
            )
            for (act, who), count in counts.most_common()
        )
    )


def as_seen(actor: Actor, one: Conversation) -> EntryConversation:
    """The conversation behind something that is counted, as far as the actor may see it."""
    seen = may_see(actor, one)
    return EntryConversation(
        id=one.id,
        customer=one.customer_name if seen else None,
        subject=one.subject if seen else None,
        state=one.state.value if seen else None,
    )


def _entry(row: Any, actor: Actor, may: Asked) -> EntryItem:
    agent = row["agent_id"]
    queue = may.lookups.queues.get(row["queue_id"])
    by_supervisor = row["counter"].startswith((SUPERVISED, FOLLOWED))
    named = may.names_supervisors and agent is not None if by_supervisor else may.shown.has(agent)
    return EntryItem(
        at=row["at"],
        counter=row["counter"],
        conversation=as_seen(actor, conversations.decode(row["conversation"])),
        queue=Named(row["queue_id"], queue.name if queue else ""),
        agent=Named(agent, may.lookups.people.get(agent, agent)) if named else None,
        channel=row["channel"],
        language=row["language"],
        seconds=None if row["ms"] is None else row["ms"] / 1000,
    )
