"""What the benchmark runs in: the sample organization with more agents' capacity, conversations, and supervisors.

Made by ordinary commands before anything is measured; only the passwords are hashed cheaply, because signing in
is not what is measured.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
from argon2 import PasswordHasher

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.sign_in import Gate, Session
from valvomo.commands.settings.users import ChangeUser, CreateUser, Profile
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import DOMAIN, PASSWORD, Sample, create_sample
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel

AGENTS = ("aino", "eino", "lumi", "onni")
"""Those of the queue Support."""
ENTRANCE = "Web chat"
"""The workstream by which customers come into it."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """An agent and their session."""

    id: str
    session: str


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A live chat that an agent serves: `token` is the customer's, `agent` the number of a desk."""

    id: str
    token: str
    agent: int


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """Who works there, and the sessions of supervisors; every second sees one queue only. Customers come by `key`."""

    agents: list[Desk]
    supervisors: list[str]
    key: str


class Place(Staff, frozen=True, kw_only=True):
    """The organization with conversations that are under way."""

    organization_id: str
    talks: list[Talk]


async def furnish(url: str, *, talks: int, supervisors: int) -> Place:
    """Make it in an empty database."""
    async with _maker(url) as maker:
        return await maker.make(talks, supervisors)


async def staffed(
    url: str, *, agents: int, capacity: int, supervisors: int, entrance: str = ENTRANCE
) -> Staff:
    """The organization in an empty database, with no other agents than these, who are offline.

    Customers come by the workstream of this name.
    """
    async with _maker(url) as maker:
        return await maker.staff(agents, capacity, supervisors, entrance)


@asynccontextmanager
async def _maker(url: str) -> AsyncIterator[_Maker]:
    await migrate.apply(url)
    database = await Database.open(url, pool_size=4)
    try:
        yield _Maker(database)
    finally:
        await database.close()


class _Maker:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.executor = Executor(database, lambda: datetime.now(UTC), Doorbell())
        self.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.gate = Gate(self.executor, self.passwords)

    async def make(self, talks: int, supervisors: int) -> Place:
        password = await self.passwords.hash(PASSWORD)
        sample = await create_sample(self.executor, password)
        admin = await sample.actor(self.database, "admin")
        agents = [await self._agent(admin, sample, name, talks) for name in AGENTS]
        made = []
        for number in range(talks):
            agent = number % len(agents)
            made.append(await self._talk(admin, agents[agent][0], agent, number))
        watching = [await self._supervisor(admin, sample, password, number) for number in range(supervisors)]
        return Place(
            organization_id=sample.organization_id,
            talks=made,
            agents=[desk for _, desk in agents],
            supervisors=watching,
            key=sample.keys[ENTRANCE],
        )

    async def staff(self, agents: int, capacity: int, supervisors: int, entrance: str) -> Staff:
        password = await self.passwords.hash(PASSWORD)
        sample = await create_sample(self.executor, password)
        admin = await sample.actor(self.database, "admin")
        desks = []
        for number in range(agents):
            profile = Profile(
                email=f"agent{number}@{DOMAIN}",
                name=f"Agent {number}",
                roles=frozenset({UserRole.AGENT}),
                capacity=capacity,
                queues=frozenset({sample.queues["Support"]}),
            )
            made = await self._do(admin, CreateUser(profile=profile, password_hash=password))
            desks.append(Desk(id=str(made["id"]), session=await self._session(profile.email)))
        watching = [await self._supervisor(admin, sample, password, number) for number in range(supervisors)]
        return Staff(agents=desks, supervisors=watching, key=sample.keys[entrance])

    async def _agent(self, admin: Actor, sample: Sample, name: str, capacity: int) -> tuple[Actor, Desk]:
        await self._do(admin, ChangeUser(user_id=sample.people[name], capacity=capacity))
        agent = await sample.actor(self.database, name)
        await self._do(agent, SetPresence(agent_id=agent.id, presence=Presence.AVAILABLE))
        return agent, Desk(id=agent.id, session=await self._session(f"{name}@{DOMAIN}"))

    async def _talk(self, admin: Actor, agent: Actor, desk: int, number: int) -> Talk:
        wanted = StartConversation(
            channel=Channel.LIVE_CHAT, queue="Support", customer_name=f"Customer {number}", issue_token=True
        )
        started = await self._do(admin, wanted)
        await self._do(agent, Pick(conversation_id=str(started["id"])))
        return Talk(id=str(started["id"]), token=str(started["token"]), agent=desk)

    async def _supervisor(self, admin: Actor, sample: Sample, password: str, number: int) -> str:
        everything = number % 2 == 0
        profile = Profile(
            email=f"supervisor{number}@{DOMAIN}",
            name=f"Supervisor {number}",
            roles=frozenset({UserRole.SUPERVISOR}),
            supervises_all=everything,
            supervised=frozenset() if everything else frozenset({sample.queues["Support"]}),
        )
        await self._do(admin, CreateUser(profile=profile, password_hash=password))
        return await self._session(profile.email)

    async def _session(self, email: str) -> str:
        session = await self.gate.sign_in(email, PASSWORD)
        if not isinstance(session, Session):
            raise TypeError(f"{email} cannot sign in: {session}")
        return session.token

    async def _do(self, actor: Actor, command: Command) -> dict[str, object]:
        done = await self.executor.execute(actor, command)
        if not isinstance(done, Done):
            raise TypeError(f"{command}: {done}")
        return dict(done.result)
