"""Signing in by a provider over HTTP: there and back, and every way in which nobody may come in by it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pyotp
import pytest
import sample_signing_in
from argon2 import PasswordHasher
from joserfc.jwk import RSAKey
from sample_identities import CLIENT, SECRET, Answer, Identities, identities, person
from sample_place import Place
from sample_signing_in import Browser, set_up

from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.second_factor import ChangeSignIn, ConfirmSecondFactor
from valvomo.commands.settings.users import ChangeUser
from valvomo.demo.organization import PASSWORD
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.second_factor import STEP_SECONDS
from valvomo.domain.access.signing_in import FAILURES
from valvomo.edge.http.authentication import COOKIE
from valvomo.main.assembly import assemble, running
from valvomo.settings import Settings

KEY = base64.b64encode(b"a key of thirty-two bytes, as is").decode()
SAARA = "saara@demo.example"


@pytest.fixture
async def place(house: Any, tmp_path: Path) -> AsyncIterator[Place]:
    """The application, whose operator lets it reach this machine."""
    settings = Settings(data=tmp_path, secret_key=KEY, webhook_networks=("127.0.0.0/8",))
    put_together = assemble(house.database, settings, clock=house.clock)
    put_together.parts.gate.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with running(put_together):
        yield Place(house, put_together.app, put_together.parts)


@pytest.fixture
def provider(house: Any) -> Iterator[Identities]:
    with identities(lambda: house.clock().timestamp()) as stand_in:
        yield stand_in


def refused(fault: str) -> str:
    return f"/sign-in?refused={fault}"


async def sessions(place: Place) -> int:
    async with place.house.database.reading() as tx:
        found = await tx._connection.fetchval("SELECT count(*) FROM sessions WHERE by_provider")
    return int(found)


async def audited(place: Place) -> list[dict[str, Any]]:
    answer = await (await place.as_("admin")).get("/api/v1/audit")
    return list(answer.json()["items"])


async def test_somebody_signs_in_and_is_led_where_they_wanted(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    assert await browser.who() is None
    assert await browser.through(next="/closed?q=a%20b") == "/closed?q=a%20b"
    assert await browser.who() == SAARA
    facts = [one["facts"] for one in await audited(place)]
    link = {"issuer": provider.url, "subject": "subject of saara"}
    assert {"sign_in_link": link} in [one.get("after") for one in facts]
    assert "signed_in_by_provider" in [one.get("outcome") for one in facts]


async def test_cookies_are_such_that_no_page_reads_them(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    begun = await browser.client.get(sample_signing_in.BEGIN)
    [kept] = begun.headers.get_list("set-cookie")
    assert kept.startswith("valvomo_oidc=")
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept
    assert "Path=/api/v1/session/oidc" in kept
    answer = await browser.client.get(await browser.there(begun.headers["location"]))
    ended, session = answer.headers.get_list("set-cookie")
    assert ended.startswith('valvomo_oidc="";')
    assert "Max-Age=0" in ended
    assert session.startswith(f"{COOKIE}=")
    assert "SameSite=strict" in session
    assert answer.headers["cache-control"] == "no-store"


async def test_the_account_is_found_again_by_who_they_are_whatever_their_address(
    place: Place, provider: Identities
) -> None:
    await set_up(place, provider)
    await Browser(place).through()
    provider.who = person("saara") | {"email": "eino@demo.example"}
    browser = Browser(place)
    assert await browser.through() == "/"
    assert await browser.who() == SAARA


async def test_an_address_that_somebody_else_got_opens_nothing(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    await Browser(place).through()
    provider.who = person("saara", sub="subject of another Saara")
    browser = Browser(place)
    assert await browser.through() == refused("linked-otherwise")
    assert await browser.who() is None


async def test_linked_by_another_client_they_are_linked_anew(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    await Browser(place).through()
    async with place.house.database.transaction() as tx:
        await tx._connection.execute("UPDATE sign_in_links SET client_id = 'former', subject = 'pairwise'")
    assert await Browser(place).through() == "/"


@pytest.mark.parametrize(
    ("who", "fault"),
    [
        (person("saara", email_verified=False), "unverified"),
        (person("saara", email_verified=None), "unverified"),
        (person("saara", email=None), "unverified"),
        (person("saara", email_verified="no"), "unverified"),
        (person("nobody"), "unknown"),
        (person("saara", domain="evil.example"), "unknown"),
    ],
)
async def test_whose_address_is_not_proved_or_known(
    place: Place, provider: Identities, who: dict[str, Any], fault: str
) -> None:
    await set_up(place, provider)
    provider.described, provider.told = {"userinfo_endpoint": None}, {}
    provider.who = who
    browser = Browser(place)
    assert await browser.through() == refused(fault)
    assert await browser.who() is None
    async with place.house.database.reading() as tx:
        assert await tx._connection.fetchval("SELECT count(*) FROM sign_in_links") == 0
        assert await tx._connection.fetchval("SELECT count(*) FROM users WHERE email LIKE 'nobody%'") == 0


@pytest.mark.parametrize(
    "who", [person("saara", email_verified="true"), person("saara", email_verified=None, xms_edov=1)]
)
async def test_proved_in_the_words_of_some_providers(
    place: Place, provider: Identities, who: dict[str, Any]
) -> None:
    await set_up(place, provider)
    provider.who = who
    assert await Browser(place).through() == "/"


async def test_an_address_that_is_told_elsewhere(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    provider.claims = {"email": None, "email_verified": None}
    assert await Browser(place).through() == "/"
    provider.told = {"sub": "another"}
    assert await Browser(place).through() == refused("untrusted")


async def test_people_of_other_domains_stay_outside(place: Place, provider: Identities) -> None:
    await set_up(place, provider, domains=["Other.example"])
    assert await Browser(place).through() == refused("other-domain")
    await set_up(place, provider, domains=["other.example", "demo.example"])
    assert await Browser(place).through() == "/"


async def test_a_disabled_account_stays_shut(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    await Browser(place).through()
    await place.house.do("admin", ChangeUser(user_id=place.house.sample.people["saara"], disabled=True))
    browser = Browser(place)
    assert await browser.through() == refused("disabled")
    assert await browser.who() is None


async def test_an_account_for_programs_stays_shut(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    async with place.house.database.transaction() as tx:
        await tx._connection.execute("UPDATE users SET roles = '{integration}' WHERE email = $1", SAARA)
    assert await Browser(place).through() == refused("unknown")


async def test_a_blocked_account_stays_shut(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    for _ in range(FAILURES):
        await place.parts.gate.sign_in(SAARA, "wrong")
    assert await Browser(place).through() == refused("locked")


@pytest.mark.parametrize("state", ["", "x", "x" * 5_000, "é"])
async def test_a_state_of_somebody_else_opens_nothing(place: Place, provider: Identities, state: str) -> None:
    await set_up(place, provider)
    browser, other = Browser(place), Browser(place)
    await browser.away()
    code = (await other.there(await other.away())).partition("code=")[2].partition("&")[0]
    answer = await browser.client.get(
        f"{sample_signing_in.BEGIN}/callback", params={"state": state, "code": code}
    )
    assert answer.headers["location"] == refused("lost")
    assert await browser.who() is None


async def test_a_way_back_belongs_to_the_browser_that_went(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    attacker, victim = Browser(place), Browser(place)
    back = await attacker.there(await attacker.away())
    assert await victim.back(back) == refused("lost")
    await victim.away()
    assert await victim.back(back) == refused("lost")
    assert await victim.who() is None
    assert provider.changed == []


async def test_a_way_back_is_walked_once(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    away = await browser.away()
    kept = browser.client.cookies.get("valvomo_oidc")
    back = await browser.there(away)
    assert await browser.back(back) == "/"
    again = Browser(place)
    again.client.cookies.set("valvomo_oidc", kept or "", path="/api/v1/session/oidc")
    assert await again.back(back) == refused("lost")
    assert await again.who() is None


async def test_a_way_back_ends_by_time(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    back = await browser.there(await browser.away())
    place.house.clock.advance(601)
    assert await browser.back(back) == refused("lost")


async def test_what_the_browser_keeps_cannot_be_made_up(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    back = await browser.there(await browser.away())
    kept = browser.client.cookies.get("valvomo_oidc") or ""
    for forged in (
        "",
        "x",
        kept[:-8] + "AAAAAAA=",
        base64.urlsafe_b64encode(json.dumps({}).encode()).decode(),
    ):
        liar = Browser(place)
        liar.client.cookies.set("valvomo_oidc", forged, path="/api/v1/session/oidc")
        assert await liar.back(back) == refused("lost")
    assert provider.changed == []


def by_another_key(provider: Identities) -> Callable[[dict[str, Any]], str]:
    stranger = RSAKey.generate_key(2048, {"kid": provider.keys[0].kid or ""})
    return lambda claims: provider.sign(claims, stranger)


def by_no_key(_: Identities) -> Callable[[dict[str, Any]], str]:
    return lambda claims: f"{_packed({'alg': 'none', 'typ': 'JWT'})}.{_packed(claims)}."


def by_secret(secret: str) -> Callable[[Identities], Callable[[dict[str, Any]], str]]:
    def of(provider: Identities) -> Callable[[dict[str, Any]], str]:
        known = secret.encode() or cast("RSAKey", provider.keys[0]).as_pem(private=False)
        header = {"alg": "HS256", "typ": "JWT", "kid": provider.keys[0].kid}

        def sign(claims: dict[str, Any]) -> str:
            said = f"{_packed(header)}.{_packed(claims)}"
            proof = hmac.digest(known, said.encode(), hashlib.sha256)
            return f"{said}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"

        return sign

    return of


def _packed(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


FORGERIES: dict[str, Callable[[Identities], Callable[[dict[str, Any]], str]]] = {
    "another key": by_another_key,
    "none": by_no_key,
    "client secret": by_secret(SECRET),
    "public key": by_secret(""),
    "empty": lambda _: lambda _claims: "",
    "nonsense": lambda _: lambda _claims: "a.b.c",
}


async def test_signed_by_nobody_whom_the_house_believes(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    for name, forgery in FORGERIES.items():
        provider.signed = forgery(provider)
        assert await browser.through() == refused("untrusted"), name
        assert await browser.who() is None, name
    assert await sessions(place) == 0
    assert len(provider.changed) == len(FORGERIES)


async def test_what_a_token_has_to_say(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    for claims in (
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://another.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"exp": None},
        {"iat": None},
        {"exp": "soon"},
        {"at_hash": "x"},
        {"amr": "mfa"},
    ):
        provider.claims, browser = dict(claims), Browser(place)
        assert await browser.through() == refused("untrusted"), claims
        assert await browser.who() is None, claims
    for fine in ({"aud": [CLIENT, "another"], "azp": CLIENT}, {"aud": [CLIENT]}, {"azp": CLIENT}):
        provider.claims = dict(fine)
        assert await Browser(place).through() == "/", fine


async def test_clocks_may_differ_by_a_minute(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    now = int(place.house.clock().timestamp())
    for issued, lasts, opens in ((0, -61, False), (0, -59, True), (61, 300, False), (59, 300, True)):
        provider.claims = {"iat": now + issued, "exp": now + lasts}
        assert await Browser(place).through() == ("/" if opens else refused("untrusted")), (issued, lasts)


async def test_keys_that_changed_are_read_again(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    providers = place.parts.provider_gate._providers
    since = [1_000.0]
    providers._seconds = lambda: since[0]
    assert await Browser(place).through() == "/"
    provider.rotate("EC")
    assert await Browser(place).through() == refused("untrusted"), "looked for a moment ago"
    since[0] += 31
    assert await Browser(place).through() == "/"
    assert provider.paths.count("/keys") == 2
    provider.rotate()
    since[0] += 601
    assert await Browser(place).through() == "/", "known for ten minutes at most"


def _said(status: int, headers: dict[str, str], body: bytes) -> Answer:
    return status, headers, body


BAD: tuple[tuple[int, dict[str, str], bytes, str], ...] = (
    (500, {}, b"broken", "unreachable"),
    (200, {}, b"[]", "unreachable"),
    (200, {}, b"x" * 300_000, "unreachable"),
    (302, {"Location": "/keys"}, b"", "unreachable"),
    (400, {}, b'{"error":"<script>alert(1)</script>"}', "rejected"),
    (200, {}, b'{"access_token":"access"}', "untrusted"),
    (200, {}, b'{"id_token":7}', "untrusted"),
    (200, {}, b'{"id_token":"' + b"[" * 100_000 + b'"}', "untrusted"),
)


async def test_bad_answers_land_on_the_sign_in_page(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    for status, headers, body, fault in BAD:
        provider.broken["/token"] = partial(_said, status, headers, body)
        assert await browser.through(next="/floor") == f"{refused(fault)}&next=%2Ffloor", body[:40]
    assert await browser.who() is None


@pytest.mark.parametrize(
    ("error", "fault"), [("access_denied", "cancelled"), ("<script>alert(1)</script>", "rejected")]
)
async def test_what_a_provider_says_in_its_own_words_is_not_shown(
    place: Place, provider: Identities, error: str, fault: str
) -> None:
    await set_up(place, provider)
    provider.denies = error
    assert await Browser(place).through() == refused(fault)


async def test_a_provider_that_names_itself_must_name_itself(place: Place, provider: Identities) -> None:
    provider.described = {"authorization_response_iss_parameter_supported": True}
    await set_up(place, provider)
    browser = Browser(place)
    assert await browser.through() == refused("untrusted")
    back = await browser.there(await browser.away())
    assert await browser.back(f"{back}&iss=https%3A%2F%2Fanother.example") == refused("untrusted")
    back = await browser.there(await browser.away())
    assert await browser.back(f"{back}&iss={provider.url.replace(':', '%3A').replace('/', '%2F')}") == "/"


async def test_a_provider_that_is_down_lands_on_the_sign_in_page(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    provider.broken["/.well-known/openid-configuration"] = lambda: (503, {}, b"")
    answer = await Browser(place).client.get(sample_signing_in.BEGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, refused("unreachable"))


async def test_without_a_provider_there_is_no_way(place: Place, provider: Identities) -> None:
    client = place.anybody()
    assert (await client.get("/api/v1/session/ways")).json() == {"provider": None}
    assert (await client.get(sample_signing_in.BEGIN)).headers["location"] == refused("off")
    await set_up(place, provider)
    assert (await client.get("/api/v1/session/ways")).json() == {"provider": "Example ID"}
    browser = Browser(place)
    back = await browser.there(await browser.away())
    admin = await place.as_("admin")
    assert (await admin.delete(sample_signing_in.PROVIDER)).status_code == 204
    assert await browser.back(back) == refused("off")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/%0d%0aset-cookie:x",
     "/sign-in", "/api/v1/me", ""],
)  # fmt: skip
async def test_nobody_is_led_to_other_places(place: Place, provider: Identities, wanted: str) -> None:
    await set_up(place, provider)
    landed = await Browser(place).through(next=wanted)
    assert landed == ("/%0d%0aset-cookie:x" if wanted.startswith("/%") else "/")


async def test_begun_too_often_lands_on_the_sign_in_page(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    pace = place.parts.paces["sign_in"]
    pace.seconds = lambda: 0.0
    while not pace.wait("127.0.0.1"):
        pass
    answer = await place.anybody().get(sample_signing_in.BEGIN)
    assert answer.headers["location"] == refused("too-often")
    answer = await place.anybody().get(f"{sample_signing_in.BEGIN}/callback")
    assert answer.headers["location"] == refused("too-often")


class Phone:
    """An authenticator app in which somebody's account is."""

    def __init__(self, place: Place, secret: str) -> None:
        self.place, self.secret = place, secret

    def shows(self) -> str:
        return pyotp.TOTP(self.secret).at(self.place.house.clock())

    @classmethod
    async def of(cls, place: Place, name: str) -> Phone:
        begun = await place.parts.gate.begin_second_factor(await place.house.actor(name), PASSWORD)
        phone = cls(place, str(begun.result["secret"]))  # type: ignore[union-attr] # a test's own
        await place.house.do(name, ConfirmSecondFactor(code=phone.shows()))
        place.house.clock.advance(STEP_SECONDS)
        return phone


