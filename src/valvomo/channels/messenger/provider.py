"""Messenger: messages to a Facebook page.

Meta calls with what happened at a page, and again where it got no answer
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks). Sending is one request
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api), which knows no
key by which it could be repeated safely. A page answers for 24 hours after the customer wrote; people who answer may do
so for seven days where Meta has allowed the app the tag HUMAN_AGENT. What Meta calls a customer is the
page's own name for them, by which nobody is known elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from valvomo.channels.media import Incoming, Medium
from valvomo.channels.messenger import files
from valvomo.channels.messenger.forms import Attachment, Callback, Event, Message, Reached, Reaction
from valvomo.channels.messenger.problems import CODES
from valvomo.channels.meta import graph
from valvomo.channels.meta.calls import called, moment
from valvomo.channels.meta.graph import graph_of, ill, judge, part
from valvomo.channels.port import (
    Abilities,
    Account,
    Health,
    Http,
    Identity,
    Inbound,
    Item,
    Letter,
    Received,
    RejectedError,
    Report,
    Request,
    Sent,
    UnavailableError,
    cleaned,
)
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.model import Channel

MAX_TEXT, SESSION_HOURS, HUMAN_AGENT_HOURS = 2000, 24.0, 168.0
LONGEST_ID, LONGEST_WORD, LONGEST_NAME, MOST_ATTACHED, MOST_MIDS = 300, 300, 200, 20, 200
MILLISECONDS = 1000


class MessengerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page, for how long it answers, and the API."""

    page_id: graph.NodeId
    human_agent: bool = False
    per_second: Annotated[float, Meta(gt=0, le=300)] = 20.0
    settling_seconds: Annotated[float, Meta(ge=0, le=60)] = 1.0
    base_url: graph.BaseUrl = graph.BASE_URL
    api_version: graph.Version = graph.VERSION


class _Taken(msgspec.Struct, frozen=True):
    message_id: str = ""


class _Profile(msgspec.Struct, frozen=True):
    first_name: str = ""
    last_name: str = ""


class _Page(msgspec.Struct, frozen=True):
    name: str = ""


class Messenger:
    """The provider."""

    name = "messenger"
    channel = Channel.MESSENGER
    settings: type[msgspec.Struct] = MessengerSettings
    secrets: type[msgspec.Struct] = graph.Secrets

    def abilities(self, account: Account) -> Abilities:
        """Texts, for a day after the customer wrote, or a week."""
        return Abilities(
            max_text=MAX_TEXT,
            session_hours=HUMAN_AGENT_HOURS if account.settings.human_agent else SESSION_HOURS,
            settling_seconds=account.settings.settling_seconds,
            per_second=account.settings.per_second,
            proactive=False,
            read_receipts=True,
            media=files.ABILITY,
        )

    def receive(self, account: Account, request: Request) -> Received:
        """Everything in a call that is about the account's page."""
        return called(account, request, Callback, _items)

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One message, as an answer, or with the tag where the day is over."""
        if not letter.address.isascii() or not letter.address.isdigit():
            raise RejectedError(DeliveryProblem.INVALID_ADDRESS)
        api, page = graph_of(account), account.settings.page_id
        text = {"text": letter.text}
        message = await files.as_message(api, page, letter, http) if letter.media else text
        told = {"recipient": {"id": letter.address}, "message": message, **_kind(account, letter)}
        reply = await api.ask(http, f"{page}/messages", body=told)
        judge(reply, CODES)
        taken = graph.read(reply, _Taken) or _Taken()
        if not taken.message_id:
            raise UnavailableError("the answer names no message", lost=True)
        return Sent(provider_id=cleaned(taken.message_id)[:LONGEST_ID])

    def divide(self, account: Account, letter: Letter) -> tuple[Letter, ...]:
        """Words and files apart."""
        del account
        return files.divide(letter)

    def fetch(self, account: Account, medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
        """A file by its address."""
        del account
        return files.fetch(medium, http)

    async def name_of(self, account: Account, address: str, http: Http) -> str:
        """By the page's own name for a customer, what they call themselves; empty where Meta does not say.

        (https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile)
        """
        reply = await graph_of(account).ask(http, address, fields={"fields": "first_name,last_name"})
        judge(reply, CODES)
        profile = graph.read(reply, _Profile) or _Profile()
        return cleaned(f"{profile.first_name} {profile.last_name}".strip())[:LONGEST_NAME]

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the page is there, and the token opens it."""
        del at
        reply = await graph_of(account).ask(http, account.settings.page_id, fields={"fields": "name"})
        page = graph.read(reply, _Page) or _Page()
        return ill(reply, CODES) or Health(well=True, detail=cleaned(page.name)[:200])


