"""API tokens; administrators only (spec 2)."""

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.tokens import CreateToken, RevokeToken
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.outside_requests import CreateTokenRequest
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import NewToken, TokenDocument
from valvomo.queries import settings

TAGS = ("tokens",)


@get("/tokens", tags=TAGS, operation_id="listTokens", summary="List API tokens")
async def list_tokens(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[TokenDocument]:
    """In order of their making, revoked and expired ones included."""
    async with parts.reader.reading() as tx:
        return found(await settings.tokens(tx, actor, cursor=cursor, limit=limit))


@post("/tokens", status_code=201, tags=TAGS, operation_id="createToken", summary="Create an API token")
async def create_token(
    data: JSONBody[CreateTokenRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> NewToken:
    """`secret` is shown in this answer only: nothing keeps it, not even for a repeated request."""
    command = CreateToken(user_id=data.user, name=data.name, expires_at=data.expires_at)
    made = done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        token = found(await settings.token(tx, actor, str(made.result["id"])))
    secret = made.result.get("secret")
    return NewToken(token=token, secret=None if secret is None else str(secret))


@delete(
    "/tokens/{token_id:str}",
    status_code=204,
    tags=TAGS,
    operation_id="revokeToken",
    summary="Revoke an API token",
)
async def revoke_token(
    token_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """It opens nothing from the next request on."""
    done(await parts.executor.execute(actor, RevokeToken(token_id=token_id), key))


ROUTES = (list_tokens, create_token, revoke_token)
