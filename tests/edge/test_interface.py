"""The description is complete and true; what stands around the routes is there: headers, health, files."""

import gzip
import json
from pathlib import Path

import pytest
from litestar.handlers import HTTPRouteHandler
from sample_place import Place

from valvomo.edge.app import routes
from valvomo.edge.files import Files
from valvomo.edge.http.interface import document
from valvomo.edge.http.pace import Pace


def test_every_route_is_described_with_its_problems() -> None:
    application = routes()
    found = document(application)
    described = {(method.upper(), path) for path, item in found["paths"].items() for method in item}
    for route in application.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and route.path_format.startswith(
                ("/api/v1", "/widget/v1", "/bot/v1")
            ):
                for method in handler.http_methods - {"OPTIONS"}:
                    assert (method, route.path_format) in described
    for path, item in found["paths"].items():
        for operation in item.values():
            assert operation["tags"], path
            assert operation["description"], path
            assert operation["summary"], path
            assert "422" in operation["responses"], path
            assert "400" not in operation["responses"], path
    names = [operation["operationId"] for item in found["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    found = document(routes())

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(one) for one in value.values()))
        return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()

    for reference in references(found):
        place = found
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


async def test_the_manual_asks_nobody_else_for_anything(place: Place) -> None:
    client = place.anybody()
    page = await client.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "://" not in page.text
    assert "<script" not in page.text
    assert "/api/v1/conversations/bulk" in page.text
    assert (await client.get("/api/docs.css")).headers["content-type"].startswith("text/css")
    assert json.loads((await client.get("/api/openapi.json")).content)["openapi"].startswith("3.1")


async def test_it_is_described_nowhere_else(place: Place) -> None:
    for path in ("openapi.json", "openapi.yml", "swagger.html", "redoc.html", "x.json"):
        answer = await place.anybody().get(f"/schema/{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "access/not-found"), path


@pytest.mark.parametrize(
    "path", ["/healthz", "/widget/demo", "/api/openapi.json", "/api/v1/me", "/api/v1/nothing"]
)
async def test_head_is_get_without_the_body(place: Place, path: str) -> None:
    client = await place.as_("saara")
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    named = {"content-type", "content-length", "content-security-policy", "cache-control"}
    assert {one: head.headers.get(one) for one in named} == {one: whole.headers.get(one) for one in named}


async def test_head_changes_nothing(place: Place) -> None:
    conversation = await place.served()
    answer = await (await place.as_("eino")).head(f"/api/v1/conversations/{conversation}/end")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert (await (await place.as_("eino")).put("/api/v1/me")).headers["allow"] == "GET, HEAD, OPTIONS, PATCH"


async def test_every_answer_is_guarded_by_headers(place: Place) -> None:
    client = place.anybody()
    for path in ("/api/v1/me", "/healthz", "/api/docs", "/nothing.js"):
        headers = (await client.get(path)).headers
        assert "'unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"]


def get(path: str, **headers: str) -> dict[str, object]:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "GET", "path": path, "headers": given}


def test_files_are_found_and_nothing_beside_them(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>console")
    (tmp_path / "assets" / "a-12345678.js").write_text("x" * 5000)
    files = Files(tmp_path)
    for path in ("/", "/floor", "/conversations/1"):
        assert (found := files.find(get(path))) is not None
        assert found.caching == "no-cache"
    script = files.find(get("/assets/a-12345678.js"))
    assert script is not None
    assert "immutable" in script.caching
    assert script.compressible
    assert gzip.decompress(script.compressed) == script.body
    for path in (
        "/api/v1/x",
        "/assets/b.js",
        "/../secret.txt",
        "/etc/passwd.txt",
        "/widget/demo",
        "/metrics",
    ):
        assert files.find(get(path)) is None, path
    assert Files(tmp_path / "nothing").find(get("/")) is None


def test_a_pace_lets_a_burst_through_and_then_the_rate() -> None:
    now = 0.0
    pace = Pace(burst=2, per_second=0.5, seconds=lambda: now)
    assert [pace.wait("a"), pace.wait("a"), pace.wait("a"), pace.wait("b")] == [0, 0, 2, 0]
    now = 2.0
    assert [pace.wait("a"), pace.wait("a")] == [0, 2]
