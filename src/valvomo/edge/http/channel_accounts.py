"""Channel accounts: the house's accounts at providers, and what failed on its way over them; administrators only."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.channels.administering import ChangeChannelAccount, RemoveChannelAccount
from valvomo.commands.channels.mending import SendAgain, TryAgain
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.channels import (
    ArrivalDocument,
    ChangeChannelAccountRequest,
    ChannelAccountDocument,
    CreateChannelAccountRequest,
    DispatchDocument,
    HealthDocument,
    MendRequest,
    ProviderDocument,
    SendTestRequest,
)
from valvomo.protocol.pages import Page
from valvomo.queries import channels

TAGS = ("channels",)
ONE = "/channel-accounts/{account_id:str}"
Waiting = Annotated[
    Literal["queued", "failed"], QueryParameter(name="state", description="Waiting to go out, or failed.")
]
Untaken = Annotated[
    Literal["waiting", "given_up", "left"],
    QueryParameter(name="state", description="Not taken in yet, given up, or left aside with a reason."),
]


@get(
    "/channel-providers", tags=TAGS, operation_id="listChannelProviders", summary="List providers of channels"
)
async def list_channel_providers(actor: NamedDependency[Actor]) -> list[ProviderDocument]:
    """Those that accounts can be made at, and what has to be filled in for one."""
    return found(channels.providers(actor))


@get("/channel-accounts", tags=TAGS, operation_id="listChannelAccounts", summary="List channel accounts")
async def list_channel_accounts(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[ChannelAccountDocument]:
    """In order of their making, with what waits and what failed."""
    callback = parts.channels.setting_up.opener.callback
    async with parts.reader.reading() as tx:
        return found(await channels.accounts(tx, actor, cursor=cursor, limit=limit, callback=callback))


@post(
    "/channel-accounts", status_code=201, tags=TAGS, operation_id="createChannelAccount",
    summary="Create a channel account",
)  # fmt: skip
async def create_channel_account(
    data: JSONBody[CreateChannelAccountRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> ChannelAccountDocument:
    """What is filled in is judged by the provider's form. `secrets` are kept encrypted and never shown."""
    named = (data.provider, data.name, data.workstream_id)
    made = done(
        await parts.channels.setting_up.create(
            actor, named, (data.settings, data.secrets), key, begins=data.begins
        )
    )
    return await _document(parts, actor, str(made.result["id"]))


@get(ONE, tags=TAGS, operation_id="getChannelAccount", summary="One channel account")
async def get_channel_account(
    account_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> ChannelAccountDocument:
    """As it is now."""
    return await _document(parts, actor, account_id)


@patch(ONE, tags=TAGS, operation_id="changeChannelAccount", summary="Change a channel account")
async def change_channel_account(
    account_id: PathId,
    data: JSONBody[ChangeChannelAccountRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> ChannelAccountDocument:
    """What is left out stays as it is. Of a disabled account nothing comes in, and what is to go out waits."""
    command = ChangeChannelAccount(
        account_id=account_id, name=data.name, workstream_id=data.workstream_id, settings=data.settings,
        disabled=data.disabled, begins=data.begins,
    )  # fmt: skip
    done(await parts.channels.setting_up.change(actor, command, data.secrets, key))
    return await _document(parts, actor, account_id)


@delete(
    ONE, status_code=204, tags=TAGS, operation_id="removeChannelAccount", summary="Remove a channel account"
)
async def remove_channel_account(
    account_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """Only one over which nobody has been talked to; others can be disabled."""
    done(await parts.executor.execute(actor, RemoveChannelAccount(account_id=account_id), key))


@post(
    f"{ONE}/check", status_code=200, tags=TAGS, operation_id="checkChannelAccount",
    summary="Look whether an account works",
)  # fmt: skip
async def check_channel_account(
    account_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> HealthDocument:
    """Asks the provider now; nobody is sent anything."""
    health = found(await parts.channels.setting_up.check(actor, account_id))
    problem = health.problem.value if health.problem else None
    return HealthDocument(well=health.well, problem=problem, detail=health.detail)


@post(
    f"{ONE}/test", status_code=204, tags=TAGS, operation_id="sendChannelTest", summary="Send a test message"
)
async def send_channel_test(
    account_id: PathId,
    data: JSONBody[SendTestRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """At once, and apart from any conversation; the provider's no is the answer's."""
    done(await parts.channels.setting_up.send_test(actor, account_id, (data.address, data.text), key))


@get(f"{ONE}/dispatches", tags=TAGS, operation_id="listDispatches", summary="Messages on their way out")
async def list_dispatches(
    account_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    standing: Waiting = "failed",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[DispatchDocument]:
    """In the order in which they go."""
    async with parts.reader.reading() as tx:
        return found(
            await channels.dispatches(tx, actor, account_id, state=standing, cursor=cursor, limit=limit)
        )


@get(f"{ONE}/arrivals", tags=TAGS, operation_id="listArrivals", summary="What came in and was not taken in")
async def list_arrivals(
    account_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    standing: Untaken = "given_up",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ArrivalDocument]:
    """What was given up or left aside, the newest first; or what waits, in order."""
    async with parts.reader.reading() as tx:
        return found(
            await channels.arrivals(tx, actor, account_id, state=standing, cursor=cursor, limit=limit)
        )


@post(
    f"{ONE}/mend", status_code=204, tags=TAGS, operation_id="mendChannel",
    summary="Try again what was given up on its way out or in, or drop it",
)  # fmt: skip
async def mend_channel(
    account_id: PathId,
    data: JSONBody[MendRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """A message that is sent again is waiting once more; one that is dropped stays failed.

    What came in and is dropped becomes part of nothing.
    """
    command = (
        SendAgain(account_id=account_id, message_id=data.id, drop=data.drop)
        if data.what == "dispatch"
        else TryAgain(account_id=account_id, key=data.id, drop=data.drop)
    )
    done(await parts.executor.execute(actor, command, key))


async def _document(parts: Parts, actor: Actor, account_id: str) -> ChannelAccountDocument:
    callback = parts.channels.setting_up.opener.callback
    async with parts.reader.reading() as tx:
        return found(await channels.account(tx, actor, account_id, callback))


ROUTES = (
    list_channel_providers, list_channel_accounts, create_channel_account, get_channel_account, change_channel_account,
    remove_channel_account, check_channel_account, send_channel_test, list_dispatches, list_arrivals, mend_channel,
)  # fmt: skip
