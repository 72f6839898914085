"""Create and change accounts: roles, scope, capacity, password, disabling (spec 1 §1, spec 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from valvomo.commands.agents.serving import end_serving
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, within_constraints
from valvomo.commands.settings.withdrawing import end_unrightful
from valvomo.commands.work import Work
from valvomo.db import conversations, house
from valvomo.db.people import SERVING
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.skills import LEAST_LEVEL, MOST_LEVEL
from valvomo.domain.refusals import Reason, Refusal, malformed

CAPACITY = 3
"""Units that a new agent may carry unless said otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an account is. `capacity`, `limits`, `skills` and hours are kept only for those who can hold conversations.

    `skills` maps skills (by id) to levels from 1 to 5. Without hours the account is always on duty.
    """

    email: str
    name: str
    roles: frozenset[UserRole]
    language: str = "en"
    capacity: int = CAPACITY
    limits: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    hours_id: str | None = None
    queues: frozenset[str] = frozenset()
    supervised: frozenset[str] = frozenset()
    supervises_all: bool = False
    disabled: bool = False

    def refusal(self) -> Refusal | None:
        """Why no account can be so."""
        if not self.roles:
            return malformed("roles", "none is given")
        wrong = [one for one, level in self.skills.items() if not LEAST_LEVEL <= level <= MOST_LEVEL]
        return malformed(f"skills.{min(wrong)}", f"not from {LEAST_LEVEL} to {MOST_LEVEL}") if wrong else None

    @property
    def serves(self) -> bool:
        """Whether the account can hold conversations."""
        return not self.disabled and bool(SERVING & self.roles)

    def consistent(self) -> Self:
        """Without scope that the roles make meaningless: nobody counts as member of a queue they cannot serve."""
        supervisor = UserRole.SUPERVISOR in self.roles
        return replace(
            self,
            queues=self.queues if SERVING & self.roles else frozenset(),
            skills=self.skills if SERVING & self.roles else {},
            hours_id=self.hours_id or None if SERVING & self.roles else None,
            supervised=self.supervised if supervisor else frozenset(),
            supervises_all=self.supervises_all and supervisor,
        )

    def shown(self) -> dict[str, object]:
        """As kept with facts."""
        return {
            "email": self.email,
            "name": self.name,
            "roles": sorted(self.roles),
            "language": self.language,
            "capacity": self.capacity,
            "limits": dict(self.limits),
            "skills": dict(sorted(self.skills.items())),
            "hours_id": self.hours_id,
            "queues": sorted(self.queues),
            "supervised": sorted(self.supervised),
            "supervises_all": self.supervises_all,
            "disabled": self.disabled,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser(Command):
    """A new account; without a password it can only be used by API tokens, or not before it gets one."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"password_hash"})
    profile: Profile
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUser(Command):
    """Change what is given; None leaves a thing as it is. A new password or disabling ends the account's sessions.

    Who is disabled, or is neither agent nor supervisor any more, has no conversations any more either. Empty `hours_id`
    means none.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"password_hash"})
    user_id: str
    email: str | None = None
    name: str | None = None
    roles: frozenset[UserRole] | None = None
    language: str | None = None
    capacity: int | None = None
    limits: Mapping[str, int] | None = None
    skills: Mapping[str, int] | None = None
    hours_id: str | None = None
    queues: frozenset[str] | None = None
    supervised: frozenset[str] | None = None
    supervises_all: bool | None = None
    disabled: bool | None = None
    password_hash: str | None = field(default=None, repr=False)


@handles(CreateUser)
@within_constraints
async def create_user(work: Work, command: CreateUser) -> Outcome:
    """Account, scope and, for those who serve, capacity in one commit."""
    profile = command.profile.consistent()
    if refusal := profile.refusal() or _password_refusal(profile, command.password_hash):
        return refusal
    if refusal := await _unknown(work, profile):
        return refusal
    user_id = work.new_id()
    await work.tx.run(
        "people.create_user", work.organization_id, user_id, profile.email, profile.name, sorted(profile.roles),
        profile.language, command.password_hash, profile.supervises_all, work.now,
    )  # fmt: skip
    await _write_scope(work, user_id, profile)
    password = {"password": "set"} if command.password_hash else {}
    note_created(work, "user", (user_id, profile.name), {**profile.shown(), **password})
    return {"id": user_id}


@handles(ChangeUser)
@within_constraints
async def change_user(work: Work, command: ChangeUser) -> Outcome:
    """Effective with the account's next request; somebody must remain who can administer."""
    row = await locked(work, command.user_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    after = _merged(profile_of(row), command)
    if refusal := _password_refusal(after, command.password_hash or row["password_hash"]):
        return refusal
    return await rewrite(work, row, after, command.password_hash)


async def locked(work: Work, user_id: str) -> Any:
    """The account's row, which nobody else changes until the transaction ends; None where there is none."""
    await work.tx.row("house.lock_organization", work.organization_id)
    return await work.tx.row("people.users", work.organization_id, "", user_id, 1, "", None, None, None)


async def rewrite(work: Work, row: Any, changed: Profile, password_hash: str | None = None) -> Outcome:
    """The account (a row of `people.users`) as it is from now on, with all that follows for whom it was."""
    before, after, who = profile_of(row), changed.consistent(), (work.organization_id, row["id"])
    if refusal := after.refusal() or await _unknown(work, after):
        return refusal
    if not after.serves:
        # Conversations are locked before agents, here as everywhere; which they are by then is asked again below.
        await conversations.lock_of_person(work.tx, *who)
    await work.tx.run(
        "people.change_user", *who, after.email, after.name, sorted(after.roles), after.language,
        after.supervises_all, after.disabled,
    )  # fmt: skip
    if not await work.tx.value("people.administrators", work.organization_id):
        return Refusal(Reason.LAST_ADMINISTRATOR)
    await _write_scope(work, row["id"], after)
    if password_hash is not None:
        await work.tx.run("people.set_password", *who, password_hash)
    if password_hash is not None or after.disabled:
        await work.tx.run("people.drop_sessions", *who, None)
    reset = {"password": "reset"} if password_hash is not None else {}
    note_changed(work, "user", (row["id"], after.name), (before.shown(), {**after.shown(), **reset}))
    if not after.serves:
        await end_serving(work, row["id"])
    await end_unrightful(work, work.supervision)
    return {"id": row["id"]}


def profile_of(row: Any) -> Profile:
    """A row of `people.users`."""
    return Profile(
        email=row["email"],
        name=row["name"],
        roles=frozenset(UserRole(role) for role in row["roles"]),
        language=row["language"],
        capacity=CAPACITY if row["capacity"] is None else row["capacity"],
        limits=row["limits"] or {},
        skills=row["skills"] or {},
        hours_id=row["hours_id"],
        queues=frozenset(row["queues"]),
        supervised=frozenset(row["supervised"]),
        supervises_all=row["supervises_all"],
        disabled=row["disabled"],
    )


def _merged(profile: Profile, command: ChangeUser) -> Profile:
    names = (one.name for one in fields(Profile))
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    return replace(profile, **given)


def _password_refusal(profile: Profile, password_hash: str | None) -> Refusal | None:
    """An integration account is used by the interface only: it has tokens, and no password to be guessed."""
    if UserRole.INTEGRATION in profile.roles and password_hash is not None:
        return malformed("password", "an integration account has tokens and no password")
    return None


async def _unknown(work: Work, profile: Profile) -> Refusal | None:
    skills = await house.skills(work.tx, work.organization_id) if profile.skills else {}
    if unknown := profile.skills.keys() - skills.keys():
        return Refusal(Reason.UNKNOWN_TARGET, {"skill": min(unknown)})
    hours = (work.organization_id, profile.hours_id)
    if profile.hours_id is not None and not await work.tx.value("settings.known_hours", *hours):
        return Refusal(Reason.UNKNOWN_TARGET, {"hours": profile.hours_id})
    return None


async def _write_scope(work: Work, user_id: str, profile: Profile) -> None:
    who = (work.organization_id, user_id)
    if SERVING & profile.roles:
        limits = dict(profile.limits)
        await work.tx.run("people.make_agent", *who, work.now, profile.capacity, limits)
        await work.tx.run("people.set_capacity", *who, profile.capacity, limits, profile.hours_id)
        await work.tx.run("people.add_skills_of", *who, [*profile.skills], [*profile.skills.values()])
    await work.tx.run("people.drop_skills_of", *who, [*profile.skills])
    await work.tx.run("people.drop_queues_of", *who, sorted(profile.queues))
    await work.tx.run("people.add_queues_of", *who, sorted(profile.queues))
    await work.tx.run("people.drop_supervised_by", *who, sorted(profile.supervised))
    await work.tx.run("people.add_supervised_by", *who, sorted(profile.supervised))
