"""What the channels' benchmark runs in: two accounts, customers who have begun over them, agents who serve them."""

from __future__ import annotations

import asyncio
import base64
import itertools
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg
import httpx
import msgspec

from floor_place import Staff
from floor_wire import HOST, Caller, Listener
from valvomo.channels.signing import signed
from valvomo.channels.twilio.signing import signature
from valvomo.demo.organization import DOMAIN, PASSWORD

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TOKEN, SID = "0" * 32, "AC" + "0" * 32
PATIENCE = 120.0
_MARK = re.compile(rb"word (\d+)-(\d+) of")
_numbers = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Account:
    """An account at a provider, and where it is called."""

    id: str
    callback: str

    @property
    def path(self) -> str:
        """Of the callback."""
        return urlsplit(self.callback).path


@dataclass(slots=True, kw_only=True)
class Line:
    """A customer, by whom they are served, and what was written to them, in order."""

    place: int
    number: str
    account: Account
    twilio: bool
    conversation_id: str = ""
    session: str = ""
    wrote: list[str] = field(default_factory=list)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def say(self, caller: Caller, text: str) -> None:
        """The customer writes: the provider calls the house."""
        one = str(next(_numbers))
        if self.twilio:
            fields = [("MessageSid", f"SM{one}"), ("From", self.number), ("Body", text)]
            signs = {"X-Twilio-Signature": signature(TOKEN, self.account.callback, fields)}
            await caller.raw("POST", self.account.path, signs, urlencode(fields).encode())
            return
        now = datetime.now(UTC)
        said = {"id": one, "from": {"id": self.number, "name": f"Customer {self.place}"}, "text": text}
        body = msgspec.json.encode(
            {"type": "message.received", "timestamp": now, "data": {**said, "at": now}}
        )
        await caller.raw("POST", self.account.path, dict(signed(SECRET, one, now, body)), body)

    async def answer(self, caller: Caller, text: str) -> None:
        """Their agent writes."""
        headers = {"Cookie": f"valvomo_session={self.session}"}
        words = {"text": text, "client_id": text}
        await caller.post(f"/api/v1/conversations/{self.conversation_id}/messages", headers, words)


@dataclass(slots=True, kw_only=True)
class Place:
    """Everybody. `said`: when each text of a customer's began.

    `shown_in`, `shown_out`: how long until the board showed what a customer or an agent wrote, or something that was
    written later in the same conversation. A row shows the newest words alone, and a frame what several changes made
    of it: words that others followed at once are never shown themselves.
    """

    lines: list[Line]
    said: dict[str, float] = field(default_factory=dict)
    shown_in: list[float] = field(default_factory=list)
    shown_out: list[float] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _waiting: dict[int, dict[int, tuple[float, list[float]]]] = field(default_factory=dict)
    _durable: dict[int, set[int]] = field(default_factory=dict)

    def next_text(self, line: Line, *, out: bool = False) -> str:
        """Words that nobody else says."""
        number = self._next[line.place] = self._next.get(line.place, 0) + 1
        text = f"word {line.place}-{number} of a matter that is about as long as people's messages are"
        shown = self.shown_out if out else self.shown_in
        self._waiting.setdefault(line.place, {})[number] = (time.perf_counter(), shown)
        return text

    def answered(self, text: str) -> None:
        """It is written: whatever a row shows from now on was written after it."""
        if found := _MARK.search(text.encode()):
            self._durable.setdefault(int(found[1]), set()).add(int(found[2]))

    def heard(self, payload: bytes, at: float) -> None:
        """A frame of the board: its rows show the newest words of each conversation."""
        for place, number in _MARK.findall(payload):
            waiting, durable = self._waiting.get(int(place), {}), self._durable.get(int(place), set())
            for one in [one for one in waiting if one <= int(number) or one in durable]:
                durable.discard(one)
                begun, shown = waiting.pop(one)
                shown.append(at - begun)


async def furnish(
    staff: Staff, connection: asyncpg.Connection, *, providers: str, port: int, customers: int
) -> Place:
    """Accounts, a conversation of each customer, an agent for each; a supervisor watches."""
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", trust_env=False, timeout=60) as http:
        credentials = {"email": f"admin@{DOMAIN}", "password": PASSWORD}
        (await http.post("/api/v1/session", json=credentials)).raise_for_status()
        custom = await _account(
            http, "custom", {"url": f"{providers}/in", "settling_seconds": 0, "per_second": 1000}
        )
        twilio = await _account(
            http, "twilio",
            {"account_sid": SID, "sender": "+15005550006", "base_url": providers, "per_second": 1000},
        )  # fmt: skip
        place = Place(
            lines=[
                Line(
                    place=number, number=f"+35840{1000000 + number}", account=(custom, twilio)[number % 2],
                    twilio=bool(number % 2), session=staff.agents[number % len(staff.agents)].session,
                )
                for number in range(customers)
            ]
        )  # fmt: skip
        caller = Caller(port)
        for line in place.lines:
            text = place.next_text(line)
            place.said[text] = time.perf_counter()
            await line.say(caller, text)
        await _begun(connection, place)
    for line in place.lines:
        headers = {"Cookie": f"valvomo_session={line.session}"}
        await caller.post(f"/api/v1/conversations/{line.conversation_id}/pick", headers, {})
    watching = {"Cookie": f"valvomo_session={staff.supervisors[0]}"}
    socket = await Listener.connect(port, "/api/v1/live", watching, place.heard)
    socket.say({"op": "watch", "topic": "board"})
    return place


async def _account(http: httpx.AsyncClient, provider: str, settings: Mapping[str, Any]) -> Account:
    queues = (await http.get("/api/v1/queues")).raise_for_status().json()["items"]
    queue = next(one["id"] for one in queues if one["name"] == "Support")
    channel = "sms" if provider == "twilio" else "custom"
    stream = {"name": f"Line by {provider}", "channel": channel, "queue": queue}
    made = (await http.post("/api/v1/workstreams", json=stream)).raise_for_status().json()
    secrets = {"auth_token": TOKEN} if provider == "twilio" else {"secret": SECRET}
    body = {"provider": provider, "name": provider, "workstream_id": made["id"], "settings": settings,
            "secrets": secrets}  # fmt: skip
    answer = await http.post("/api/v1/channel-accounts", json=body)
    if not answer.is_success:
        raise RuntimeError(answer.text)
    return Account(id=answer.json()["id"], callback=answer.json()["callback"])


async def _begun(connection: asyncpg.Connection, place: Place) -> None:
    """Until each customer has a conversation."""
    lines = {line.number: line for line in place.lines}
    async with asyncio.timeout(PATIENCE):
        while not all(line.conversation_id for line in place.lines):
            await asyncio.sleep(0.2)
            rows = await connection.fetch(
                "SELECT address, conversation_id FROM channel_threads WHERE conversation_id IS NOT NULL"
            )
            for row in rows:
                lines[row["address"]].conversation_id = row["conversation_id"]
