"""The two live addresses: staff at `/api/v1/live`, customers at `/widget/v1/live`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from valvomo.commands.conversations.mark_read import MarkRead
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.authentication import bearer, session_token
from valvomo.edge.http.origin import foreign_origin, header, permitted_origin
from valvomo.edge.parts import Parts
from valvomo.edge.ws.calling import calling
from valvomo.edge.ws.frames import DirectSink, QueuedSink, sink_of
from valvomo.edge.ws.ping import PATH as PING
from valvomo.edge.ws.ping import Ping
from valvomo.edge.ws.quotas import CLOSE_CROWDED, STAY_AWAY, Quotas
from valvomo.edge.ws.streams import Streams
from valvomo.live.connection import Connection
from valvomo.live.hub import Hub
from valvomo.live.rooms import UnreadableError
from valvomo.protocol.frames import (
    MAX_CLIENT_FRAME,
    MAX_OFFER_FRAME,
    Agree,
    Calling,
    ClientFrame,
    ComeIn,
    Hello,
    Seen,
    Typing,
    Watch,
    client_frame,
)
from valvomo.protocol.problems import problem_of
from valvomo.protocol.texts.catalogue import best_language

STAFF = "/api/v1/live"
CUSTOMERS = "/widget/v1/live"
HELLO_SECONDS = 10.0
RETRY_SECONDS = 5
LONGEST_TURN = 10.0
"""Seconds for which a frame may wait for its turn: that its client is gone is not heard meanwhile."""
CLOSE_LATER = 1013
"""What is to be shown cannot be read now: come again."""
CLOSE_MALFORMED = 4400
CLOSE_REFUSED = 4401
CLOSE_UNKNOWN = 4404

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

log = structlog.get_logger(__name__)


class _GoneError(Exception):
    """The peer has closed, or said something that ends it; `code` is what it is told."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code


def sockets(parts: Parts, hub: Hub) -> App:
    """The ASGI application for every WebSocket scope."""
    ping, streams = Ping(parts), Streams(parts)

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await receive()
        if scope["path"] == PING:
            await ping.answer(scope, receive, send)
        elif hub.leaving:
            # Before the handshake is answered, so that a proxy may ask the next process.
            await _deny(scope, send, Refusal(Reason.BUSY))
        elif (found := streams.find(scope["path"])) is not None:
            if (refused := await streams.answer(found, receive, send)) is not None:
                await _deny(scope, send, refused)
        elif scope["path"] == STAFF:
            await _staff(parts, hub, scope, (receive, send))
        elif scope["path"] == CUSTOMERS:
            await _customer(parts, hub, scope, (receive, send))
        else:
            await _deny(scope, send, Refusal(Reason.NOT_FOUND))

    return app


async def _staff(parts: Parts, hub: Hub, scope: Any, ways: tuple[Receive, Send]) -> None:
    receive, send = ways
    headers = scope["headers"]
    authorization = header(headers, b"authorization")
    if authorization is None and foreign_origin(scope):
        await _deny(scope, send, Refusal(Reason.FOREIGN_ORIGIN))
        return
    async with parts.admissions.staff:
        actor = await parts.authentication.of_headers(headers)
        if isinstance(actor, Refusal):
            await _deny(scope, send, actor)
            return
        if wait := parts.paces["connect"].wait(actor.id):
            await _deny(scope, send, Refusal(Reason.RATE_LIMITED, {"retry_after": wait}))
            return
        await send({"type": "websocket.accept"})
    secret = bearer(authorization) if authorization is not None else session_token(headers)
    await _serve(parts, hub, (scope, receive, send), (actor, secret))


async def _customer(parts: Parts, hub: Hub, scope: Any, ways: tuple[Receive, Send]) -> None:
    """Somebody who is to say whose conversation they have come for, if there is a place for them."""
    quotas, client = parts.quotas, scope.get("client")
    address = client[0] if client else ""
    if quotas.too_many_strangers or quotas.address_is_full(address):
        await _deny(scope, ways[1], Refusal(Reason.RATE_LIMITED, {"retry_after": RETRY_SECONDS}))
        return
    with quotas.address(address):
        with quotas.stranger():
            guest = await _guest(parts, scope, ways)
        if guest is not None:
            await _serve(parts, hub, (scope, *ways), guest)


async def _guest(parts: Parts, scope: Any, ways: tuple[Receive, Send]) -> tuple[Actor, str] | None:
    """Whose token it is. It comes in the first frame, never in the address, which proxies write down."""
    receive, send = ways
    await send({"type": "websocket.accept"})
    try:
        token = await _hello(receive, parts.quotas)
    except (_GoneError, TimeoutError):
        await _close(send, CLOSE_REFUSED)
        return None
    async with parts.admissions.customers:
        guest = await parts.authentication.of_guest(token)
    if isinstance(guest, Refusal) or not permitted_origin(scope, guest.origins):
        await _close(send, CLOSE_REFUSED)
        return None
    if parts.paces["connect_own"].wait(guest.conversation_id):
        await _say_crowded(send)
        return None
    return guest.actor, token


