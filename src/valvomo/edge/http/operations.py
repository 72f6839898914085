"""For operators, outside `/api`: is it alive, can it work, how does it do."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.origin import header
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.queries import health

MOST_LAG_MS = 10_000
"""A live feed older than this shows people what was, not what is."""


@get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False)
async def readyz(parts: NamedDependency[Parts]) -> dict[str, Any]:
    """The database answers, its schema is ours, the live feed keeps up; else 503 with what is amiss."""
    lag = parts.live.lag_ms()
    database = await health.answers(parts.reader)
    checks = {
        "database": database,
        "migrations": database and not await parts.pending(),
        "live": lag < MOST_LAG_MS,
    }
    if not all(checks.values()):
        raise Refused(Refusal(Reason.BUSY, {"checks": checks, "lag_ms": lag}))
    return {"status": "ok", "checks": checks, "lag_ms": lag}


@get("/metrics", include_in_schema=False)
async def metrics(parts: NamedDependency[Parts], request: Request[Any, Any, Any]) -> Response[bytes]:
    """In the text format of Prometheus, for operators; for everybody else there is no such page."""
    client, headers = request.client, request.scope["headers"]
    if not parts.operators.admit(client.host if client else None, header(headers, b"authorization")):
        raise Refused(Refusal(Reason.NOT_FOUND))
    await parts.backlog.get()
    return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])


ROUTES = (healthz, readyz, metrics)
