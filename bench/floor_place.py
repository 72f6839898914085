"""What the benchmark runs in: the sample organization with more agents' capacity, conversations, and supervisors.

Made by ordinary commands before anything is measured; only the passwords are hashed cheaply, because signing in
is not what is measured.
"""

from __future__ import annotations

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


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A live chat that an agent serves: `token` is the customer's, `session` the agent's."""

    id: str
    token: str
    agent: str
    agent_id: str
    session: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The organization, its conversations, and the sessions of supervisors; every second sees one queue only."""

    organization_id: str
    talks: list[Talk]
    supervisors: list[str]


async def furnish(url: str, *, talks: int, supervisors: int) -> Place:
    """Make it in an empty database."""
    await migrate.apply(url)
    database = await Database.open(url, pool_size=4)
    try:
        maker = _Maker(database)
        return await maker.make(talks, supervisors)
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
        agents, sessions = {}, {}
        for name in AGENTS:
            await self._do(admin, ChangeUser(user_id=sample.people[name], capacity=talks))
            agents[name] = await sample.actor(self.database, name)
            await self._do(agents[name], SetPresence(agent_id=agents[name].id, presence=Presence.AVAILABLE))
            sessions[name] = await self._session(f"{name}@{DOMAIN}")
        made = []
        for number in range(talks):
            name = AGENTS[number % len(AGENTS)]
            made.append(await self._talk(admin, (name, agents[name]), sessions[name], number))
        watching = [await self._supervisor(admin, sample, password, number) for number in range(supervisors)]
        return Place(organization_id=sample.organization_id, talks=made, supervisors=watching)

    async def _talk(self, admin: Actor, agent: tuple[str, Actor], session: str, number: int) -> Talk:
        wanted = StartConversation(
            channel=Channel.LIVE_CHAT, queue="Support", customer_name=f"Customer {number}", issue_token=True
        )
        started = await self._do(admin, wanted)
        await self._do(agent[1], Pick(conversation_id=str(started["id"])))
        return Talk(
            id=str(started["id"]),
            token=str(started["token"]),
            agent=agent[0],
            agent_id=agent[1].id,
            session=session,
        )

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
