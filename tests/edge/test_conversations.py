"""Conversations over HTTP: the list, one in whole, and every act, answered with the state after it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from sample_place import Place


async def act(place: Place, person: str, conversation: str, path: str, **body: Any) -> Any:
    client = await place.as_(person)
    answer = await client.post(f"/api/v1/conversations/{conversation}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(place: Place, person: str, conversation: str, path: str, **body: Any) -> Any:
    client = await place.as_(person)
    answer = await client.post(f"/api/v1/conversations/{conversation}/{path}", json=body)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"]


async def test_the_whole_way_of_a_conversation(place: Place) -> None:
    conversation = await place.start(subject="Invoice", language="en")
    saara, eino = await place.as_("saara"), await place.as_("eino")
    listed = (await saara.get("/api/v1/conversations")).json()
    assert [row["id"] for row in listed["items"]] == [conversation]
    assert listed["items"][0]["acts"]["assign"] is None
    assert (await act(place, "eino", conversation, "pick"))["state"] == "active"
    written = await eino.post(f"/api/v1/conversations/{conversation}/messages", json={"text": "Hello"})
    assert written.status_code == 201
    assert written.json()["seq"] == 1
    assert (await act(place, "eino", conversation, "end"))["state"] == "wrap_up"
    assert (await act(place, "eino", conversation, "complete", disposition="paid"))[
        "closed_as"
    ] == "completed"
    assert (await saara.get("/api/v1/conversations")).json()["items"] == []
    closed = (await saara.get("/api/v1/conversations?state=closed")).json()["items"]
    assert [row["id"] for row in closed] == [conversation]


async def test_a_supervisor_monitors_unnoticed_whispers_joins_and_leaves(place: Place) -> None:
    conversation = await place.served()
    saara, eino = await place.as_("saara"), await place.as_("eino")
    path = f"/api/v1/conversations/{conversation}"
    before = (await eino.get(path)).json()
    assert (await saara.get(f"{path}/messages")).json()["type"] == "conversation/monitor-first"
    state = await act(place, "saara", conversation, "monitor")
    assert [one["name"] for one in state["monitored_by"]] == ["Saara Virtanen"]
    after = (await eino.get(path)).json()
    assert after == before
    assert len((await eino.get(f"{path}/timeline")).json()["items"]) == 2
    assert len((await saara.get(f"{path}/timeline")).json()["items"]) == 3
    whisper = await saara.post(f"{path}/messages", json={"text": "Offer a refund", "visibility": "whisper"})
    assert whisper.status_code == 201
    assert [one["text"] for one in (await eino.get(f"{path}/messages")).json()["items"]] == ["Offer a refund"]
    await act(place, "saara", conversation, "join")
    assert [one["role"] for one in (await eino.get(path)).json()["participants"]] == ["supervisor"]
    await act(place, "saara", conversation, "leave")
    assert (await eino.get(path)).json()["participants"] == []


async def test_assign_says_the_excess_before_and_after(place: Place) -> None:
    conversation = await place.start()
    saara = await place.as_("saara")
    path = f"/api/v1/conversations/{conversation}"
    people = place.house.sample.people
    offered = (await saara.get(f"{path}/candidates?for=assign")).json()
    eino = next(one for one in offered["agents"] if one["id"] == people["eino"])
    assert not eino["available"]
    assert eino["reason"] == "target/presence-not-allowed"
    assert eino["overrides"] == ["override_presence"]
    wanted = {"agent": people["eino"]}
    assert await refused(place, "saara", conversation, "assign", **wanted) == (409, eino["reason"])
    state = await act(place, "saara", conversation, "assign", **wanted, override_presence=True)
    assert state["offers"][0]["agent"]["name"] == eino["name"]
    second = await refused(place, "veikko", conversation, "assign", **wanted)
    assert second == (404, "access/not-found")
    answer = await saara.post(f"{path}/assign", json=wanted)
    assert (answer.status_code, answer.json()["owner"]) == (409, eino["name"])


@pytest.mark.parametrize(
    ("who", "purpose", "overrides"),
    [
        ("saara", "transfer", ["override_presence"]),
        ("eino", "transfer", []),
        ("eino", "consult", []),
    ],
)
async def test_candidates_promise_no_override_that_the_act_does_not_take(
    place: Place, who: str, purpose: str, overrides: list[str]
) -> None:
    """Lumi is offline: a supervisor can transfer to her all the same, an agent can neither do that nor ask her."""
    conversation = await place.served()
    asking = await place.as_(who)
    path = f"/api/v1/conversations/{conversation}"
    answer = await asking.get(f"{path}/candidates?for={purpose}")
    assert answer.status_code == 200, answer.text
    lumi = place.house.sample.people["lumi"]
    found = next(one for one in answer.json()["agents"] if one["id"] == lumi)
    assert (found["reason"], found["overrides"]) == ("target/presence-not-allowed", overrides)
    wanted = {"agent": lumi, **({"override_presence": True} if purpose == "transfer" else {})}
    taken = await asking.post(f"{path}/{purpose}", json=wanted)
    assert taken.status_code == (200 if overrides else 409)


async def test_candidates_name_why_a_queue_is_not_possible(place: Place) -> None:
    conversation = await place.start()
    saara = await place.as_("saara")
    answer = await saara.get(f"/api/v1/conversations/{conversation}/candidates?for=assign")
    reasons = {one["name"]: one["reason"] for one in answer.json()["queues"]}
    assert reasons["Support"] == "target/same-queue"
    assert reasons["Night desk"] == "target/queue-without-members"
    assert reasons["Cases"] == "target/queue-of-other-kind"
    assert reasons["Billing"] is None
    assert (await act(place, "saara", conversation, "assign", queue="Billing"))["queue"]["name"] == "Billing"


async def test_transfer_is_pending_until_it_is_accepted(place: Place) -> None:
    conversation = await place.served()
    lumi = await place.as_("lumi")
    person = place.house.sample.people["lumi"]
    own = await lumi.put(f"/api/v1/agents/{person}/presence", json={"presence": "available"})
    assert own.json()["presence"] == "available"
    state = await act(place, "saara", conversation, "transfer", agent=person, note="speaks Swedish")
    assert state["agent"]["name"] == "Eino Mäkelä"
    state = await act(place, "lumi", conversation, "offer/accept")
    assert state["agent"]["name"] == "Lumi Nyström"
    assert [one["role"] for one in state["participants"]] == ["consult"]


async def test_force_close_of_a_selection_answers_for_each(place: Place) -> None:
    first, second = await place.start(), await place.start()
    other = "01890000-0000-7000-8000-000000000000"
    saara = await place.as_("saara")
    body = {"act": "force_close", "ids": [first, other, second], "reason": "flood"}
    answer = await saara.post("/api/v1/conversations/bulk", json=body, headers={"Idempotency-Key": "k"})
    items = answer.json()["items"]
    assert [one["ok"] for one in items] == [True, False, True]
    assert items[1]["problem"]["type"] == "access/not-found"
    again = await saara.post("/api/v1/conversations/bulk", json=body, headers={"Idempotency-Key": "k"})
    assert [one["ok"] for one in again.json()["items"]] == [True, False, True]


async def test_the_same_key_has_one_effect(place: Place) -> None:
    saara = await place.as_("saara")
    body = {"channel": "record", "customer": {"name": "Ada", "email": "ada@example.org"}}
    key = {"Idempotency-Key": "once"}
    first = await saara.post("/api/v1/conversations", json=body, headers=key)
    again = await saara.post("/api/v1/conversations", json=body, headers=key)
    assert first.json()["id"] == again.json()["id"]
    other = await saara.post("/api/v1/conversations", json={**body, "subject": "x"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "request/idempotency-key-reused")


async def test_the_list_is_read_page_by_page_in_the_order_asked_for(place: Place) -> None:
    names = ["Cilla", "ada", "Bo", "Dag", "Eva"]
    for name in names:
        await place.start(customer=name)
        place.house.clock.advance(1)
    saara = await place.as_("saara")

    async def read(query: str) -> list[str]:
        found, cursor = [], ""
        while True:
            page = (await saara.get(f"/api/v1/conversations?limit=2&{query}{cursor}")).json()
            found += [row["customer"]["name"] for row in page["items"]]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    assert await read("sort=created") == names
    assert await read("sort=-created") == names[::-1]
    assert await read("sort=customer") == ["ada", "Bo", "Cilla", "Dag", "Eva"]
    assert await read("q=AD") == ["ada"]
    assert await read("queue=Billing") == []
    assert await read("queue=support&state=open&channel=live_chat&sentiment=none") == names
    bad = await saara.get("/api/v1/conversations?cursor=rubbish")
    assert bad.status_code == 422


async def test_in_queue_counts_who_waits_for_acceptance_wherever_it_is_shown(place: Place) -> None:
    await place.start()
    offered, billed = await place.start(), await place.start(queue="Billing")
    saara = await place.as_("saara")
    wanted = {"agent": place.house.sample.people["eino"], "override_presence": True}
    await act(place, "saara", offered, "assign", **wanted)
    items = {one["name"]: one for one in (await saara.get("/api/v1/metrics/live")).json()["items"]}
    assert [items[name]["in_queue"] for name in (None, "Support", "Billing")] == [3, 2, 1]
    found = (await saara.get(f"/api/v1/conversations/{billed}/candidates?for=assign")).json()
    assert {one["name"]: one["waiting"] for one in found["queues"]}["Support"] == 2
    await act(place, "eino", offered, "offer/accept")
    items = {one["name"]: one for one in (await saara.get("/api/v1/metrics/live")).json()["items"]}
    assert items["Support"]["in_queue"] == 1


async def test_the_history_of_one_customer_page_by_page_as_far_as_the_asker_may_see_it(place: Place) -> None:
    who: Any = {"customer": {"name": "Ada", "email": "ada@example.org"}}
    mine = [await place.served(subject=str(number), **who) for number in range(3)]
    others = [await place.served("aino", subject="another agent's", **who)]
    await place.served(subject="another Ada", customer="Ada")
    for one in (*mine, *others):
        place.house.clock.advance(1)
        await act(place, "saara", one, "force-close", reason="done")
    now = await place.served(subject="now", **who)
    saara, eino = await place.as_("saara"), await place.as_("eino")
    contact = (await saara.get(f"/api/v1/conversations/{now}")).json()["customer"]["id"]

    async def read(client: Any, query: str) -> list[str]:
        found, cursor = [], ""
        while True:
            address = f"/api/v1/conversations?contact={contact}&limit=2&{query}{cursor}"
            page = (await client.get(address)).json()
            found += [row["id"] for row in page["items"]]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    assert await read(saara, "state=closed") == [*others, *mine[::-1]]
    assert await read(eino, "state=closed") == mine[::-1]
    assert await read(saara, "") == [now]
    assert await read(await place.as_("veikko"), "state=closed") == []
    assert (await saara.get("/api/v1/conversations?contact=nobody&state=closed")).json()["items"] == []


async def test_closed_ones_since_a_time_as_the_figures_count_them(place: Place) -> None:
    first, second = await place.start(), await place.start()
    saara = await place.as_("saara")
    await act(place, "saara", first, "force-close", reason="done")
    place.house.clock.advance(60)
    since = place.house.clock()
    await act(place, "saara", second, "force-close", reason="done")

    async def read(moment: str) -> list[str]:
        query = {"state": "closed", "closed_as": "force_closed", "closed_since": moment}
        answer = await saara.get("/api/v1/conversations", params=query)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["items"]]

    assert await read(since.isoformat()) == [second]
    assert await read(since.replace(tzinfo=None).isoformat()) == [second]
    assert await read("1970-01-01T00:00:00Z") == [second, first]
    for beyond in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        for address, name in (("conversations?state=closed", "closed_since"), ("metrics/history?", "from")):
            answer = await saara.get(f"/api/v1/{address}&{urlencode({name: beyond})}")
            assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed")


async def test_a_conversation_in_which_nothing_was_said_has_no_last_line(place: Place) -> None:
    conversation = await place.served()
    client = await place.as_("saara")
    (listed,) = (await client.get("/api/v1/conversations")).json()["items"]
    one = (await client.get(f"/api/v1/conversations/{conversation}")).json()
    assert (listed["id"], listed["preview"], one["preview"]) == (conversation, None, None)