async def test_the_house_asks_for_its_own_second_factor(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    phone, browser = await Phone.of(place, "saara"), Browser(place)
    assert await browser.through(next="/floor") == "/sign-in?code=asked&next=%2Ffloor"
    assert await browser.who() is None
    where = f"{sample_signing_in.BEGIN}/code"
    wrong = await browser.client.post(where, json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["type"]) == (401, "session/wrong-code")
    assert await browser.who() is None
    assert (await browser.client.post(where, json={"code": phone.shows()})).status_code == 200
    assert await browser.who() == SAARA
    again = await browser.client.post(where, json={"code": phone.shows()})
    assert (again.status_code, again.json()["type"]) == (409, "session/sign-in-again")


async def test_wrong_codes_after_the_provider_block_the_account(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    await Phone.of(place, "saara")
    browser = Browser(place)
    await browser.through()
    where = f"{sample_signing_in.BEGIN}/code"
    for _ in range(FAILURES):
        await browser.client.post(where, json={"code": "000000"})
    blocked = await browser.client.post(where, json={"code": "000000"})
    assert (blocked.status_code, blocked.json()["type"]) == (429, "session/locked-out")


async def test_a_code_is_asked_for_in_time(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    phone, browser = await Phone.of(place, "saara"), Browser(place)
    await browser.through()
    place.house.clock.advance(301)
    late = await browser.client.post(f"{sample_signing_in.BEGIN}/code", json={"code": phone.shows()})
    assert late.json()["type"] == "session/sign-in-again"


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}], ids=str)
async def test_a_second_factor_of_the_provider_counts_where_the_house_says_so(
    place: Place, provider: Identities, claims: dict[str, Any]
) -> None:
    await set_up(place, provider)
    await Phone.of(place, "saara")
    provider.claims = claims
    assert await Browser(place).through() == "/sign-in?code=asked&next=%2F"
    await set_up(place, provider, factor_values=["mfa"])
    browser = Browser(place)
    assert await browser.through() == "/"
    assert await browser.who() == SAARA


