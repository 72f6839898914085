"""A small contact centre in PostgreSQL, and what tests do to it: commands in, rows and facts out.

Two organizations that know nothing of each other. In the first one: queues Support, Billing and Deserted (no members)
for messages and Cases for records; agents Aino (Support, Billing), Eino (Support, Billing) and Onni (Billing, Cases);
supervisors Saara (of Support and Cases, and an agent in Support) and Sulo (of Billing); Ines is an integration,
Aatu an administrator, Raija an auditor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from valvomo.commands.agents import connection as agent_connection  # noqa: F401
from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations import (  # noqa: F401 - registers every handler
    assign,
    bots,
    call,
    connection,
    consult,
    fire_timers,
    force_close,
    join,
    message_lane,
    monitor,
    offers,
    serve,
    transfer,
)
from valvomo.commands.conversations.messages import Letter, PostMessage, post_all
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.db import agents, conversations, journal
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.ids import secret_digest
from valvomo.db.journal import Fact
from valvomo.db.sealing import Sealer
from valvomo.domain.access.actor import Actor, ActorKind, UserRole, system
from valvomo.domain.access.supervision import Right, Supervision
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.refusals import Reason, Refusal
from valvomo.house_key import HouseKey

HOUSE, OTHER_HOUSE = "organization-1", "organization-2"
SUPPORT, BILLING, DESERTED, CASES = "support", "billing", "deserted", "cases"
QUEUES = {SUPPORT: "messaging", BILLING: "messaging", DESERTED: "messaging", CASES: "record"}
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROCESS = "process-1"


def person(
    name: str,
    *roles: UserRole,
    queues: Sequence[str] = (),
    supervised: Sequence[str] = (),
    house: str = HOUSE,
) -> Actor:
    """A user as the rim makes them."""
    return Actor(
        id=name.lower(), organization_id=house, name=name, roles=frozenset(roles), queues=frozenset(queues),
        supervised=frozenset(supervised),
    )  # fmt: skip


AINO = person("Aino", UserRole.AGENT, queues=[SUPPORT, BILLING])
EINO = person("Eino", UserRole.AGENT, queues=[SUPPORT, BILLING])
ONNI = person("Onni", UserRole.AGENT, queues=[BILLING, CASES])
SAARA = person("Saara", UserRole.SUPERVISOR, UserRole.AGENT, queues=[SUPPORT], supervised=[SUPPORT, CASES])
SULO = person("Sulo", UserRole.SUPERVISOR, supervised=[BILLING])
INES = person("Ines", UserRole.INTEGRATION)
AATU = person("Aatu", UserRole.ADMINISTRATOR)
RAIJA = person("Raija", UserRole.AUDITOR)
PEOPLE = (AINO, EINO, ONNI, SAARA, SULO, INES, AATU, RAIJA)
STRANGER = replace(
    person("Saara", UserRole.SUPERVISOR, UserRole.AGENT, queues=[SUPPORT], supervised=[SUPPORT]),
    id="stranger", name="Stranger", organization_id=OTHER_HOUSE,
)  # fmt: skip
BOTTI = Actor(id="botti", organization_id=HOUSE, name="Botti", kind=ActorKind.BOT)
KEY = HouseKey((b"a key of thirty-two bytes, as is",))
BOT_TOKEN, BOT_URL = "vb_botti", "https://bot.example/told"
ROUTER, TIMER = system(HOUSE, "router"), system(HOUSE, "timer")
ALL_ON = Supervision(on=frozenset(Right))

_TIMERS: dict[str, object] = {"offer": 120, "reconnect": 180, "agent_gone": 90, "auto_close_wrap_up": 900,
                              "auto_close_waiting": 2_419_200, "wrap_up_block": 60}  # fmt: skip
WORKSTREAMS: Mapping[str, Mapping[str, Any]] = {
    "chat": {"channel": "live_chat", "timers": {**_TIMERS, "auto_close_open": 1200}},
    "persistent": {"channel": "persistent_chat"},
    "consented": {"channel": "live_chat", "consent": "consent"},
    "noticed": {"channel": "live_chat", "consent": "notice"},
    "unblocked": {"channel": "live_chat", "wrap_up": "never"},
    "seconds": {"channel": "live_chat", "wrap_up": "seconds"},
    "automatic": {"channel": "live_chat", "auto_accept": True},
    "heavy": {"channel": "persistent_chat", "units": 2},
    "case": {"channel": "record", "queue": CASES},
    "botted": {"channel": "live_chat", "bot": True},
}


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def customer(conversation_id: str, contact_id: str) -> Actor:
    """Whoever holds the token of this conversation."""
    return Actor(
        id=contact_id,
        organization_id=HOUSE,
        name="Kaisa",
        kind=ActorKind.CUSTOMER,
        conversation_id=conversation_id,
    )


@dataclass(slots=True)
class Floor:
    """The organization at work."""

    database: Database
    clock: Clock
    executor: Executor

    @classmethod
    async def open(cls, database: Database) -> Floor:
        """Both organizations, everybody available, all rights on; `database` has none yet."""
        clock = Clock()
        floor = cls(database, clock, Executor(database, clock, Doorbell(), Sealer(lambda: KEY)))
        async with database.transaction() as tx:
            for house in (HOUSE, OTHER_HOUSE):
                await _furnish(tx, house)
            await _hire(tx, (*PEOPLE, STRANGER))
            await tx.run("connections.beat", PROCESS, None, None)
        return floor

    async def pass_unseen(self, seconds: float) -> None:
        """So much time goes by, in which no process is seen: of that the database's clock tells."""
        self.clock.advance(seconds)
        await self.sql("UPDATE processes SET seen_at = seen_at - make_interval(secs => $1)", seconds)

    async def do(self, actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        """Whatever comes of it."""
        return await self.executor.execute(actor, command, key)

    async def done(self, actor: Actor, command: Command) -> Done:
        """It must be done."""
        outcome = await self.do(actor, command)
        assert isinstance(outcome, Done), f"{type(command).__name__}: {outcome}"
        return outcome

    async def refused(self, actor: Actor, command: Command) -> Refusal:
        """It must be refused, and have changed nothing at all."""
        before = await self.everything()
        outcome = await self.do(actor, command)
        assert isinstance(outcome, Refusal), f"{type(command).__name__}: {outcome}"
        changed = set(await self.everything()).symmetric_difference(before)
        assert changed == set()
        return outcome

    async def with_texts(self) -> None:
        """There is a notice and a question of every workstream, in English."""
        for kind, words in (("notice", "We may listen."), ("consent", "May we listen?")):
            await self.sql(
                "INSERT INTO texts SELECT organization_id, id, $1, 'en', 1, $2, $3 FROM workstreams"
                " ON CONFLICT DO NOTHING",
                kind, words, self.clock.now,
            )  # fmt: skip

    async def start(
        self, workstream: str = "chat", *, queue: str | None = None, consent: bool | None = None
    ) -> str:
        """A new conversation, whose customer was shown what there is to be shown; its id."""
        channel = Channel(WORKSTREAMS[workstream]["channel"])
        newest = await self.sql(
            "SELECT max(t.version) AS version FROM texts t JOIN workstreams w ON w.organization_id = t.organization_id"
            " AND w.id = t.subject AND w.consent = t.kind WHERE w.organization_id = $1 AND w.id = $2",
            HOUSE, workstream,
        )  # fmt: skip
        version = None if channel is Channel.RECORD else newest[0]["version"]
        command = StartConversation(
            channel=channel, customer_name="Kaisa", workstream_id=workstream, queue=queue, consent=consent,
            version=version,
        )  # fmt: skip
        return str((await self.done(INES, command)).result["id"])

    async def accepted(self, workstream: str = "chat", by: Actor = AINO, **how: Any) -> str:
        """A new conversation with this agent as primary; its id."""
        conversation_id = await self.start(workstream, **how)
        await self.done(by, serve.Pick(conversation_id=conversation_id))
        return conversation_id

    async def guest(self, conversation_id: str) -> Actor:
        """The conversation's customer."""
        return customer(conversation_id, (await self.get(conversation_id)).contact_id)

    async def write(
        self,
        actor: Actor,
        conversation_id: str,
        text: str,
        visibility: Visibility = Visibility.PUBLIC,
        *,
        attachments: tuple[str, ...] = (),
    ) -> object:
        """One message in a transaction of its own."""
        number = (await self.get(conversation_id)).seq + 1
        letter = Letter(
            actor=actor,
            command=PostMessage(
                conversation_id=conversation_id,
                text=text,
                client_id=f"client-{number}",
                visibility=visibility,
                attachments=attachments,
            ),
        )
        async with self.database.transaction() as tx:
            outcomes, batch = await post_all(tx, [letter], self.clock())
            for house, facts in batch.facts.items():
                await journal.append(tx, house, facts)
        return outcomes[0]

    async def fire(self, conversation_id: str) -> Done:
        """What the timers job does."""
        return await self.done(TIMER, fire_timers.FireTimers(conversation_id=conversation_id))

    async def set_supervision(self, supervision: Supervision) -> None:
        """As if an administrator had."""
        async with self.database.transaction() as tx:
            await tx.run("house.set_supervision", HOUSE, supervision)

    async def set_presence(self, actor: Actor, presence: Presence) -> None:
        """Chosen by themselves."""
        await self.done(actor, SetPresence(agent_id=actor.id, presence=presence))

    async def get(self, conversation_id: str) -> Conversation:
        """The conversation as it is stored."""
        async with self.database.reading() as tx:
            found = await conversations.get(tx, HOUSE, conversation_id)
        assert found is not None
        return found

    async def agent(self, actor: Actor) -> Agent:
        """The agent with their load."""
        async with self.database.reading() as tx:
            return (await agents.everybody(tx, HOUSE, self.clock()))[actor.id]

    async def facts(self, conversation_id: str) -> list[Fact]:
        """What happened to the conversation."""
        async with self.database.reading() as tx:
            return await journal.of_conversation(tx, HOUSE, conversation_id)

    async def all_facts(self, house: str = HOUSE) -> list[Fact]:
        """Everything that happened."""
        async with self.database.reading() as tx:
            return await journal.after(tx, house, 0, 100_000)

    async def events(self, conversation_id: str) -> list[Event]:
        """The events of the conversation."""
        return [fact.event for fact in await self.facts(conversation_id) if isinstance(fact.event, Event)]

    async def everything(self) -> list[str]:
        """Every row of every table but those in which processes that carry calls write by themselves."""
        async with self.database._pool.acquire() as link:
            names = [row[0] for row in await link.fetch(_TABLES, list(_BY_THEMSELVES))]
            all_of_them = " UNION ALL ".join(f"SELECT '{name} ' || t::text FROM {name} t" for name in names)
            return sorted(row[0] for row in await link.fetch(all_of_them))

    async def sql(self, statement: str, *values: Any) -> list[Any]:
        """Straight to the database: looking behind the curtain, and tampering."""
        async with self.database._pool.acquire() as link:
            return list(await link.fetch(statement, *values))


def reason(outcome: object) -> Reason | None:
    """The reason of a refusal, None when it was done."""
    return outcome.reason if isinstance(outcome, Refusal) else None


_TABLES = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_name <> ALL ($1) ORDER BY 1"
)
_BY_THEMSELVES = ("call_carriers", "call_minutes", "measuring")


