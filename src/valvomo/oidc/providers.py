"""Providers as they are known here: what they said of themselves, their keys, and codes that they change for people."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc.jwk import KeySet

from valvomo.domain.access.provider import Identity, Provider, Unfit
from valvomo.oidc.asking import Asking, UnfitError
from valvomo.oidc.discovery import Configuration, discovered, succeeded
from valvomo.oidc.passages import Begun
from valvomo.oidc.tokens import UntrustedError, identity_of, signing_keys, with_email

KNOWN_SECONDS = 600.0
"""After which a provider is asked anew who it is: keys that it has withdrawn open nothing for longer."""
KEYS_SECONDS = 30.0
"""Between two looks for keys, however many tokens name others."""
MOST_KNOWN = 200
SCOPE = "openid email profile"


class RejectedError(Exception):
    """The provider does not take the code, or us; `str` is its code of the error."""


@dataclass(slots=True)
class Known:
    """What was read of a provider, and when (of a clock that only goes on)."""

    configuration: Configuration
    keys: KeySet
    at: float
    keys_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Us, as a provider knows us."""

    provider: Provider
    secret: str = field(repr=False)


class Providers:
    """One for a process."""

    def __init__(self, asking: Asking, seconds: Callable[[], float] = time.monotonic) -> None:
        self._asking = asking
        self._seconds = seconds
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def examine(self, issuer: str) -> Configuration:
        """What the provider says of itself now, with keys that can be used. Raises `UnfitError`."""
        return (await self._read(issuer)).configuration

    async def way(self, provider: Provider, begun: Begun) -> str:
        """Where a browser goes to prove who sits there. Raises `UnfitError`."""
        known = await self._get(provider.issuer)
        client = OAuth2Client(
            None,
            provider.client_id,
            scope=SCOPE,
            redirect_uri=begun.redirect_uri,
            code_challenge_method="S256",
        )
        endpoint = known.configuration.authorization_endpoint
        url, _ = client.create_authorization_url(
            endpoint, state=begun.state, code_verifier=begun.verifier, nonce=begun.nonce
        )
        return str(url)

    async def names_itself(self, provider: Provider) -> bool:
        """Whether the provider says who it is when it sends somebody back (RFC 9207). Raises `UnfitError`."""
        known = await self._get(provider.issuer)
        return known.configuration.authorization_response_iss_parameter_supported

    async def identity(self, client: Client, begun: Begun, code: str, now: int) -> Identity:
        """Who it is that came back with a code.

        Raises `UnfitError` where the provider cannot be asked, `RejectedError` where it says no, `UntrustedError` where
        its word proves nothing.
        """
        known = await self._get(client.provider.issuer)
        told = await self._changed(client, begun, code, known.configuration)
        token, access = told.get("id_token"), told.get("access_token")
        if not isinstance(token, str):
            raise UntrustedError("there is no ID token")
        expected = {
            "issuer": client.provider.issuer,
            "client_id": client.provider.client_id,
            "nonce": begun.nonce,
            "access_token": access if isinstance(access, str) else "",
        }
        try:
            identity, of_email = identity_of(token, known.keys, expected, now)
        except UntrustedError as error:
            if not error.unknown_key or not await self._newer_keys(client.provider.issuer, known):
                raise
            identity, of_email = identity_of(token, known.keys, expected, now)
        endpoint = known.configuration.userinfo_endpoint
        if of_email or not endpoint or not expected["access_token"]:
            return identity
        return with_email(identity, await self._information(endpoint, expected["access_token"]))

    async def _changed(
        self, client: Client, begun: Begun, code: str, configuration: Configuration
    ) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=begun.redirect_uri, code=code, code_verifier=begun.verifier
        )
        ours = ClientAuth(client.provider.client_id, client.secret, configuration.secret_method)
        url, headers, body = ours.prepare("POST", configuration.token_endpoint, {}, body)
        reply = await self._asking.ask(url, headers, body)
        told = _object(reply.body)
        if isinstance(told.get("error"), str):
            raise RejectedError(told["error"][:60])
        succeeded(reply)
        return told

    async def _information(self, endpoint: str, access_token: str) -> dict[str, Any]:
        reply = await self._asking.ask(endpoint, {"authorization": f"Bearer {access_token}"})
        return _object(succeeded(reply))

    async def _get(self, issuer: str) -> Known:
        """What is known, or read now, by one for all who wait for it."""
        async with self._locks.setdefault(issuer, asyncio.Lock()):
            known = self._known.get(issuer)
            if known is None or self._seconds() - known.at > KNOWN_SECONDS:
                known = await self._read(issuer)
            return known

    async def _read(self, issuer: str) -> Known:
        configuration = await discovered(self._asking, issuer)
        keys = await self._keys(configuration)
        now = self._seconds()
        known = self._known[issuer] = Known(configuration, keys, now, now)
        self._known.move_to_end(issuer)
        while len(self._known) > MOST_KNOWN:
            self._locks.pop(self._known.popitem(last=False)[0], None)
        return known

    async def _keys(self, configuration: Configuration) -> KeySet:
        return signing_keys(succeeded(await self._asking.ask(configuration.jwks_uri)))

    async def _newer_keys(self, issuer: str, known: Known) -> bool:
        """Whether there may be other keys by now than when the token was looked at."""
        had = known.keys
        async with self._locks.setdefault(issuer, asyncio.Lock()):
            now = self._seconds()
            if known.keys is had and now - known.keys_at >= KEYS_SECONDS:
                known.keys_at = now
                known.keys = await self._keys(known.configuration)
            return known.keys is not had


def _object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise UnfitError(Unfit.UNREADABLE, "no JSON object") from error
