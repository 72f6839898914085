"""A large floor: agents, conversations that they serve, supervisors of everything and of one queue.

Made by ordinary commands, many in a transaction, because neither commits nor signing in is what is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from argon2 import PasswordHasher

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Executor
from valvomo.commands.registry import Command
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.queues import CreateQueue, QueueSettings
from valvomo.commands.settings.sign_in import Gate, Session
from valvomo.commands.settings.users import CreateUser, Profile
from valvomo.db import migrate
from valvomo.db.database import Database, Limits
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import DOMAIN, PASSWORD, create_sample
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel
from valvomo.queries import people

BATCH = 40
"""Commands in a transaction."""


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A chat: the customer's token, the number of the agent and of the queue."""

    id: str
    token: str
    agent: int
    queue: int


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of `agents` and `supervisors`; a supervisor's queue by number, None for all of them."""

    organization_id: str
    talks: list[Talk]
    agents: list[str]
    supervisors: list[tuple[str, int | None]]


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """How large."""

    agents: int = 500
    conversations: int = 5_000
    supervisors: int = 200
    queues: int = 10


PATIENT = Limits(statement=60, idle=60, whole=600)
"""Nobody waits for what is furnished by many commands at a time."""


async def furnish(url: str, sizes: Sizes) -> Scene:
    """Make it in an empty database."""
    await migrate.apply(url)
    database = await Database.open(url, pool_size=4, limits=PATIENT)
    try:
        return await _Maker(database, sizes).make()
    finally:
        await database.close()


class _Executor(Executor):
    async def execute_many(self, commands: Sequence[tuple[Actor, Command]]) -> list[dict[str, object]]:
        """In one transaction. A refusal ends everything."""
        async with self.database.transaction() as tx:
            return [dict((await self._within(tx, *one, None))[0].result) for one in commands]


class _Maker:
    def __init__(self, database: Database, sizes: Sizes) -> None:
        self.database = database
        self.sizes = sizes
        self.executor = _Executor(database, lambda: datetime.now(UTC), Doorbell())
        self.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.gate = Gate(self.executor, self.passwords)

    async def make(self) -> Scene:
        password, sizes = await self.passwords.hash(PASSWORD), self.sizes
        sample = await create_sample(self.executor, password)
        admin = await sample.actor(self.database, "admin")
        made = await self._all([
            (admin, CreateQueue(settings=QueueSettings(name=f"Queue {number}"))) for number in range(sizes.queues)
        ])  # fmt: skip
        queues = [str(one["id"]) for one in made]
        agents, sessions = await self._agents(admin, queues, password)
        talks = await self._talks(admin, agents, queues)
        supervisors = await self._supervisors(admin, queues, password)
        return Scene(
            organization_id=sample.organization_id, talks=talks, agents=sessions, supervisors=supervisors
        )

    async def _agents(
        self, admin: Actor, queues: Sequence[str], password: str
    ) -> tuple[list[Actor], list[str]]:
        profiles = [
            Profile(
                email=f"agent{number}@{DOMAIN}",
                name=f"Agent {number}",
                roles=frozenset({UserRole.AGENT}),
                queues=frozenset({queues[number % len(queues)]}),
                capacity=2 + self.sizes.conversations // self.sizes.agents,
            )
            for number in range(self.sizes.agents)
        ]
        made = await self._all([(admin, CreateUser(profile=one, password_hash=password)) for one in profiles])
        actors = []
        async with self.database.reading() as tx:
            for one in made:
                actor = await people.actor(tx, admin.organization_id, str(one["id"]))
                if actor is None:
                    raise LookupError(str(one))
                actors.append(actor)
        await self._all([
            (one, SetPresence(agent_id=one.id, presence=Presence.AVAILABLE)) for one in actors
        ])  # fmt: skip
        return actors, [await self._session(one.email) for one in profiles]

    async def _talks(self, admin: Actor, agents: Sequence[Actor], queues: Sequence[str]) -> list[Talk]:
        commands: list[tuple[Actor, Command]] = [
            (admin, StartConversation(
                channel=Channel.LIVE_CHAT, queue=queues[number % len(agents) % len(queues)],
                customer_name=f"Customer {number}", issue_token=True,
            ))
            for number in range(self.sizes.conversations)
        ]  # fmt: skip
        started = await self._all(commands)
        await self._all([
            (agents[number % len(agents)], Pick(conversation_id=str(one["id"])))
            for number, one in enumerate(started)
        ])  # fmt: skip
        return [
            Talk(
                id=str(one["id"]), token=str(one["token"]), agent=number % len(agents),
                queue=number % len(agents) % len(queues),
            )
            for number, one in enumerate(started)
        ]  # fmt: skip

    async def _supervisors(
        self, admin: Actor, queues: Sequence[str], password: str
    ) -> list[tuple[str, int | None]]:
        found: list[tuple[str, int | None]] = []
        for number in range(self.sizes.supervisors):
            queue = None if number % 2 == 0 else number // 2 % len(queues)
            profile = Profile(
                email=f"supervisor{number}@{DOMAIN}",
                name=f"Supervisor {number}",
                roles=frozenset({UserRole.SUPERVISOR}),
                supervises_all=queue is None,
                supervised=frozenset() if queue is None else frozenset({queues[queue]}),
            )
            await self._all([(admin, CreateUser(profile=profile, password_hash=password))])
            found.append((await self._session(profile.email), queue))
        return found

    async def _all(self, commands: Sequence[tuple[Actor, Command]]) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for begin in range(0, len(commands), BATCH):
            found.extend(await self.executor.execute_many(commands[begin : begin + BATCH]))
        return found

    async def _session(self, email: str) -> str:
        session = await self.gate.sign_in(email, PASSWORD)
        if not isinstance(session, Session):
            raise TypeError(f"{email} cannot sign in: {session}")
        return session.token
