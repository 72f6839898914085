"""Another organization reaches nothing of this one: every route with an id, foreign ids in bodies, every list."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher
from litestar.handlers import HTTPRouteHandler
from sample_place import Place
from sample_routes import routes

from valvomo.commands.alerts.raising import RaiseAlert
from valvomo.commands.settings.sign_in import Session
from valvomo.demo.organization import PASSWORD, Sample, create_sample
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Refusal
from valvomo.edge.http.authentication import COOKIE

API = "/api/v1"
SCHEDULE = {"name": "Ours", "every": "day", "recipients": ["ours@example.org"], "purpose": "ours"}
PEOPLE = ("admin", "saara", "eino")
"""An administrator, a supervisor of everything, an agent: of the other organization."""
SNIPPET = {"title": "Ours", "text": "Ours"}
BODIES: dict[str, dict[str, Any]] = {
    "POST snippets": SNIPPET,
    "POST elevate": {"mode": "voice"},
    "POST keys": {"keys": "1"},
    "POST forward": {"number": "+358401234567"},
    "PUT vip": {"vip": True},
    "POST message-templates": {"name": "theirs", "language": "en"},
    "PUT snippets": SNIPPET,
    "PATCH conversations": {"subject": "theirs"},
    "PATCH dispositions": {"name": "theirs", "queue_id": None},
    "PATCH hours": {"name": "Theirs", "region": "SE"},
    "PATCH presences": {"name": "Theirs"},
    "PATCH quick-replies": {"name": "theirs", "queue_id": None},
    "PATCH skills": {"name": "Theirs"},
    "PATCH templates": {"name": "Theirs", "seconds": 5},
    "PATCH queues": {"name": "Theirs"},
    "PATCH users": {"name": "Theirs", "password": "a-password-of-theirs", "disabled": True},
    "PATCH webhooks": {"url": "https://theirs.example/in"},
    "PATCH workstreams": {"name": "Theirs"},
    "PUT presence": {"presence": "away"},
    "POST assign": {"queue": "Billing"},
    "POST transfer": {"queue": "Billing"},
    "POST consult": {"queue": "Billing"},
    "POST force-close": {"reason": "theirs"},
    "POST messages": {"text": "theirs"},
    "POST try": {"sample": {}},
    "PATCH evaluation-forms": {"name": "Theirs"},
    "PUT evaluations": {"revision": 1, "answers": {"one": "yes"}},
    "POST reply": {"text": "theirs"},
    f"POST {API}/alerts/{{alert_id}}/assign": {"user": "01890000-0000-7000-8000-000000000000"},
    "PATCH alert-rules": {"name": "Theirs"},
    "PATCH record": {"revision": 0, "subject": "theirs"},
    "POST resolve": {"outcome": "theirs"},
    "POST links": {"to": "01890000-0000-7000-8000-000000000000"},
    "PUT record-form": {"version": 0, "statuses": [{"key": "open", "phase": "open"}]},
    "POST check": {"columns": {}},
    "PATCH contacts": {"revision": 0, "name": "Theirs"},
    "POST merge": {"into": "01890000-0000-7000-8000-000000000000"},
    "PATCH channel-accounts": {"name": "Theirs", "disabled": True},
    "POST test": {"address": "theirs", "text": "theirs"},
    "POST mend": {"what": "dispatch", "id": "theirs"},
    "POST transcript": {"purpose": "theirs"},
    f"POST {API}/conversations/{{conversation_id}}/mend": {"seq": 1},
    "POST /api/v1/webhooks/{webhook_id}/replay": {
        "since": "2026-03-02T00:00:00Z",
        "until": "2026-03-03T00:00:00Z",
    },
}
QUESTION = {"id": "one", "text": "Ours?", "kind": "yes_no"}
RESOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "skill_id": ("skills", {"name": "Ours"}),
    "hours_id": ("hours", {"name": "Ours", "time_zone": "Europe/Helsinki"}),
    "presence_id": ("presences", {"name": "Ours", "presence": "away"}),
    "template_id": ("templates", {"name": "Ours", "seconds": 60}),
    "reply_id": ("quick-replies", {"name": "Ours", "texts": {"en": "Ours"}}),
    "disposition_id": ("dispositions", {"name": "Ours"}),
    "form_id": (
        "evaluation-forms",
        {"name": "Ours", "sections": [{"title": "Ours", "questions": [QUESTION]}]},
    ),
    "alert_rule_id": ("alert-rules", {"name": "Ours", "conditions": [{"kind": "attention", "at_least": 90}]}),
}
"""What else is made with a name, by the parameter that its addresses have."""
RESTLESS = {
    "inspections", "outbox", "outbox_attempts", "sessions", "receipts", "connections", "figure_entries",
    "figure_heads", "search_positions",
    "search_again", "public_words", "internal_words", "replay_snapshots", "replay_activity", "journal_readers",
}  # fmt: skip
"""Tables that deliveries, signing in and readers of the journal touch by themselves."""


QUERIES = {"candidates": {"for": "transfer"}, "attachments": {"name": "a.png", "ids": "x"}}
"""What routes must be asked with, by the end of their addresses."""


def staff_routes() -> list[tuple[str, str]]:
    """Every method and address of `/api/v1`."""
    return [
        (method, route.path_format)
        for route in routes().routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for method in sorted(handler.http_methods - {"OPTIONS"})
        if route.path_format.startswith(API)
    ]


@dataclass
class Border:
    """The first organization with one thing of every kind, and the people of the other one."""

    place: Place
    other: Sample
    ids: dict[str, str]
    clients: dict[str, httpx.AsyncClient]
    url: str

    def address(self, path: str) -> str:
        """The path with the first organization's id in it. A kind of id that is not known here is an error."""
        parts = [self.ids[part[1:-1]] if part.startswith("{") else part for part in path.split("/")]
        return "/".join(parts)

    def secrets(self) -> set[str]:
        """Every id of the first organization that somebody else must not read."""
        sample = self.place.house.sample
        named = (sample.people, sample.queues, sample.workstreams, sample.skills)
        return {sample.organization_id, *self.ids.values(), *(one for ids in named for one in ids.values())}

    async def everything(self) -> dict[str, list[str]]:
        """Every row of the first organization, by table: the facts among them."""
        connection = await asyncpg.connect(self.url)
        try:
            tables = await connection.fetch(
                "SELECT table_name AS name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'organization_id' ORDER BY 1"
            )
            rows: dict[str, list[str]] = {}
            for name in (one["name"] for one in tables if one["name"] not in RESTLESS):
                found = await connection.fetch(
                    f'SELECT t::text AS row FROM "{name}" t WHERE organization_id = $1 ORDER BY 1',
                    self.place.house.sample.organization_id,
                )
                rows[name] = [one["row"] for one in found]
            return rows
        finally:
            await connection.close()


