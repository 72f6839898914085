"""Writing a message beside the framework: most of all requests, for which its way cost three times what they do.

The head of a request says whether it is taken here. What is unusual in it (a query, a body without a length or with
too great a one, a key that is none) goes the framework's way, where these routes are described too. Both ways ask the
same functions: who may come in (`guards`), what the body is (`bodies`), the command (`writing`), the answer of a no
(`problems`); `tests/edge/test_plain.py` holds that they answer alike.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from valvomo.edge.http.bodies import MAX_BODY, decoded
from valvomo.edge.http.guards import Options, admit_customer, admit_staff
from valvomo.edge.http.origin import header
from valvomo.edge.http.parameters import LONGEST_KEY
from valvomo.edge.http.problems import internal, problem_answer
from valvomo.edge.http.refused import Refused
from valvomo.edge.http.writing import written_by_customer, written_by_staff
from valvomo.edge.parts import Parts
from valvomo.protocol.problems import MEDIA_TYPE
from valvomo.protocol.requests import CustomerWords, WriteMessage

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Answering = Callable[[Any, Receive, Send], Awaitable[None]]
Work = Callable[[Any, Receive, str | None], Awaitable[object]]

STAFF_TEMPLATE = "/api/v1/conversations/{conversation_id}/messages"
CUSTOMERS = "/widget/v1/messages"
AT_CUSTOMERS_PACE: Options = {"pace": "customer"}
_STAFF = re.compile(r"/api/v1/conversations/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/messages")
_KEY = b"idempotency-key"
_CREATED = 201
_JSON = "application/json"
_ENCODER = msgspec.json.Encoder()


class PlainMessages:
    """The two routes. They are `writeMessage` and `writeOwnMessage` of the description."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def find(self, scope: Any) -> Answering | None:
        """Who answers this request here; None: the framework does."""
        path = scope["path"]
        if scope["method"] != "POST" or not path.endswith("/messages") or scope["query_string"]:
            return None
        staff = _STAFF.fullmatch(path)
        if (staff is None and path != CUSTOMERS) or not _ordinary(scope["headers"]):
            return None
        scope["path_template"] = STAFF_TEMPLATE if staff else CUSTOMERS
        return partial(self._answer, partial(self._by_staff, staff[1]) if staff else self._by_customer)

    async def _by_staff(self, conversation_id: str, scope: Any, receive: Receive, key: str | None) -> object:
        await admit_staff(self._parts, scope, {})
        data = decoded(await _body(receive), WriteMessage)
        return await written_by_staff(self._parts, scope["user"], (conversation_id, data), key)

    async def _by_customer(self, scope: Any, receive: Receive, key: str | None) -> object:
        await admit_customer(self._parts, scope, AT_CUSTOMERS_PACE)
        data = decoded(await _body(receive), CustomerWords)
        return await written_by_customer(self._parts, scope["user"], (scope["auth"], data), key)

    async def _answer(self, work: Work, scope: Any, receive: Receive, send: Send) -> None:
        try:
            key = header(scope["headers"], _KEY)
            document: object = await work(scope, receive, key)
            status, headers, kind = _CREATED, dict[str, str](), _JSON
        except Refused as refused:
            status, headers, document = problem_answer(scope, scope["path"], refused.refusal)
            kind = MEDIA_TYPE
        except Exception as error:  # noqa: BLE001 - whatever it was is logged, and said without what is inside
            status, headers, document = problem_answer(scope, scope["path"], internal(scope, error))
            kind = MEDIA_TYPE
        body = _ENCODER.encode(document)
        headers = {**headers, "content-type": kind, "content-length": str(len(body))}
        given = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": given})
        await send({"type": "http.response.body", "body": body})


def _ordinary(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the body has a length that will do, and the key, if there is one, is one."""
    length, keys = 0, []
    for name, value in headers:
        if name == b"content-length" and value.isdigit():
            length = int(value)
        elif name == _KEY:
            keys.append(len(value))
    return 0 < length <= MAX_BODY and (not keys or (len(keys) == 1 and 0 < keys[0] <= LONGEST_KEY))


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise ConnectionError("the client went away before it had said all")
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(parts)