async def _hello(receive: Receive, quotas: Quotas) -> str:
    now = asyncio.get_running_loop().time
    async with asyncio.timeout(HELLO_SECONDS) as patience:
        with quotas.silent(lambda: patience.reschedule(now())):
            frame = _decoded(await receive())
    if not isinstance(frame, Hello):
        raise _GoneError(CLOSE_REFUSED)
    return frame.token


async def _serve(parts: Parts, hub: Hub, ways: tuple[Any, Receive, Send], who: tuple[Actor, str]) -> None:
    """Read what the client says, until it is gone; frames go out by the sink."""
    scope, receive, send = ways
    actor, secret = who
    sink = sink_of(scope)
    try:
        connection = await hub.open(actor, sink, secret)
    except UnreadableError:
        await _close(send, CLOSE_LATER)
        return
    parts.notes.opened(actor, connection.id)
    try:
        with parts.quotas.owner(connection):
            await _converse(parts, hub, connection, (sink, receive, send))
    finally:
        hub.close(connection)
        if not hub.handing_over.of(connection):
            parts.notes.lost(actor, connection.id)


async def _converse(
    parts: Parts, hub: Hub, connection: Connection, ways: tuple[DirectSink | QueuedSink, Receive, Send]
) -> None:
    sink, receive, send = ways
    try:
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(_write(sink, send))
            try:
                while True:
                    frame = _decoded(await receive())
                    if isinstance(frame, Calling):
                        await calling(parts, connection, frame, group)
                    elif await _in_turn(parts, connection, frame):
                        await _take(parts, hub, connection, frame)
            except _GoneError as gone:
                if gone.code is None:
                    writer.cancel()
                else:
                    sink.close(gone.code)
    except* OSError:
        log.debug("live.lost", connection=connection.id)


async def _take(parts: Parts, hub: Hub, connection: Connection, frame: ClientFrame) -> None:
    """What the client says; how far it has read is shown at once, and noted for whoever comes later."""
    if not isinstance(frame, Seen):
        await hub.receive(connection, frame)
    elif signal := hub.seen(connection, frame):
        mark = MarkRead(conversation_id=signal.conversation_id, seq=signal.seq)
        await parts.executor.execute(connection.actor, mark)


async def _in_turn(parts: Parts, connection: Connection, frame: ClientFrame) -> bool:
    """Whether the frame is to be taken.

    Watching costs reading: past its pace it waits, and what the client says after it waits behind it; whose turn would
    be too far off has to come again. Typing past its pace is lost without harm.
    """
    match frame:
        case Watch():
            own = connection.actor.conversation_id
            pace = parts.paces["watch"] if own is None else parts.paces["watch_own"]
            if (turn := pace.turn(own or connection.actor.id)) > LONGEST_TURN:
                connection.sink.write(STAY_AWAY)
                raise _GoneError(CLOSE_CROWDED)
            await asyncio.sleep(turn)
            return True
        case Typing() | Seen():
            return not parts.paces["typing"].wait(connection.id)
        case _:
            return not isinstance(frame, Hello)


async def _write(sink: DirectSink | QueuedSink, send: Send) -> None:
    with contextlib.suppress(RuntimeError):
        await sink.run(send)


def _decoded(event: Any) -> Any:
    """The client's frame. Whatever is none ends the connection."""
    if event["type"] == "websocket.disconnect":
        raise _GoneError
    text = event.get("text")
    if text is None or len(text) > MAX_OFFER_FRAME:
        raise _GoneError(CLOSE_MALFORMED)
    try:
        frame = client_frame(text)
    except ValueError:
        raise _GoneError(CLOSE_MALFORMED) from None
    if len(text) > MAX_CLIENT_FRAME and not isinstance(frame, ComeIn | Agree):
        raise _GoneError(CLOSE_MALFORMED)
    return frame


async def _deny(scope: Any, send: Send, refusal: Refusal) -> None:
    """Before the handshake is answered: a problem document where the server can carry one."""
    language = best_language(header(scope["headers"], b"accept-language"))
    problem = problem_of(refusal, language)
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await _close(send, CLOSE_UNKNOWN if refusal.reason is Reason.NOT_FOUND else CLOSE_REFUSED)
        return
    headers = [(b"content-type", b"application/problem+json")]
    await send({"type": "websocket.http.response.start", "status": problem.status, "headers": headers})
    body = msgspec.json.encode(problem.document())
    await send({"type": "websocket.http.response.body", "body": body})


async def _say_crowded(send: Send) -> None:
    with contextlib.suppress(RuntimeError, OSError):
        await send({"type": "websocket.send", "text": STAY_AWAY.payload.decode()})
    await _close(send, CLOSE_CROWDED)


async def _close(send: Send, code: int) -> None:
    with contextlib.suppress(RuntimeError, OSError):
        await send({"type": "websocket.close", "code": code})