async def test_who_needs_a_second_factor_may_have_it_at_the_provider(
    place: Place, provider: Identities
) -> None:
    await set_up(place, provider, factor_values=["mfa"])
    await place.house.do("admin", ChangeSignIn(second_factor_of=frozenset({UserRole.SUPERVISOR})))
    bare = Browser(place)
    await bare.through()
    floor = await bare.client.get("/api/v1/queues")
    assert (floor.status_code, floor.json()["type"]) == (403, "session/second-factor-needed")
    provider.claims = {"amr": ["mfa"]}
    browser = Browser(place)
    await browser.through()
    assert (await browser.client.get("/api/v1/queues")).status_code == 200
    await set_up(place, provider)
    place.parts.authentication.rung(place.house.sample.organization_id)
    assert (await browser.client.get("/api/v1/queues")).status_code == 403, "not believed any more"


async def test_a_second_factor_is_set_up_and_ended_without_a_password(
    place: Place, provider: Identities
) -> None:
    await set_up(place, provider)
    browser = Browser(place)
    await browser.through()
    begun = await browser.client.post("/api/v1/me/second-factor", json={})
    assert begun.status_code == 200, begun.text
    phone = Phone(place, begun.json()["secret"])
    confirmed = await browser.client.post("/api/v1/me/second-factor/confirm", json={"code": phone.shows()})
    assert confirmed.status_code == 200
    place.house.clock.advance(STEP_SECONDS)
    end = "/api/v1/me/second-factor/end"
    assert (await browser.client.post(end, json={"code": phone.shows()})).status_code == 204
    place.house.clock.advance(600)
    late = await browser.client.post("/api/v1/me/second-factor", json={})
    assert (late.status_code, late.json()["type"]) == (409, "session/sign-in-again")
    by_password = await (await place.as_("eino")).post("/api/v1/me/second-factor", json={})
    assert by_password.json()["type"] == "session/sign-in-again"


