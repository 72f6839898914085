"""Any moment of a month: how long the floor as it was takes, by how much happened in that month.

A month of conversations is written into an empty database by the journal's own function, so that positions and the
chain of hashes are what they always are, together with the rows and messages that facts speak of. Then the recorder
folds that past, and random moments of it are asked for, each without anything in memory.

    python bench/replay.py --facts 1000000 --ongoing 500

It is asked twice: before and after the figures of that past have been counted. A house that runs has counted them
within a second; one whose past was put in from outside has not, and counts the day that is asked for at each ask.

With `--folder` the database stays there, and the next run in it asks at once: what asking takes is then measured on a
machine that does nothing else.
"""

# ruff: noqa: SLF001 - rows are written exactly as commands write them

from __future__ import annotations

import argparse
import asyncio
import hashlib
import heapq
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.execute import Executor
from valvomo.db import conversations, journal, migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.ids import new_id
from valvomo.db.journal import Fact
from valvomo.demo.organization import AGENTS, Sample, create_sample
from valvomo.domain.access.audit import audited
from valvomo.domain.conversations.ending import Ended, WrapUpCompleted
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.measure import SentimentMeasured
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.domain.conversations.model import Channel, Conversation, Mode, Offer, OfferKind, State
from valvomo.domain.conversations.offers import OfferAccepted, OfferMade
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.sentiment.levels import level_of
from valvomo.jobs.recorder import Recorder
from valvomo.live.replay.watching import Between, Replay
from valvomo.protocol.replay import ReplayFloor, ReplaySteps
from valvomo.queries.verify import verify

STAGES = 10
"""Steps of a conversation: it begins, is offered, accepted, five messages, ended or closed by force, wrapped up."""
FACTS = 13
"""Facts of these: each of the customer's three messages is measured, too."""
TEXT = "Where is my order? It should have been here on Tuesday, and nobody says anything about it."
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()
BATCH = 2_000
MESSAGE = ("organization_id", "conversation_id", "seq", "public_seq", "id", "author_id", "author_role", "author_name",
           "text", "client_id", "at")  # fmt: skip


