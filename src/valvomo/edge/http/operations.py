"""For operators, outside `/api`: is it alive, can it work, how does it do."""

from typing import Any

from litestar import Request, Response, get
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.origin import address, header
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.edge.readiness import Readiness, Status


def exactly(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """In these very bytes: a proxy that keeps a path from strangers does not know what else we take for the same."""
    scope = connection.scope
    if scope.get("raw_path", scope["path"].encode()).partition(b"?")[0] not in _exact(handler):
        raise Refused(Refusal(Reason.NOT_FOUND))


def _exact(handler: BaseRouteHandler) -> set[bytes]:
    return {path.encode() for path in handler.paths}


@get("/healthz", include_in_schema=False, guards=[exactly])
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False, guards=[exactly])
async def readyz(readiness: NamedDependency[Readiness]) -> Response[dict[str, object]]:
    """Whether this process can serve truthfully, by each thing that it stands on; 503 when one of them fails."""
    ready = await readiness.now()
    return Response(ready.told(), status_code=503 if ready.status is Status.FAILING else 200)


@get("/metrics", include_in_schema=False, guards=[exactly])
async def metrics(parts: NamedDependency[Parts], request: Request[Any, Any, Any]) -> Response[bytes]:
    """In the text format of Prometheus, for operators; for everybody else there is no such page."""
    told = header(request.scope["headers"], b"authorization")
    if not parts.operators.admit(address(request.scope), told):
        raise Refused(Refusal(Reason.NOT_FOUND))
    await parts.backlog.get()
    return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])


ROUTES = (healthz, readyz, metrics)