@pytest.fixture
async def border(place: Place) -> Border:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    other = await create_sample(place.house.executor, hashed, name="Other", domain="other.example")
    clients = {}
    for person in PEOPLE:
        session = await place.parts.gate.sign_in(f"{person}@other.example", PASSWORD)
        assert isinstance(session, Session), session
        clients[person] = place.anybody()
        clients[person].cookies.set(COOKIE, session.token)
    return Border(place, other, await one_of_each(place), clients, place.house.database.url)


async def one_of_each(place: Place) -> dict[str, str]:
    """An id of the first organization for every parameter that an address has."""
    sample, admin = place.house.sample, await place.as_("admin")
    conversation = await place.served(subject="Ours alone", customer="Kaisa Ours")
    token = {"name": "Ours", "user": sample.people["saara"]}
    made = (await admin.post(f"{API}/tokens", json=token)).json()
    webhook = (await admin.post(f"{API}/webhooks", json={"url": "https://ours.example/in"})).json()
    path = f"{API}/webhooks/{webhook['webhook']['id']}"
    assert (await admin.patch(path, json={"disabled": True})).status_code == 200
    resources = {
        name: (await admin.post(f"{API}/{path}", json=what)).json()["id"]
        for name, (path, what) in RESOURCES.items()
    }
    judged = await place.served(customer="Judged Ours")
    saara = await place.as_("saara")
    await saara.post(f"{API}/conversations/{judged}/force-close", json={"reason": "ours"})
    about = {"conversation": judged, "form": resources["form_id"]}
    evaluation = (await saara.post(f"{API}/evaluations", json=about)).json()["id"]
    state = (await saara.get(f"{API}/conversations/{conversation}")).json()
    made_bot = await admin.post(f"{API}/bots", json={"name": "Ours", "url": "https://ours.example/bot"})
    bot = made_bot.json()["bot"]["id"]
    given = {"name": "ours.csv", "workstream": sample.workstreams["Records"]}
    file = await admin.post(f"{API}/record-imports", params=given, content=b"Subject,Customer\nOurs,Kaisa")
    rule = {"name": "Ours", "queue": sample.queues["Support"], "form": resources["form_id"], "percent": 1}
    account_id = await account(admin, sample.queues["Support"])
    await believed(place)
    return {
        **resources,
        "evaluation_id": evaluation,
        "alert_id": await raised(place, resources["alert_rule_id"]),
        "export_id": await exported(saara),
        "schedule_id": (await saara.post(f"{API}/report-schedules", json=SCHEDULE)).json()["id"],
        "rule_id": (await admin.post(f"{API}/sampling-rules", json=rule)).json()["id"],
        "account_id": account_id,
        **await recorded(place, conversation),
        "message_id": "message-ours",
        "media_id": await could_not_be_had(place, account_id, conversation),
        "conversation_id": conversation,
        "other_id": judged,
        "contact_id": state["customer"]["id"],
        "import_id": file.json()["id"],
        "attachment_id": await uploaded(place, conversation),
        "agent_id": sample.people["eino"],
        "user_id": sample.people["eino"],
        "queue_id": sample.queues["Night desk"],
        "workstream_id": sample.workstreams["Messages"],
        "token_id": made["token"]["id"],
        "webhook_id": webhook["webhook"]["id"],
        "bot_id": bot,
        "snippet_id": (await admin.post(f"{API}/bots/{bot}/snippets", json=SNIPPET)).json()["id"],
        "letter_id": await letter(admin, webhook["webhook"]["id"]),
    }


