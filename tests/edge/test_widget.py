"""The customer's side: a key opens the door, a token opens one conversation, and nothing internal comes out."""

from typing import Any

import httpx
import pytest
from sample_place import Place

SHOP = "https://shop.example"


async def begin(place: Place, workstream: str = "Web chat", **body: Any) -> tuple[httpx.AsyncClient, str]:
    client = place.anybody()
    wanted = {"key": place.house.sample.keys[workstream], "name": "Ada", "language": "en", **body}
    answer = await client.post("/widget/v1/conversations", json=wanted)
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client, answer.json()["conversation"]["id"]


async def test_a_customer_talks_and_sees_nothing_internal(place: Place) -> None:
    customer, conversation = await begin(place)
    state = (await customer.get("/widget/v1/conversation")).json()
    assert (state["state"], state["place"], state["agent"]) == ("open", 1, None)
    eino, saara = await place.as_("eino"), await place.as_("saara")
    path = f"/api/v1/conversations/{conversation}"
    assert (await customer.post("/widget/v1/messages", json={"text": "Hi", "client_id": "a"})).json()[
        "seq"
    ] == 1
    assert (await eino.post(f"{path}/pick")).status_code == 200
    assert (await saara.post(f"{path}/monitor")).status_code == 200
    for client, visibility in ((saara, "whisper"), (eino, "internal")):
        body = {"text": "canary-4711", "visibility": visibility}
        assert (await client.post(f"{path}/messages", json=body)).status_code == 201
    assert (await eino.post(f"{path}/messages", json={"text": "Hello"})).status_code == 201
    read = (await customer.get("/widget/v1/messages?after=0")).json()
    assert [(one["seq"], one["text"]) for one in read["items"]] == [(1, "Hi"), (2, "Hello")]
    assert read["conversation"]["agent"] == {"name": "Eino Mäkelä"}
    assert [one["code"] for one in read["conversation"]["notices"]] == ["agent_joined"]
    transcript = await customer.get("/widget/v1/transcript")
    assert transcript.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Ada: Hi" in transcript.text
    seen = "".join(
        [(await customer.get(f"/widget/v1/{one}")).text for one in ("messages", "transcript", "conversation")]
    )
    assert "canary" not in seen
    assert "Saara" not in seen
    ended = await customer.post("/widget/v1/end")
    assert ended.json()["state"] == "wrap_up"
    assert (await customer.post("/widget/v1/messages", json={"text": "x"})).json()[
        "type"
    ] == "conversation/ended"


async def test_the_same_client_id_is_the_first_message(place: Place) -> None:
    customer, _ = await begin(place)
    first = await customer.post("/widget/v1/messages", json={"text": "one", "client_id": "c"})
    again = await customer.post("/widget/v1/messages", json={"text": "two", "client_id": "c"})
    assert first.json() == again.json()
    assert first.json()["client_id"] == "c"


