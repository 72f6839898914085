"""Sessions, accounts and settings over HTTP: who may, what is answered, what bad input does."""

from __future__ import annotations

from typing import Any

import pytest

from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.domain.access.signing_in import FAILURES
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.targets import queue_kind

API = "/api/v1"
NOBODY = "01890000-0000-7000-8000-000000000000"
SETTINGS = ["users", "tokens", "webhooks", "texts", "settings/supervision", "settings/sign-in", "templates"]
READABLE = [
    "me", "queues", "workstreams", "acknowledgements", "skills", "hours", "presences", "quick-replies", "dispositions",
]  # fmt: skip


async def ok(answer: Any, status: int = 200) -> Any:
    response = await answer
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def problem(answer: Any) -> tuple[int, str]:
    response = await answer
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    assert response.json()["status"] == response.status_code
    return response.status_code, response.json()["type"]


async def sign_in(place: Any, email: str, password: str) -> Any:
    return await place.anybody().post(f"{API}/session", json={"email": email, "password": password})


async def test_the_session_is_a_cookie_out_of_reach_of_scripts(place: Any) -> None:
    answer = await sign_in(place, "saara@demo.example", PASSWORD)
    assert answer.status_code == 200
    assert set(answer.json()) == {"user", "expires_at"}
    cookie = answer.headers["set-cookie"].lower()
    assert all(one in cookie for one in ("valvomo_session=vs_", "httponly", "samesite=strict", "path=/"))


async def test_me(place: Any) -> None:
    me = await ok((await place.as_("veikko")).get(f"{API}/me"))
    assert (me["name"], me["roles"], me["language"]) == ("Veikko Lindqvist", ["supervisor"], "fi")
    assert [one["name"] for one in me["supervised"]] == ["Billing"]
    assert set(me["rights"]) == {
        "supervisor_monitor",
        "supervisor_assign",
        "supervisor_transfer",
        "force_close",
    }
    assert me["acknowledgements"] == ["supervisor_purpose"]


async def test_signing_out_ends_it(place: Any) -> None:
    saara = await place.as_("saara")
    cookies = dict(saara.cookies)
    await ok(saara.delete(f"{API}/session"), 204)
    saara.cookies.update(cookies)
    assert await problem(saara.get(f"{API}/me")) == (401, "session/not-signed-in")


async def test_an_expired_session_says_so(place: Any) -> None:
    saara = await place.as_("saara")
    place.house.clock.advance(12 * 3600)
    place.parts.authentication.rung("")
    assert await problem(saara.get(f"{API}/me")) == (401, "session/expired")


async def test_too_many_failures_say_when_to_come_back(place: Any) -> None:
    for _ in range(FAILURES):
        assert (await sign_in(place, "saara@demo.example", "wrong")).status_code == 401
    answer = await sign_in(place, "saara@demo.example", PASSWORD)
    assert (answer.status_code, answer.json()["type"]) == (429, "session/locked-out")
    assert answer.headers["retry-after"] == "900"


MALFORMED_SIGN_INS: list[Any] = [
    {},
    {"email": "a"},
    {"email": 1, "password": "x"},
    {"email": "a", "password": "x", "more": 1},
    [],
    "x",
    {"email": "a\u0000", "password": "x"},
    {"email": "a" * 300, "password": "x"},
]


async def test_malformed_sign_ins(place: Any) -> None:
    for body in MALFORMED_SIGN_INS:
        assert await problem(place.anybody().post(f"{API}/session", json=body)) == (422, "request/malformed")


async def test_without_a_session_there_is_nothing(place: Any) -> None:
    for path in [*SETTINGS, *READABLE, "audit"]:
        assert await problem(place.anybody().get(f"{API}/{path}")) == (401, "session/not-signed-in")


@pytest.mark.parametrize("person", ["saara", "aino"])
async def test_settings_are_for_administrators(place: Any, person: str) -> None:
    client = await place.as_(person)
    for path in [*SETTINGS, *(["audit"] if person == "aino" else [])]:
        assert await problem(client.get(f"{API}/{path}")) == (403, "access/role-needed")
    for path in READABLE:
        await ok(client.get(f"{API}/{path}"))
    body = {"email": "x@demo.example", "name": "X", "roles": ["administrator"], "password": "long-enough"}
    assert await problem(client.post(f"{API}/users", json=body)) == (403, "access/role-needed")
    assert await problem(client.put(f"{API}/settings/supervision", json={})) == (403, "access/role-needed")


