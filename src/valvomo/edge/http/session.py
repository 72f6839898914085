"""Signing in and out, and one's own account (spec 2)."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.agents.focus import ReportFocus
from valvomo.commands.settings.account import ChangeLanguage
from valvomo.commands.settings.attempts import SignOut
from valvomo.domain.access.actor import Actor
from valvomo.domain.figures.focus import Told
from valvomo.domain.refusals import Refusal
from valvomo.edge.http.authentication import session_token
from valvomo.edge.http.cookies import cleared_cookie, session_cookie
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.requests import FocusReport
from valvomo.protocol.settings import Me
from valvomo.protocol.settings_requests import ChangeMeRequest, ChangePasswordRequest
from valvomo.protocol.signing_in import SessionDocument, SignInRequest
from valvomo.queries import account

TAGS = ("session",)
Everywhere = Annotated[bool, QueryParameter(description="All sessions of the account, not only this one.")]


@post(
    "/session",
    status_code=200,
    opt={"public": True, "pace": "sign_in"},
    tags=TAGS,
    operation_id="signIn",
    summary="Sign in",
)
async def sign_in(data: JSONBody[SignInRequest], parts: NamedDependency[Parts]) -> Response[SessionDocument]:
    """Opens a session and answers with its cookie (HttpOnly, SameSite=Strict).

    Whatever of it is wrong, the answer is the same. Of an account with a second factor `code` is asked for once the
    password is right. After five failures in a row the account is blocked for 15 minutes.
    """
    session = await parts.gate.sign_in(data.email, data.password, data.code)
    if isinstance(session, Refusal):
        raise Refused(session)
    document = SessionDocument(user=session.user_id, expires_at=session.expires_at)
    return Response(document, status_code=200, cookies=[session_cookie(session.token, parts)])


@delete(
    "/session",
    status_code=204,
    opt={"enrolling": True},
    tags=TAGS,
    operation_id="signOut",
    summary="Sign out",
)
async def sign_out(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
    everywhere: Everywhere = False,
) -> Response[None]:
    """Ends this session; with `everywhere` all sessions of the account. API tokens stay.

    Repeated by the session that it has ended, it is refused as any request of that session is.
    """
    token = session_token(request.scope["headers"])
    done(await parts.executor.execute(actor, SignOut(token=token, everywhere=everywhere), key))
    parts.authentication.forget(token)
    return Response(None, status_code=204, cookies=[cleared_cookie(parts)])


@get("/me", opt={"enrolling": True}, tags=TAGS, operation_id="me", summary="Who am I")
async def me(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Me:
    """The caller's account: roles, rights, queues, language, and texts still to be acknowledged."""
    async with parts.reader.reading() as tx:
        return found(await account.me(tx, actor, session_token(request.scope["headers"])))


@patch("/me", opt={"enrolling": True}, tags=TAGS, operation_id="changeMe", summary="Change my language")
async def change_me(
    request: Request[Any, Any, Any],
    data: JSONBody[ChangeMeRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> Me:
    """The language in which the caller is spoken to from now on."""
    done(await parts.executor.execute(actor, ChangeLanguage(language=data.language), key))
    async with parts.reader.reading() as tx:
        return found(await account.me(tx, actor, session_token(request.scope["headers"])))


@post(
    "/me/password", status_code=204, tags=TAGS, operation_id="changeMyPassword", summary="Change my password"
)
async def change_password(
    request: Request[Any, Any, Any],
    data: JSONBody[ChangePasswordRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """Ends all other sessions of the account. A wrong old password counts as a failed sign-in.

    The passwords are no part of what an `Idempotency-Key` stands for, since they are kept nowhere: the same key again
    has no effect, whatever they are.
    """
    keep = session_token(request.scope["headers"]) or None
    done(await parts.gate.change_password(actor, data.old, data.new, keep=keep, key=key))


@post("/me/focus", status_code=204, tags=TAGS, operation_id="reportFocus", summary="Report focus")
async def report_focus(
    data: JSONBody[FocusReport],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """How long conversations that the caller serves were in front: selected on a visible desk that has the keyboard.

    Spans are told from now backwards, so that only the server's clock counts; none may overlap another one. What of
    them was not reported before and was talk or wrap-up of the caller counts as focus time, the rest does not.
    """
    spans = tuple(
        Told(conversation_id=one.conversation, ago=one.ago, seconds=one.seconds) for one in data.spans
    )
    done(await parts.executor.execute(actor, ReportFocus(spans=spans), key))


ROUTES = (sign_in, sign_out, me, change_me, change_password, report_focus)
