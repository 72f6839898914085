"""How the process logs: one structured line an event, for people or for collectors.

What people write to each other and what lets somebody in is never logged. Callers do not pass such things;
the last processor withholds them all the same, by the names they usually go by.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal, TextIO

import structlog

_WITHHELD = frozenset(
    {
        "answers", "authorization", "body", "cookie", "email", "message", "note", "password", "secret",
        "set_cookie", "subject", "text", "token",
    }
)  # fmt: skip
_URL_PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):[^@/\s]*@")
_BEARER = re.compile(r"(?i)\b(bearer|token|key)([ =])[A-Za-z0-9._~+/-]{8,}")
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
# Chatty at info about every request and every connection, of which the edge logs what is worth it.
_QUIET = ("uvicorn.access", "uvicorn.error", "aiohttp", "httpx", "httpcore", "asyncio")


def set_up(level: str, form: Literal["console", "json"], *, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers to ``stream`` (standard error) in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(form, handler),
            ],
        )
    )
    root = logging.getLogger()  # noqa: TID251 - the one place that speaks to it
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))  # noqa: TID251 - the same


def withhold(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The processor that keeps private things out: whole values by name, passwords and tokens inside text."""
    for key, value in event.items():
        if key.lower() in _WITHHELD:
            event[key] = "[withheld]"
        elif isinstance(value, str):
            event[key] = _BEARER.sub(r"\1\2[withheld]", _URL_PASSWORD.sub(r"\1:***@", value))
    return event


def _rendering(form: str, handler: logging.StreamHandler[TextIO]) -> list[Any]:
    if form == "json":
        return [_TRACEBACKS, structlog.processors.JSONRenderer()]
    # Plain tracebacks: the pretty ones show the values of local variables, which may be what somebody wrote.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=handler.stream.isatty(), exception_formatter=plain)]
