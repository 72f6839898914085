"""For operators, outside `/api`: is it alive, can it work, how does it do."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.origin import header
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.edge.readiness import Readiness, Status


@get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False)
async def readyz(readiness: NamedDependency[Readiness]) -> Response[dict[str, object]]:
    """Whether this process can serve truthfully, by each thing that it stands on; 503 when one of them fails."""
    ready = await readiness.now()
    return Response(ready.told(), status_code=503 if ready.status is Status.FAILING else 200)


@get("/metrics", include_in_schema=False)
async def metrics(parts: NamedDependency[Parts], request: Request[Any, Any, Any]) -> Response[bytes]:
    """In the text format of Prometheus, for operators; for everybody else there is no such page."""
    client, headers = request.client, request.scope["headers"]
    if not parts.operators.admit(client.host if client else None, header(headers, b"authorization")):
        raise Refused(Refusal(Reason.NOT_FOUND))
    await parts.backlog.get()
    return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])


ROUTES = (healthz, readyz, metrics)
