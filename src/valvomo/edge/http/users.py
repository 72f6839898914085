"""Accounts; administrators only (spec 2)."""

from typing import Annotated

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.adjusting import AdjustUser
from valvomo.commands.settings.users import ChangeUser, CreateUser, Profile
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.edge.http.given import given
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.http.selections import Selection, each
from valvomo.edge.parts import Parts
from valvomo.protocol.bulk import BulkOutcomes, BulkUsersRequest
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import UserDocument
from valvomo.protocol.settings_requests import ChangeUserRequest, CreateUserRequest
from valvomo.queries import settings

TAGS = ("users",)
ONE = "/users/{user_id:str}"
Words = Annotated[str, QueryParameter(max_length=200, description="In the name or the address.")]
Role = Annotated[UserRole | None, QueryParameter(description="Those alone who have it.")]
Ids = Annotated[
    list[str] | None,
    QueryParameter(name="id", max_items=100, description="These alone; several may be given."),
]
Disabled = Annotated[bool | None, QueryParameter(description="Those alone who are, or are not.")]


@get("/users", tags=TAGS, operation_id="listUsers", summary="List accounts")
async def list_users(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    q: Words = "",
    role: Role = None,
    ids: Ids = None,
    disabled: Disabled = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[UserDocument]:
    """In order of their making, disabled ones included unless said otherwise."""
    wanted = settings.Wanted(words=q.strip(), role=role, ids=ids, disabled=disabled)
    async with parts.reader.reading() as tx:
        return found(await settings.users(tx, actor, wanted, cursor=cursor, limit=limit))


@post("/users", status_code=201, tags=TAGS, operation_id="createUser", summary="Create an account")
async def create_user(
    data: JSONBody[CreateUserRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> UserDocument:
    """E-mail addresses are unique in the whole installation. An integration account has no password."""
    profile = Profile(
        email=data.email,
        name=data.name,
        roles=data.roles,
        language=data.language,
        capacity=data.capacity,
        limits={channel.value: most for channel, most in data.limits.items()},
        skills=data.skills,
        hours_id=data.hours_id,
        queues=data.queues,
        supervised=data.supervised,
        supervises_all=data.supervises_all,
    )
    password_hash = await _hashed(parts, actor, data.password, data.email)
    command = CreateUser(profile=profile, password_hash=password_hash)
    made = done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, str(made.result["id"]))


@get(ONE, tags=TAGS, operation_id="getUser", summary="One account")
async def get_user(
    user_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> UserDocument:
    """As it is now."""
    return await _document(parts, actor, user_id)


@patch(ONE, tags=TAGS, operation_id="changeUser", summary="Change an account")
async def change_user(
    user_id: PathId,
    data: JSONBody[ChangeUserRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> UserDocument:
    """What is left out stays as it is. The last administrator can be neither disabled nor demoted."""
    email = data.email or (await _document(parts, actor, user_id)).email
    limits = data.limits
    command = ChangeUser(
        user_id=user_id,
        email=data.email,
        name=data.name,
        roles=data.roles,
        language=data.language,
        capacity=data.capacity,
        limits=None if limits is None else {channel.value: most for channel, most in limits.items()},
        skills=data.skills,
        hours_id=given(data.hours_id),
        queues=data.queues,
        supervised=data.supervised,
        supervises_all=data.supervises_all,
        disabled=data.disabled,
        password_hash=await _hashed(parts, actor, data.password, email),
    )
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, user_id)


@post("/users/bulk", status_code=200, tags=TAGS, operation_id="changeUsers", summary="Change a selection")
async def change_users(
    data: JSONBody[BulkUsersRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> BulkOutcomes:
    """Capacity, hours, skills and queues of up to 1,000 accounts: each by itself, each with its own outcome."""
    if refusal := settings.administrator_refusal(actor):
        raise Refused(refusal)
    limits = None if data.limits is None else {channel.value: most for channel, most in data.limits.items()}

    def adjustment(user_id: str) -> AdjustUser:
        return AdjustUser(
            user_id=user_id,
            capacity=data.capacity,
            limits=limits,
            hours_id=given(data.hours_id),
            add_skills=data.add_skills,
            remove_skills=data.remove_skills,
            add_queues=data.add_queues,
            remove_queues=data.remove_queues,
        )

    return await each(parts, actor, Selection("/api/v1/users", data.ids, adjustment), key)


async def _hashed(parts: Parts, actor: Actor, password: str | None, email: str) -> str | None:
    """Hashed before the transaction, which would hold its locks meanwhile; for administrators only."""
    if refusal := settings.administrator_refusal(actor):
        raise Refused(refusal)
    return None if password is None else found(await parts.gate.new_hash(password, email))


async def _document(parts: Parts, actor: Actor, user_id: str) -> UserDocument:
    async with parts.reader.reading() as tx:
        return found(await settings.user(tx, actor, user_id))


ROUTES = (list_users, create_user, get_user, change_user, change_users)
