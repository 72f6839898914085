"""The bot's own interface: what its token opens, and that it opens nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import sample_files as files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_place import Place

from valvomo.db.ids import new_id

HOOK = "https://bot.example/told"


async def made(place: Place, **body: Any) -> dict[str, Any]:
    answer = await (await place.as_("admin")).post(
        "/api/v1/bots", json={"name": "Botti", "url": HOOK, **body}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def with_token(place: Place, token: str) -> httpx.AsyncClient:
    client = place.anybody()
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def begun(place: Place, bot: dict[str, Any]) -> str:
    """A conversation that has begun with the bot."""
    workstream = place.house.sample.workstreams["Web chat"]
    admin = await place.as_("admin")
    changed = await admin.patch(f"/api/v1/workstreams/{workstream}", json={"bot_id": bot["bot"]["id"]})
    assert changed.status_code == 200, changed.text
    started = await (await place.as_("saara")).post(
        "/api/v1/conversations", json={"channel": "live_chat", "customer": "Ada", "workstream": workstream}
    )
    assert started.status_code == 201, started.text
    return str(started.json()["id"])


async def test_a_bot_serves_its_conversation_by_its_token(place: Place) -> None:
    bot = await made(place)
    conversation = await begun(place, bot)
    client = with_token(place, bot["token"])
    assert (await client.get("/bot/v1/me")).json() == {"id": bot["bot"]["id"], "name": "Botti"}
    listed = (await client.get("/bot/v1/conversations")).json()
    assert [one["id"] for one in listed["items"]] == [conversation]
    path = f"/bot/v1/conversations/{conversation}"
    said = {"text": "Hello!", "client_id": "1"}
    first, again = [(await client.post(f"{path}/messages", json=said)).json() for _ in range(2)]
    assert first == again
    assert (first["seq"], first["author"]) == (1, {"name": "Botti", "role": "bot"})
    assert (await client.post(f"{path}/typing", json={"typing": True})).status_code == 204
    described = await client.patch(path, json={"subject": "Parcel", "tags": ["late"], "language": "fi"})
    assert (described.json()["subject"], described.json()["tags"]) == ("Parcel", ["late"])
    assert [one["text"] for one in (await client.get(f"{path}/messages")).json()["items"]] == ["Hello!"]
    done = await client.post(
        f"{path}/escalate", json={"reason": "hard", "summary": "s", "answers": {"order": "17"}}
    )
    assert done.json() == {"id": conversation, "state": "open"}
    shown = (await (await place.as_("saara")).get(f"/api/v1/conversations/{conversation}")).json()
    assert (shown["escalation"]["reason"], shown["bot_summary"], shown["answers"]) == (
        "hard",
        "s",
        {"order": "17"},
    )
    for method, rest in (("GET", ""), ("GET", "/messages"), ("POST", "/end")):
        assert (await client.request(method, f"{path}{rest}")).status_code == 404, "it is the bot's no more"


async def test_a_bots_token_opens_nothing_of_people_and_the_reverse(place: Place) -> None:
    bot = await made(place)
    conversation = await begun(place, bot)
    robot, admin = with_token(place, bot["token"]), await place.as_("admin")
    for path in (
        "/api/v1/me",
        f"/api/v1/conversations/{conversation}",
        "/api/v1/bots",
        "/widget/v1/conversation",
    ):
        assert (await robot.get(path)).status_code == 401, path
    for client in (admin, place.anybody(), with_token(place, "vb_nobody")):
        assert (await client.get("/bot/v1/me")).status_code == 401
    renewed = (await admin.post(f"/api/v1/bots/{bot['bot']['id']}/token")).json()["token"]
    assert (await robot.get("/bot/v1/me")).status_code == 401
    assert (await with_token(place, renewed).get("/bot/v1/me")).status_code == 200
    await admin.patch(f"/api/v1/bots/{bot['bot']['id']}", json={"enabled": False})
    assert (await with_token(place, renewed).get("/bot/v1/me")).status_code == 401


async def test_another_bot_finds_nothing(place: Place) -> None:
    bot, other = await made(place), await made(place, name="Other")
    path = f"/bot/v1/conversations/{await begun(place, bot)}"
    client = with_token(place, other["token"])
    assert (await client.get("/bot/v1/conversations")).json()["items"] == []
    answers = [
        await client.get(path),
        await client.get(f"{path}/messages"),
        await client.post(f"{path}/messages", json={"text": "x"}),
        await client.post(f"{path}/typing", json={}),
        await client.patch(path, json={"subject": "x"}),
        await client.post(f"{path}/escalate", json={"reason": "x"}),
        await client.post(f"{path}/end"),
        await client.get(f"/bot/v1/conversations/{new_id()}"),
    ]
    assert {one.status_code for one in answers} == {404}


async def test_a_bot_sends_files_within_the_bounds_of_agents(place: Place) -> None:
    bot = await made(place)
    conversation = await begun(place, bot)
    robot, other = (
        with_token(place, bot["token"]),
        with_token(place, (await made(place, name="Other"))["token"]),
    )
    path = f"/bot/v1/conversations/{conversation}"

    async def bring(client: httpx.AsyncClient, content: bytes, name: str, kind: str) -> httpx.Response:
        return await client.post(
            f"{path}/attachments", params={"name": name}, content=content, headers={"content-type": kind}
        )

    brought = await bring(robot, files.PDF, "label.pdf", "application/pdf")
    assert brought.status_code == 201, brought.text
    one = brought.json()["id"]
    assert (await bring(other, files.PDF, "label.pdf", "application/pdf")).status_code == 404
    assert (await robot.post(f"{path}/messages", json={"text": ""})).status_code == 422
    foreign = await robot.post(f"{path}/messages", json={"attachments": [new_id()]})
    assert foreign.json()["type"] == "attachment/unknown"
    said = {"text": "Your label.", "attachments": [one], "client_id": "1"}
    first, again = [(await robot.post(f"{path}/messages", json=said)).json() for _ in range(2)]
    assert first == again
    assert [file["name"] for file in first["attachments"]] == ["label.pdf"]
    (shown,) = (await robot.get(f"{path}/attachments", params={"ids": one})).json()["items"]
    assert shown["links"]["download"]
    assert (await robot.delete(f"{path}/attachments/{one}")).status_code == 404, "a message has it"
    program = await bring(robot, b"MZ" + bytes(200), "tool.exe", "application/octet-stream")
    assert program.json()["type"] == "attachment/program"
    limits = (await (await place.as_("admin")).get("/api/v1/workstreams")).json()["items"]
    stream = next(each for each in limits if each["id"] == place.house.sample.workstreams["Web chat"])
    small = {**stream["attachments"], "house": {**stream["attachments"]["house"], "largest": 1000}}
    changed = await (await place.as_("admin")).patch(
        f"/api/v1/workstreams/{stream['id']}", json={"attachments": small}
    )
    assert changed.status_code == 200, changed.text
    large = await bring(robot, files.picture("PNG", (300, 300)) + bytes(2000), "big.png", "image/png")
    assert large.json()["type"] == "attachment/too-large"
    free = (await bring(robot, b"a,b\n1,2\n", "list.csv", "text/csv")).json()["id"]
    assert (await robot.delete(f"{path}/attachments/{free}")).status_code == 204
    assert (await robot.get(f"{path}/attachments", params={"ids": free})).json()["items"] == []


async def test_a_paused_bot_brings_no_files(place: Place) -> None:
    bot = await made(place)
    conversation = await begun(place, bot)
    saara, robot = await place.as_("saara"), with_token(place, bot["token"])
    await saara.post(f"/api/v1/conversations/{conversation}/monitor")
    await saara.post(f"/api/v1/conversations/{conversation}/bot-pause")
    refused = await robot.post(
        f"/bot/v1/conversations/{conversation}/attachments", params={"name": "a.pdf"}, content=files.PDF,
        headers={"content-type": "application/pdf"},
    )  # fmt: skip
    assert (refused.status_code, refused.json()["type"]) == (409, "conversation/bot-paused")


async def test_supervisors_pause_instruct_and_hand_over(place: Place) -> None:
    bot = await made(place)
    conversation = await begun(place, bot)
    saara, robot = await place.as_("saara"), with_token(place, bot["token"])
    path = f"/api/v1/conversations/{conversation}"
    shown = (await saara.get(path)).json()
    assert shown["bot"]["name"] == "Botti"
    assert shown["acts"]["pause_bot"]["reason"] == "conversation/monitor-first"
    assert (await saara.post(f"{path}/monitor")).status_code == 200
    assert (await saara.post(f"{path}/bot-pause")).json()["bot_paused"]["by"]["name"] == "Saara Virtanen"
    refused = await robot.post(f"/bot/v1/conversations/{conversation}/messages", json={"text": "but"})
    assert (refused.status_code, refused.json()["type"]) == (409, "conversation/bot-paused")
    assert (await saara.delete(f"{path}/bot-pause")).json()["bot_paused"] is None
    words = {"text": "offer a refund", "visibility": "instruction"}
    assert (await saara.post(f"{path}/messages", json=words)).status_code == 201
    whisper = await saara.post(f"{path}/messages", json={"text": "psst", "visibility": "whisper"})
    assert whisper.json()["type"] == "conversation/handled-by-bot"
    assert (await robot.get(f"/bot/v1/conversations/{conversation}/messages")).json()["items"] == []
    assert (await saara.post(f"{path}/hand-over")).json()["escalation"]["reason"] == "bot_handed_over"


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"name": "B"}, "url"), ({"name": "B", "kind": "model"}, "model"), ({"name": "B", "url": "ftp://x"}, "url"),
        ({"name": "B", "url": HOOK, "patience": 1}, "patience"), ({"name": "", "url": HOOK}, "name"),
        ({"name": "B", "url": HOOK, "idle": 1}, "idle"), ({"name": "B", "url": HOOK, "more": 1}, "more"),
        ({"name": "B", "kind": "model", "model": {"url": "https://x.example/v1", "model": ""}}, "model"),
    ],
)  # fmt: skip
async def test_bots_that_are_none(place: Place, body: dict[str, Any], at: str) -> None:
    refused = await (await place.as_("admin")).post("/api/v1/bots", json=body)
    assert refused.status_code == 422, at
    assert at in refused.text


@pytest.mark.parametrize("person", ["saara", "aino"])
async def test_bots_are_for_administrators(place: Place, person: str) -> None:
    bot = (await made(place))["bot"]["id"]
    client = await place.as_(person)
    answers = [
        await client.get("/api/v1/bots"),
        await client.get(f"/api/v1/bots/{bot}"),
        await client.post("/api/v1/bots", json={"name": "B", "url": HOOK}),
        await client.patch(f"/api/v1/bots/{bot}", json={"name": "B"}),
        await client.delete(f"/api/v1/bots/{bot}"),
        await client.post(f"/api/v1/bots/{bot}/token"),
        await client.get(f"/api/v1/bots/{bot}/snippets"),
        await client.post(f"/api/v1/bots/{bot}/snippets", json={"title": "t", "text": "x"}),
    ]
    assert {one.status_code for one in answers} == {403}


async def test_what_a_bot_knows(place: Place) -> None:
    model = {"url": "https://model.example/v1", "model": "m"}
    bot = await made(place, kind="model", url=None, model=model, key="sk-secret")
    assert (bot["token"], bot["secret"], bot["bot"]["has_key"]) == (None, None, True)
    admin, path = await place.as_("admin"), f"/api/v1/bots/{bot['bot']['id']}/snippets"
    one = (
        await admin.post(path, json={"title": "Returns", "text": "Within 30 days.", "language": "en"})
    ).json()
    changed = await admin.put(f"{path}/{one['id']}", json={"title": "Returns", "text": "Within 60 days."})
    assert changed.json()["text"] == "Within 60 days."
    assert [each["id"] for each in (await admin.get(path)).json()["items"]] == [one["id"]]
    assert (await admin.delete(f"{path}/{one['id']}")).status_code == 204
    assert (await admin.get(path)).json()["items"] == []
    rows = await admin.get("/api/v1/audit")
    assert "sk-secret" not in rows.text
    assert "sk-secret" not in (await admin.get("/api/v1/bots")).text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    (
        "text",
        "client_id",
        "typing",
        "subject",
        "tags",
        "language",
        "reason",
        "summary",
        "answers",
        "skills",
        "queue",
    )
)


@given(bodies=st.lists(st.dictionaries(FIELDS, JSON, max_size=4) | JSON, min_size=8, max_size=8))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_bot_sends_nothing_breaks(place: Place, bodies: list[Any]) -> None:
    bot = await made(place, name=f"Bot {new_id()}")
    path = f"/bot/v1/conversations/{await begun(place, bot)}"
    client = with_token(place, bot["token"])
    for body in bodies:
        for method, rest in (
            ("POST", "/messages"),
            ("POST", "/typing"),
            ("PATCH", ""),
            ("POST", "/escalate"),
        ):
            answer = await client.request(method, f"{path}{rest}", json=body)
            assert answer.status_code in (200, 201, 204, 404, 409, 422), answer.text