async def test_the_same_key_starts_one_conversation_and_its_token_is_kept_nowhere(place: Place) -> None:
    client = place.anybody()
    body = {"key": place.house.sample.keys["Web chat"], "name": "Ada"}
    headers = {"Idempotency-Key": "5f0c3b7e-0000-4000-8000-000000000000"}
    first = (await client.post("/widget/v1/conversations", json=body, headers=headers)).json()
    again = (await client.post("/widget/v1/conversations", json=body, headers=headers)).json()
    assert first["conversation"]["id"] == again["conversation"]["id"]
    assert first["token"] != again["token"]
    for token in (first["token"], again["token"]):
        answer = await client.get("/widget/v1/messages", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


async def test_a_token_opens_its_own_conversation_and_nothing_of_the_house(place: Place) -> None:
    customer, _ = await begin(place)
    assert (await customer.get("/api/v1/me")).status_code == 401
    assert (await place.anybody().get("/widget/v1/messages")).status_code == 401
    eino = await place.as_("eino")
    assert (await eino.get("/widget/v1/messages")).status_code == 401
    place.house.clock.advance(31 * 24 * 3600)
    place.parts.authentication.rung("")
    answer = await customer.get("/widget/v1/messages")
    assert (answer.status_code, answer.json()["type"]) == (401, "session/expired")


async def test_consent_must_be_answered_and_no_is_respected(place: Place) -> None:
    key = place.house.sample.keys["Web chat with consent"]
    config = (await place.anybody().get(f"/widget/v1/config?key={key}&language=fi")).json()
    assert (config["consent"], config["language"]) == ("consent", "fi")
    assert config["text"]
    assert config["version"] == 1
    answer = await place.anybody().post("/widget/v1/conversations", json={"key": key})
    assert (answer.status_code, answer.json()["type"]) == (422, "consent/answer-needed")
    _, conversation = await begin(place, "Web chat with consent", consent=False)
    await (await place.as_("eino")).post(f"/api/v1/conversations/{conversation}/pick")
    answer = await (await place.as_("saara")).post(f"/api/v1/conversations/{conversation}/monitor")
    assert (answer.status_code, answer.json()["type"]) == (403, "consent/refused")


async def test_a_text_that_has_changed_since_it_was_shown_is_shown_again(place: Place) -> None:
    client, admin = place.anybody(), await place.as_("admin")
    key = place.house.sample.keys["Web chat with consent"]

    async def start(**said: Any) -> httpx.Response:
        config = (await client.get(f"/widget/v1/config?key={key}&language=fi")).json()
        shown = {"version": config["version"], "text_language": config["language"]}
        body = {"key": key, "name": "Ada", "language": "fi", "consent": True, **shown, **said}
        return await client.post("/widget/v1/conversations", json=body)

    assert (await start()).status_code == 201
    workstreams = (await admin.get("/api/v1/workstreams")).json()["items"]
    ours = next(one for one in workstreams if one["key"] == key)
    body = {"subject": ours["id"], "kind": "consent", "language": "fi", "text": "Uusi kysymys?"}
    changed = await admin.put("/api/v1/texts", json=body)
    assert changed.is_success, changed.text
    answer = await start(version=1)
    assert (answer.status_code, answer.json()["type"]) == (409, "settings/changed-meanwhile")
    assert (answer.json()["version"], answer.json()["language"]) == (2, "fi")
    assert (await start()).status_code == 201
    assert (await start(version=-1)).status_code == 422


@pytest.mark.parametrize("body", [{}, {"key": "unknown"}, {"key": ""}, {"key": "x", "agent": "y"}])
async def test_without_a_key_there_is_nothing(place: Place, body: dict[str, Any]) -> None:
    answer = await place.anybody().post("/widget/v1/conversations", json=body)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_any_page_may_ask_unless_the_workstream_says_which(place: Place) -> None:
    client = place.anybody()
    key = place.house.sample.keys["Web chat"]
    asked = await client.options(
        "/widget/v1/conversations", headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    )
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == SHOP
    assert "authorization" in asked.headers["access-control-allow-headers"]
    answer = await client.get(f"/widget/v1/config?key={key}", headers={"Origin": SHOP})
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "access-control-allow-credentials" not in answer.headers
    admin = await place.as_("admin")
    found = (await admin.get("/api/v1/workstreams")).json()["items"]
    ours = next(one for one in found if one["key"] == key)
    changed = await admin.patch(
        f"/api/v1/workstreams/{ours['id']}", json={"origins": ["https://other.example"]}
    )
    assert changed.status_code == 200, changed.text
    answer = await client.get(f"/widget/v1/config?key={key}", headers={"Origin": SHOP})
    assert (answer.status_code, answer.json()["type"]) == (403, "request/foreign-origin")
    assert "access-control-allow-origin" not in answer.headers
    other = await client.get(f"/widget/v1/config?key={key}", headers={"Origin": "https://other.example"})
    assert other.status_code == 200


async def test_a_customer_without_a_name_is_called_customer(place: Place) -> None:
    _, conversation = await begin(place, name=None, language="fi")
    document = (await (await place.as_("saara")).get(f"/api/v1/conversations/{conversation}")).json()
    assert document["customer"]["name"] == "Asiakas"
