"""The door: the ASGI application in front of all routes. Headers that every answer carries, files, sockets, counts."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from valvomo.edge.files import Files
from valvomo.edge.giving_out import GivingOut
from valvomo.edge.http.arrivals import Arrivals
from valvomo.edge.http.guards import FOREIGN
from valvomo.edge.http.origin import header
from valvomo.edge.http.plain import PlainMessages
from valvomo.edge.parts import Parts
from valvomo.telemetry.spans import span, tracing

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{files}; media-src 'self' blob:{files}; "
    "frame-src 'self'{files}; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""`files` is where sent files are opened, if that is elsewhere."""
WIDGET = "/widget/v1/"
STAFF = "/api/v1/"
BOT = "/bot/v1/"
TRACED = (STAFF, WIDGET, BOT)
"""Requests that do something; probes and files are not worth a trace."""
_CORS = (
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, accept-language, idempotency-key"),
    (b"access-control-expose-headers", b"retry-after"),
    (b"access-control-max-age", b"600"),
)


class Door:
    """Everything that comes in."""

    def __init__(self, routes: Any, parts: Parts, sockets: App | None) -> None:
        self.routes = routes
        self._sockets = sockets
        self._plain = PlainMessages(parts)
        self._arrivals = Arrivals(parts.channels.reception, parts.channels.switchboard)
        self._files = Files(parts.static)
        self._requests = parts.requests
        self._live = parts.live
        self._giving_out = GivingOut(parts)
        self._always = _headers(parts)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "websocket" and self._sockets is not None:
            await self._sockets(scope, receive, send)
        elif scope["type"] == "http":
            await (self._traced if tracing() else self._http)(scope, receive, send)
        else:
            await self.routes(scope, receive, send)

    async def _traced(self, scope: Any, receive: Receive, send: Send) -> None:
        """A caller's own trace goes on here; not a customer's, who could have us record whatever they send."""
        if not scope["path"].startswith(TRACED):
            await self._http(scope, receive, send)
            return
        given = header(scope["headers"], b"traceparent") if scope["path"].startswith((STAFF, BOT)) else None
        with span("request", [given] if given else [], "server") as told:
            method, route, status = await self._http(scope, receive, send)
            told.call(f"{method} {route}")
            told.tell(http__request__method=method, http__route=route, http__response__status_code=status)

    async def _http(self, scope: Any, receive: Receive, send: Send) -> tuple[str, str, int]:
        """One request; as what it was counted."""
        began, status, head = time.perf_counter(), 500, scope["method"] == "HEAD"

        async def with_headers(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._complete(scope, message.get("headers", []))}
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        giving = self._giving_out.takes(scope)
        asset = None if giving else self._files.find(scope)
        if head and not giving and asset is None:
            # Whoever watches over servers asks so (RFC 9110 section 9.3.2): as GET is answered, without the body.
            scope = {**scope, "method": "GET"}
        try:
            if giving:
                await self._giving_out.answer(scope, with_headers)
            elif asset is not None:
                await asset.answer(scope, with_headers)
            elif scope["method"] == "OPTIONS" and scope["path"].startswith(WIDGET):
                await with_headers({"type": "http.response.start", "status": 204, "headers": []})
                await with_headers({"type": "http.response.body", "body": b""})
            else:
                answer = self._plain.find(scope) or self._arrivals.find(scope) or self.routes
                await answer(scope, receive, with_headers)
        finally:
            route = "file" if asset is not None else scope.get("path_template") or "unknown"
            method = self._requests.answered(scope["method"], route, status, time.perf_counter() - began)
        return method, route, status

    def _complete(self, scope: Any, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in given}
        extra = [one for one in self._always if one[0] not in names]
        if b"cache-control" not in names:
            extra.append((b"cache-control", b"no-store"))
        if self._live.leaving and b"connection" not in names:
            # A proxy must not keep a connection to us for later: there is no later.
            extra.append((b"connection", b"close"))
        if b"cross-origin-resource-policy" not in names:
            widget = scope["path"].startswith("/widget/")
            extra.append((b"cross-origin-resource-policy", b"cross-origin" if widget else b"same-origin"))
        return [*given, *extra, *_cross_origin(scope)]


def _cross_origin(scope: Any) -> list[tuple[bytes, bytes]]:
    """Pages of other sites may read what the widget asks for, unless its workstream does not allow them."""
    origin = header(scope["headers"], b"origin")
    if not scope["path"].startswith(WIDGET):
        return []
    if origin is None or scope.get(FOREIGN):
        return [(b"vary", b"origin")]
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin"), *_CORS]


def _headers(parts: Parts) -> list[tuple[bytes, bytes]]:
    always = {
        "content-security-policy": POLICY.format(
            files=f" {parts.files.links.base}" if parts.files.links.base else ""
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
    }
    if parts.secure:
        always["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in always.items()]
