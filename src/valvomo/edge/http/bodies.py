"""Reading bodies: straight into the type that the route expects, strictly, and never into the database by halves."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.refused import Refused

MAX_BODY = 1024 * 1024
"""Bytes of a request: a thousand ids and a long note fit many times."""

_PLACE = re.compile(r"^(?P<problem>.*?)(?: - at (?P<key>`key` in )?`(?P<at>[^`]*)`)?$", re.DOTALL)


class StrictRequest(Request[Actor, None, State]):
    """A request whose JSON is decoded by the type of the route's `data`: no number from text, no unknown field."""

    async def json(self) -> Any:
        """The body as that type. A body that is not one is refused as malformed, with the place."""
        field = self.route_handler.parsed_data_field
        return decoded(await self.body(), Any if field is None else field.annotation)


def decoded(body: bytes, wanted: Any) -> Any:
    """The body as this type; refused as malformed when it is not one, with the place."""
    try:
        value = msgspec.json.decode(body, type=wanted)
        if rb"\u0000" in body:
            _refuse_nul(msgspec.json.decode(body))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Refused(malformed_body(str(error))) from error
    return value


def malformed(at: str, problem: str) -> Refusal:
    """Something at a place of the request is not what it must be."""
    return Refusal(Reason.MALFORMED, {"errors": [{"at": at, "problem": problem}]})


def malformed_body(message: str) -> Refusal:
    """The body as msgspec complains of it."""
    found = _PLACE.match(message)
    at = (found["at"] or "$") if found else "$"
    problem = found["problem"] if found else message
    if found and found["key"]:
        problem = f"of a name in it: {problem}"
    return malformed(f"body.{at[2:]}" if at.startswith("$.") else "body", problem)


def _refuse_nul(value: object) -> None:
    """PostgreSQL has no text with a NUL in it."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text contains U+0000")
    for one in value.items() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _refuse_nul(list(one) if isinstance(one, tuple) else one)
