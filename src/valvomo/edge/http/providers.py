"""The provider by which people sign in, as administrators set it up."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.providers import ChangeProvider, RemoveProvider
from valvomo.commands.settings.second_factor import ChangeSignIn
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.provider import Provider
from valvomo.domain.refusals import Refusal
from valvomo.edge.http.provider_sign_in import redirect_uri
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.oidc.asking import UnfitError
from valvomo.protocol.providers import ProviderRequest, ProviderTrial, TryProviderRequest
from valvomo.protocol.signing_in import SignInSettings, SignInSettingsRequest
from valvomo.queries import account

TAGS = ("session",)
Asked = Request[Any, Any, Any]


@get("/settings/sign-in", tags=TAGS, operation_id="getSignIn", summary="How accounts sign in")
async def get_sign_in(
    request: Asked, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> SignInSettings:
    """Which roles have to have a second factor, and by which provider people sign in."""
    return await _settings(request, parts, actor)


@put("/settings/sign-in", tags=TAGS, operation_id="changeSignIn", summary="Change who needs a second factor")
async def change_sign_in(
    request: Asked,
    data: JSONBody[SignInSettingsRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> SignInSettings:
    """Effective with the next request of everybody: who has none can do nothing but get one."""
    command = ChangeSignIn(second_factor_of=frozenset(data.second_factor_of))
    done(await parts.executor.execute(actor, command, key))
    return await _settings(request, parts, actor)


@put(
    "/settings/sign-in/provider",
    tags=TAGS,
    operation_id="changeProvider",
    summary="Change by which provider people sign in",
)
async def change_provider(
    request: Asked,
    data: JSONBody[ProviderRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> SignInSettings:
    """Effective with the next sign-in. The secret is sealed and never shown; another issuer needs it given again."""
    provider = Provider(
        issuer=data.issuer,
        client_id=data.client_id,
        label=data.label,
        required=data.required,
        domains=tuple(dict.fromkeys(one.lower() for one in data.domains)),
        factor_values=tuple(dict.fromkeys(data.factor_values)),
    )
    command = ChangeProvider(provider=provider, client_secret=data.client_secret)
    done(await parts.executor.execute(actor, command, key))
    return await _settings(request, parts, actor)


@delete(
    "/settings/sign-in/provider",
    status_code=204,
    tags=TAGS,
    operation_id="removeProvider",
    summary="Sign in by no provider any more",
)
async def remove_provider(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], key: NamedDependency[str | None]
) -> None:
    """Passwords open for everybody who has one. Accounts stay linked."""
    done(await parts.executor.execute(actor, RemoveProvider(), key))


@post(
    "/settings/sign-in/provider/try",
    status_code=200,
    opt={"pace": "sign_in"},
    tags=TAGS,
    operation_id="tryProvider",
    summary="Try whether a provider can be used",
)
async def try_provider(
    data: JSONBody[TryProviderRequest], parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> ProviderTrial:
    """Reads the provider's description and keys, and says what is wrong with them. Nothing of it is kept."""
    came = await parts.provider_gate.examine(actor, data.issuer)
    if isinstance(came, Refusal):
        raise Refused(came)
    if isinstance(came, UnfitError):
        return ProviderTrial(unfit=came.unfit, detail=came.detail)
    return ProviderTrial(unfit=None, detail=urlsplit(came.authorization_endpoint).netloc)


async def _settings(request: Asked, parts: Parts, actor: Actor) -> SignInSettings:
    async with parts.reader.reading() as tx:
        return found(await account.sign_in(tx, actor, redirect_uri(request, parts)))


ROUTES = (get_sign_in, change_sign_in, change_provider, remove_provider, try_provider)
