"""The floor as it is at one moment of the journal: what the live views begin with and read on with.

All of it is read in one REPEATABLE READ transaction together with the journal's head, so that the facts after
that head continue exactly what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from valvomo.db import agents, conversations, figures, house, journal, routing
from valvomo.db.people import actor_of
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.figures.day import Read
from valvomo.domain.figures.intervals import midnight
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.customer import QueueHours
from valvomo.protocol.lookups import AccountTrouble, AskingFacts, Lookups, QueueFacts
from valvomo.protocol.rows import Preview, preview_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Everything at journal position `position`; `silent` are the positions of the silent facts up to it.

    `read` is what has been counted of the present day.
    """

    position: int
    silent: tuple[int, ...]
    read: Read
    lookups: Lookups
    ongoing: tuple[Conversation, ...]
    handled: dict[str, list[float]]
    hours: dict[str, QueueHours]
    previews: dict[str, Preview]
    agents: dict[str, tuple[Agent, datetime]]


async def load(tx: Transaction, organization_id: str, now: datetime) -> Floor:
    """The floor of an organization. Raises `LookupError` when there is no such organization."""
    day = await day_of(tx, organization_id, now)
    ongoing = await tx.rows("conversations.ongoing", organization_id)
    head = await journal.head(tx, organization_id)
    going_on = [conversations.decode(row) for row in ongoing]
    return Floor(
        position=head,
        silent=tuple(row["position"] for row in await tx.rows("live.silent", organization_id)),
        read=await figures.today(tx, organization_id, day, (head, going_on)),
        lookups=await lookups(tx, organization_id),
        ongoing=tuple(going_on),
        handled=await routing.handled(tx, organization_id),
        hours=await house.openings(tx, organization_id, now),
        previews=previews_of_rows(await tx.rows("live.previews", organization_id)),
        agents=await seats(tx, organization_id, now),
    )


async def day_of(tx: Transaction, organization_id: str, now: datetime) -> tuple[datetime, datetime]:
    """When the day that contains `now` began and when it ends, where the organization is."""
    zone = await zone_of(tx, organization_id)
    day = now.astimezone(zone).date()
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


async def zone_of(tx: Transaction, organization_id: str) -> ZoneInfo:
    """By whose clock the organization lives. Raises `LookupError` when there is no such organization."""
    row = await tx.row("house.organization", organization_id)
    if row is None:
        raise LookupError(f"no organization {organization_id}")
    return ZoneInfo(row["time_zone"])


async def lookups(tx: Transaction, organization_id: str) -> Lookups:
    """Names and switches that rows are made with."""
    queues = await tx.rows("house.queues", organization_id)
    workstreams = await tx.rows("house.workstreams", organization_id)
    return Lookups(
        queues={
            row["id"]: QueueFacts(
                id=row["id"],
                name=row["name"],
                service_level_seconds=row["service_level_seconds"],
                sentiment_alert_agent=_level(row["sentiment_alert_agent"]),
                sentiment_alert_supervisor=_level(row["sentiment_alert_supervisor"]),
                short_abandon_seconds=row["short_abandon_seconds"],
                usual_handle_seconds=row["usual_handle_seconds"],
            )
            for row in queues
        },
        workstreams={row["id"]: row["name"] for row in workstreams},
        asking={row["id"]: _asking(house.workstream_of(row)) for row in workstreams},
        people={row["id"]: row["name"] for row in await tx.rows("live.people", organization_id)},
        statuses={
            row["id"]: agents.status_of(row) for row in await tx.rows("agents.statuses", organization_id)
        },
        supervision=await house.supervision(tx, organization_id),
        skills=await house.skills(tx, organization_id),
        house=await routing.rules(tx, organization_id),
        attention=await house.attention(tx, organization_id),
        accounts={row["id"]: _trouble(row) for row in await tx.rows("channels.in_trouble", organization_id)},
        trunks={row["id"]: row["name"] for row in await tx.rows("channels.trunks", organization_id)},
    )


async def seats(tx: Transaction, organization_id: str, at: datetime) -> dict[str, tuple[Agent, datetime]]:
    """Everybody who serves, and since when their chosen presence holds."""
    everybody = await agents.everybody(tx, organization_id, at)
    rows = await tx.rows("agents.all", organization_id)
    return {
        row["id"]: (everybody[row["id"]], row["chosen_at"]) for row in rows if everybody[row["id"]].serves
    }


async def quiet(tx: Transaction, organization_id: str) -> dict[str, datetime]:
    """Since when agents have written nothing in what they serve, to the minute, as `quiet_since` works it out."""
    rows = await tx.rows("live.quiet", organization_id)
    return {row["owner_id"]: row["quiet_since"] for row in rows}


async def previews_of(tx: Transaction, organization_id: str, ids: Iterable[str]) -> dict[str, Preview]:
    """The last public lines of these conversations."""
    return previews_of_rows(await tx.rows("live.previews_of", organization_id, list(ids)))


async def words(tx: Transaction, organization_id: str, keys: Sequence[tuple[str, int]]) -> list[Any]:
    """Messages by (conversation, seq), public and internal."""
    return await tx.rows("live.words", organization_id, [one[0] for one in keys], [one[1] for one in keys])


async def actors(tx: Transaction, organization_id: str, ids: Iterable[str]) -> dict[str, Actor]:
    """Users as they may act now; those who are disabled or gone are missing."""
    rows = await tx.rows("live.actors", organization_id, sorted(set(ids)))
    return {row["id"]: actor_of(row) for row in rows}


async def valid_secrets(tx: Transaction, digests: Iterable[bytes], now: datetime) -> set[bytes]:
    """Which of these sessions and tokens still open anything."""
    return {row["token_hash"] for row in await tx.rows("live.valid_secrets", list(digests), now)}


def _trouble(row: Any) -> AccountTrouble:
    if row["disabled"]:
        return AccountTrouble(name=row["name"], problem="disabled")
    return AccountTrouble(
        name=row["name"], problem=row["seen"].get("problem") or "account", since=row["held_since"]
    )


def _level(word: str | None) -> Level | None:
    return None if word is None else Level(word)


def _asking(one: Workstream) -> AskingFacts:
    return AskingFacts(reject_reasons=one.reject_reasons, sound=one.sound, desktop=one.desktop)


def previews_of_rows(rows: Iterable[Any]) -> dict[str, Preview]:
    """Previews by conversation."""
    return {
        row["conversation_id"]: preview_of(row["text"], row["author_name"], row["author_role"], row["at"])
        for row in rows
    }
