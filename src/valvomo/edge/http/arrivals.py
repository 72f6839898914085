"""Where providers of channels call: the body is taken as it came, judged by its signature, kept, and answered.

It stands beside the framework, as messages do: what a provider sends is in the provider's own form, and is signed byte
by byte.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec

from valvomo.channels.port import Answer, Request
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.switchboard import Switchboard
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.problems import internal, problem_answer
from valvomo.protocol.problems import MEDIA_TYPE

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Answering = Callable[[Any, Receive, Send], Awaitable[None]]

TEMPLATE = "/channels/{provider}/{account_id}"
MOST_BODY = 512 * 1024
"""Bytes of a call; providers send media as links."""
MOST_HEADERS = 200
_PATH = re.compile(r"/channels/([a-z][a-z0-9_]{0,30})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_METHODS = ("GET", "POST")


class _TooLargeError(Exception):
    """More than is read."""


class Arrivals:
    """The one route of all providers."""

    def __init__(self, reception: Reception, switchboard: Switchboard) -> None:
        self._reception = reception
        self._switchboard = switchboard

    def find(self, scope: Any) -> Answering | None:
        """Who answers this request here; None: it is for somebody else."""
        if not scope["path"].startswith("/channels/"):
            return None
        found = _PATH.fullmatch(scope["path"])
        scope["path_template"] = TEMPLATE
        return partial(self._answer, found[1] if found else "", found[2] if found else "")

    async def _answer(self, provider: str, account_id: str, scope: Any, receive: Receive, send: Send) -> None:
        try:
            answer = await self._judged(provider, account_id, scope, receive)
        except _TooLargeError:
            answer = Refusal(Reason.TOO_LARGE)
        except Exception as error:  # noqa: BLE001 - whatever it was is logged, and said without what is inside
            answer = internal(scope, error)
        if isinstance(answer, Refusal):
            status, extra, document = problem_answer(scope, scope["path"], answer)
            body, kind = msgspec.json.encode(document), MEDIA_TYPE
        else:
            status, extra, body, kind = answer.status, {}, answer.body, answer.content_type
        headers = {**extra, "content-type": kind, "content-length": str(len(body))}
        given = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": given})
        await send({"type": "http.response.body", "body": body})

    async def _judged(self, provider: str, account_id: str, scope: Any, receive: Receive) -> Answer | Refusal:
        if not account_id:
            return Refusal(Reason.NOT_FOUND)
        if scope["method"] not in _METHODS:
            return Refusal(Reason.METHOD_NOT_ALLOWED, {"methods": list(_METHODS)})
        request = Request(
            method=scope["method"],
            query=scope["query_string"].decode("latin-1"),
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in scope["headers"][:MOST_HEADERS]
            },
            body=await _body(receive),
            at=self._reception.clock(),
        )
        if self._switchboard.is_trunk(provider):
            return await self._switchboard.answer(provider, account_id, request)
        return await self._reception.receive(provider, account_id, request)


async def _body(receive: Receive) -> bytes:
    said = bytearray()
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise ConnectionError("the client went away before it had said all")
        said += event.get("body", b"")
        if len(said) > MOST_BODY:
            raise _TooLargeError
        if not event.get("more_body"):
            return bytes(said)