@dataclass
class Month:
    """Writes the past of one organization."""

    database: Database
    sample: Sample
    begin: datetime
    facts: int
    ongoing: int
    dice: random.Random
    pending: list[Fact] = field(default_factory=list)
    stored: dict[str, Conversation] = field(default_factory=dict)
    messages: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def length(self) -> timedelta:
        """Of the month."""
        return timedelta(days=30)

    @property
    def end(self) -> datetime:
        """A day after it, from where it is looked back at."""
        return self.begin + self.length + timedelta(days=1)

    async def write(self) -> None:
        """Conversations that overlap, each with its facts spread over as long as keeps so many going."""
        count = self.facts // FACTS
        gap = self.length / count
        heap: list[tuple[datetime, int, int, str]] = []
        contact = await self._contact()
        for number in range(count):
            heapq.heappush(heap, (self.begin + gap * number, number, 0, new_id()))
        while heap:
            at, number, stage, one = heapq.heappop(heap)
            event, who = self._event(self.stored.get(one), number, stage, (one, contact, at))
            self._take(one, event, at, who)
            if isinstance(event, MessagePosted) and event.author_role == "customer":
                self._take(one, self._measured(event, at), at, ("system:insight", "insight"))
            if stage + 1 < STAGES and self.stored[one].state is not State.CLOSED:
                pause = gap * self.ongoing * self.dice.uniform(0.05, 0.15) * 1.1
                heapq.heappush(heap, (at + pause, number, stage + 1, one))
            if len(self.pending) >= BATCH:
                await self._flush()
        await self._flush()
        await self._rows()

    def _event(  # noqa: PLR0911 - a list of stages
        self, now: Conversation | None, number: int, stage: int, where: tuple[str, str, datetime]
    ) -> tuple[Event, tuple[str, str]]:
        one, contact, at = where
        agents = [self.sample.people[name.partition("@")[0]] for name in AGENTS]
        agent = (agents[number % len(agents)], f"Agent {number % len(agents)}")
        offer = Offer(
            id=f"offer-{number}", kind=OfferKind.ASSIGNMENT, agent_id=agent[0], agent_name=agent[1], by_id=None,
            by_role="router", made_at=at, expires_at=at + timedelta(seconds=120), units=1,
        )  # fmt: skip
        queue = ["Support", "Billing", "Sales"][number % 3]
        if now is None:
            return ConversationStarted(
                conversation_id=one, organization_id=self.sample.organization_id,
                workstream_id=self.sample.workstreams["Web chat"], queue_id=self.sample.queues[queue], queue_name=queue,
                channel=Channel.LIVE_CHAT, mode=Mode.TEXT, contact_id=contact, customer_name=f"Customer {number}",
                units=1, subject="Where is my order", language="en",
            ), (contact, f"Customer {number}")  # fmt: skip
        if stage == 1:
            return OfferMade(offer=offer), ("system:router", "router")
        if stage == 2:
            return OfferAccepted(offer=now.offers[0]), agent
        if stage == STAGES - 2:
            if number % 50 == 0:
                return ForceClosed(by_id=agent[0], by_name=agent[1], reason="bench", state=now.state), agent
            return Ended(cause="agent_ended", by_id=agent[0], by_role="agent"), agent
        if stage == STAGES - 1:
            return WrapUpCompleted(agent_id=agent[0]), agent
        author = (contact, "customer") if stage % 2 else (agent[0], "primary")
        return self._posted(now, author, at), (author[0], f"Customer {number}")

    def _posted(self, now: Conversation, author: tuple[str, str], at: datetime) -> MessagePosted:
        message = MessagePosted(
            message_id=new_id(), seq=now.seq + 1, public_seq=now.public_seq + 1, author_id=author[0],
            author_role=author[1], visibility=Visibility.PUBLIC, digest=DIGEST,
        )  # fmt: skip
        self.messages.append(
            (now.organization_id, now.id, message.seq, message.public_seq, message.message_id, author[0], author[1],
             "Somebody", TEXT, message.message_id, at)
        )  # fmt: skip
        return message

    def _measured(self, message: MessagePosted, at: datetime) -> SentimentMeasured:
        score = self.dice.uniform(-1, 1)
        return SentimentMeasured(
            seq=message.seq, score=score, confidence=0.9, level=level_of(score), said_at=at, language="en"
        )

    def _take(self, one: str, event: Event, at: datetime, who: tuple[str, str]) -> None:
        after = fold(self.stored.get(one), event, at)
        self.stored[one] = after
        self.pending.append(
            Fact(event=event, actor_id=who[0], actor_name=who[1], at=at, conversation_id=one, version=after.version,
                 audited=audited(event))
        )  # fmt: skip

    async def _flush(self) -> None:
        if self.pending:
            async with self.database.transaction() as tx:
                await journal.append(tx, self.sample.organization_id, self.pending)
            self.pending.clear()

    async def _contact(self) -> str:
        contact = new_id()
        async with self.database._pool.acquire() as link:
            await link.execute(
                "INSERT INTO contacts (organization_id, id, name, created_at) VALUES ($1, $2, 'Everybody', $3)",
                self.sample.organization_id, contact, self.begin,
            )  # fmt: skip
        return contact

    async def _rows(self) -> None:
        async with self.database._pool.acquire() as link:
            # A million facts' rows take longer than anything may that a house asks.
            await link.execute("SET statement_timeout = 0")
            await link.execute("SET transaction_timeout = 0")
            columns = [*conversations._KEYS, *conversations._COLUMNS, "body"]
            rows = [tuple(conversations._values(one)) for one in self.stored.values()]
            await link.copy_records_to_table("conversations", records=rows, columns=columns)
            await link.copy_records_to_table("public_messages", records=self.messages, columns=MESSAGE)
            await link.execute("ANALYZE")
            await link.execute("RESET statement_timeout")
            await link.execute("RESET transaction_timeout")
        held = [one for one in self.stored.values() if one.holds or one.deadlines]
        async with self.database.transaction() as tx:
            for one in held:
                await conversations._follow(tx, None, one)


