"""What is asked before a route: how fast, from where, by whom. Nothing of the body has been read by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.authentication import bearer
from valvomo.edge.http.bodies import malformed
from valvomo.edge.http.origin import SAFE, address, foreign_origin, header, permitted_origin
from valvomo.edge.http.problems import language_of
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts

Connection = ASGIConnection[Any, Any, Any, Any]
Options = Mapping[str, Any]
"""What a route says of itself: `public` when nobody need sign in, `pace` by which callers are held back, `enrolling`
when whoever still has to get a second factor may use it."""

FOREIGN = "valvomo.foreign"
"""In the scope of a customer's request: its page is not one that the workstream allows."""


async def staff_guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """For `/api/v1`."""
    await admit_staff(parts_of(connection), connection.scope, handler.opt)


async def customer_guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """For `/widget/v1`."""
    await admit_customer(parts_of(connection), connection.scope, handler.opt)


async def bot_guard(connection: Connection, _handler: BaseRouteHandler) -> None:
    """For `/bot/v1`: a bot's token and nothing else opens it, and it opens nothing else."""
    parts, scope = parts_of(connection), connection.scope
    _refuse_nul(scope)
    secret = bearer(header(scope["headers"], b"authorization") or "")
    bot = await parts.authentication.of_bot(secret)
    if isinstance(bot, Refusal):
        raise Refused(bot)
    _keep(scope, bot)
    _keep_pace(parts, {"pace": "bot"}, bot.id)


async def nobody_guard(_connection: Connection, _handler: BaseRouteHandler) -> None:
    """For what the framework brings along and is no part of the interface."""
    raise Refused(Refusal(Reason.NOT_FOUND))


async def admit_staff(parts: Parts, scope: Any, opt: Options) -> None:
    """A signed-in user, unless the route is public. Who may not come in is refused; who may is in the scope then."""
    _keep_pace(parts, opt, address(scope))
    _refuse_nul(scope)
    unsafe = scope.get("method") not in SAFE
    if unsafe and header(scope["headers"], b"authorization") is None and foreign_origin(scope):
        raise Refused(Refusal(Reason.FOREIGN_ORIGIN))
    if opt.get("public"):
        return
    actor = await parts.authentication.of_headers(scope["headers"], enrolling=bool(opt.get("enrolling")))
    if isinstance(actor, Refusal):
        raise Refused(actor)
    _keep(scope, actor)


async def admit_customer(parts: Parts, scope: Any, opt: Options) -> None:
    """A customer's token, unless the route is public, from a page that may carry it."""
    _refuse_nul(scope)
    if opt.get("public"):
        _keep_pace(parts, {"pace": "read_public", **opt}, address(scope))
        return
    guest = await parts.authentication.of_guest(bearer(header(scope["headers"], b"authorization") or ""))
    if isinstance(guest, Refusal):
        raise Refused(guest)
    refuse_foreign(scope, guest.origins)
    _keep(scope, guest.actor)
    # Whatever names no pace of its own reads, which costs us something too.
    _keep_pace(parts, {"pace": "read_own", **opt}, guest.conversation_id)
    scope["auth"] = guest


def parts_of(connection: Connection) -> Parts:
    """What the application was made with."""
    parts: Parts = connection.app.state["parts"]
    return parts


def refuse_foreign(scope: Any, origins: tuple[str, ...]) -> None:
    """A customer's request from a page that the workstream does not allow: refused, and unreadable there."""
    if not permitted_origin(scope, origins):
        scope[FOREIGN] = True
        raise Refused(Refusal(Reason.FOREIGN_ORIGIN))


def _keep(scope: Any, actor: Actor) -> None:
    """Who calls, in the language in which this request is to be answered."""
    scope["user"] = actor
    language = language_of(scope)
    if language != actor.language:
        scope["user"] = replace(actor, language=language)


def _keep_pace(parts: Parts, opt: Options, caller: str) -> None:
    pace = parts.paces.get(opt.get("pace", ""))
    if pace is not None and (wait := pace.wait(caller)):
        raise Refused(Refusal(Reason.RATE_LIMITED, {"retry_after": wait}))


def _refuse_nul(scope: Any) -> None:
    if b"%00" in scope["query_string"]:
        raise Refused(malformed("query", "a text contains U+0000"))