async def letter(admin: Any, webhook: str) -> str:
    """A letter of the webhook, when nobody has taken it: it is due again after a while that does not pass here."""
    one = str((await admin.post(f"{API}/webhooks/{webhook}/test")).json()["id"])
    where = f"{API}/webhooks/{webhook}/deliveries/{one}"
    async with asyncio.timeout(90):
        while not (await admin.get(where)).json()["log"]:  # noqa: ASYNC110 - a job notes it, in its own time
            await asyncio.sleep(0.02)
    return one


async def believed(place: Place) -> None:
    """A provider of identities, and somebody's link to it."""
    provider = {
        "issuer": "https://ours.example",
        "client_id": "Ours",
        "client_secret": "Ours",
        "label": "Ours",
    }
    made = await (await place.as_("admin")).put(f"{API}/settings/sign-in/provider", json=provider)
    assert made.status_code == 200, made.text
    sample = place.house.sample
    connection = await asyncpg.connect(place.house.database.url)
    try:
        await connection.execute(
            "INSERT INTO sign_in_links (organization_id, user_id, issuer, client_id, subject, linked_at)"
            " VALUES ($1, $2, 'https://ours.example', 'Ours', 'Ours', now())",
            sample.organization_id, sample.people["eino"],
        )  # fmt: skip
    finally:
        await connection.close()


async def account(admin: Any, queue: str) -> str:
    """A channel account, with a workstream of its channel."""
    workstream = {"name": "Ours", "channel": "custom", "queue": queue, "consent": "none"}
    made = await admin.post(f"{API}/workstreams", json=workstream)
    filled = {"settings": {"url": "https://ours.example/in"}, "secrets": {"secret": f"whsec_{'A' * 43}="}}
    body = {"provider": "custom", "name": "Ours", "workstream_id": made.json()["id"], **filled}
    return str((await admin.post(f"{API}/channel-accounts", json=body)).json()["id"])


async def recorded(place: Place, conversation: str) -> dict[str, str]:
    """A recording of a call, and what one party said in it."""
    organization = place.house.sample.organization_id
    connection = await asyncpg.connect(place.house.database.url)
    try:
        await connection.execute(
            "INSERT INTO recordings (organization_id, id, conversation_id, began_at, keep_until)"
            " VALUES ($1, 'recording-ours', $2, now(), now() + interval '1 day')",
            organization, conversation,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO recording_tracks (organization_id, id, recording_id, person_id, part, began, seconds)"
            " VALUES ($1, 'track-ours', 'recording-ours', 'ours', 'customer', 0, 1)",
            organization,
        )
    finally:
        await connection.close()
    return {"recording_id": "recording-ours", "track_id": "track-ours"}