async def test_an_account_from_its_making_to_its_end(place: Any) -> None:
    admin = await place.as_("admin")
    support = place.house.sample.queues["Support"]
    body = {
        "email": "Uusi@demo.example", "name": "Uusi Agentti", "roles": ["agent"], "language": "fi",
        "password": "long-enough", "capacity": 2, "limits": {"voice": 1}, "queues": [support],
    }  # fmt: skip
    user = await ok(admin.post(f"{API}/users", json=body, headers={"Idempotency-Key": "k"}), 201)
    again = await ok(admin.post(f"{API}/users", json=body, headers={"Idempotency-Key": "k"}), 201)
    assert again["id"] == user["id"]
    assert (user["queues"], user["limits"], user["capacity"]) == ([support], {"voice": 1}, 2)
    assert (await sign_in(place, "uusi@demo.example", "long-enough")).status_code == 200
    changed = await ok(
        admin.patch(f"{API}/users/{user['id']}", json={"capacity": 4, "password": "even-longer"})
    )
    assert (changed["capacity"], changed["name"]) == (4, "Uusi Agentti")
    assert (await sign_in(place, "uusi@demo.example", "long-enough")).status_code == 401
    assert (await sign_in(place, "uusi@demo.example", "even-longer")).status_code == 200
    await ok(admin.patch(f"{API}/users/{user['id']}", json={"disabled": True}))
    assert (await sign_in(place, "uusi@demo.example", "even-longer")).status_code == 401


MALFORMED_ACCOUNTS: list[dict[str, Any]] = [
    {"email": "no address"},
    {"name": ""},
    {"name": " x "},
    {"roles": []},
    {"roles": ["king"]},
    {"capacity": -1},
    {"capacity": True},
    {"limits": {"pigeon": 1}},
    {"language": "xx"},
    {"password": "short"},
    {"password": "x@demo.example"},
    {"queues": ["x"]},
    {"id": NOBODY},
]


async def test_malformed_accounts_change_nothing(place: Any) -> None:
    admin = await place.as_("admin")
    before = await ok(admin.get(f"{API}/users"))
    for change in MALFORMED_ACCOUNTS:
        body = {"email": "x@demo.example", "name": "X", "roles": ["agent"], **change}
        assert await problem(admin.post(f"{API}/users", json=body)) == (422, "request/malformed"), change
    assert await ok(admin.get(f"{API}/users")) == before


async def test_lists_come_in_pages(place: Any) -> None:
    admin = await place.as_("admin")
    everybody = (await ok(admin.get(f"{API}/users")))["items"]
    page = await ok(admin.get(f"{API}/users", params={"limit": 4}))
    rest = await ok(admin.get(f"{API}/users", params={"limit": 200, "cursor": page["next"]}))
    assert page["items"] + rest["items"] == everybody
    assert rest["next"] is None
    for bad in ("x", page["next"][:-3], page["next"] * 20):
        assert await problem(admin.get(f"{API}/users", params={"cursor": bad})) == (422, "request/malformed")
    assert await problem(admin.get(f"{API}/queues", params={"cursor": page["next"]})) == (
        422,
        "request/malformed",
    )


@pytest.mark.parametrize(
    ("channel", "queue", "defaults"),
    [
        ("live_chat", "Support", {"offer": 120, "auto_close_open": 20 * 60, "auto_end_active": None}),
        ("custom", "Support", {"offer": 120, "auto_close_open": None, "auto_end_active": None}),
    ],
)
async def test_timers_that_are_left_out_are_those_of_the_channel(
    place: Any, channel: str, queue: str, defaults: dict[str, int | None]
) -> None:
    admin = await place.as_("admin")
    body = {
        "name": "New", "channel": channel, "queue": place.house.sample.queues[queue], "timers": {"reconnect": 60},
    }  # fmt: skip
    made = await ok(admin.post(f"{API}/workstreams", json=body), 201)
    assert {name: made["timers"][name] for name in (*defaults, "reconnect")} == {**defaults, "reconnect": 60}


@pytest.mark.parametrize("channel", Channel)
async def test_every_channel_can_have_a_workstream(place: Any, channel: Channel) -> None:
    admin = await place.as_("admin")
    queue = await ok(admin.post(f"{API}/queues", json={"name": "Theirs", "kind": queue_kind(channel)}), 201)
    body = {"name": "New", "channel": channel, "queue": queue["id"]}
    made = await ok(admin.post(f"{API}/workstreams", json=body), 201)
    assert (made["channel"], made["queue_id"]) == (channel, queue["id"])


