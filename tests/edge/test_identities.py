"""Visitors whom their site has signed: known on every device, never mixed up, and refused with a reason."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from sample_place import Place


def part(what: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(what).encode()).rstrip(b"=").decode()


def token(place: Place, secret: str, subject: str = "4711", **claims: Any) -> str:
    at = int(place.house.clock().timestamp())
    said = f"{part({'alg': 'HS256'})}.{part({'sub': subject, 'exp': at + 600, **claims})}"
    signature = hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def workstream(place: Place, name: str = "Web chat") -> str:
    found = (await (await place.as_("admin")).get("/api/v1/workstreams")).json()["items"]
    return str(next(one["id"] for one in found if one["key"] == place.house.sample.keys[name]))


async def rotated(place: Place, **how: Any) -> str:
    admin = await place.as_("admin")
    answer = await admin.post(f"/api/v1/workstreams/{await workstream(place)}/widget/secret", json=how)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


async def secured(place: Place, policy: str = "strict") -> str:
    secret = await rotated(place)
    admin = await place.as_("admin")
    answer = await admin.patch(
        f"/api/v1/workstreams/{await workstream(place)}/widget", json={"identity": policy}
    )
    assert answer.status_code == 200, answer.text
    return secret


async def identify(place: Place, signed: str) -> httpx.Response:
    body = {"key": place.house.sample.keys["Web chat"], "identity": signed}
    return await place.anybody().post("/widget/v1/identify", json=body)


async def begin(place: Place, signed: str | None) -> httpx.Response:
    body = {"key": place.house.sample.keys["Web chat"], "name": "Form", "language": "en", "identity": signed}
    return await place.anybody().post("/widget/v1/conversations", json=body)


async def get(place: Place, opens: str, path: str) -> Any:
    answer = await place.anybody().get(f"/widget/v1/{path}", headers={"Authorization": f"Bearer {opens}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_person_goes_on_with_their_conversation_on_another_device(place: Place) -> None:
    secret = await secured(place)
    kaisa = token(place, secret, name="Kaisa Niemi", email="kaisa@example.com")
    first = (await identify(place, kaisa)).json()
    assert (first["verified"], first["name"], first["token"]) == (True, "Kaisa Niemi", None)
    begun = (await begin(place, kaisa)).json()
    document = (
        await (await place.as_("saara")).get(f"/api/v1/conversations/{begun['conversation']['id']}")
    ).json()
    assert (document["verified"], document["customer"]["name"]) == (True, "Kaisa Niemi")
    other = (await identify(place, token(place, secret, name="Kaisa Niemi"))).json()
    assert other["conversation"]["id"] == begun["conversation"]["id"]
    assert other["token"] not in {None, begun["token"]}
    assert (await get(place, other["token"], "conversation"))["id"] == begun["conversation"]["id"]
    stranger = (await identify(place, token(place, secret, "4712"))).json()
    assert (stranger["verified"], stranger["conversation"], stranger["token"]) == (True, None, None)


async def test_earlier_conversations_are_theirs_alone(place: Place) -> None:
    secret = await secured(place)
    eino = await place.as_("eino")
    ids = []
    for number, subject in enumerate(("4711", "4711", "4712")):
        begun = (await begin(place, token(place, secret, subject))).json()
        headers = {"Authorization": f"Bearer {begun['token']}"}
        said = await place.anybody().post(
            "/widget/v1/messages", json={"text": f"No. {number}"}, headers=headers
        )
        assert said.is_success
        ids.append(begun["conversation"]["id"])
        await eino.post(f"/api/v1/conversations/{ids[-1]}/pick")
        await place.anybody().post("/widget/v1/end", headers=headers)
        await eino.post(f"/api/v1/conversations/{ids[-1]}/complete")
        place.house.clock.advance(1)
    now = (await begin(place, token(place, secret))).json()
    assert now["conversation"]["id"] not in ids
    items = (await get(place, now["token"], "earlier"))["items"]
    assert [(one["id"], [each["text"] for each in one["items"]]) for one in items] == [
        (ids[1], ["No. 1"]), (ids[0], ["No. 0"]),
    ]  # fmt: skip
    assert [one["id"] for one in (await get(place, now["token"], f"earlier?before={ids[1]}"))["items"]] == [
        ids[0]
    ]
    assert (await get(place, now["token"], f"earlier?before={ids[2]}"))["items"][0]["id"] == ids[1]
    anonymous = (await begin(place, None)).json()
    assert (await get(place, anonymous["token"], f"earlier?before={now['conversation']['id']}"))[
        "items"
    ] == []


async def test_a_contact_that_the_house_merges_opens_nothing(place: Place) -> None:
    secret = await secured(place)
    ids = []
    for subject in ("4711", "4712"):
        begun = (await begin(place, token(place, secret, subject))).json()
        ids.append(begun["conversation"]["id"])
    saara = await place.as_("saara")
    contacts = [(await saara.get(f"/api/v1/conversations/{one}")).json()["customer"]["id"] for one in ids]
    merged = await saara.post(f"/api/v1/contacts/{contacts[0]}/merge", json={"into": contacts[1]})
    assert merged.is_success, merged.text
    for subject, one in zip(("4711", "4712"), ids, strict=True):
        assert (await identify(place, token(place, secret, subject))).json()["conversation"]["id"] == one


@pytest.mark.parametrize(
    ("policy", "status"), [("off", 200), ("optional", 200), ("strict", 403), ("required", 403)]
)
async def test_a_bad_token_is_a_stranger_or_refused_and_says_why(
    place: Place, policy: str, status: int
) -> None:
    secret = await secured(place, policy)
    late = token(place, secret, exp=int(place.house.clock().timestamp()) - 100)
    answer = await identify(place, late)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json() | {} == {
            "verified": False, "name": None, "flaw": "expired", "conversation": None, "token": None,
        }  # fmt: skip
        begun = (await begin(place, late)).json()
        saara = await place.as_("saara")
        document = (await saara.get(f"/api/v1/conversations/{begun['conversation']['id']}")).json()
        assert (document["verified"], document["customer"]["name"]) == (False, "Form")
    else:
        assert (answer.json()["type"], answer.json()["flaw"]) == ("identity/invalid", "expired")
        assert "expired" in answer.json()["detail"]
        assert (await begin(place, late)).json()["type"] == "identity/invalid"


async def test_where_it_is_required_strangers_are_asked_to_sign_in(place: Place) -> None:
    await secured(place, "required")
    answer = await begin(place, None)
    assert (answer.status_code, answer.json()["type"]) == (403, "identity/needed")


async def test_a_secret_is_shown_once_and_changed_without_a_gap(place: Place) -> None:
    first = await secured(place)
    second = await rotated(place, hours=2)
    admin, ours = await place.as_("admin"), await workstream(place)
    shown = await admin.get(f"/api/v1/workstreams/{ours}/widget")
    assert first not in shown.text
    assert second not in shown.text
    assert (shown.json()["secret"], shown.json()["former_until"] is not None) == (True, True)
    for secret in (first, second):
        assert (await identify(place, token(place, secret))).json()["verified"] is True
    place.house.clock.advance(2 * 3600)
    assert (await identify(place, token(place, first))).json()["flaw"] == "signature"
    assert (await identify(place, token(place, second))).json()["verified"] is True
    third = await rotated(place, hours=0)
    assert (await identify(place, token(place, second))).json()["flaw"] == "signature"
    assert (await identify(place, token(place, third))).json()["verified"] is True
    async with place.house.database.reading() as tx:
        kept = await tx._connection.fetch("SELECT widgets::text AS line FROM widgets")
        facts = await tx._connection.fetch("SELECT body::text AS line FROM facts")
    assert not any(one in row["line"] for one in (first, second, third) for row in (*kept, *facts))


async def test_without_a_secret_there_is_nothing_to_believe(place: Place) -> None:
    admin = await place.as_("admin")
    answer = await admin.patch(
        f"/api/v1/workstreams/{await workstream(place)}/widget", json={"identity": "strict"}
    )
    assert answer.status_code == 422
    assert "secret" in answer.text
    eino = await place.as_("eino")
    assert (
        await eino.post(f"/api/v1/workstreams/{await workstream(place)}/widget/secret", json={})
    ).status_code == 403


async def test_one_page_does_not_open_another_organizations_or_workstreams(place: Place) -> None:
    secret = await secured(place)
    meant = token(place, secret, aud="pk_other")
    assert (await identify(place, meant)).json()["flaw"] == "audience"
    body = {"key": place.house.sample.keys["Web chat with consent"], "identity": token(place, secret)}
    other = await place.anybody().post("/widget/v1/identify", json=body)
    assert other.json()["verified"] is False
    for bad in ({}, {"key": "x", "identity": "y"}, {"key": body["key"], "identity": "z" * 5000}):
        assert (await place.anybody().post("/widget/v1/identify", json=bad)).status_code in {404, 422}
