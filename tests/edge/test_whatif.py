"""What-if over HTTP: lines as they come, one at a time, ended by who hangs up, and only for who plans."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sample_place import ORIGIN, Place

from valvomo.domain.refusals import Refusal
from valvomo.edge.http.whatif import told
from valvomo.protocol.whatif import StreamBody, SyntheticBody, WhatIfRequest
from valvomo.queries.whatif.laboratory import Experimenting

pytestmark = pytest.mark.slow  # each starts a worker

PATH = "/api/v1/whatif"
STREAM = {"workstream": "Web chat", "per_hour": 60, "talk": 60}
SMALL = {"synthetic": {"hours": 1, "streams": [STREAM]}, "replications": 2}


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def endless(place: Place) -> Experimenting:
    """An experiment that would take far longer than any test."""
    stream = StreamBody(workstream="Web chat", per_hour=2000.0, talk=300, patience=60)
    wanted = WhatIfRequest(synthetic=SyntheticBody(streams=[stream], hours=40), replications=100)
    actor = await place.house.actor("saara")
    running = await place.parts.laboratory.begin(actor, wanted, place.parts.clock())
    assert not isinstance(running, Refusal), running
    return running


async def test_progress_and_then_the_result(place: Place) -> None:
    changes = {"agents": {"change": {"*": {"capacity": 1}}}, "queues": {"Support": {"method": "most_idle"}}}
    answer = await (await place.as_("saara")).post(PATH, json={**SMALL, "changes": changes})
    *progress, result = lines(answer)
    assert progress == [{"kind": "progress", "done": done, "of": 4} for done in range(5)]
    assert result["kind"] == "result"
    assert result["agents"] == [6, 6]
    everything = result["scopes"][0]
    assert (everything["queue"], everything["recorded"]) == (None, None)
    assert set(everything["figures"]["wait"]) == {"today", "changed", "difference"}
    assert len(result["course"]) == 48
    assert lines(await (await place.as_("admin")).post(PATH, json=SMALL))[-1]["kind"] == "result"


async def test_what_can_be_changed_is_described(place: Place) -> None:
    house = (await (await place.as_("saara")).get(PATH)).json()
    assert {one["name"] for one in house["queues"]} == set(place.house.sample.queues)
    assert {one["name"] for one in house["workstreams"]} == set(place.house.sample.workstreams)
    assert {one["id"] for one in house["skills"]} == set(place.house.sample.skills.values())
    aino = next(one for one in house["agents"] if one["id"] == place.house.sample.people["aino"])
    assert (aino["name"], aino["capacity"]) == ("Aino Korhonen", 5)
    assert place.house.sample.queues["Phone"] in aino["queues"]
    # Veikko supervises Billing alone, where neither Lumi nor Onni serves.
    narrow = (await (await place.as_("veikko")).get(PATH)).json()
    assert {one["name"].split()[0] for one in narrow["agents"]} == {"Aino", "Eino", "Helmi", "Toivo"}


@pytest.mark.parametrize("person", ["aino"])
async def test_agents_are_refused(place: Place, person: str) -> None:
    client = await place.as_(person)
    for answer in (await client.get(PATH), await client.post(PATH, json=SMALL)):
        assert (answer.status_code, answer.json()["type"]) == (403, "access/role-needed")
    nobody = await place.anybody().get(PATH)
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({}, "body"),
        ({**SMALL, "replications": 0}, "body.replications"),
        ({**SMALL, "changes": {"agents": {"remove": ["Nobody"]}}}, "changes.agents.remove.0"),
        ({"synthetic": {"streams": [{**STREAM, "workstream": "?"}]}}, "body.synthetic.streams.0.workstream"),
    ],
)
async def test_what_makes_no_sense_is_a_problem_and_no_stream(place: Place, body: Any, at: str) -> None:
    answer = await (await place.as_("saara")).post(PATH, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [one["at"] for one in answer.json()["errors"]] == [at]


async def test_a_past_without_conversations_is_a_conflict(place: Place) -> None:
    span = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    answer = await (await place.as_("saara")).post(PATH, json=span)
    assert (answer.status_code, answer.json()["type"]) == (409, "whatif/nothing-recorded")


async def test_one_at_a_time(place: Place) -> None:
    running = await endless(place)
    client = await place.as_("admin")
    answer = await client.post(PATH, json=SMALL)
    assert (answer.status_code, answer.json()["type"]) == (409, "whatif/running")
    await running.end()
    assert lines(await client.post(PATH, json=SMALL))[-1]["kind"] == "result"
    # Ending it once more ends nothing of anybody else.
    again = await endless(place)
    await running.end()
    assert (await client.post(PATH, json=SMALL)).status_code == 409
    await again.end()


async def test_who_hangs_up_ends_it(place: Place) -> None:
    client = await place.as_("saara")
    long = {
        **SMALL,
        "replications": 100,
        "synthetic": {"hours": 40, "streams": [{**STREAM, "per_hour": 2000}]},
    }
    request = client.build_request("POST", PATH, json=long)
    heard = asyncio.Event()
    events = iter([{"type": "http.request", "body": request.content, "more_body": False}])

    async def receive() -> Any:
        for event in events:
            return event
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            heard.set()

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": PATH,
        "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "server": ("valvomo.test", 80),
        "client": ("127.0.0.1", 1), "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }  # fmt: skip
    await asyncio.wait_for(place.app(scope, receive, send), 60)
    assert heard.is_set()
    assert lines(await client.post(PATH, json=SMALL))[-1]["kind"] == "result"


async def test_what_takes_too_long_is_stopped_and_said(place: Place) -> None:
    running = await endless(place)
    running.deadline = 0.0
    said = [json.loads(line) async for line in told(running, "fi")]
    assert [one["kind"] for one in said] == ["progress", "problem"]
    assert (said[1]["type"], said[1]["title"]) == ("whatif/too-long", "Koe kesti liian kauan")
    place.parts.laboratory.seconds = 0.0
    answer = await (await place.as_("saara")).post(PATH, json=SMALL, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.json()["type"]) == (409, "whatif/too-long")


async def test_a_stream_that_nobody_reads_to_its_end_leaves_no_process(place: Place) -> None:
    running = await endless(place)
    stream: AsyncIterator[bytes] = told(running, "en")
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    assert running.process is not None
    assert running.process.returncode is not None
