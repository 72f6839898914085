"""The second factor of accounts (RFC 6238, spec 3)."""

from typing import Any

import msgspec
from litestar import Request, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.second_factor import ConfirmSecondFactor, ResetSecondFactor
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.authentication import session_token
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done
from valvomo.edge.parts import Parts
from valvomo.protocol.signing_in import (
    CodeRequest,
    EndSecondFactorRequest,
    NewSecondFactor,
    PasswordRequest,
    RecoveryCodes,
)

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
    request: Request[Any, Any, Any],
    data: JSONBody[PasswordRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
) -> NewSecondFactor:
    """A secret for an authenticator app; no code is asked for before one of them has been confirmed.

    Again, it is another secret. A wrong password counts as a failed sign-in.
    """
    session = session_token(request.scope["headers"])
    begun = done(await parts.gate.begin_second_factor(actor, data.password, session))
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
    request: Request[Any, Any, Any],
    data: JSONBody[EndSecondFactorRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """No code is asked for any more. A wrong password or code counts as a failed sign-in."""
    session = session_token(request.scope["headers"])
    done(await parts.gate.end_second_factor(actor, (data.password, data.code), session, key))


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


ROUTES = (begin, confirm, end, reset)
