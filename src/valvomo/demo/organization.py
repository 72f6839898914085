"""The sample organization (spec 2): fixed, so that documentation, tests and newcomers can rely on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from valvomo.commands.execute import Executor
from valvomo.commands.registry import Command
from valvomo.commands.settings.bootstrap import FirstAdministrator, Founded, create_administrator
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.queues import CreateQueue, QueueSettings
from valvomo.commands.settings.resources import CreateResource
from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.commands.settings.users import ChangeUser, CreateUser, Profile
from valvomo.commands.settings.widgets import ChangeWidget
from valvomo.commands.settings.workstreams import ChangeWorkstream, CreateWorkstream
from valvomo.demo.furnishing import LEVELS, SKILLS, others
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.supervision import Right
from valvomo.domain.conversations.call_marks import Kept
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.refusals import Refusal
from valvomo.queries import people
from valvomo.queries.reading import Reader

PASSWORD = "valvomo-demo"  # noqa: S105 - known to everyone, which is why `demo` listens on loopback only
NAME = "Valvomo Demo"
DOMAIN = "demo.example"


class _Person(NamedTuple):
    name: str
    language: str
    roles: tuple[UserRole, ...]
    queues: tuple[str, ...] = ()
    supervised: tuple[str, ...] = ()
    supervises_all: bool = False
    capacity: int = 5


class _Workstream(NamedTuple):
    channel: Channel
    queue: str
    consent: ConsentPolicy = ConsentPolicy.NOTICE


def _key(workstream: str) -> str:
    return f"pk_demo_{workstream.lower().replace(' ', '_')}"


_AGENT = (UserRole.AGENT,)
_SUPERVISOR = (UserRole.SUPERVISOR,)

PEOPLE = {
    "saara": _Person("Saara Virtanen", "en", _SUPERVISOR, supervises_all=True),
    "veikko": _Person("Veikko Lindqvist", "fi", _SUPERVISOR, supervised=("Billing",)),
    "aino": _Person("Aino Korhonen", "fi", _AGENT, ("Support", "Billing", "Phone")),
    "eino": _Person("Eino Mäkelä", "en", _AGENT, ("Support", "Billing", "Cases")),
    "lumi": _Person("Lumi Nyström", "sv", _AGENT, ("Support", "Sales")),
    "onni": _Person("Onni Laine", "en", _AGENT, ("Support", "Sales", "Phone", "Cases")),
    "helmi": _Person("Helmi Ahonen", "fi", _AGENT, ("Billing", "Sales", "Cases")),
    "toivo": _Person("Toivo Berg", "sv", _AGENT, ("Billing", "Sales", "Cases")),
}
"""Everybody but the administrator, who comes first."""

ADMINISTRATOR = f"admin@{DOMAIN}"
SUPERVISORS = tuple(f"{name}@{DOMAIN}" for name, one in PEOPLE.items() if one.roles is _SUPERVISOR)
AGENTS = tuple(f"{name}@{DOMAIN}" for name, one in PEOPLE.items() if one.roles is _AGENT)

QUEUES = {
    "Support": QueueSettings(name="Support"),
    "Billing": QueueSettings(name="Billing", service_level_seconds=120),
    "Sales": QueueSettings(name="Sales", priority=1),
    "Phone": QueueSettings(name="Phone", kind="voice", priority=2, service_level_seconds=20),
    "Cases": QueueSettings(name="Cases", kind="record", service_level_seconds=3600),
    "Night desk": QueueSettings(name="Night desk"),
}

WORKSTREAMS = {
    "Web chat": _Workstream(Channel.LIVE_CHAT, "Support"),
    "Messages": _Workstream(Channel.PERSISTENT_CHAT, "Support"),
    "Records": _Workstream(Channel.RECORD, "Cases", ConsentPolicy.NONE),
    "Web chat with consent": _Workstream(Channel.LIVE_CHAT, "Billing", ConsentPolicy.CONSENT),
    "Billing chat": _Workstream(Channel.LIVE_CHAT, "Billing"),
    "Billing messages": _Workstream(Channel.PERSISTENT_CHAT, "Billing"),
    "Sales chat": _Workstream(Channel.LIVE_CHAT, "Sales"),
    "Voice calls": _Workstream(Channel.VOICE, "Phone"),
    "Video calls": _Workstream(Channel.VIDEO, "Phone"),
}
"""The first of a channel is the one that is taken when none is named."""

WIDGET_KEYS = {
    (one.queue, one.channel): _key(name)
    for name, one in WORKSTREAMS.items()
    if one.consent is ConsentPolicy.NOTICE
}
"""The public key by which a customer reaches a queue over a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Ids of what was created: people by the first part of their address, queues, workstreams and skills by name.

    `keys` are the workstreams' public keys, which a web page carries.
    """

    organization_id: str
    people: dict[str, str]
    queues: dict[str, str]
    workstreams: dict[str, str]
    skills: dict[str, str]
    keys: dict[str, str]

    async def actor(self, reader: Reader, person: str) -> Actor:
        """The person as they may act now."""
        async with reader.reading() as tx:
            found = await people.actor(tx, self.organization_id, self.people[person])
        if found is None:
            raise LookupError(person)
        return found


async def ensure_sample(executor: Executor, passwords: Passwords) -> bool:
    """The sample organization, unless it stands already; whether it had to be created."""
    async with executor.database.reading() as tx:
        if await tx.row("house.organization_by_name", NAME):
            return False
    sample = await create_sample(executor, await passwords.hash(PASSWORD))
    admin = await sample.actor(executor.database, "admin")
    for person, one in PEOPLE.items():
        if "Phone" in one.queues:
            # Nobody speaks with two people at once.
            limited = ChangeUser(user_id=sample.people[person], limits={"voice": 1, "video": 1})
            await _done(executor, admin, limited)
    for name in ("Voice calls", "Video calls"):
        # What is said is read while it is said, and heard again.
        kept = ChangeWorkstream(workstream_id=sample.workstreams[name], calls_kept=Kept.RECORDING)
        await _done(executor, admin, kept)
    return True


async def create_sample(
    executor: Executor, password_hash: str, *, name: str = NAME, domain: str = DOMAIN
) -> Sample:
    """The sample organization through ordinary commands, by its administrator.

    Every account gets the password that was hashed. Another `name` and `domain` make a second organization,
    whose public keys are random like everybody else's.
    """
    first = FirstAdministrator(
        organization=name, email=f"admin@{domain}", name="Pääkäyttäjä Admin", password_hash=password_hash
    )
    founded = await create_administrator(executor, first)
    if not isinstance(founded, Founded):
        raise TypeError(f"the sample organization cannot be created: {founded}")
    admin = Actor(
        id=founded.user_id,
        organization_id=founded.organization_id,
        name=first.name,
        roles=frozenset({UserRole.ADMINISTRATOR}),
    )
    queues = {one: await _create(executor, admin, CreateQueue(settings=QUEUES[one])) for one in QUEUES}
    skills = {one: await _create(executor, admin, CreateResource(resource=SKILLS[one])) for one in SKILLS}
    accounts = {"admin": admin.id}
    for person in PEOPLE:
        profile = _profile(person, domain, queues, skills)
        user = CreateUser(profile=profile, password_hash=password_hash)
        accounts[person] = await _create(executor, admin, user)
    workstreams, keys = await _workstreams(executor, admin, queues, fixed_keys=domain == DOMAIN)
    await _furnish(executor, admin, queues)
    await _done(executor, admin, ChangeSupervision(switches=dict.fromkeys(Right, True)))
    return Sample(
        organization_id=admin.organization_id,
        people=accounts,
        queues=queues,
        workstreams=workstreams,
        skills=skills,
        keys=keys,
    )


async def _workstreams(
    executor: Executor, admin: Actor, queues: dict[str, str], *, fixed_keys: bool
) -> tuple[dict[str, str], dict[str, str]]:
    ids, keys = {}, {}
    for name, one in WORKSTREAMS.items():
        command = CreateWorkstream(
            name=name,
            channel=one.channel,
            queue_id=queues[one.queue],
            consent=one.consent,
            key=_key(name) if fixed_keys else None,
        )
        made = await _done(executor, admin, command)
        ids[name], keys[name] = made["id"], made["key"]
    for name, one in WORKSTREAMS.items():
        if one.channel is Channel.LIVE_CHAT:
            voice, video = ids["Voice calls"], ids["Video calls"]
            await _done(
                executor, admin, ChangeWidget(workstream_id=ids[name], voice_to=voice, video_to=video)
            )
    return ids, keys


def _profile(person: str, domain: str, queues: dict[str, str], skills: dict[str, str]) -> Profile:
    one = PEOPLE[person]
    return Profile(
        email=f"{person}@{domain}",
        name=one.name,
        roles=frozenset(one.roles),
        language=one.language,
        capacity=one.capacity,
        skills={skills[skill]: level for skill, level in LEVELS.get(person, {}).items()},
        queues=frozenset(queues[queue] for queue in one.queues),
        supervised=frozenset(queues[queue] for queue in one.supervised),
        supervises_all=one.supervises_all,
    )


async def _furnish(executor: Executor, admin: Actor, queues: dict[str, str]) -> None:
    for resource in others(queues):
        await _create(executor, admin, CreateResource(resource=resource))


async def _create(executor: Executor, admin: Actor, command: Command) -> str:
    return (await _done(executor, admin, command))["id"]


async def _done(executor: Executor, admin: Actor, command: Command) -> dict[str, str]:
    done = await executor.execute(admin, command)
    if isinstance(done, Refusal):
        raise TypeError(f"the sample organization cannot be created: {done}")
    return {name: str(value) for name, value in done.result.items()}