async def _furnish(tx: Any, house: str) -> None:
    await tx.run("house.create_organization", house, house, ["en"], "Europe/Helsinki", ALL_ON, BEGIN)
    await tx.run("journal.create_head", house)
    link = tx._connection
    await link.executemany(
        "INSERT INTO queues (organization_id, id, name, kind, created_at) VALUES ($1, $2, $3, $4, $5)",
        [(house, queue, queue.title(), kind, BEGIN) for queue, kind in QUEUES.items()],
    )
    await link.execute(
        "INSERT INTO bots (organization_id, id, name, kind, patience, idle, token_hash, created_at)"
        " VALUES ($1, 'botti', 'Botti', 'webhook', 30, 1800, $2, $3)",
        house, secret_digest(BOT_TOKEN if house == HOUSE else "vb_other"), BEGIN,
    )  # fmt: skip
    await link.execute(
        "INSERT INTO webhooks (organization_id, id, bot_id, url, secret, created_at)"
        " VALUES ($1, 'botti-told', 'botti', $2, 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==', $3)",
        house, BOT_URL, BEGIN,
    )  # fmt: skip
    await link.executemany(
        "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, units, auto_accept, wrap_up,"
        " timers, consent, bot_id, created_at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            (house, name, one["channel"], f"{house}-{name}", one.get("queue", SUPPORT), one.get("units", 1),
             one.get("auto_accept", False), one.get("wrap_up", "always"), one.get("timers", _TIMERS),
             one.get("consent", "none"), "botti" if one.get("bot") else None, BEGIN)
            for name, one in WORKSTREAMS.items()
        ],
    )  # fmt: skip


async def _hire(tx: Any, people: Sequence[Actor]) -> None:
    link, serving = tx._connection, {UserRole.AGENT, UserRole.SUPERVISOR}
    await link.executemany(
        "INSERT INTO users (organization_id, id, email, name, roles, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (who.organization_id, who.id, f"{who.id}@example.com", who.name, sorted(who.roles), BEGIN)
            for who in people
        ],
    )
    await link.executemany(
        "INSERT INTO agents (organization_id, id, chosen, chosen_at, idle_since, capacity, limits)"
        " VALUES ($1, $2, 'available', $3, $3, 3, $4)",
        [(who.organization_id, who.id, BEGIN, {"record": 1}) for who in people if serving & who.roles],
    )
    for table, of in (("queue_members", "queues"), ("queue_supervisors", "supervised")):
        await link.executemany(
            f"INSERT INTO {table} VALUES ($1, $2, $3)",
            [(who.organization_id, queue, who.id) for who in people for queue in getattr(who, of)],
        )
