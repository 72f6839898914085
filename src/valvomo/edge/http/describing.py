"""The interface described: for programs at `/api/openapi.json`, for people at `/api/docs`."""

from typing import Any

import msgspec
from litestar import Request, Response, get

from valvomo.edge.http.interface import document
from valvomo.edge.http.manual import STYLE, manual


@get("/api/openapi.json", include_in_schema=False)
async def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """OpenAPI 3.1."""
    return Response(_kept(request, "json"), media_type="application/json")


@get("/api/docs", include_in_schema=False)
async def docs(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A page that asks nobody else for anything."""
    return Response(_kept(request, "html"), media_type="text/html")


@get("/api/docs.css", include_in_schema=False)
async def docs_style() -> Response[str]:
    """Its looks."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})


def _kept(request: Request[Any, Any, Any], form: str) -> bytes:
    """Made once: routes do not change while the process lives."""
    state, name = request.app.state, f"interface.{form}"
    if state.get(name) is None:
        found = document(request.app)
        state[name] = msgspec.json.encode(found) if form == "json" else manual(found).encode()
    kept: bytes = state[name]
    return kept


ROUTES = (openapi_json, docs, docs_style)
