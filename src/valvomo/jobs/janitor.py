"""The janitor: makes what is noted of live connections true again, ends what nobody is there for, sweeps.

A connection whose process is gone was lost, whatever it could still have said: agents become offline and customers'
clocks run, as if the socket had closed. Whoever has come back to this process is noted first, and so was never gone.
Lost is also a connection of this process that it no longer has: its end could not be noted when it came, because the
database was away. And one that it has and that is not noted, because its beginning could not be or because others took
this process for dead, is noted again.

Supervisors who are gone for good stop monitoring and leave what they had joined.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog

from valvomo.commands.agents.connection import AgentDisconnect, EndWatching
from valvomo.commands.agents.serving import EndServing
from valvomo.commands.connections import opened
from valvomo.commands.conversations.connection import CustomerDisconnect
from valvomo.commands.execute import Executor
from valvomo.db import hours, people
from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.agents.presence import BACK_SECONDS, RESTORE_SECONDS
from valvomo.domain.conversations.telephone import LIMITED_FOR
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.silence import Silence

BEAT_SECONDS = 2.0
DEAD_SECONDS = 10.0
"""A process that has not been seen for so long, by the database's clock, is dead, whatever is known of its session."""
YOUNG = timedelta(seconds=10)
"""A connection of this process is not doubted before it is this old."""
RECEIPTS_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=1)
"""After its end a session is remembered for so long, so that its owner is told that it ended."""
LETTERS_KEPT = timedelta(days=30)
"""How long the delivery log of webhooks goes back."""
IMPORTS_KEPT = timedelta(days=90)
"""Files of records, with what came of each line; the records themselves are kept like all others."""
FILES_KEPT = timedelta(hours=1)
"""How long exported figures can be fetched."""
UPLOADS_KEPT = timedelta(days=1)
"""How long a file waits for a message that takes it."""
CONTENTS_KEPT = timedelta(days=30)
"""How long the bytes of a file that came with a message and was refused stay, so that it may be tried again."""
ALERTS_KEPT = timedelta(days=90)
"""After an alert was cleared it can be looked at for so long; that it was, the journal says for good."""
DECISIONS_KEPT = timedelta(days=90)
"""How long the router's decisions can be explained and made again."""
FOCUS_KEPT = timedelta(days=400)
"""What was in front of agents, and minutes of calls: as far back as one question about the past reaches."""
CALENDARS_AHEAD = timedelta(days=2)
"""So long before a year begins, its holidays are at hand."""
SWEEP_EVERY = timedelta(minutes=10)
BATCH = 200
SWEPT_AT_ONCE = 10_000
"""Rows that are removed in one transaction: it must end long before others wait for what it holds."""

log = structlog.get_logger(__name__)


class Release(NamedTuple):
    """Which program a process is: its version, and the newest migration that it knows."""

    version: str | None
    migration: int | None


async def _unheard(question: Awaitable[datetime]) -> None:
    await question


