"""A channel account at the custom provider, its system, and what it says: everything between a customer and a desk."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sample_floor import AATU, AINO, HOUSE, Floor
from sample_provider import StandIn

from valvomo.addresses import networks_of
from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import Answer, Request
from valvomo.channels.signing import signed
from valvomo.channels.vault import Vault
from valvomo.commands.channels.accounts import Opener
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.conversations import serve
from valvomo.commands.execute import Done
from valvomo.db.database import Database
from valvomo.domain.refusals import Refusal
from valvomo.house_key import HouseKey
from valvomo.jobs.arriving import Arriving
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.sending import Sender

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
LOOPBACK = networks_of(["127.0.0.0/8"])
BASE = "https://desk.example.org"
_numbers = itertools.count(1)


def opener(database: Database) -> Opener:
    """Accounts are opened with a key of the tests'."""
    return Opener(Vault(lambda: HouseKey((bytes(32),))), BASE, database)


@dataclass
class Line:
    """An account and its system. `settings` are the account's, but for the address of the system."""

    floor: Floor
    system: StandIn
    account_id: str
    opener: Opener
    reception: Reception
    arriving: Arriving
    told: list[str] = field(default_factory=list)
    enclosures: Enclosures | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, floor: Floor, **settings: Any) -> AsyncIterator[Line]:
        """With a workstream of its own."""
        await furnish(floor)
        async with StandIn().open() as system:
            opened = opener(floor.database)
            filled = ({"url": f"{system.url}/in", **settings}, {"secret": SECRET})
            named = ("custom", f"Our system {next(_numbers)}", "custom")
            made = await SettingUp(floor.executor, opened, LOOPBACK).create(AATU, named, filled, None)
            assert isinstance(made, Done), made
            yield cls(
                floor=floor, system=system, account_id=str(made.result["id"]), opener=opened,
                reception=Reception(floor.database, floor.executor.bell, floor.clock, opened),
                arriving=Arriving(floor.executor, floor.executor.bell, opened),
            )  # fmt: skip

    async def call(
        self, body: dict[str, Any], *, one: str | None = None, secret: str = SECRET
    ) -> Answer | Refusal:
        """The system says something, signed."""
        return await self.call_raw(json.dumps(body).encode(), one=one, secret=secret)

    async def call_raw(
        self, body: bytes, *, one: str | None = None, secret: str = SECRET
    ) -> Answer | Refusal:
        """Whatever it is, signed."""
        headers = signed(secret, one or f"call-{next(_numbers)}", self.floor.clock(), body)
        request = Request(method="POST", query="", headers=headers, body=body, at=self.floor.clock())
        return await self.reception.receive("custom", self.account_id, request)

    async def says(self, sender: str, text: str, one: str, at: datetime | None = None) -> None:
        """A customer writes."""
        answer = await self.call(received(sender, text, one, at or self.floor.clock()))
        assert isinstance(answer, Answer), answer
        assert answer.status == 200

    async def reports(self, message: str, state: str, **more: Any) -> None:
        """The system says how far a message of ours has come."""
        answer = await self.call(reported(message, state, self.floor.clock(), **more))
        assert isinstance(answer, Answer), answer

    async def take_in(self, after: float = 1.0) -> None:
        """What arrived is taken in, once it has settled."""
        self.floor.clock.advance(after)
        while await self.arriving.round() == 0.0:
            pass

    async def send(self) -> None:
        """What is to go out now goes."""
        async with GuardedHttp(LOOPBACK) as http:
            await self.sender(http).work()

    def sender(self, http: Any, process: str = "process-1", linger: float = 0.0) -> Sender:
        """One that sends for the account."""
        return Sender(
            self.floor.executor, self.opener, http, key=(HOUSE, self.account_id), process_id=process,
            enclosures=self.enclosures, linger=linger,
        )  # fmt: skip

    def got(self) -> list[dict[str, Any]]:
        """The messages that the system has got, in order."""
        said = [json.loads(one.body) for one in self.system.asked]
        return [one["data"] for one in said if one["type"] == "message.created"]


def received(sender: str, text: str, one: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A customer's message, as the system says it."""
    said = {
        "id": one,
        "from": {"id": sender, "name": f"Customer {sender}"},
        "text": text,
        "at": at.isoformat(),
    }
    return {"type": "message.received", "timestamp": at.isoformat(), "data": {**said, **more}}


def reported(message: str, state: str, at: datetime, **more: Any) -> dict[str, Any]:
    """How far a message has come, as the system says it."""
    said = {"message": message, "state": state, "at": at.isoformat(), **more}
    return {"type": "message.status", "timestamp": at.isoformat(), "data": said}


async def furnish(floor: Floor) -> None:
    """A workstream of the custom channel."""
    await floor.sql(
        "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, timers, consent, created_at)"
        " SELECT organization_id, 'custom', 'custom', 'custom', organization_id || '-custom', queue_id, timers, 'none',"
        " created_at FROM workstreams WHERE id = 'persistent' ON CONFLICT DO NOTHING"
    )


async def conversation_of(floor: Floor) -> str:
    """The newest."""
    (row,) = await floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
    return str(row["id"])


async def served(line: Line, sender: str = "+358401", text: str = "hello") -> str:
    """A conversation that began over the line, with Aino."""
    await line.says(sender, text, f"m-{sender}-{text}")
    await line.take_in()
    one = await conversation_of(line.floor)
    await line.floor.done(AINO, serve.Pick(conversation_id=one))
    return one


async def messages(floor: Floor, one: str) -> list[tuple[str, str | None, str | None]]:
    """Public ones with how far they have come, and why no further."""
    rows = await floor.sql(
        "SELECT text, delivery, delivery_problem FROM public_messages WHERE conversation_id = $1 ORDER BY seq",
        one,
    )
    return [tuple(row) for row in rows]
