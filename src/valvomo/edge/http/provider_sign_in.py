"""Signing in by a provider (OpenID Connect, authorization code with PKCE): away, and back again.

Browsers walk this way, so whatever goes wrong leads to the sign-in page, which has words for it.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.provider_gate import CodeAsked, Sent
from valvomo.commands.settings.provider_links import Unlink, UnlinkUser
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.provider import Fault
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.cookies import session_cookie
from valvomo.edge.http.origin import address
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import Refused, done
from valvomo.edge.parts import Parts
from valvomo.protocol.providers import SignInWays
from valvomo.protocol.requests import UUID
from valvomo.protocol.signing_in import CodeRequest, SessionDocument

TAGS = ("session",)
PATH = "/api/v1/session/oidc"
BEGUN, PROVED = "valvomo_oidc", "valvomo_oidc_code"
_KEPT_SECONDS = 600
_LOCKED = {Fault.LOCKED: Reason.LOCKED_OUT, Fault.DISABLED: Reason.WRONG_CREDENTIALS}

Organization = Annotated[
    str | None,
    QueryParameter(pattern=UUID, description="Whose provider, where a house has several organizations."),
]
Told = Annotated[str | None, QueryParameter(description="As the provider says it.")]


@get(
    "/session/ways",
    opt={"public": True, "pace": "read_public"},
    tags=TAGS,
    operation_id="getSignInWays",
    summary="How one may sign in",
)
async def ways(parts: NamedDependency[Parts], organization: Organization = None) -> SignInWays:
    """By which provider, if by any, as the sign-in page asks before anybody is known."""
    return SignInWays(provider=await parts.provider_gate.label(organization))


@get(
    "/session/oidc",
    status_code=302,
    opt={"public": True},
    tags=TAGS,
    operation_id="beginOidc",
    summary="Sign in by the provider",
)
async def begin(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    organization: Organization = None,
    next_: Annotated[str, QueryParameter(name="next", description="The page of ours that is wanted.")] = "/",
) -> Response[None]:
    """Leads a browser to the provider; what it has to come back with stays in a cookie, sealed."""
    if parts.paces["sign_in"].wait(address(request.scope)):
        return _landed(Fault.TOO_OFTEN, parts, next_)
    sent = await parts.provider_gate.begin(organization, redirect_uri(request, parts), next_)
    if not isinstance(sent, Sent):
        return _landed(sent, parts, next_)
    # Another site leads back to us: a stricter cookie would stay behind.
    cookie = _cookie(BEGUN, sent.cookie, parts, "lax")
    return Response(None, status_code=302, headers={"location": sent.url}, cookies=[cookie])


@get(
    "/session/oidc/callback",
    status_code=303,
    opt={"public": True},
    tags=TAGS,
    operation_id="endOidc",
    summary="Come back from the provider",
)
async def come_back(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    # `state` alone would be the framework's own.
    said_state: Annotated[
        str, QueryParameter(name="state", description="What the browser was sent with.")
    ] = "",
    code: Told = None,
    iss: Told = None,
    error: Told = None,
) -> Response[None]:
    """Opens a session for the browser that went there, once, and leads it to the page that it wanted."""
    gate, cookie = parts.provider_gate, request.cookies.get(BEGUN, "")
    wanted = gate.wanted(cookie)
    if parts.paces["sign_in"].wait(address(request.scope)):
        return _landed(Fault.TOO_OFTEN, parts, wanted)
    told = {"state": said_state, "code": code, "iss": iss, "error": error}
    came = await gate.come_back(cookie, {name: said for name, said in told.items() if said is not None})
    if isinstance(came, Fault):
        return _landed(came, parts, wanted)
    if isinstance(came, CodeAsked):
        asked = _cookie(PROVED, came.cookie, parts, "strict")
        return _to(
            f"/sign-in?{urlencode({'code': 'asked', 'next': came.next})}", _cookie(BEGUN, "", parts), asked
        )
    return _to(came.next, _cookie(BEGUN, "", parts), session_cookie(came.session.token, parts))


@post(
    "/session/oidc/code",
    status_code=200,
    opt={"public": True, "pace": "sign_in"},
    tags=TAGS,
    operation_id="endOidcByCode",
    summary="Give the code of the second factor after the provider",
)
async def with_code(
    request: Request[Any, Any, Any], data: JSONBody[CodeRequest], parts: NamedDependency[Parts]
) -> Response[SessionDocument]:
    """For whoever came back and has a second factor of the house; a wrong code counts as a failed sign-in."""
    came = await parts.provider_gate.with_code(request.cookies.get(PROVED, ""), data.code)
    if isinstance(came, Refusal):
        raise Refused(came)
    if isinstance(came, Fault):
        raise Refused(Refusal(_LOCKED.get(came, Reason.SIGN_IN_AGAIN)))
    document = SessionDocument(user=came.session.user_id, expires_at=came.session.expires_at)
    cookies = [_cookie(PROVED, "", parts), session_cookie(came.session.token, parts)]
    return Response(document, status_code=200, cookies=cookies)


@delete("/me/sign-in-link", status_code=204, tags=TAGS, operation_id="unlinkMe", summary="Unlink my account")
async def unlink(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], key: NamedDependency[str | None]
) -> None:
    """Whoever I am at the provider does not open my account any more, until my address is proved there again."""
    done(await parts.executor.execute(actor, Unlink(), key))


@delete(
    "/users/{user_id:str}/sign-in-link",
    status_code=204,
    tags=("users",),
    operation_id="unlinkUser",
    summary="Unlink an account",
)
async def unlink_user(
    user_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """Ends the account's sessions. Administrators only, and in the audit log."""
    done(await parts.executor.execute(actor, UnlinkUser(user_id=user_id), key))


def redirect_uri(request: Request[Any, Any, Any], parts: Parts) -> str:
    """Where the provider sends browsers back to; it has to know the address beforehand."""
    base = parts.provider_gate.public_url or f"{request.base_url.scheme}://{request.base_url.netloc}"
    return f"{base}{PATH}/callback"


def _landed(fault: Fault, parts: Parts, wanted: str) -> Response[None]:
    told = {"refused": fault.value} if wanted == "/" else {"refused": fault.value, "next": wanted}
    return _to(f"/sign-in?{urlencode(told)}", _cookie(BEGUN, "", parts))


def _to(path: str, *cookies: Cookie) -> Response[None]:
    return Response(None, status_code=303, headers={"location": path}, cookies=list(cookies))


def _cookie(name: str, value: str, parts: Parts, samesite: Any = "lax") -> Cookie:
    return Cookie(
        key=name, value=value, path=PATH, httponly=True, samesite=samesite, secure=parts.secure,
        max_age=_KEPT_SECONDS if value else 0,
    )  # fmt: skip


ROUTES = (ways, begin, come_back, with_code, unlink, unlink_user)