class Janitor(Rounds):
    """One for a process. `begin` must be done before the process takes connections.

    `live` gives the connections that the process has now or has handed over by id, and whose they are; `crowded` says
    whether others are still waiting to be let in, who may have come from a process that is silent. `hear` is
    given what tells the database's time.
    """

    every = BEAT_SECONDS

    def __init__(
        self,
        database: Database,
        executor: Executor,
        clock: Callable[[], datetime],
        *,
        process_id: str,
        live: Callable[[], Mapping[str, Actor]],
        crowded: Callable[[], bool] = lambda: False,
        hear: Callable[[Awaitable[datetime]], Awaitable[None]] | None = None,
        release: Release | None = None,
        silence: Silence | None = None,
    ) -> None:
        super().__init__()
        self._database = database
        self._executor = executor
        self._clock = clock
        self._process_id = process_id
        self._live = live
        self._crowded = crowded
        self._hear = hear or _unheard
        self._silence = silence or Silence(process_id)
        self._release = release or Release(version=None, migration=None)
        self._doubted: frozenset[str] = frozenset()
        self._unnoted: frozenset[str] = frozenset()
        self._swept: datetime | None = None

    async def begin(self) -> None:
        """This process is alive: connections refer to it."""
        async with self._database.transaction() as tx:
            await self._hear(tx.value("connections.beat", self._process_id, *self._release))

    async def end(self) -> None:
        """This process is gone. Whom it has handed over has time to come back; without them what it leaves is lost."""
        awaited = BACK_SECONDS if self._live() else -DEAD_SECONDS
        async with self._database.transaction() as tx:
            await tx.run("connections.end", self._process_id, awaited - DEAD_SECONDS)

    async def round(self) -> float | None:
        """Be seen, look for the lost and the forgotten, end what nobody is there for, sweep."""
        await self.begin()
        now = self._clock()
        async with self._database.reading() as tx:
            dead = await self._silence.listen(tx)
            lost = await tx.rows("connections.of_dead", DEAD_SECONDS, BATCH, [] if self._crowded() else dead)
            await hours.get_ready(tx, now + CALENDARS_AHEAD)
        if lost:
            await self._note_who_is_back(lost)
        closed = await self._closed(now)
        for row in (*lost, *closed):
            await self._lose(row)
        noted = await self._note()
        await self._end_watching(now)
        if self._swept is None or now - self._swept >= SWEEP_EVERY:
            await self._sweep(now)
            self._swept = now
        return 0.0 if BATCH in (len(lost), len(closed), noted) else None

    async def _closed(self, now: datetime) -> list[Any]:
        """Own connections that are no more, seen so twice: the first time their end may just be being noted."""
        live = list(self._live())
        async with self._database.reading() as tx:
            rows = await tx.rows("connections.of_process", self._process_id, now - YOUNG, live)
        closed = [row for row in rows if row["id"] in self._doubted]
        self._doubted = frozenset(row["id"] for row in rows)
        return closed[:BATCH]

    async def _note(self) -> int:
        """Note own connections that were not noted twice: the first time they may just be being noted. How many."""
        live = self._live()
        async with self._database.reading() as tx:
            rows = await tx.rows("connections.unnoted", self._process_id, list(live))
        unnoted = frozenset(row["id"] for row in rows)
        again = sorted(unnoted & self._unnoted)[:BATCH]
        self._unnoted = unnoted
        for one in again:
            # Should it have ended meanwhile, it is found among those that this process no longer has.
            await self._executor.execute(live[one], opened(live[one], one, self._process_id))
        return len(again)

    async def _end_watching(self, now: datetime) -> None:
        """Supervisors who lost their connection and did not come back; not who is here and only not noted yet."""
        here = {actor.id for actor in self._live().values()}
        async with self._database.reading() as tx:
            rows = await tx.rows("agents.gone", now - timedelta(seconds=RESTORE_SECONDS), BATCH)
        for row in rows:
            if row["person_id"] not in here:
                janitor = system(row["organization_id"], "janitor")
                await self._executor.execute(janitor, EndWatching(person_id=row["person_id"]))

    async def _lose(self, row: Any) -> None:
        organization_id, link = (
            row["organization_id"],
            {"connection_id": row["id"], "process_id": row["process_id"]},
        )
        log.info("connection.lost", process=row["process_id"], connection=row["id"])
        if row["conversation_id"] is not None:
            command = CustomerDisconnect(conversation_id=row["conversation_id"], **link)
            await self._executor.execute(system(organization_id, "janitor"), command)
            return
        async with self._database.reading() as tx:
            found = await people.actor(tx, organization_id, row["user_id"])
        actor = found or Actor(id=row["user_id"], organization_id=organization_id)
        await self._executor.execute(actor, AgentDisconnect(**link))

    async def _note_who_is_back(self, lost: Sequence[Any]) -> None:
        """Owners of lost connections who have another one here that is not noted yet."""
        owners = {(row["organization_id"], row["conversation_id"] or row["user_id"]) for row in lost}
        live = self._live()
        back = [
            one
            for one, actor in live.items()
            if (actor.organization_id, actor.conversation_id or actor.id) in owners
        ]
        async with self._database.reading() as tx:
            rows = await tx.rows("connections.unnoted", self._process_id, back)
        for row in rows:
            one = row["id"]
            await self._executor.execute(live[one], opened(live[one], one, self._process_id))

    async def _sweep(self, now: datetime) -> None:
        await self._end_serving()
        async with self._database.transaction() as tx:
            await tx.run("connections.forget_dead", DEAD_SECONDS)
            await tx.run("decisions.drop", now - DECISIONS_KEPT)
            await tx.run("people.drop_expired_sessions", now - SESSIONS_KEPT)
            await tx.run("sign_in_providers.drop_expired_returns", now)
        await self._drop("journal.drop_receipts", now - RECEIPTS_KEPT)
        await self._drop("outbox.drop_old", now - LETTERS_KEPT)
        await self._drop("arrivals.drop_old", now - LETTERS_KEPT)
        await self._drop("alerts.drop_old_mails", now - LETTERS_KEPT)
        await self._drop("alerts.drop_old", now - ALERTS_KEPT)
        await self._drop("exports.drop", now - FILES_KEPT)
        await self._drop("record_imports.drop_old", now - IMPORTS_KEPT)
        await self._drop("attachments.sweep", now - UPLOADS_KEPT)
        await self._drop("media.forget_contents", now - CONTENTS_KEPT)
        await self._drop("focus.drop", now - FOCUS_KEPT)
        await self._drop("call_minutes.drop", now - FOCUS_KEPT)
        await self._drop("focus.drop_heads", now - RECEIPTS_KEPT)
        await self._drop("telephones.forget_callbacks", now - LIMITED_FOR)

    async def _drop(self, statement: str, before: datetime) -> None:
        done = ""
        while not done or done == f"DELETE {SWEPT_AT_ONCE}":
            async with self._database.transaction() as tx:
                done = await tx.run(statement, before, SWEPT_AT_ONCE)

    async def _end_serving(self) -> None:
        """Who got something in the very moment in which they were disabled; else there is nobody to be found."""
        async with self._database.reading() as tx:
            stranded = await tx.rows("agents.stranded", BATCH)
        for row in stranded:
            log.warning("conversation.stranded", organization=row["organization_id"], owner=row["owner_id"])
            command = EndServing(person_id=row["owner_id"])
            await self._executor.execute(system(row["organization_id"], "janitor"), command)