def _kind(account: Account, letter: Letter) -> dict[str, str]:
    """The tag is for people who answer late, and for nothing else."""
    last = letter.last_inbound_at
    late = last is not None and letter.at - last > timedelta(hours=SESSION_HOURS)
    if late and account.settings.human_agent:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}


def _items(account: Account, callback: Callback) -> Iterator[Item]:
    page = account.settings.page_id
    if callback.object != "page":
        return
    for raw in (raw for entry in callback.entry if entry.id == page for raw in entry.messaging):
        event = part(raw, Event)
        if event is not None and event.recipient.id == page and event.sender.id not in {"", page}:
            yield from _of(event, page)


def _of(event: Event, page: str) -> Iterator[Item]:
    who = cleaned(event.sender.id)[:LONGEST_ID]
    if event.delivery is not None:
        yield from _reached(who, event.delivery, Delivery.DELIVERED)
    elif event.read is not None:
        yield from _reached(who, event.read, Delivery.READ)
    elif (said := _said(event)) is not None:
        key, text, media = said
        yield Inbound(
            key=f"message:{cleaned(key)[:LONGEST_ID]}",
            address=who,
            text=cleaned(text),
            media=media,
            sent_at=moment(event.timestamp, per_second=MILLISECONDS),
            identity=Identity("messenger", f"{page}:{who}"),
        )


def _said(event: Event) -> tuple[str, str, tuple[Medium, ...]] | None:
    """The key of what a customer said, its words, and the files with it; None for what says nothing."""
    if bytes(event.message):
        message = part(event.message, Message) or _bare(event.message)
        media = tuple(files.brought_by(message.attachments[:MOST_ATTACHED]))
        return (message.mid, _words(message), media) if message.mid and not message.is_echo else None
    if event.postback is not None:
        key = event.postback.mid or f"{event.sender.id}:{event.timestamp}"
        return f"postback:{key}", event.postback.title or event.postback.payload or "[postback]", ()
    if event.reaction is not None:
        one = event.reaction
        return f"reaction:{one.mid}:{event.timestamp}", _sign(one), ()
    return None


class _Bare(msgspec.Struct, frozen=True):
    mid: str = ""
    is_echo: bool = False


def _bare(raw: msgspec.Raw) -> Message:
    """What is there of a message that is not as it should be."""
    bare = part(raw, _Bare) or _Bare()
    return Message(mid=bare.mid, is_echo=bare.is_echo)


def _words(message: Message) -> str:
    """Its text and what was attached that is no file; empty for nothing but files."""
    brought = message.attachments[:MOST_ATTACHED]
    attached = [_attached(one) for one in brought if not files.is_file(one)]
    words = " ".join(one for one in (message.text, *attached) if one)
    if words or any(map(files.is_file, brought)):
        return words
    return "[deleted]" if message.is_deleted else "[unsupported]"


def _attached(one: Attachment) -> str:
    payload: dict[str, Any] = one.payload or {}
    at = payload.get("coordinates")
    place = f" {at.get('lat')}, {at.get('long')}" if isinstance(at, dict) else ""
    title = one.title or str(payload.get("title") or "")
    return f"[{one.type[:LONGEST_WORD] or 'attachment'}{': ' + title[:LONGEST_WORD] if title else ''}]{place}"


def _sign(one: Reaction) -> str:
    return (
        "[reaction removed]" if one.action == "unreact" else f"[reaction] {one.emoji or one.reaction}".strip()
    )


def _reached(who: str, reached: Reached, state: Delivery) -> Iterator[Report]:
    """Each message that is named, and everything to this customer up to a moment."""
    at = moment(reached.watermark, per_second=MILLISECONDS)
    for mid in reached.mids[:MOST_MIDS]:
        one = cleaned(mid)[:LONGEST_ID]
        yield Report(key=f"status:{one}:{state.value}", provider_id=one, state=state, at=at)
    if at is not None and reached.watermark:
        key = f"until:{who}:{state.value}:{reached.watermark}"
        yield Report(key=key, provider_id=who, state=state, at=at, until=at)
