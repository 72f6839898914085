"""What the routing benchmark runs in: agents with skills in 50 queues, each busy, and what waits for them.

Made by ordinary commands before anything is measured. Every agent has one unit and serves in two queues; every other
conversation asks for a skill.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from argon2 import PasswordHasher

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.commands.settings.bootstrap import FirstAdministrator, Founded, create_administrator
from valvomo.commands.settings.kinds import Skill
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.queues import CreateQueue, QueueSettings
from valvomo.commands.settings.resources import CreateResource
from valvomo.commands.settings.sign_in import Gate, Session
from valvomo.commands.settings.users import CreateUser, Profile
from valvomo.commands.settings.workstreams import CreateWorkstream
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.conversations.workstream import WrapUpBlock
from valvomo.domain.routing.rules import Condition, SkillRule

PASSWORD = "routing-bench"  # noqa: S105 - of accounts that live for minutes
SKILLS = 8
AT_ONCE = 8
"""Commands in flight while the place is made."""


class RoutingPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Ids; `sessions` are of the first agents, who watch their screens."""

    organization_id: str
    admin_id: str
    workstream_id: str
    queues: list[str]
    agents: list[str]
    sessions: dict[str, str]


class Maker:
    """Makes the place in an empty database, and more conversations whenever they are wanted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.executor = Executor(database, lambda: datetime.now(UTC), Doorbell())
        self._passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self._dice = random.Random(1)

    async def make(self, *, agents: int, queues: int, watching: int) -> RoutingPlace:
        """Everybody is there and nobody has anything to do."""
        await migrate.apply(self.database.url)
        password = await self._passwords.hash(PASSWORD)
        first = FirstAdministrator(
            organization="Bench", email="admin@bench.example", name="Admin", password_hash=password
        )
        founded = await create_administrator(self.executor, first)
        if not isinstance(founded, Founded):
            raise TypeError(f"no organization: {founded}")
        admin = self._user(founded.organization_id, founded.user_id, UserRole.ADMINISTRATOR)
        skills = [
            await self._id(admin, CreateResource(resource=Skill(name=f"Skill {number}")))
            for number in range(SKILLS)
        ]
        made = [
            await self._id(admin, CreateQueue(settings=QueueSettings(name=f"Queue {number}")))
            for number in range(queues)
        ]
        stream = await self._id(admin, self._workstream(made[0], skills))
        people = await self._together(
            self._agent(admin, number, (password, made, skills)) for number in range(agents)
        )
        gate = Gate(self.executor, self._passwords)
        sessions = {}
        for number, one in enumerate(people[:watching]):
            session = await gate.sign_in(f"agent{number}@bench.example", PASSWORD)
            if not isinstance(session, Session):
                raise TypeError(f"agent {number} cannot sign in: {session}")
            sessions[one] = session.token
        return RoutingPlace(
            organization_id=founded.organization_id, admin_id=founded.user_id, workstream_id=stream, queues=made,
            agents=people, sessions=sessions,
        )  # fmt: skip

    async def arrive(self, place: RoutingPlace, count: int) -> list[str]:
        """So many customers come, each into some queue."""
        return await self._together(self.arrival(place) for _ in range(count))

    async def arrival(self, place: RoutingPlace) -> str:
        """One customer."""
        command = StartConversation(
            channel=Channel.LIVE_CHAT,
            customer_name="Customer",
            workstream_id=place.workstream_id,
            queue=self._dice.choice(place.queues),
            answers={"skill": str(self._dice.randrange(2 * SKILLS))},
        )
        return await self._id(self.admin(place), command)

    def admin(self, place: RoutingPlace) -> Actor:
        """Who may create conversations."""
        return self._user(place.organization_id, place.admin_id, UserRole.ADMINISTRATOR)

    def agent(self, place: RoutingPlace, agent_id: str) -> Actor:
        """One of the agents."""
        return self._user(place.organization_id, agent_id, UserRole.AGENT)

    def _user(self, organization_id: str, user_id: str, role: UserRole) -> Actor:
        return Actor(id=user_id, organization_id=organization_id, name=user_id, roles=frozenset({role}))

    async def _agent(self, admin: Actor, number: int, made: tuple[str, list[str], list[str]]) -> str:
        password, queues, skills = made
        profile = Profile(
            email=f"agent{number}@bench.example",
            name=f"Agent {number}",
            roles=frozenset({UserRole.AGENT}),
            capacity=1,
            queues=frozenset({queues[number % len(queues)], queues[(7 * number + 1) % len(queues)]}),
            skills={skills[number % SKILLS]: 3, skills[(number // SKILLS) % SKILLS]: 5},
        )
        one = await self._id(admin, CreateUser(profile=profile, password_hash=password))
        agent = self._user(admin.organization_id, one, UserRole.AGENT)
        await self._do(agent, SetPresence(agent_id=one, presence=Presence.AVAILABLE))
        return one

    def _workstream(self, queue_id: str, skills: list[str]) -> CreateWorkstream:
        rules = tuple(
            SkillRule(
                name=f"Skill {number}",
                conditions=(Condition(field="answers.skill", values=(str(number),)),),
                needs=(Need(skill_id=one, level=2),),
            )
            for number, one in enumerate(skills)
        )
        return CreateWorkstream(
            name="Chat", channel=Channel.LIVE_CHAT, queue_id=queue_id, wrap_up=WrapUpBlock.NEVER,
            consent=ConsentPolicy.NONE, skill_rules=rules,
        )  # fmt: skip

    async def _together(self, jobs: Iterable[Coroutine[Any, Any, str]]) -> list[str]:
        """What they answer, in their order."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(job: Coroutine[Any, Any, str]) -> str:
            async with gate:
                return await job

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(job)) for job in jobs]
        return [task.result() for task in tasks]

    async def _id(self, actor: Actor, command: Command) -> str:
        return str((await self._do(actor, command))["id"])

    async def _do(self, actor: Actor, command: Command) -> dict[str, object]:
        done = await self.executor.execute(actor, command)
        if not isinstance(done, Done):
            raise TypeError(f"{command}: {done}")
        return dict(done.result)
