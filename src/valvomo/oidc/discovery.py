"""What a provider says of itself (OpenID Connect Discovery 1.0), and whether that will do."""

from __future__ import annotations

import msgspec

from valvomo.domain.access.provider import Unfit, address_problem
from valvomo.oidc.asking import Asking, Reply, UnfitError

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures of a key pair alone: what is signed with the client's secret could be signed by whoever else knows it."""
SECRET_METHODS = ("client_secret_post", "client_secret_basic")
"""How our secret is told, the first that the provider takes. A form says any secret; headers are read in two ways."""
_OK = 200


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """As much of the document as is used; what is left out means what the specification says."""

    issuer: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    jwks_uri: str = ""
    userinfo_endpoint: str = ""
    response_types_supported: tuple[str, ...] = ("code",)
    grant_types_supported: tuple[str, ...] = ("authorization_code", "implicit")
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def secret_method(self) -> str:
        """How our secret is told."""
        methods = self.token_endpoint_auth_methods_supported
        return next(one for one in SECRET_METHODS if one in methods)


async def discovered(asking: Asking, issuer: str) -> Configuration:
    """What the provider says of itself. Raises `UnfitError` where that is nothing, or will not do."""
    said = succeeded(await asking.ask(issuer.rstrip("/") + WELL_KNOWN))
    try:
        configuration = msgspec.json.decode(said, type=Configuration)
    except (ValueError, msgspec.MsgspecError) as error:
        raise UnfitError(Unfit.UNREADABLE, str(error)[:200]) from error
    if found := _unfit(configuration, issuer):
        raise found
    return configuration


def succeeded(reply: Reply) -> bytes:
    """What was answered, where it was an answer. Raises `UnfitError`."""
    if reply.status != _OK:
        raise UnfitError(Unfit.STATUS, f"HTTP {reply.status}")
    return reply.body


def _unfit(said: Configuration, issuer: str) -> UnfitError | None:
    """The first thing that will not do."""
    if said.issuer != issuer:
        return UnfitError(Unfit.OTHER_ISSUER, said.issuer[:200])
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        url: str = getattr(said, name)
        if not url:
            return UnfitError(Unfit.NO_ENDPOINT, name)
        if problem := address_problem(url, query=True):
            return UnfitError(Unfit.UNSAFE_ENDPOINT, f"{name} {problem}")
    # Who says nothing of proofs of a way may know them, as some do: we prove ourselves anyway.
    proofs = said.code_challenge_methods_supported
    for unfit, wanted, offered in (
        (Unfit.NO_CODE_FLOW, ("code",), said.response_types_supported),
        (Unfit.NO_CODE_FLOW, ("authorization_code",), said.grant_types_supported),
        (Unfit.NO_PKCE, ("S256",), ("S256",) if proofs is None else proofs),
        (Unfit.NO_SIGNATURE, ALGORITHMS, said.id_token_signing_alg_values_supported),
        (Unfit.NO_CLIENT_METHOD, SECRET_METHODS, said.token_endpoint_auth_methods_supported),
    ):
        if not set(wanted) & set(offered):
            return UnfitError(unfit, ", ".join(offered)[:200])
    return None
