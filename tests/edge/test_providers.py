"""The provider by which people sign in, as it is set up: who may, what is refused, what is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sample_identities import SECRET, Identities, identities
from sample_place import ORIGIN, Place
from sample_signing_in import PROVIDER, SETTINGS, believing

from valvomo.db import sign_in_providers


@pytest.fixture
def provider() -> Iterator[Identities]:
    with identities() as stand_in:
        yield stand_in


async def ok(answer: Any) -> Any:
    response = await answer
    assert response.status_code == 200, response.text
    return response.json()


async def sealed(place: Place) -> bytes:
    async with place.house.database.reading() as tx:
        kept = await sign_in_providers.kept(tx, place.house.sample.organization_id)
    assert kept is not None
    return kept.sealed


async def test_set_up_changed_and_removed_by_administrators_alone(place: Place, provider: Identities) -> None:
    admin = await place.as_("admin")
    nothing = await ok(admin.get(SETTINGS))
    assert nothing["provider"] is None
    assert nothing["redirect_uri"] == f"{ORIGIN}/api/v1/session/oidc/callback"
    for name in ("saara", "eino"):
        client = await place.as_(name)
        assert (await client.get(SETTINGS)).status_code == 403
        assert (await client.put(PROVIDER, json=believing(provider))).status_code == 403
        assert (await client.delete(PROVIDER)).status_code == 403
        assert (await client.post(f"{PROVIDER}/try", json={"issuer": provider.url})).status_code == 403
    assert provider.paths == [], "nobody else makes us knock"
    wanted = believing(
        provider, domains=["Demo.Example", "demo.example"], factor_values=["mfa"], required=True
    )
    kept = (await ok(admin.put(PROVIDER, json=wanted)))["provider"]
    assert kept == {
        "issuer": provider.url,
        "client_id": wanted["client_id"],
        "label": "Example ID",
        "required": True,
        "domains": ["demo.example"],
        "factor_values": ["mfa"],
    }
    assert (await ok(admin.get(SETTINGS)))["provider"] == kept
    assert (await admin.delete(PROVIDER)).status_code == 204
    assert (await admin.delete(PROVIDER)).status_code == 204
    assert (await ok(admin.get(SETTINGS)))["provider"] is None


async def test_the_secret_is_sealed_and_in_no_answer_nor_the_audit_log(
    place: Place, provider: Identities, capsys: pytest.CaptureFixture[str]
) -> None:
    admin = await place.as_("admin")
    answers = [
        await admin.put(PROVIDER, json=believing(provider)),
        await admin.get(SETTINGS),
        await admin.get("/api/v1/audit"),
        await admin.put(PROVIDER, json=believing(provider, label="")),
    ]
    assert not any(SECRET in one.text for one in answers)
    assert SECRET.encode() not in await sealed(place)
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    change = answers[2].json()["items"][0]["facts"]
    assert (change["subject"], change["after"]["client_secret"]) == ("sign_in", "set")
    assert change["after"]["provider"]["issuer"] == provider.url


async def test_the_secret_is_told_to_no_other_server(place: Place, provider: Identities) -> None:
    admin = await place.as_("admin")
    without = believing(provider)
    del without["client_secret"]
    assert (await admin.put(PROVIDER, json=without)).status_code == 422, "there is none yet"
    await ok(admin.put(PROVIDER, json=believing(provider)))
    before = await sealed(place)
    await ok(admin.put(PROVIDER, json={**without, "label": "Another name"}))
    assert await sealed(place) == before
    elsewhere = {**without, "issuer": "https://evil.example"}
    refused = await admin.put(PROVIDER, json=elsewhere)
    assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, "client_secret")
    assert (await ok(admin.get(SETTINGS)))["provider"]["issuer"] == provider.url
    await ok(admin.put(PROVIDER, json={**elsewhere, "client_secret": "another"}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.example"},
        {"issuer": "https://id.example?x=1"},
        {"issuer": "nonsense"},
        {"issuer": ""},
        {"issuer": None},
        {"client_id": ""},
        {"client_id": "é"},
        {"client_secret": ""},
        {"client_secret": "a\nb"},
        {"client_secret": "ä"},
        {"label": ""},
        {"label": "x" * 61},
        {"label": "a\nb"},
        {"label": "a\n"},
        {"client_secret": "a\n"},
        {"domains": ["demo.example\n"]},
        {"domains": ["no domain"]},
        {"domains": ["@demo.example"]},
        {"domains": "demo.example"},
        {"factor_values": [""]},
        {"required": "yes"},
        {"unknown": 1},
    ],
    ids=str,
)
async def test_bad_input_is_refused_and_nothing_is_kept(
    place: Place, provider: Identities, wrong: dict[str, Any]
) -> None:
    admin = await place.as_("admin")
    assert (await admin.put(PROVIDER, json=believing(provider, **wrong))).status_code == 422
    assert (await ok(admin.get(SETTINGS)))["provider"] is None


async def test_without_permission_of_the_operator_no_private_address_is_asked(
    place: Place, provider: Identities
) -> None:
    admin = await place.as_("admin")
    tried = await ok(admin.post(f"{PROVIDER}/try", json={"issuer": provider.url}))
    assert tried["unfit"] == "unreachable"
    assert "not a public address" in tried["detail"]
    assert provider.paths == []


async def test_whose_provider_it_is_where_there_are_several_organizations(
    place: Place, provider: Identities
) -> None:
    admin = await place.as_("admin")
    await ok(admin.put(PROVIDER, json=believing(provider)))
    house = place.house.sample.organization_id
    ways = "/api/v1/session/ways"
    assert await ok(place.anybody().get(ways)) == {"provider": "Example ID"}
    async with place.house.database.transaction() as tx:
        await tx._connection.execute(
            "INSERT INTO organizations (id, name, created_at) VALUES ('other', 'Other', now())"
        )
    assert await ok(place.anybody().get(ways)) == {"provider": None}
    assert await ok(place.anybody().get(ways, params={"organization": house})) == {"provider": "Example ID"}
    other = "01890000-0000-7000-8000-000000000000"
    assert await ok(place.anybody().get(ways, params={"organization": other})) == {"provider": None}
    assert (await place.anybody().get(ways, params={"organization": "x"})).status_code == 422