async def test_required_it_shuts_passwords_but_those_of_administrators(
    place: Place, provider: Identities
) -> None:
    await set_up(place, provider, required=True)
    client = place.anybody()
    given = {"email": SAARA, "password": PASSWORD}
    shut = await client.post("/api/v1/session", json=given)
    assert (shut.status_code, shut.json()["type"]) == (403, "session/provider-needed")
    assert "Example ID" in shut.json()["detail"]
    wrong = await client.post("/api/v1/session", json={**given, "password": "wrong"})
    assert wrong.json()["type"] == "session/wrong-credentials"
    admin = await client.post("/api/v1/session", json={**given, "email": "admin@demo.example"})
    assert admin.status_code == 200
    browser = Browser(place)
    await browser.through()
    assert await browser.who() == SAARA


async def test_links_are_seen_and_taken_apart(place: Place, provider: Identities) -> None:
    await set_up(place, provider)
    browser, admin = Browser(place), await place.as_("admin")
    assert (await (await place.as_("saara")).get("/api/v1/me")).json()["sign_in_link"] is None
    await browser.through()
    me = (await browser.client.get("/api/v1/me")).json()
    assert (me["sign_in_link"]["issuer"], me["by_provider"]) == (provider.url, True)
    assert (await (await place.as_("saara")).get("/api/v1/me")).json()["by_provider"] is False
    saara = f"/api/v1/users/{place.house.sample.people['saara']}"
    assert (await admin.get(saara)).json()["sign_in_link"] == me["sign_in_link"]
    assert (await browser.client.delete("/api/v1/me/sign-in-link")).status_code == 204
    assert await browser.who() == SAARA
    assert (await admin.get(saara)).json()["sign_in_link"] is None
    await browser.through()
    agent = await place.as_("eino")
    assert (await agent.delete(f"{saara}/sign-in-link")).status_code == 403
    assert (await admin.delete(f"{saara}/sign-in-link")).status_code == 204
    assert (await admin.delete(f"{saara}/sign-in-link")).status_code == 204
    assert await browser.who() is None, "whoever was linked is signed out"
    changes = [one["facts"].get("after") for one in await audited(place)]
    assert changes.count({"sign_in_link": None}) == 2
    nobody = "/api/v1/users/01890000-0000-7000-8000-000000000000/sign-in-link"
    assert (await admin.delete(nobody)).status_code == 404