async def test_queues_and_workstreams(place: Any) -> None:
    admin = await place.as_("admin")
    aino = place.house.sample.people["aino"]
    queue = await ok(admin.post(f"{API}/queues", json={"name": "VIP", "members": [aino]}), 201)
    assert (queue["kind"], queue["members"]) == ("messaging", [aino])
    body = {
        "name": "VIP chat",
        "channel": "live_chat",
        "queue": queue["id"],
        "origins": ["https://shop.example"],
    }
    workstream = await ok(admin.post(f"{API}/workstreams", json=body), 201)
    assert workstream["key"].startswith("pk_")
    path = f"{API}/workstreams/{workstream['id']}"
    timers = {**workstream["timers"], "offer": 30, "auto_close_open": None}
    changed = await ok(admin.patch(path, json={"timers": timers, "consent": "consent", "units": 2}))
    assert (changed["timers"], changed["consent"], changed["units"]) == (timers, "consent", 2)
    changed = await ok(admin.patch(path, json={"timers": {"reconnect": 60}}))
    assert changed["timers"] == {**timers, "reconnect": 60}
    texts = await ok(admin.get(f"{API}/texts", params={"subject": workstream["id"]}))
    assert {one["kind"] for one in texts["items"]} == {"notice", "consent"}
    assert await problem(admin.delete(f"{API}/queues/{queue['id']}")) == (409, "settings/in-use")
    assert await problem(admin.patch(path, json={"channel": "record"})) == (422, "request/malformed")
    assert await problem(admin.patch(path, json={"origins": ["javascript:x"]})) == (422, "request/malformed")
    assert await problem(admin.get(f"{API}/queues/x")) == (404, "access/not-found")
    assert await problem(admin.get(f"{API}/queues/{NOBODY}")) == (404, "access/not-found")


async def test_supervision_switches(place: Any) -> None:
    admin = await place.as_("admin")
    path = f"{API}/settings/supervision"
    now = await ok(admin.get(path))
    changed = await ok(admin.put(path, json={**now, "force_close": False}))
    assert changed == {**now, "force_close": False}
    assert "force_close" not in (await ok((await place.as_("saara")).get(f"{API}/me")))["rights"]
    assert await problem(admin.put(path, json={"force_close": "no"})) == (422, "request/malformed")
    assert await problem(admin.put(path, json={"denied_to": {NOBODY: ["force_close"]}})) == (
        422,
        "target/unknown",
    )


async def test_a_token_is_a_key_to_the_interface(place: Any) -> None:
    admin = await place.as_("admin")
    body = {"email": "bot@demo.example", "name": "Bot", "roles": ["integration"]}
    user = await ok(admin.post(f"{API}/users", json=body), 201)
    made = await ok(admin.post(f"{API}/tokens", json={"name": "CRM", "user": user["id"]}), 201)
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    anybody = place.anybody()
    assert (await ok(anybody.get(f"{API}/me", headers=bearer)))["roles"] == ["integration"]
    listed = await ok(admin.get(f"{API}/tokens"))
    assert made["secret"] not in str(listed)
    await ok(admin.delete(f"{API}/tokens/{made['token']['id']}"), 204)
    assert await problem(anybody.get(f"{API}/me", headers=bearer)) == (401, "session/not-signed-in")


async def test_webhooks(place: Any) -> None:
    admin = await place.as_("admin")
    made = await ok(admin.post(f"{API}/webhooks", json={"url": "https://a.example/in"}), 201)
    assert made["secret"].startswith("whsec_")
    path = f"{API}/webhooks/{made['webhook']['id']}"
    assert made["secret"] not in str(await ok(admin.get(path)))
    assert (await ok(admin.patch(path, json={"disabled": True})))["disabled"] is True
    assert (await ok(admin.get(f"{path}/deliveries")))["items"] == []
    await ok(admin.delete(path), 204)
    assert await problem(admin.get(path)) == (404, "access/not-found")
    for url in ("ftp://a", "https://u:p@a.example/", "x" * 3000):
        assert await problem(admin.post(f"{API}/webhooks", json={"url": url})) == (422, "request/malformed")


async def test_acknowledging(place: Any) -> None:
    aino = await place.as_("aino")
    (asked,) = (await ok(aino.get(f"{API}/acknowledgements")))["items"]
    assert asked["language"] == "fi"
    body = {name: asked[name] for name in ("kind", "version", "language")}
    assert await problem(aino.post(f"{API}/acknowledgements", json={**body, "version": 9})) == (
        409, "settings/changed-meanwhile",
    )  # fmt: skip
    assert (await ok(aino.post(f"{API}/acknowledgements", json=body)))["items"] == []
    assert (await ok(aino.get(f"{API}/me")))["acknowledgements"] == []


