"""Figures as files: what is in them is what is on the screen, with their purpose, and for who has made them alone."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
import pyarrow.parquet
import pytest
from httpx import AsyncClient
from sample_place import Place

EXPORTS = "/api/v1/exports"


def wanted(place: Place, **more: Any) -> dict[str, Any]:
    now = place.house.clock()
    since = now.replace(hour=0, minute=0)
    return {
        "since": since.isoformat(), "until": now.isoformat(), "purpose": "Staffing of next week",
        **more,
    }  # fmt: skip


async def made(client: AsyncClient, body: dict[str, Any]) -> tuple[list[Any], bytes]:
    """The lines of progress, and the file."""
    answer = await client.post(EXPORTS, json=body)
    assert answer.status_code == 200, answer.text
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert lines[-1]["kind"] == "result", lines[-1]
    file = await client.get(f"{EXPORTS}/{lines[-1]['id']}")
    assert file.status_code == 200
    assert lines[-1]["name"] in file.headers["content-disposition"]
    assert len(file.content) == lines[-1]["bytes"]
    return lines, file.content


async def test_a_file_is_made_line_by_line_and_is_in_the_audit_log(place: Place) -> None:
    await place.served()
    place.house.clock.advance(5)
    saara, admin = await place.as_("saara"), await place.as_("admin")
    lines, content = await made(saara, wanted(place, by=["hour", "queue"]))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == lines[-1]["rows"] > 1
    assert [one["done"] for one in lines[:-1]] == sorted(one["done"] for one in lines[:-1])
    assert sum(int(one["started"]) for one in rows) == 1
    assert {one["purpose"] for one in rows} == {"Staffing of next week"}
    log = (await admin.get("/api/v1/audit", params={"kind": "figures_exported"})).json()["items"]
    assert [one["facts"]["purpose"] for one in log] == ["Staffing of next week"]
    assert "Staffing of next week" in log[0]["text"]
    # Midnight in UTC is two in the morning in Helsinki: the days are those of the organization.
    day = place.house.clock().date().isoformat()
    assert (log[0]["facts"]["since"], log[0]["facts"]["until"]) == (day, day)


async def test_everything_that_is_counted_as_parquet(place: Place) -> None:
    await place.served()
    place.house.clock.advance(5)
    saara = await place.as_("saara")
    _, content = await made(saara, wanted(place, content="entries", format="parquet"))
    table = pyarrow.parquet.read_table(io.BytesIO(content)).to_pydict()
    counted = (await saara.get("/api/v1/metrics/history")).json()["items"][0]
    for figure, counter in (("started", "arrived"), ("answered", "answered"), ("responses", "response")):
        assert table["counted_as"].count(counter) == counted[figure], figure
    assert set(table["agent"]) == {None}, "nobody is named who was not asked for"
    assert set(table["purpose"]) == {"Staffing of next week"}


@pytest.mark.parametrize(
    ("more", "status", "kind"),
    [
        ({"purpose": "x"}, 422, "request/malformed"),
        ({"format": "xlsx"}, 422, "request/malformed"),
        ({"by": ["century"]}, 422, "request/malformed"),
        ({"until": "2020-01-01T00:00:00Z"}, 422, "request/malformed"),
        ({"by": ["agent"]}, 403, "figures/agents-off"),
    ],
)
async def test_what_may_not_be_made_leaves_nothing(
    place: Place, more: dict[str, Any], status: int, kind: str
) -> None:
    answer = await (await place.as_("saara")).post(EXPORTS, json=wanted(place, **more))
    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    log = await (await place.as_("admin")).get("/api/v1/audit", params={"kind": "figures_exported"})
    assert log.json()["items"] == []


async def test_a_file_is_its_maker_s_alone(place: Place) -> None:
    saara, admin = await place.as_("saara"), await place.as_("admin")
    lines, _ = await made(saara, wanted(place))
    for client, export_id in ((admin, lines[-1]["id"]), (saara, "01a227f0-0000-7000-8000-000000000000")):
        other = await client.get(f"{EXPORTS}/{export_id}")
        assert (other.status_code, other.json()["type"]) == (404, "access/not-found")
