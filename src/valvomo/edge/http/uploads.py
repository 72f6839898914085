"""How an upload is described: the body is the file itself, of any type."""

from __future__ import annotations

from dataclasses import dataclass, field

from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType


def _any_bytes() -> RequestBody:
    schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
    return RequestBody(content={"*/*": OpenAPIMediaType(schema=schema)}, required=True)


@dataclass
class Upload(Operation):
    """An operation with a file as its body."""

    request_body: RequestBody | Reference | None = field(default_factory=_any_bytes)
