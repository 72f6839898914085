"""The description of the interface (OpenAPI 3.1), complete and true.

Routes say what is particular to them; what is true of all of them, problems and signing in, is said here once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from litestar import Litestar

from valvomo.domain.refusals import Reason
from valvomo.edge.http.letters import letters
from valvomo.protocol.problems import MEDIA_TYPE, STATUSES, status_of
from valvomo.protocol.texts.catalogue import text

Document = dict[str, Any]

TAGS: Mapping[str, str] = {
    "session": "Signing in and out, and one's own account.",
    "conversations": "Conversations as the caller may see them.",
    "messages": "What is said: to everyone, within the house, or to the agent alone.",
    "serving": "What agents do with conversations.",
    "supervising": "What supervisors do; each act has a switch, and an answer for every no.",
    "calls": "Spoken and seen: asked for, held, coached, ended.",
    "records": "Cases: details and fields by the forms of their workstreams, links, outcomes.",
    "record-imports": "Files of records, checked and read in line by line.",
    "contacts": "Customers over all channels, and which contacts are one.",
    "agents": "Presence and load.",
    "figures": "Figures of now and of the past, each with its definition.",
    "alerts": "What rules have raised, and what supervisors do about it.",
    "alert-rules": "When alerts are raised, and who is told.",
    "attention": "What draws a supervisor's eye, and for how much each part of it counts.",
    "retention": "After how many days what was written goes.",
    "quality": "Evaluations of conversations, by forms, drawn by rules.",
    "replay": "The floor as it was, and how it went on.",
    "search": "What was written, by its words.",
    "what-if": "Other staff, skills, capacity or rules, played in virtual time.",
    "bot": "The bot's side: by its token, the public side of its own conversations.",
    "bots": "Bots, where they are told what happens, and what the house's own know.",
    "webhooks": "Where letters to the outside go, and what came of each.",
    "widget": "The customer's side: a key of a web page, then a token for one conversation.",
}
_DESCRIPTION = """\
Commands answer with the state after them and accept `Idempotency-Key`: the same key of the same account with the same
request is answered like the first one, for a day, and has no second effect; with another request it is refused. Secrets
are in the first answer only. Lists are read page by page: give `next` back as `cursor`. Times are RFC 3339 in UTC, ids
are UUIDv7. Whatever goes wrong is a problem document (RFC 9457) whose `type` is a stable code and whose `detail` says,
in the caller's language, why and what to do instead.
"""
_SECURITY = {
    "cookie": {
        "type": "apiKey", "in": "cookie", "name": "valvomo_session",
        "description": "A console session; requests that change something must come from our own pages.",
    },
    "token": {"type": "http", "scheme": "bearer", "description": "An API token."},
    "bot": {"type": "http", "scheme": "bearer", "description": "A bot's token: its own conversations."},
    "customer": {"type": "http", "scheme": "bearer", "description": "A customer's token: one conversation."},
}  # fmt: skip
_PROBLEM = {
    "type": "object",
    "description": "Why not (RFC 9457); further members are facts, such as `state`, `owner`, `exceeded_by`.",
    "properties": {
        "type": {"type": "string", "enum": sorted(one.value for one in Reason)},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Of a malformed request: where, and what.",
            "items": {
                "type": "object",
                "properties": {"at": {"type": "string"}, "problem": {"type": "string"}},
                "required": ["at", "problem"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": True,
}
_EXAMPLES = {
    401: Reason.NOT_SIGNED_IN, 403: Reason.ROLE_NEEDED, 404: Reason.NOT_FOUND, 409: Reason.NOT_ACCEPTED,
    413: Reason.TOO_LARGE, 422: Reason.MALFORMED, 429: Reason.RATE_LIMITED, 500: Reason.INTERNAL, 503: Reason.BUSY,
}  # fmt: skip
_END = r"$(?!\n)"
"""How our patterns end: what JSON Schema means by `$`, and Python lets a line feed follow."""
_PAGE = re.compile(r"Page_[\w.]*?(\w+)_")


def document(routes: Litestar) -> Document:
    """The whole description."""
    found: Document = _renamed(routes.openapi_schema.to_schema())
    schemas = found["components"].setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    found["components"]["securitySchemes"] = _SECURITY
    found["components"]["responses"] = {str(status): _response(status) for status in _EXAMPLES}
    found["info"]["description"] = _DESCRIPTION
    found["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found["webhooks"] = letters(schemas)
    public = _public(routes)
    for path, method, operation in _operations(found):
        _complete(path, method, operation, public=operation["operationId"] in public)
    used = {tag for _, _, operation in _operations(found) for tag in operation.get("tags", ())}
    found["tags"] = [
        {"name": name, "description": TAGS.get(name, f"{name.capitalize()}.")}
        for name in [*(one for one in TAGS if one in used), *sorted(used - set(TAGS))]
    ]
    return found


def _operations(found: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in found["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                yield path, method, item[method]


def _complete(path: str, method: str, operation: Document, *, public: bool) -> None:
    own = {"/widget": "customer", "/bot/v1": "bot"}.get(path[:7])
    operation["security"] = [] if public else [{own: []}] if own else [{"cookie": []}, {"token": []}]
    responses = operation["responses"]
    responses.pop("400", None)
    for status in _statuses(path, method, operation, public=public):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})


_MAY_BE_GONE = ("/replay",)
"""What is read here may no longer be kept."""


def _statuses(path: str, method: str, operation: Document, *, public: bool) -> Iterator[int]:
    """Which problems a route can answer with."""
    yield 422
    yield 500
    yield 503
    unsafe = method != "get"
    if not public or "session" in path:
        yield 401
    if unsafe or not public or path.startswith("/widget/"):
        yield 403
    if "{" in path or unsafe or path.startswith("/widget/"):
        yield 404
    if unsafe or any(part in path for part in ("{conversation_id}", *_MAY_BE_GONE)):
        yield 409
    if unsafe:
        yield 429
    if "requestBody" in operation:
        yield 413


def _response(status: int) -> Document:
    reason = _EXAMPLES[status]
    codes = sorted(one.value for one in STATUSES.get(status, ())) or [
        "every other code: the state stands against it"
    ]
    example = {
        "type": reason.value,
        "title": text("en", ("problem", reason.value, "title")),
        "status": status_of(reason),
        "detail": text("en", ("problem", reason.value, "detail")),
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": ", ".join(f"`{one}`" if "/" in one else one for one in codes),
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }


def _public(routes: Litestar) -> frozenset[str]:
    """Operations that need no signing in."""
    return frozenset(
        str(handler.operation_id)
        for route in routes.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get("public")
    )


def _renamed(value: Any) -> Any:
    """Plain JSON, the same every time; and `Page_valvomo.protocol.rows.BoardRow_` is called `BoardRowPage`."""
    if isinstance(value, dict):
        return {_named(key): _renamed(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_renamed(one) for one in value)
    if isinstance(value, list | tuple):
        return [_renamed(one) for one in value]
    return _named(value.value if isinstance(value, Enum) else value)


def _named(value: Any) -> Any:
    return _PAGE.sub(r"\1Page", value.replace(_END, "$")) if isinstance(value, str) else value