async def moments(replay: Any, actor: Any, month: Month, count: int) -> dict[str, list[float]]:
    """Seconds that random moments took, each asked of a replay that has nothing in memory."""
    took: dict[str, list[float]] = {
        "floor": [],
        "page of 200 steps": [],
        "timeline of 30 days": [],
        "answer as JSON": [],
    }
    rows = 0
    for _ in range(count):
        at = month.begin + month.length * month.dice.random()
        fresh = replay()
        began = time.perf_counter()
        floor = await fresh.at(actor, at)
        took["floor"].append(time.perf_counter() - began)
        if not isinstance(floor, ReplayFloor):
            raise TypeError(floor)
        rows += len(floor.rows)
        began = time.perf_counter()
        msgspec.json.encode(floor)
        took["answer as JSON"].append(time.perf_counter() - began)
        began = time.perf_counter()
        steps = await fresh.steps(actor, floor.position, at + timedelta(days=1), 200)
        took["page of 200 steps"].append(time.perf_counter() - began)
        if not isinstance(steps, ReplaySteps):
            raise TypeError(steps)
        began = time.perf_counter()
        await fresh.timeline(actor, Between(since=month.begin, until=month.begin + month.length, slots=300))
        took["timeline of 30 days"].append(time.perf_counter() - began)
    print(f"rows on the floor, on average: {rows / count:.0f}")
    return took


async def run(options: argparse.Namespace) -> None:
    """Write and fold unless that has been done, ask, prove."""
    with tempfile.TemporaryDirectory(prefix="valvomo-replay-") as home:
        folder = options.folder or Path(home)
        async with EmbeddedPostgres(folder / "postgres") as server:
            await migrate.apply(server.url)
            database = await Database.open(server.url, pool_size=4)
            written = folder / "written.json"
            if not written.exists():
                written.write_bytes(msgspec.json.encode(await lived(database, options)))
            began, people = msgspec.json.decode(written.read_bytes(), type=tuple[datetime, Sample])
            month = Month(database, people, began, options.facts, options.ongoing, random.Random(1))
            house = people.organization_id
            books = Bookkeeper(database)
            if house in await books.behind():
                await asked(database, month, options.moments, "nothing of it has been counted")
                await told("figures are counted", books.keep(house, batches=options.facts))
            await asked(database, month, options.moments, "all of it has been counted")
            await proved(database)
            await database.close()


async def lived(database: Database, options: argparse.Namespace) -> tuple[datetime, Sample]:
    """When the month began that is now in the database, and whose it is."""
    began = datetime.now(UTC)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("replay-bench")
    sample = await create_sample(Executor(database, lambda: began, Doorbell()), quick)
    month = Month(
        database, sample, began + timedelta(minutes=1), options.facts, options.ongoing, random.Random(1)
    )
    await told("the month is written", month.write())
    async with database.asking() as tx:
        head = await journal.head(tx, sample.organization_id)
    recorder = Recorder(database, lambda: month.end, "bench", days=90, rest=0.0)
    await told(f"{head} facts are folded by the recorder", caught_up(recorder, sample.organization_id, head))
    return month.begin, sample


async def asked(database: Database, month: Month, count: int, when: str) -> None:
    """How long answers take; the same moments each time."""
    actor = await month.sample.actor(database, "saara")
    month.dice.seed(1)
    print(f"{when}; load average {os.getloadavg()[0]:.1f} when asked")
    took = await moments(lambda: Replay(database, lambda: month.end), actor, month, count)
    for name, seconds in took.items():
        print(f"{name}: median {1000 * statistics.median(seconds):.0f} ms, "
              f"p95 {1000 * sorted(seconds)[int(0.95 * (len(seconds) - 1))]:.0f} ms, "
              f"longest {1000 * max(seconds):.0f} ms")  # fmt: skip


async def proved(database: Database) -> None:
    """How much is kept for it, and whether all of it is true."""
    async with database._pool.acquire() as link:
        for table in ("replay_snapshots", "replay_activity", "figure_entries", "facts"):
            size = await link.fetchval("SELECT pg_total_relation_size($1::regclass)", table)
            kept = await link.fetchval(f"SELECT count(*) FROM {table}")
            print(f"{table}: {kept} rows, {size / 1e6:.0f} MB")
    report = await verify(database)
    print(f"verify: {report.facts} facts, {len(report.findings)} findings")


async def caught_up(recorder: Recorder, organization_id: str, head: int) -> None:
    """Until nothing is due."""
    while await recorder.record(organization_id, head):
        pass


async def told(what: str, doing: Any) -> None:
    """How long it took."""
    began = time.perf_counter()
    await doing
    print(f"{what}: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--ongoing", type=int, default=500)
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--folder", type=Path, help="where the database stays; a temporary one without it")
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the start")
    asyncio.run(run(parser.parse_args()))
    print(f"load average {os.getloadavg()[0]:.1f} at the end")
