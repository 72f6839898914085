"""Signed visitors: only what the secret has signed by HS256, in time, for this page, is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.customers.identity import Flaw, Identity, admitted, identity_of
from valvomo.domain.customers.widget_rules import IdentityPolicy
from valvomo.domain.refusals import Reason, Refusal

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET, KEY = "vi_a-secret-of-a-site", "pk_page"
AT = int(NOW.timestamp())


def plain(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def signed(claims: object, *, secret: str = SECRET, head: object = None) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"} if head is None else head, claims]
    said = ".".join(plain(json.dumps(one).encode()) for one in parts)
    return f"{said}.{plain(hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest())}"


def claims(**more: Any) -> dict[str, Any]:
    return {"sub": "4711", "exp": AT + 600, **more}


def found(token: str, *secrets: str) -> Identity | Flaw:
    return identity_of(token, secrets or (SECRET,), NOW, key=KEY)


def test_who_is_signed_is_known() -> None:
    token = signed(claims(name="  Kaisa\n Niemi ", email="kaisa@example.com", aud=[KEY], nbf=AT))
    assert found(token) == Identity(subject="4711", name="Kaisa Niemi", email="kaisa@example.com")
    assert found(token, "new", SECRET) == found(token), "the former secret counts beside the new one"


@pytest.mark.parametrize(
    ("token", "flaw"),
    [
        ("", Flaw.MALFORMED),
        ("a.b", Flaw.MALFORMED),
        ("a.b.c.d", Flaw.MALFORMED),
        ("!.!.!", Flaw.MALFORMED),
        (signed(claims()) + "=", Flaw.MALFORMED),
        (signed([1]), Flaw.MALFORMED),
        (signed(claims(exp="soon")), Flaw.MALFORMED),
        (signed(claims(exp=True)), Flaw.MALFORMED),
        (signed(claims(exp=1e300)), Flaw.MALFORMED),
        (signed({"sub": "4711"}), Flaw.MALFORMED),
        (signed(claims(nbf="soon")), Flaw.MALFORMED),
        (signed(claims(name="x" * 5000)), Flaw.MALFORMED),
        (signed(claims(), head={"alg": "none"}), Flaw.ALGORITHM),
        (signed(claims(), head={"alg": "HS512"}), Flaw.ALGORITHM),
        (signed(claims(), head={"alg": "hs256"}), Flaw.ALGORITHM),
        (signed(claims(), head={"alg": "HS256", "crit": ["b64"], "b64": False}), Flaw.ALGORITHM),
        (signed(claims(), secret="another"), Flaw.SIGNATURE),
        (signed(claims(exp=AT - 60)), Flaw.EXPIRED),
        (signed(claims(exp=AT + 86_400 + 61)), Flaw.TOO_LONG),
        (signed(claims(nbf=AT + 61)), Flaw.TOO_EARLY),
        (signed(claims(aud="pk_other")), Flaw.AUDIENCE),
        (signed(claims(aud=[])), Flaw.AUDIENCE),
        (signed(claims(sub="")), Flaw.SUBJECT),
        (signed(claims(sub=" ")), Flaw.SUBJECT),
        (signed(claims(sub=4711)), Flaw.SUBJECT),
        (signed(claims(sub="x" * 201)), Flaw.SUBJECT),
        (signed(claims(sub="a\0b")), Flaw.SUBJECT),
    ],
)
def test_what_is_wrong_is_named(token: str, flaw: Flaw) -> None:
    assert found(token) is flaw


def test_without_a_signature_nothing_is_known() -> None:
    head, body, _ = signed(claims()).split(".")
    assert found(f"{head}.{body}.") is Flaw.SIGNATURE
    assert identity_of(signed(claims()), (), NOW, key=KEY) is Flaw.SIGNATURE, "no secret signs nobody"


@pytest.mark.parametrize("slack", [-59, 0, 600, 86_400])
def test_clocks_may_differ_by_a_minute(slack: int) -> None:
    assert isinstance(found(signed(claims(exp=AT + slack))), Identity)


@given(st.integers(0, 10_000), st.characters())
def test_one_changed_character_signs_nobody(place: int, sign: str) -> None:
    token = signed(claims(name="Kaisa"))
    place %= len(token)
    if token[place] != sign:
        assert isinstance(found(token[:place] + sign + token[place + 1 :]), Flaw)


@given(
    st.text(max_size=200) | st.binary(max_size=200).map(lambda some: plain(some) + "." + plain(some) + ".x")
)
def test_anything_else_is_refused_and_breaks_nothing(token: str) -> None:
    assert isinstance(found(token), Flaw)


@given(name=st.text(), email=st.text())
def test_what_the_site_calls_them_becomes_a_line(name: str, email: str) -> None:
    who = found(signed(claims(name=name[:300], email=email[:300])))
    assert isinstance(who, Identity)
    for said in (who.name, who.email):
        assert said is None or (said == said.strip() and said and "\n" not in said and "\0" not in said)
    assert who.email is None or who.email.count("@") == 1


KNOWN = Identity(subject="4711")


@pytest.mark.parametrize(
    ("policy", "brought", "served"),
    [
        ("off", KNOWN, None),
        ("off", Flaw.EXPIRED, None),
        ("off", None, None),
        ("optional", KNOWN, KNOWN),
        ("optional", Flaw.EXPIRED, None),
        ("optional", None, None),
        ("strict", KNOWN, KNOWN),
        ("strict", Flaw.EXPIRED, Reason.IDENTITY_INVALID),
        ("strict", None, None),
        ("required", KNOWN, KNOWN),
        ("required", Flaw.EXPIRED, Reason.IDENTITY_INVALID),
        ("required", None, Reason.IDENTITY_NEEDED),
    ],
)
def test_whom_a_policy_serves(policy: str, brought: Identity | Flaw | None, served: object) -> None:
    who = admitted(IdentityPolicy(policy), brought)
    assert (who.reason if isinstance(who, Refusal) else who) == served