async def could_not_be_had(place: Place, account_id: str, conversation: str) -> str:
    """A file that came over a channel and was not to be had."""
    connection = await asyncpg.connect(place.house.database.url)
    try:
        await connection.execute(
            "INSERT INTO channel_media (organization_id, account_id, key, place, id, ref, name, media_type, state,"
            " conversation_id, created_at) VALUES ($1, $2, 'key', 0, 'media-ours', '', 'ours.txt', 'text/plain',"
            " 'failed', $3, now())",
            place.house.sample.organization_id, account_id, conversation,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO message_html (organization_id, conversation_id, message_id, seq, html, remote, cut,"
            " created_at) VALUES ($1, $2, 'message-ours', 1, '<p>Ours</p>', 0, false, now())",
            place.house.sample.organization_id, conversation,
        )  # fmt: skip
    finally:
        await connection.close()
    return "media-ours"


async def uploaded(place: Place, conversation: str) -> str:
    """A file that waits for a message."""
    where = f"{API}/conversations/{conversation}/attachments?name=ours.txt"
    answer = await (await place.as_("eino")).post(
        where, content=b"Ours", headers={"Content-Type": "text/plain"}
    )
    return str(answer.json()["id"])


async def raised(place: Place, rule: str) -> str:
    """An alert of a rule."""
    sample = place.house.sample
    command = RaiseAlert(rule_id=rule, queue_id=sample.queues["Support"])
    done = await place.house.executor.execute(system(sample.organization_id, "alarms"), command)
    assert not isinstance(done, Refusal)
    return str(done.result["id"])


async def exported(saara: Any) -> str:
    """A file of figures."""
    period = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    answer = await saara.post(f"{API}/exports", json={**period, "purpose": "ours"})
    return str(json.loads(answer.content.splitlines()[-1])["id"])


def body(method: str, path: str) -> dict[str, Any]:
    """What the route takes, so that nothing but the border can refuse it."""
    named = [part for part in path.split("/") if not part.startswith("{")]
    return BODIES.get(f"{method} {path}") or BODIES.get(f"{method} {named[-1]}", {})


async def test_no_route_with_an_id_reaches_over_the_border(border: Border) -> None:
    ways = [(method, path) for method, path in staff_routes() if "{" in path]
    assert len(ways) > 35
    before = await border.everything()
    assert before["facts"]
    assert before["webhooks"]
    for method, path in ways:
        query = QUERIES.get(path.rpartition("/")[2])
        answers = [
            await client.request(method, border.address(path), json=body(method, path), params=query)
            for client in border.clients.values()
        ]
        # Who may do such a thing at home does not find it; who may not is told so, as of any id.
        assert {one.status_code for one in answers} <= {403, 404}, (method, path, answers)
        assert 404 in {one.status_code for one in answers}, (method, path)
        assert not any("Ours" in one.text for one in answers), (method, path)
    assert await border.everything() == before


async def test_no_list_tells_of_another_organization(border: Border) -> None:
    ids, secrets = border.ids, border.secrets()
    lists = [path for method, path in staff_routes() if method == "GET" and "{" not in path]
    assert len(lists) > 10
    asked: list[tuple[str, dict[str, str]]] = [(path, {}) for path in lists]
    asked += [
        (f"{API}/conversations", {"q": "Kaisa"}),
        (f"{API}/conversations", {"queue": ids["queue_id"]}),
        (f"{API}/conversations", {"agent": ids["agent_id"]}),
        (f"{API}/contacts", {"q": "Kaisa"}),
        (f"{API}/records", {"contact": ids["contact_id"]}),
        (f"{API}/audit", {"actor": ids["agent_id"]}),
        (f"{API}/audit", {"conversation": ids["conversation_id"]}),
    ]
    for person, client in border.clients.items():
        for path, query in asked:
            answer = await client.get(path, params=query)
            # Browsers are led away, and back, where somebody signs in by a provider.
            assert answer.status_code in {200, 303, 403, 422}, (person, path, answer.text)
            told = {one for one in secrets if one in answer.text}
            assert not told, (person, path, query)
            assert "Kaisa" not in answer.text, (person, path)


async def test_foreign_ids_in_what_is_sent_are_nothing(border: Border) -> None:
    """Their own things cannot be tied to ours: not people, not queues, not conversations."""
    ids, other = border.ids, border.other
    before = await border.everything()
    user = {"email": "new@other.example", "name": "New", "roles": ["agent"]}
    workstream = {"name": "New", "channel": "live_chat", "queue": ids["queue_id"]}
    words = {"subject": ids["workstream_id"], "kind": "notice", "language": "en", "text": "theirs"}
    conversation = {"channel": "live_chat", "customer": "Theirs"}
    sent: list[tuple[str, str, str, dict[str, Any]]] = [
        ("admin", "POST", "tokens", {"name": "New", "user": ids["user_id"]}),
        ("admin", "POST", "users", {**user, "queues": [ids["queue_id"]]}),
        ("admin", "POST", "users", {**user, "roles": ["supervisor"], "supervised": [ids["queue_id"]]}),
        ("admin", "PATCH", f"users/{other.people['eino']}", {"queues": [ids["queue_id"]]}),
        ("admin", "POST", "queues", {"name": "New", "members": [ids["user_id"]]}),
        ("admin", "PATCH", f"queues/{other.queues['Support']}", {"supervisors": [ids["user_id"]]}),
        ("admin", "POST", "workstreams", workstream),
        ("admin", "PATCH", f"workstreams/{other.workstreams['Messages']}", {"queue": ids["queue_id"]}),
        ("admin", "PATCH", f"users/{other.people['eino']}", {"skills": {ids["skill_id"]: 1}}),
        ("admin", "PATCH", f"users/{other.people['eino']}", {"hours_id": ids["hours_id"]}),
        ("admin", "PATCH", f"queues/{other.queues['Support']}", {"hours_id": ids["hours_id"]}),
        (
            "admin",
            "PATCH",
            f"workstreams/{other.workstreams['Messages']}",
            {"template_id": ids["template_id"]},
        ),
        ("admin", "PUT", "texts", words),
        ("admin", "PUT", "settings/supervision", {"denied_to": {ids["user_id"]: ["force_close"]}}),
        ("admin", "PUT", "settings/supervision", {"denied_in": {ids["queue_id"]: ["force_close"]}}),
        ("admin", "POST", "quick-replies", {"name": "x", "texts": {"en": "x"}, "queue_id": ids["queue_id"]}),
        ("admin", "POST", "dispositions", {"name": "x", "queue_id": ids["queue_id"]}),
        ("eino", "PUT", f"agents/{other.people['eino']}/presence", {"status": ids["presence_id"]}),
        ("saara", "POST", "conversations", {**conversation, "queue": ids["queue_id"]}),
        ("saara", "POST", "conversations", {**conversation, "workstream": ids["workstream_id"]}),
    ]
    for person, method, path, what in sent:
        answer = await border.clients[person].request(method, f"{API}/{path}", json=what)
        assert 400 <= answer.status_code < 500, (method, path, what, answer.text)
        assert answer.json()["type"] != "request/malformed", (method, path, answer.text)
    assert await border.everything() == before


async def test_their_rules_lead_nowhere_here(border: Border) -> None:
    ids, other, admin = border.ids, border.other, border.clients["admin"]
    before = await border.everything()
    move = {"trigger": "closed", "remedy": "queue", "queue_id": ids["queue_id"]}
    into = {"name": "Ours", "queue_id": ids["queue_id"]}
    asks = {"name": "Ours", "needs": [{"skill_id": ids["skill_id"]}]}
    workstream = f"{API}/workstreams/{other.workstreams['Messages']}"
    sent: list[tuple[str, str, str, dict[str, Any]]] = [
        ("overflow.0.queue_id", "PATCH", f"{API}/queues/{other.queues['Support']}", {"overflow": [move]}),
        ("queue_rules.0.queue_id", "PATCH", workstream, {"queue_rules": [into]}),
        ("queue_rules.0.queue_id", "POST", f"{workstream}/try", {"sample": {}, "queue_rules": [into]}),
        ("skill_rules.0.needs.0.skill_id", "PATCH", workstream, {"skill_rules": [asks]}),
        (
            "skill_rules.0.needs.0.skill_id",
            "POST",
            f"{workstream}/try",
            {"sample": {}, "skill_rules": [asks]},
        ),
    ]
    for at, method, path, what in sent:
        answer = await admin.request(method, path, json=what)
        assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, at), answer.text
    adjust = {"ids": [ids["user_id"]], "capacity": 1}
    (item,) = (await admin.post(f"{API}/users/bulk", json=adjust)).json()["items"]
    assert item["problem"]["status"] == 404
    assert await border.everything() == before


async def test_their_conversations_do_not_go_to_our_people(border: Border) -> None:
    ids, saara = border.ids, border.clients["saara"]
    before = await border.everything()
    started = {"channel": "live_chat", "queue": "Night desk", "customer": "Theirs"}
    theirs = (await saara.post(f"{API}/conversations", json=started)).json()["id"]
    over = {"override_presence": True, "override_capacity": True}
    for target in ({"agent": ids["agent_id"], **over}, {"queue": ids["queue_id"]}):
        answer = await saara.post(f"{API}/conversations/{theirs}/assign", json=target)
        assert 400 <= answer.status_code < 500, (target, answer.text)
        assert answer.json()["type"] != "request/malformed", answer.text
    for act in ({"act": "force_close", "reason": "x"}, {"act": "assign", "queue": "Billing"}):
        bulk = {**act, "ids": [ids["conversation_id"]]}
        items = (await saara.post(f"{API}/conversations/bulk", json=bulk)).json()["items"]
        assert [one["problem"]["status"] for one in items] == [404]
    assert await border.everything() == before
