"""What routes are given by name: the parts, who calls, the idempotency key, the customer."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import Provide

from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import idempotency_key
from valvomo.edge.parts import Parts
from valvomo.edge.readiness import Readiness
from valvomo.queries.customers import Guest


def _parts(state: State) -> Parts:
    parts: Parts = state["parts"]
    return parts


def _readiness(state: State) -> Readiness:
    readiness: Readiness = state["readiness"]
    return readiness


def _actor(request: Request[Any, Any, Any]) -> Actor:
    actor: Actor = request.scope["user"]
    return actor


def _guest(request: Request[Any, Any, Any]) -> Guest:
    guest: Guest = request.scope["auth"]
    return guest


STAFF = {
    "parts": Provide(_parts, sync_to_thread=False),
    "actor": Provide(_actor, sync_to_thread=False),
    "key": Provide(idempotency_key, sync_to_thread=False),
}
OPERATORS = {
    "parts": Provide(_parts, sync_to_thread=False),
    "readiness": Provide(_readiness, sync_to_thread=False),
}
CUSTOMERS = {
    "parts": Provide(_parts, sync_to_thread=False),
    "actor": Provide(_actor, sync_to_thread=False),
    "guest": Provide(_guest, sync_to_thread=False),
    "key": Provide(idempotency_key, sync_to_thread=False),
}
