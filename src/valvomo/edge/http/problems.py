"""Whatever goes wrong becomes a problem document in the caller's language (spec 1 §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.params import ParameterKwarg

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.bodies import malformed
from valvomo.edge.http.origin import header
from valvomo.edge.http.refused import Refused
from valvomo.house_key import UnreadableKeyError
from valvomo.protocol.problems import MEDIA_TYPE, problem_of
from valvomo.protocol.texts.catalogue import best_language
from valvomo.queries.health import is_unreached

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 2
"""After which it may be asked again, where the database could not be: it mostly is back by then."""
_BODY = "body"
_MISSING = re.compile(r"Missing required (?P<source>\w+) parameter '(?P<name>[^']+)'")
_DISCONNECTED = "client disconnected prematurely"
_TOO_LARGE = 413
_CLIENT_ERRORS = range(400, 500)


def language_of(scope: Any) -> str:
    """The language of the answer: the one that the request asks for, else the account's, else English."""
    actor = scope.get("user")
    own = actor.language if isinstance(actor, Actor) else "en"
    return best_language(header(scope["headers"], b"accept-language"), own)


class Answer(NamedTuple):
    """A problem document with its status and what stands in the headers beside it."""

    status: int
    headers: dict[str, str]
    document: dict[str, object]


def problem_answer(scope: Any, path: str, refusal: Refusal) -> Answer:
    """The refusal as it is answered to whoever asked for this path."""
    problem = problem_of(refusal, language_of(scope), path)
    headers: dict[str, str] = {}
    if problem.status == 401:  # noqa: PLR2004 - not signed in
        headers["WWW-Authenticate"] = 'Bearer realm="valvomo"'
    if isinstance(wait := refusal.facts.get("retry_after"), int):
        headers["Retry-After"] = str(wait)
    if isinstance(methods := refusal.facts.get("methods"), list):
        headers["Allow"] = ", ".join(methods)
    return Answer(problem.status, headers, problem.document())


def problem_response(request: Request[Any, Any, Any], refusal: Refusal) -> Response[dict[str, object]]:
    """The same for the framework."""
    status, headers, document = problem_answer(request.scope, request.url.path, refusal)
    return Response(document, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[dict[str, object]]:
    """An expected no."""
    return problem_response(request, error.refusal)


def http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, object]]:
    """What the framework found wrong with the request."""
    return problem_response(request, _refusal_of(request, error))


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, object]]:
    """A bug or a broken world."""
    return problem_response(request, internal(request.scope, error))


def internal(scope: Any, error: Exception) -> Refusal:
    """A bug or a broken world: logged here and nowhere else, and said without what is inside."""
    log.error("request.failed", method=scope["method"], path=scope["path"], exc_info=error)
    if isinstance(error, UnreadableKeyError):
        return Refusal(Reason.KEY_UNREADABLE)
    if is_unreached(error):
        return Refusal(Reason.BUSY, {"retry_after": AGAIN_SECONDS})
    return Refusal(Reason.INTERNAL)


HANDLERS: dict[int | type[Exception], Any] = {
    Refused: refused,
    HTTPException: http_exception,
    Exception: unexpected,
}


def _refusal_of(request: Request[Any, Any, Any], error: HTTPException) -> Refusal:
    if isinstance(error, NotFoundException):
        return Refusal(Reason.NOT_FOUND)
    if isinstance(error, MethodNotAllowedException):
        return Refusal(Reason.METHOD_NOT_ALLOWED, {"methods": _methods(request)})
    if error.status_code == _TOO_LARGE:
        return Refusal(Reason.TOO_LARGE)
    if isinstance(error, ValidationException):
        return _invalid(request, error)
    if error.status_code in _CLIENT_ERRORS:
        return malformed("request", error.detail)
    if error.detail != _DISCONNECTED:
        log.error("request.failed", method=request.method, path=request.url.path, exc_info=error)
    return Refusal(Reason.INTERNAL)


def _invalid(request: Request[Any, Any, Any], error: ValidationException) -> Refusal:
    """A malformed id in the path names nothing that could be found; anything else is malformed."""
    found = [one for one in error.extra or [] if isinstance(one, dict)]
    if any(one.get("source") == ParamType.PATH for one in found):
        return Refusal(Reason.NOT_FOUND)
    if not found and (missing := _MISSING.match(error.detail)):
        return malformed(f"{missing['source']}.{missing['name']}", "is needed")
    errors = [{"at": _place(request, one), "problem": _problem(one)} for one in found]
    return Refusal(Reason.MALFORMED, {"errors": errors})


def _place(request: Request[Any, Any, Any], one: Mapping[str, Any]) -> str:
    """Where it is, by the name that the caller knows."""
    source = one.get("source")
    if source == _BODY:
        return _BODY
    name, _, rest = str(one.get("key", "")).partition(".")
    name = _known_name(request, name)
    where = source.value if isinstance(source, ParamType) else "request"
    return ".".join(part for part in (where, name.lower() if where == "header" else name, rest) if part)


def _known_name(request: Request[Any, Any, Any], name: str) -> str:
    """What callers call a parameter of the route, or of what the route is given."""
    handler = request.route_handler
    given = (one.parsed_fn_signature for one in handler.resolve_dependencies().values())
    for signature in (handler.parsed_fn_signature, *given):
        known = signature.parameters.get(name)
        if known is not None and isinstance(known.kwarg_definition, ParameterKwarg):
            return known.kwarg_definition.name or name
    return name


def _problem(one: Mapping[str, Any]) -> str:
    """What is wrong. A body that is there is judged where it is read; what the framework misses is all of it."""
    return "is needed" if one.get("source") == _BODY else str(one.get("message", ""))


def _methods(request: Request[Any, Any, Any]) -> list[str]:
    """The methods that the address takes."""
    path = request.url.path.rstrip("/")
    parts = path.split("/")
    found: set[str] = set()
    for route in request.app.routes:
        wanted = route.path_format.rstrip("/").split("/")
        same = len(wanted) == len(parts) and all(
            one == other or one.startswith("{") for one, other in zip(wanted, parts, strict=True)
        )
        if same:
            found.update(getattr(route, "methods", ()))
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
