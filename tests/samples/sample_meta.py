"""Accounts at Meta's platforms, a stand-in for the Graph API, and what Meta says when it calls."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sample_floor import AATU, HOUSE, Floor
from sample_line import LOOPBACK, opener
from sample_provider import Asked, Said, StandIn

from valvomo.channels.http import GuardedHttp
from valvomo.channels.meta.calls import signature
from valvomo.channels.port import Account, Answer, Letter, Request
from valvomo.commands.channels.accounts import Opener
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.domain.refusals import Refusal
from valvomo.jobs.arriving import Arriving
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.sending import Sender

APP_SECRET, ACCESS_TOKEN, VERIFY_TOKEN = "0123456789abcdef" * 2, "EAAJ" + "b" * 60, "chosen-by-the-house"
SECRETS = {"access_token": ACCESS_TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}
NUMBER_ID, BUSINESS_ID, PAGE_ID = "106540352242922", "102290129340398", "682498302938465"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def signed(body: bytes, *, secret: str = APP_SECRET, at: datetime = NOW) -> Request:
    """A call of Meta."""
    headers = {"x-hub-signature-256": signature(secret, body), "content-type": "application/json"}
    return Request(method="POST", query="", headers=headers, body=body, at=at)


def called(body: dict[str, Any], at: datetime = NOW) -> Request:
    """A call of Meta that says this."""
    return signed(json.dumps(body).encode(), at=at)


def asking(token: str = VERIFY_TOKEN, mode: str = "subscribe", challenge: str = "1158201444") -> Request:
    """The handshake (https://developers.facebook.com/docs/graph-api/webhooks/getting-started)."""
    query = f"hub.mode={mode}&hub.challenge={challenge}&hub.verify_token={token}"
    return Request(method="GET", query=query, headers={}, body=b"", at=NOW)


def refused(status: int, code: int, subcode: int = 0, headers: dict[str, str] | None = None) -> Said:
    """An error as the Graph API says it (https://developers.facebook.com/docs/graph-api/guides/error-handling)."""
    error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "error_subcode": subcode}
    return Said(status, json.dumps({"error": error}).encode(), headers or {})


def answered(said: dict[str, Any], status: int = 200) -> Said:
    """An answer in JSON."""
    return Said(status, json.dumps(said).encode(), {"content-type": "application/json"})


def letter(text: str = "Tulossa on.", address: str = "+358401234567", **more: Any) -> Letter:
    """A message that goes out."""
    return Letter(
        id="01a2287f-bd50-7043-8471-2cc40e90e6d2", conversation_id="c", address=address, text=text, author_name="Aino",
        language="fi", subject="", created_at=NOW, at=NOW, **more,
    )  # fmt: skip


def account(provider: Any, settings: dict[str, Any]) -> Account:
    """An account apart from any house."""
    return Account(
        id="one", organization_id="house", settings=provider.settings(**settings),
        secrets=provider.secrets(**SECRETS), callback="https://desk.example.org/channels/x/one",
    )  # fmt: skip


def whatsapp(*, messages: list[Any] | None = None, statuses: list[Any] | None = None,
             number: str = NUMBER_ID, contacts: list[Any] | None = None) -> dict[str, Any]:  # fmt: skip
    """A call of WhatsApp; .../whatsapp/webhooks/reference/messages says how they look."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
    }
    if messages is not None:
        value["messages"] = messages
        value["contacts"] = _contacts(messages) if contacts is None else contacts
    if statuses is not None:
        value["statuses"] = statuses
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": BUSINESS_ID, "changes": [{"field": "messages", "value": value}]}],
    }


def _contacts(messages: list[Any]) -> list[Any]:
    senders = dict.fromkeys(said.get("from", "") for said in messages)
    return [{"profile": {"name": f"Customer {one}"}, "wa_id": one} for one in senders]


def wa_text(one: str, body: str, at: datetime = NOW, sender: str = "358401234567") -> dict[str, Any]:
    """A customer's text."""
    return {
        "from": sender,
        "id": one,
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": body},
    }


