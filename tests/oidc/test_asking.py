"""What a provider says of itself: what will do, and what is said of everything that will not."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OctKey, RSAKey
from sample_identities import Answer, Identities, identities

from valvomo.addresses import networks_of
from valvomo.domain.access.provider import Unfit
from valvomo.oidc.asking import Asking, UnfitError
from valvomo.oidc.providers import Providers
from valvomo.oidc.tokens import signing_keys

LOOPBACK = networks_of(["127.0.0.0/8"])
WELL_KNOWN = "/.well-known/openid-configuration"


@pytest.fixture
def provider() -> Iterator[Identities]:
    with identities() as stand_in:
        yield stand_in


async def unfit(provider: Identities, *, issuer: str = "", patience: float = 10) -> Unfit:
    with pytest.raises(UnfitError) as raised:
        await Providers(Asking(LOOPBACK, patience)).examine(issuer or provider.url)
    return raised.value.unfit


async def test_one_that_will_do(provider: Identities) -> None:
    found = await Providers(Asking(LOOPBACK)).examine(provider.url)
    assert found.token_endpoint == f"{provider.url}/token"
    assert provider.paths == [WELL_KNOWN, "/keys"]


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ({"issuer": "https://another.example"}, Unfit.OTHER_ISSUER),
        ({"issuer": None}, Unfit.UNREADABLE),
        ({"issuer": 7}, Unfit.UNREADABLE),
        ({"authorization_endpoint": None}, Unfit.NO_ENDPOINT),
        ({"token_endpoint": None}, Unfit.NO_ENDPOINT),
        ({"jwks_uri": None}, Unfit.NO_ENDPOINT),
        ({"token_endpoint": "http://id.example/token"}, Unfit.UNSAFE_ENDPOINT),
        ({"authorization_endpoint": "javascript:alert(1)"}, Unfit.UNSAFE_ENDPOINT),
        ({"response_types_supported": ["id_token"]}, Unfit.NO_CODE_FLOW),
        ({"grant_types_supported": ["implicit"]}, Unfit.NO_CODE_FLOW),
        ({"code_challenge_methods_supported": ["plain"]}, Unfit.NO_PKCE),
        ({"code_challenge_methods_supported": []}, Unfit.NO_PKCE),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, Unfit.NO_SIGNATURE),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, Unfit.NO_CLIENT_METHOD),
    ],
    ids=str,
)
async def test_what_a_description_lacks(provider: Identities, described: dict[str, Any], why: Unfit) -> None:
    provider.described = described
    assert await unfit(provider) is why


@pytest.mark.parametrize(
    "described",
    [
        {"code_challenge_methods_supported": None},
        {"userinfo_endpoint": None},
        {"token_endpoint_auth_methods_supported": None},
        {"id_token_signing_alg_values_supported": None},
        {"authorization_endpoint": "https://id.example/authorize?p=policy"},
    ],
    ids=str,
)
async def test_what_it_may_leave_out(provider: Identities, described: dict[str, Any]) -> None:
    provider.described = described
    await Providers(Asking(LOOPBACK)).examine(provider.url)


async def test_an_issuer_is_taken_to_the_letter(provider: Identities) -> None:
    assert await unfit(provider, issuer=f"{provider.url}/") is Unfit.OTHER_ISSUER


@pytest.mark.parametrize(
    ("path", "answer", "why"),
    [
        (WELL_KNOWN, (404, {}, b""), Unfit.STATUS),
        (WELL_KNOWN, (302, {"Location": "/elsewhere"}, b""), Unfit.STATUS),
        (WELL_KNOWN, (200, {}, b"<html>"), Unfit.UNREADABLE),
        (WELL_KNOWN, (200, {}, b"[" * 100_000), Unfit.UNREADABLE),
        (WELL_KNOWN, (200, {}, b"{" + b" " * 300_000), Unfit.TOO_LARGE),
        ("/keys", (500, {}, b""), Unfit.STATUS),
        ("/keys", (200, {}, b"{}"), Unfit.NO_KEYS),
        ("/keys", (200, {}, b"[" * 100_000), Unfit.NO_KEYS),
        ("/keys", (200, {}, b'{"keys":[]}'), Unfit.NO_KEYS),
        ("/keys", (200, {}, b'{"keys":7}'), Unfit.NO_KEYS),
        (
            "/keys",
            (200, {}, b'{"keys":[7,{"kty":"RSA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}'),
            Unfit.NO_KEYS,
        ),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_bad_answers(provider: Identities, path: str, answer: Answer, why: Unfit) -> None:
    provider.broken[path] = lambda: answer
    assert await unfit(provider) is why
    assert "/elsewhere" not in provider.paths


async def test_one_that_answers_too_late(provider: Identities) -> None:
    ended = threading.Event()

    def late() -> Answer:
        ended.wait(60)
        return 200, {}, b"{}"

    provider.broken[WELL_KNOWN] = late
    try:
        assert await unfit(provider, patience=0.3) is Unfit.UNREACHABLE
    finally:
        ended.set()


async def test_one_where_nobody_answers() -> None:
    with identities() as gone:
        url = gone.url
    assert await unfit(Identities(), issuer=url) is Unfit.UNREACHABLE


async def test_private_addresses_are_asked_only_where_the_operator_allows_it(provider: Identities) -> None:
    with pytest.raises(UnfitError) as raised:
        await Providers(Asking(())).examine(provider.url)
    assert raised.value.unfit is Unfit.UNREACHABLE
    assert provider.paths == []


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).decode().rstrip("=")


def test_of_the_keys_only_those_that_sign_are_taken() -> None:
    good = RSAKey.generate_key(2048, {"kid": "good"})
    weak = rsa.generate_private_key(65_537, 1024).public_key()  # noqa: S505 - it must not be believed
    public = weak.public_numbers()
    small = {"kty": "RSA", "kid": "small", "n": _number(public.n), "e": _number(public.e)}
    other = ECKey.generate_key("P-256", {"kid": "other", "use": "sig"})
    described = [
        good.as_dict(private=False),
        small,
        other.as_dict(private=False),
        {**good.as_dict(private=False), "use": "enc", "kid": "sealing"},
        {**OctKey.generate_key(256).as_dict(private=True), "kid": "secret"},
        {"kty": "FUTURE", "kid": "later"},
    ]
    document = json.dumps({"keys": described}).encode()
    assert [key.kid for key in signing_keys(document)] == ["good", "other"]
