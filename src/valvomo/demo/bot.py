"""The shop's assistant at work: a program like anybody's, which is told what happens and speaks by the bot interface.

It listens on this machine only, believes nothing that is not signed, and is registered like any other bot, by an
administrator's request. What is signed and spoken with is kept beside the demo's data, since it is shown only once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import structlog

from valvomo.channels.port import UnverifiedError
from valvomo.channels.signing import verify
from valvomo.demo.assistant import NAME, HandOver, Move, Settle, Talk
from valvomo.demo.people.http import Http, RefusedError, new_client

LONGEST_LETTER = 256 * 1024
HOST = "127.0.0.1"

log = structlog.get_logger(__name__)


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """The bot's id, the token that it speaks with, and the secret that it is told with."""

    id: str
    token: str
    secret: str


@dataclass(slots=True)
class Assistant:
    """Serves the conversations that it is told of."""

    keys: Keys
    http: Http
    talks: dict[str, Talk] = field(default_factory=dict)

    async def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status that a letter is answered with: what is not signed is refused, what was done is not done again."""
        try:
            letter_id = verify(self.keys.secret, headers, body, datetime.now(UTC))
        except UnverifiedError:
            return 401
        letter = msgspec.json.decode(body)
        data = letter.get("data", letter)
        await self._hear(letter.get("type", ""), data, letter_id)
        return 204

    async def _hear(self, kind: str, data: Mapping[str, Any], letter_id: str) -> None:
        one = str(data.get("conversation", ""))
        match kind:
            case "bot.conversation_started":
                talk = self.talks[one] = Talk(
                    customer=data["customer"]["name"], language=data["language"] or "en"
                )
                await self._do(one, talk.greet(), letter_id)
            case "bot.message":
                await self._do(one, (await self._talk(one)).hear(data["message"]["text"]), letter_id)
            case "bot.instruction":
                await self._do(one, (await self._talk(one)).instruct(data["instruction"]["text"]), letter_id)
            case "bot.resumed":
                await self._catch_up(one, letter_id)
            case "bot.conversation_left":
                self.talks.pop(one, None)
            case _:
                pass

    async def _talk(self, one: str) -> Talk:
        """What is known of a conversation; asked for where it began before this program did."""
        if one not in self.talks:
            found = await self.http.get(f"/bot/v1/conversations/{one}")
            self.talks[one] = Talk(customer=found["customer"]["name"], language=found["language"] or "en")
        return self.talks[one]

    async def _catch_up(self, one: str, letter_id: str) -> None:
        """What the customer wrote while it was not allowed to speak."""
        items = (await self.http.get(f"/bot/v1/conversations/{one}/messages", after=0))["items"]
        if items and items[-1]["author"]["role"] == "customer":
            await self._do(one, (await self._talk(one)).hear(items[-1]["text"]), letter_id)

    async def _do(self, one: str, move: Move | None, letter_id: str) -> None:
        if move is None:
            return
        path = f"/bot/v1/conversations/{one}"
        try:
            await self.http.post(f"{path}/messages", {"text": move.text, "client_id": letter_id})
            if isinstance(move, HandOver):
                await self.http.post(
                    f"{path}/escalate", {"reason": move.reason, "summary": move.summary}, f"{letter_id}-over"
                )
            elif isinstance(move, Settle):
                await self.http.post(f"{path}/end", {}, f"{letter_id}-end")
        except RefusedError as refused:
            # Paused, taken over or gone meanwhile: what it would have said is not its to say any more.
            log.info("assistant.refused", conversation=one, problem=refused.problem)


@asynccontextmanager
async def assisting(
    address: str, admin: tuple[str, str], workstream: str, kept: Path
) -> AsyncIterator[Assistant]:
    """The assistant at this server, first in this workstream (by name); registered by `admin` (e-mail, password)."""
    async with new_client(address) as client, new_client(address) as own, asyncio.TaskGroup() as group:
        assistant: Assistant | None = None
        answering: set[asyncio.Task[None]] = set()

        async def take(headers: Mapping[str, str], body: bytes) -> int:
            return 503 if assistant is None else await assistant.take(headers, body)

        def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = group.create_task(_answer(reader, writer, take))
            answering.add(task)
            task.add_done_callback(answering.discard)

        server = await asyncio.start_server(come, HOST, 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            keys = await _registered(client, admin, f"http://{HOST}:{port}/told", kept)
            assistant = Assistant(keys, Http(own, keys.token))
            await _begin_with(client, keys.id, workstream)
            try:
                yield assistant
            finally:
                # Whoever is being answered is told again the next time.
                for task in list(answering):
                    task.cancel()


async def _registered(client: httpx.AsyncClient, admin: tuple[str, str], url: str, kept: Path) -> Keys:
    """As an administrator does it: once; later it is only said where the bot is told now."""
    client.headers["Origin"] = str(client.base_url).rstrip("/")
    _done(await client.post("/api/v1/session", json={"email": admin[0], "password": admin[1]}))
    with contextlib.suppress(OSError, msgspec.DecodeError):
        keys = msgspec.json.decode(await asyncio.to_thread(kept.read_bytes), type=Keys)
        if (await client.patch(f"/api/v1/bots/{keys.id}", json={"url": url, "enabled": True})).is_success:
            return keys
    known = {one["name"] for one in _done(await client.get("/api/v1/bots"))["items"]}
    name = next(
        one for one in (NAME, *(f"{NAME} {number}" for number in range(2, 1_000))) if one not in known
    )
    made = _done(await client.post("/api/v1/bots", json={"name": name, "kind": "webhook", "url": url}))
    keys = Keys(id=made["bot"]["id"], token=made["token"], secret=made["secret"])
    await asyncio.to_thread(_keep, kept, msgspec.json.encode(keys))
    return keys


async def _begin_with(client: httpx.AsyncClient, bot_id: str, workstream: str) -> None:
    found = _done(await client.get("/api/v1/workstreams", params={"limit": 200}))["items"]
    for one in found:
        if one["name"] == workstream:
            _done(await client.patch(f"/api/v1/workstreams/{one['id']}", json={"bot_id": bot_id}))


def _keep(kept: Path, content: bytes) -> None:
    """For the eyes of whoever runs it only."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _done(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise RefusedError(answer.status_code, answer.text[:200])
    return answer.json() if answer.content else None


async def _answer(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    take: Callable[[Mapping[str, str], bytes], Any],
) -> None:
    """One request of HTTP/1.1, and the connection is done; whoever says anything else is not answered."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if 0 <= length <= LONGEST_LETTER:
            status = await take(headers, await reader.readexactly(length))
            writer.write(f"HTTP/1.1 {status} Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, ConnectionError):
        pass
    except Exception:
        # It is told again; what it cannot do must not end the demo.
        log.exception("assistant.failed")
    finally:
        writer.close()