def wa_status(one: str, state: str, at: datetime = NOW, code: int = 0) -> dict[str, Any]:
    """How far a message of ours has come, with what it costs."""
    errors = (
        {"errors": [{"code": code, "title": "Not delivered", "error_data": {"details": "why"}}]}
        if code
        else {}
    )
    return {
        "id": one, "status": state, "timestamp": str(int(at.timestamp())), "recipient_id": "358401234567",
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "service"}, **errors,
    }  # fmt: skip


def messenger(*events: Any, page: str = PAGE_ID, standby: bool = False) -> dict[str, Any]:
    """A call of Messenger; .../messenger-platform/webhooks says how they look."""
    name = "standby" if standby else "messaging"
    return {"object": "page", "entry": [{"id": page, "time": 1518479195594, name: list(events)}]}


def ms_event(
    at: datetime = NOW, sender: str = "4000000001", recipient: str = PAGE_ID, **said: Any
) -> dict[str, Any]:
    """Something that a customer did."""
    stamp = int(at.timestamp() * 1000)
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": stamp, **said}


@dataclass
class MetaLine:
    """An account at one of Meta's platforms, with a stand-in for the Graph API, on a floor."""

    floor: Floor
    graph: StandIn
    provider: str
    account_id: str
    opener: Opener
    setting_up: SettingUp
    reception: Reception
    arriving: Arriving
    enclosures: Enclosures | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, floor: Floor, provider: str, settings: dict[str, Any], answer: Callable[[Asked], Said]
    ) -> AsyncIterator[MetaLine]:
        """With a workstream of its own."""
        await floor.sql(
            "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, timers, consent, created_at)"
            " SELECT organization_id, $1, $1, $1, organization_id || '-' || $1, queue_id, timers, 'none', created_at"
            " FROM workstreams WHERE id = 'persistent' ON CONFLICT DO NOTHING",
            provider,
        )
        async with StandIn(answer).open() as graph:
            opened = opener(floor.database)
            setting_up = SettingUp(floor.executor, opened, LOOPBACK)
            named = (provider, f"Meta {next(_numbers)}", provider)
            made = await setting_up.create(AATU, named, ({**settings, "base_url": graph.url}, SECRETS), None)
            assert isinstance(made, Done), made
            yield cls(
                floor=floor, graph=graph, provider=provider, account_id=str(made.result["id"]), opener=opened,
                setting_up=setting_up,
                reception=Reception(floor.database, floor.executor.bell, floor.clock, opened),
                arriving=Arriving(floor.executor, floor.executor.bell, opened),
            )  # fmt: skip

    async def call(self, body: dict[str, Any]) -> Answer | Refusal:
        """Meta says something."""
        request = called(body, self.floor.clock())
        return await self.reception.receive(self.provider, self.account_id, request)

    async def take_in(self, after: float = 2.0) -> None:
        """What arrived is taken in, once it has settled."""
        self.floor.clock.advance(after)
        while await self.arriving.round() == 0.0:
            pass

    async def send(self) -> None:
        """What is to go out now goes."""
        async with GuardedHttp(LOOPBACK) as http:
            await Sender(
                self.floor.executor, self.opener, http, key=(HOUSE, self.account_id), process_id="process-1",
                enclosures=self.enclosures,
            ).work()  # fmt: skip

    def got(self) -> list[dict[str, Any]]:
        """The messages that Meta was given, in order."""
        return [json.loads(one.body) for one in self.graph.asked if one.method == "POST"]


async def newest(floor: Floor) -> str:
    """The conversation that began last."""
    (row,) = await floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
    return str(row["id"])


async def said_in(floor: Floor, one: str) -> list[tuple[str, str | None, str | None]]:
    """What everybody reads in a conversation, with how far it has come and why not."""
    rows = await floor.sql(
        "SELECT text, delivery, delivery_problem FROM public_messages WHERE conversation_id = $1 ORDER BY seq",
        one,
    )
    return [tuple(row) for row in rows]
