"""The application: routes with their guards, and the door in front of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig

from valvomo import __version__
from valvomo.edge.door import App, Door
from valvomo.edge.http import (
    acts,
    agents,
    alerts,
    attachments,
    bot_attachments,
    bot_side,
    calls,
    contacts,
    conversations,
    describing,
    exports,
    figures,
    giving,
    heeding,
    identities,
    message_html,
    operations,
    own_attachments,
    own_call,
    own_survey,
    pausing,
    quality,
    record_imports,
    recordings,
    records,
    replay,
    routing,
    schedules,
    search,
    settings_routes,
    shop,
    survey_figures,
    telephone,
    transcripts,
    whatif,
    widget,
)
from valvomo.edge.http.bodies import MAX_BODY, StrictRequest
from valvomo.edge.http.guards import bot_guard, customer_guard, nobody_guard, staff_guard
from valvomo.edge.http.injected import CUSTOMERS, OPERATORS, STAFF
from valvomo.edge.http.problems import HANDLERS
from valvomo.edge.parts import Parts
from valvomo.edge.readiness import Readiness

STAFF_ROUTES = (
    *settings_routes.ROUTES, *conversations.ROUTES, *attachments.ROUTES, *acts.ROUTES, *heeding.ROUTES,
    *alerts.ROUTES, *giving.ROUTES, *pausing.ROUTES, *agents.ROUTES, *figures.ROUTES, *survey_figures.ROUTES,
    *exports.ROUTES, *schedules.ROUTES, *routing.ROUTES, *whatif.ROUTES, *replay.ROUTES, *search.ROUTES,
    *quality.ROUTES, *records.ROUTES, *record_imports.ROUTES, *contacts.ROUTES, *transcripts.ROUTES, *calls.ROUTES,
    *recordings.ROUTES, *telephone.ROUTES,
    *message_html.ROUTES,
)  # fmt: skip
CUSTOMER_ROUTES = (
    *widget.ROUTES,
    *identities.ROUTES,
    *own_survey.ROUTES,
    *own_attachments.ROUTES,
    *own_call.ROUTES,
)
BOT_ROUTES = (*bot_side.ROUTES, *bot_attachments.ROUTES)
OPEN_ROUTES = (*operations.ROUTES, *describing.ROUTES, *shop.ROUTES)


def create_app(parts: Parts, sockets: App | None = None) -> Door:
    """The ASGI application of one process; `sockets` gets what is a WebSocket."""
    return Door(routes(State({"parts": parts, "readiness": Readiness(parts)})), parts, sockets)


def routes(state: State | None = None) -> Litestar:
    """All HTTP routes. Without parts they can be described, but not called."""
    return Litestar(
        route_handlers=[
            _router("/api/v1", STAFF_ROUTES, guards=[staff_guard], dependencies=STAFF),
            _router("/widget/v1", CUSTOMER_ROUTES, guards=[customer_guard], dependencies=CUSTOMERS),
            _router("/bot/v1", BOT_ROUTES, guards=[bot_guard], dependencies=STAFF),
            _router("/", OPEN_ROUTES, dependencies=OPERATORS),
        ],
        state=state,
        request_class=StrictRequest,
        request_max_body_size=MAX_BODY,
        exception_handlers=HANDLERS,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Valvomo",
            version=__version__,
            use_handler_docstrings=True,
            # The framework's own pages tell half of it; the whole is at `/api/openapi.json`.
            openapi_router=_router("/schema", (), guards=[nobody_guard], include_in_schema=False),
        ),
    )


def _router(path: str, handlers: Iterable[Any], **layer: Any) -> Router:
    return Router(path, route_handlers=list(handlers), **layer)
