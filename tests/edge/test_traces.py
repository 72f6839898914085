"""A trace follows a command from the request to the webhook, and tells nothing of anybody."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sample_patience import until
from sample_place import Place

from valvomo.commands.settings.passwords import Passwords
from valvomo.main.assembly import assemble, running
from valvomo.main.tracing import recorded, traced
from valvomo.settings import Settings
from valvomo.telemetry import spans

TRACE = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE}-b7ad6b7169203331-01"
SECRET = "salaisuus 040 123 4567"
PATIENCE = 120.0

Answer = tuple[dict[str, str], bytes]


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """Spans, recorded in memory."""
    exporter = InMemorySpanExporter()
    with recorded(SimpleSpanProcessor(exporter)):
        yield exporter
    assert not spans.tracing()


@asynccontextmanager
async def listening(heard: Callable[[dict[str, str], bytes], None]) -> AsyncIterator[str]:
    """A stand-in that takes whatever is posted to it; its address."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        heard({"": head[0], **headers}, await reader.readexactly(int(headers.get("content-length", 0))))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def of(kept: InMemorySpanExporter, trace: str = TRACE) -> dict[str, ReadableSpan]:
    """The spans of one trace by name; of several of a name the last."""
    found = kept.get_finished_spans()
    return {one.name: one for one in found if one.context and f"{one.context.trace_id:032x}" == trace}


def chain(kept: InMemorySpanExporter, name: str) -> list[str]:
    """The names from this span up to the first one."""
    by_id = {one.context.span_id: one for one in kept.get_finished_spans() if one.context}
    one: ReadableSpan | None = of(kept)[name]
    names = []
    while one is not None:
        names.append(one.name)
        one = by_id.get(one.parent.span_id) if one.parent else None
    return names


async def test_a_command_from_the_request_to_the_screens(place: Place, kept: InMemorySpanExporter) -> None:
    conversation, eino = await place.start(), await place.as_("eino")
    room = await place.parts.live.rooms.open(place.house.sample.organization_id)  # type: ignore[attr-defined]
    path = f"/api/v1/conversations/{conversation}"
    assert (await eino.post(f"{path}/pick", headers={"traceparent": GIVEN})).is_success
    await until(lambda: "delivery" in of(kept))
    request = next(name for name in of(kept) if name.startswith("POST ") and name.endswith("/pick"))
    assert conversation not in request
    assert chain(kept, "conversations.lock") == ["conversations.lock", "transaction", "command Pick", request]
    assert chain(kept, "journal.append") == ["journal.append", "transaction", "command Pick", request]
    assert chain(kept, "delivery") == ["delivery", "feed", "command Pick", request]
    top = of(kept)[request]
    assert top.parent is not None
    assert f"{top.parent.span_id:016x}" == GIVEN.split("-")[2]
    attributes = dict(top.attributes or {})
    assert attributes["http.response.status_code"] == 200
    assert (await eino.post(f"{path}/pick", headers={"traceparent": GIVEN})).status_code == 409
    assert "valvomo.refusal" in dict(of(kept)["command Pick"].attributes or {})
    assert room.feed.restarts == 0


@pytest.fixture
async def reaching(house: Any) -> AsyncIterator[Place]:
    """The application, whose webhooks may reach this machine."""
    built = assemble(house.database, Settings(webhook_networks=("127.0.0.1",)), clock=house.clock)
    built.parts.gate.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with running(built):
        yield Place(house, built.app, built.parts)


async def test_a_message_through_the_lane_to_a_webhook(reaching: Place, kept: InMemorySpanExporter) -> None:
    place, got = reaching, list[Answer]()
    async with listening(lambda headers, body: got.append((headers, body))) as address:
        admin = await place.as_("admin")
        hook = await admin.post("/api/v1/webhooks", json={"url": address, "kinds": ["message.posted"]})
        assert hook.is_success, hook.text
        conversation, eino = await place.served("eino"), await place.as_("eino")
        said = {"text": SECRET, "client_id": "c1"}
        path = f"/api/v1/conversations/{conversation}/messages"
        assert (await eino.post(path, json=said, headers={"traceparent": GIVEN})).is_success
        await until(lambda: bool(got) and "webhook" in of(kept))
    headers, _ = got[0]
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", headers["traceparent"])
    names = chain(kept, "webhook")
    assert names[:3] == ["webhook", "transaction", "messages"]
    assert names[-1].startswith("POST /api/v1/conversations/")
    for one in kept.get_finished_spans():
        told = f"{one.name} {one.attributes} {one.events} {one.status.description}"
        for hidden in (SECRET, conversation, "Eino", "Ada", "demo.example", "SELECT", "INSERT"):
            assert hidden not in told, told


async def test_what_goes_wrong_is_named_by_its_kind_alone(kept: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=SECRET), spans.span("work"):
        raise ValueError(SECRET)
    (only,) = kept.get_finished_spans()
    assert dict(only.attributes or {}) == {"error.type": "ValueError"}
    assert not only.status.is_ok
    assert (only.events, only.status.description) == ((), None)


async def test_customers_have_no_say_in_what_is_recorded(place: Place, kept: InMemorySpanExporter) -> None:
    answer = await place.anybody().get("/widget/v1/nothing", headers={"traceparent": GIVEN})
    assert answer.status_code in {401, 404}
    await place.anybody().get("/healthz", headers={"traceparent": GIVEN})
    assert of(kept) == {}


async def test_nobody_traces_unless_asked_to(place: Place) -> None:
    assert spans.span("a") is spans.span("b"), "nothing is made"
    assert spans.here() is None
    assert spans.written_by("house", [1]) == []
    with traced(Settings()):
        assert not spans.tracing()


async def test_a_receiver_of_otlp_gets_them(place: Place) -> None:
    """The documented protobuf, decoded by the published definition of it."""
    got: list[Answer] = []
    async with listening(lambda headers, body: got.append((headers, body))) as address:

        def work() -> None:
            with (
                traced(Settings(otlp_url=address)),
                spans.span("outer", [GIVEN], answer=42),
                spans.span("inner"),
            ):
                assert spans.here() is not None

        # Ending waits until everything is sent, to a receiver that lives in this loop.
        await asyncio.to_thread(work)
    headers, body = got[0]
    assert headers[""].startswith("POST /v1/traces ")
    assert headers["content-type"] == "application/x-protobuf"
    request = ExportTraceServiceRequest()
    request.ParseFromString(gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body)
    (resource,) = request.resource_spans
    names = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert names["service.name"] == "valvomo"
    found = {one.name: one for scope in resource.scope_spans for one in scope.spans}
    assert found["outer"].trace_id.hex() == TRACE
    assert found["inner"].parent_span_id == found["outer"].span_id
    assert found["outer"].parent_span_id.hex() == GIVEN.split("-")[2]
    assert {one.key: one.value.int_value for one in found["outer"].attributes} == {"answer": 42}