async def test_the_audit_log_tells_who_did_what(place: Any) -> None:
    admin = await place.as_("admin")
    await ok(admin.patch(f"{API}/users/{place.house.sample.people['aino']}", json={"name": "Aino Uusi"}))
    log = await ok(admin.get(f"{API}/audit", params={"kind": "setting_changed", "limit": 1}))
    (entry,) = log["items"]
    assert entry["actor"]["id"] == place.house.sample.people["admin"]
    assert (entry["text"], entry["facts"]["before"]) == (
        "Changed: account, Aino Uusi.",
        {"name": "Aino Korhonen"},
    )
    assert len(entry["hash"]) == 64
    mine = await ok(admin.get(f"{API}/audit", params={"actor": place.house.sample.people["saara"]}))
    assert mine["items"] == []


async def test_my_own_account(place: Any) -> None:
    lumi = await place.as_("lumi")
    assert (await ok(lumi.patch(f"{API}/me", json={"language": "fi"})))["language"] == "fi"
    passwords = {"old": PASSWORD, "new": "something-else"}
    await ok(lumi.post(f"{API}/me/password", json=passwords), 204)
    await ok(lumi.get(f"{API}/me"))
    assert await problem(lumi.post(f"{API}/me/password", json=passwords)) == (
        401,
        "session/wrong-credentials",
    )


async def test_one_key_changes_a_password_once(place: Any) -> None:
    """A lost answer is asked for again; the old password is another one by then, and that is no failed sign-in."""
    onni = await place.as_("onni")
    passwords, key = {"old": PASSWORD, "new": "something-else"}, {"Idempotency-Key": "password-1"}
    for _ in range(7):
        await ok(onni.post(f"{API}/me/password", json=passwords, headers=key), 204)
    await ok(onni.get(f"{API}/me"))
    assert (await sign_in(place, "onni@demo.example", "something-else")).status_code == 200
    only = {"kind": "setting_changed", "actor": place.house.sample.people["onni"]}
    log = await ok((await place.as_("admin")).get(f"{API}/audit", params=only))
    assert [one["facts"]["after"] for one in log["items"]] == [{"password": "changed"}]
    await ok(onni.patch(f"{API}/me", json={"language": "fi"}, headers={"Idempotency-Key": "language-1"}))
    reused = onni.post(f"{API}/me/password", json=passwords, headers={"Idempotency-Key": "language-1"})
    assert await problem(reused) == (422, "request/idempotency-key-reused")


async def test_one_key_signs_out_once(place: Any) -> None:
    """By a token, which stays: the session that was opened in between is not ended by the repetition."""
    made = await ok((await place.as_("admin")).post(
        f"{API}/tokens", json={"name": "T", "user": place.house.sample.people["lumi"]}
    ), 201)  # fmt: skip
    script, key = place.anybody(), {"Idempotency-Key": "out-1"}
    script.headers["Authorization"] = f"Bearer {made['secret']}"
    lumi = await place.as_("lumi")
    await ok(script.delete(f"{API}/session?everywhere=true", headers=key), 204)
    assert await problem(lumi.get(f"{API}/me")) == (401, "session/not-signed-in")
    place.clients.pop("lumi")
    again = await place.as_("lumi")
    await ok(script.delete(f"{API}/session?everywhere=true", headers=key), 204)
    await ok(again.get(f"{API}/me"))


async def test_another_organization_is_out_of_reach(place: Any) -> None:
    other = await create_sample(place.house.executor, "-", name="Other", domain="other.example")
    admin = await place.as_("admin")
    for path in (
        f"users/{other.people['aino']}", f"queues/{other.queues['Sales']}",
        f"workstreams/{other.workstreams['Web chat']}",
    ):  # fmt: skip
        assert await problem(admin.get(f"{API}/{path}")) == (404, "access/not-found")
        assert await problem(admin.patch(f"{API}/{path}", json={"name": "Taken"})) == (
            404,
            "access/not-found",
        )
    assert await problem(admin.delete(f"{API}/queues/{other.queues['Night desk']}")) == (
        404,
        "access/not-found",
    )
    body = {"name": "T", "user": other.people["aino"]}
    assert await problem(admin.post(f"{API}/tokens", json=body)) == (422, "target/unknown")
    words = {"subject": other.workstreams["Web chat"], "kind": "notice", "language": "en", "text": "Hm"}
    assert await problem(admin.put(f"{API}/texts", json=words)) == (422, "target/unknown")


async def test_everybody_may_know_which_roles_there_are(place: Any) -> None:
    for person in ("admin", "lumi"):
        client = await place.as_(person)
        items = (await client.get(f"{API}/roles", headers={"Accept-Language": "fi"})).json()["items"]
        assert [one["id"] for one in items] == [
            "agent", "supervisor", "administrator", "auditor", "integration",
        ]  # fmt: skip
        assert items[1]["name"] == "esihenkilö"
        assert all(one["description"] for one in items)
