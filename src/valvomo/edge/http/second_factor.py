"""The second factor of accounts, and who has to have one (RFC 6238, spec 3)."""

from typing import Any

import msgspec
from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.second_factor import ChangeSignIn, ConfirmSecondFactor, ResetSecondFactor
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.authentication import session_token
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.signing_in import (
    CodeRequest,
    EndSecondFactorRequest,
    NewSecondFactor,
    PasswordRequest,
    RecoveryCodes,
    SignInSettings,
    SignInSettingsRequest,
)
from valvomo.queries import account

TAGS = ("session",)
OWN = {"enrolling": True, "pace": "sign_in"}


@post(
    "/me/second-factor",
    status_code=200,
    opt=OWN,
    tags=TAGS,
    operation_id="beginSecondFactor",
    summary="Begin to use a second factor",
)
async def begin(
    data: JSONBody[PasswordRequest], parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> NewSecondFactor:
    """A secret for an authenticator app; no code is asked for before one of them has been confirmed.

    Again, it is another secret. A wrong password counts as a failed sign-in.
    """
    begun = done(await parts.gate.begin_second_factor(actor, data.password))
    return NewSecondFactor(secret=str(begun.result["secret"]), uri=str(begun.result["uri"]))


@post(
    "/me/second-factor/confirm",
    status_code=200,
    opt=OWN,
    tags=TAGS,
    operation_id="confirmSecondFactor",
    summary="Confirm the second factor",
)
async def confirm(
    request: Request[Any, Any, Any],
    data: JSONBody[CodeRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> RecoveryCodes:
    """From now on a code is asked for. Ends all other sessions of the account."""
    keep = session_token(request.scope["headers"]) or None
    command = ConfirmSecondFactor(code=data.code, keep=keep)
    confirmed = done(await parts.executor.execute(actor, command, key))
    recovery = msgspec.convert(confirmed.result.get("recovery", ()), list[str])
    return RecoveryCodes(recovery=recovery)


@post(
    "/me/second-factor/end",
    status_code=204,
    opt=OWN,
    tags=TAGS,
    operation_id="endSecondFactor",
    summary="End the second factor",
)
async def end(
    data: JSONBody[EndSecondFactorRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """No code is asked for any more. A wrong password or code counts as a failed sign-in."""
    done(await parts.gate.end_second_factor(actor, data.password, data.code, key))


@delete(
    "/users/{user_id:str}/second-factor",
    status_code=204,
    tags=("users",),
    operation_id="resetSecondFactor",
    summary="Take away a lost second factor",
)
async def reset(
    user_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """For an account whose owner has lost it; ends its sessions. Administrators only, and in the audit log."""
    done(await parts.executor.execute(actor, ResetSecondFactor(user_id=user_id), key))


@get("/settings/sign-in", tags=TAGS, operation_id="getSignIn", summary="How accounts sign in")
async def get_sign_in(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> SignInSettings:
    """Which roles have to have a second factor."""
    async with parts.reader.reading() as tx:
        return found(await account.sign_in(tx, actor))


@put("/settings/sign-in", tags=TAGS, operation_id="changeSignIn", summary="Change how accounts sign in")
async def change_sign_in(
    data: JSONBody[SignInSettingsRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> SignInSettings:
    """Effective with the next request of everybody: who has none can do nothing but get one."""
    command = ChangeSignIn(second_factor_of=frozenset(data.second_factor_of))
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await account.sign_in(tx, actor))


ROUTES = (begin, confirm, end, reset, get_sign_in, change_sign_in)
