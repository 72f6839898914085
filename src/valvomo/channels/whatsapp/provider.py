"""WhatsApp by Meta's Cloud API.

Meta calls with messages and statuses of all numbers of a business, many in one call, in no promised order, and again
where it got no answer (https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview).
Sending is one request (https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages),
which knows no key by which it could be repeated safely. Free text is taken for 24 hours after the customer wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from valvomo.channels.media import Incoming, Medium
from valvomo.channels.meta import graph
from valvomo.channels.meta.calls import called, moment
from valvomo.channels.meta.graph import graph_of, ill, judge, part
from valvomo.channels.phones import e164
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
from valvomo.channels.whatsapp import files
from valvomo.channels.whatsapp.forms import Callback, Contact, Head, Message, Status, Value
from valvomo.channels.whatsapp.problems import CODES
from valvomo.channels.whatsapp.templates import sent_as, templates_of
from valvomo.channels.whatsapp.words import words_of
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.light import Marks
from valvomo.domain.conversations.model import Channel

MAX_TEXT, SESSION_HOURS = 4096, 24.0
LONGEST_ID, LONGEST_NAME = 300, 200
_STATES: Mapping[str, Delivery] = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}
_SCOPED = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")
"""By what a business knows a customer who does not show their number."""


class WhatsAppSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number that messages come to and go out from, the business account that it is of, and the API."""

    phone_number_id: graph.NodeId
    business_account_id: graph.NodeId
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 20.0
    settling_seconds: Annotated[float, Meta(ge=0, le=60)] = 1.0
    base_url: graph.BaseUrl = graph.BASE_URL
    api_version: graph.Version = graph.VERSION


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


class _Taken(msgspec.Struct, frozen=True):
    messages: list[_Named] = []


class _Number(msgspec.Struct, frozen=True):
    display_phone_number: str = ""
    verified_name: str = ""


class WhatsApp:
    """The provider."""

    name = "whatsapp"
    channel = Channel.WHATSAPP
    settings: type[msgspec.Struct] = WhatsAppSettings
    secrets: type[msgspec.Struct] = graph.Secrets

    def abilities(self, account: Account) -> Abilities:
        """Texts for a day after the customer wrote, templates at any time."""
        return Abilities(
            max_text=MAX_TEXT,
            session_hours=SESSION_HOURS,
            settling_seconds=account.settings.settling_seconds,
            per_second=account.settings.per_second,
            read_receipts=True,
            media=files.ABILITY,
            marks=Marks.WHATSAPP,
        )

    def receive(self, account: Account, request: Request) -> Received:
        """Everything in a call that is about the account's number; what is about others is theirs."""
        return called(account, request, Callback, _items)

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One message. Meta tells the account's callback how far it comes."""
        text: dict[str, Any] = {"type": "text", "text": {"body": letter.text, "preview_url": False}}
        api, number_id = graph_of(account), account.settings.phone_number_id
        to = _to(letter.address)
        said = sent_as(letter.template) if letter.template else text
        if letter.media:
            said = await files.as_message(api, number_id, letter, http)
        told = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **to,
            **said,
        }
        reply = await api.ask(http, f"{number_id}/messages", body=told)
        judge(reply, CODES)
        taken = graph.read(reply, _Taken)
        one = taken.messages[0].id if taken and taken.messages else ""
        if not one:
            raise UnavailableError("the answer names no message", lost=True)
        return Sent(provider_id=cleaned(one)[:LONGEST_ID])

    def divide(self, account: Account, letter: Letter) -> tuple[Letter, ...]:
        """One message for each file."""
        del account
        return files.divide(letter)

    def fetch(self, account: Account, medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
        """A file by its id."""
        return files.fetch(graph_of(account), account.settings.phone_number_id, medium, http)

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the number is there, and the token opens it and its templates."""
        del at
        fields = {"fields": "display_phone_number,verified_name"}
        reply = await graph_of(account).ask(http, account.settings.phone_number_id, fields=fields)
        if (trouble := ill(reply, CODES)) is not None:
            return trouble
        try:
            templates = await templates_of(graph_of(account), account.settings.business_account_id, http)
        except RejectedError as error:
            return Health(well=False, problem=DeliveryProblem.ACCOUNT, detail=error.detail)
        number = graph.read(reply, _Number) or _Number()
        said_of = cleaned(f"{number.verified_name} {number.display_phone_number}".strip())
        return Health(well=True, detail=said_of[:200], templates=templates)


def _to(address: str) -> dict[str, str]:
    if _SCOPED.fullmatch(address):
        return {"recipient": address}
    number = e164(address)
    if number is None:
        raise RejectedError(DeliveryProblem.INVALID_ADDRESS)
    return {"to": number}


def _items(account: Account, callback: Callback) -> Iterator[Item]:
    if callback.object != "whatsapp_business_account":
        return
    for change in (change for entry in callback.entry for change in entry.changes):
        value = part(change.value, Value) if change.field == "messages" else None
        if value is None or value.metadata.phone_number_id != account.settings.phone_number_id:
            continue
        contacts = [one for one in (part(raw, Contact) for raw in value.contacts) if one]
        for place, raw in enumerate(value.messages):
            head = part(raw, Head)
            inbound = _inbound(head, part(raw, Message), contacts, place) if head else None
            if inbound is not None:
                yield inbound
        for raw in value.statuses:
            status = part(raw, Status)
            if status is not None and status.status in _STATES:
                yield _report(status, _STATES[status.status])


def _inbound(head: Head, message: Message | None, contacts: list[Contact], place: int) -> Inbound | None:
    """None where nobody could be answered."""
    number = e164(f"+{head.sender.removeprefix('+')}") if head.sender else None
    scoped = head.from_user_id if _SCOPED.fullmatch(head.from_user_id) else ""
    address = number or scoped
    if not address or not head.id:
        return None
    contact = next((one for one in contacts if head.sender and one.wa_id == head.sender), None) or next(
        (one for one in contacts if scoped and one.user_id == scoped), Contact()
    )
    # Meta's clock has seconds; what stands in one call within one of them is in the order in which it stands there.
    at = moment(head.timestamp)
    return Inbound(
        key=f"message:{cleaned(head.id)[:LONGEST_ID]}",
        address=address,
        text=cleaned(words_of(message or Message(type=head.type))),
        sent_at=at and at + timedelta(microseconds=place),
        name=cleaned(contact.profile.name or contact.profile.username)[:LONGEST_NAME],
        identity=Identity("phone", number) if number else Identity("whatsapp", scoped),
        context=_context(message),
        media=files.brought_by(message),
    )


def _context(message: Message | None) -> dict[str, str]:
    """By which advertisement somebody came, if by one."""
    referral = message.referral if message else None
    said: Any = (
        {"advertisement": referral.headline, "advertisement_address": referral.source_url} if referral else {}
    )
    return {name: cleaned(value)[:500] for name, value in said.items() if value}


def _report(status: Status, state: Delivery) -> Report:
    failed = state is Delivery.FAILED
    code = status.errors[0].code if failed and status.errors else -1
    one = cleaned(status.id)[:LONGEST_ID]
    return Report(
        key=f"status:{one}:{status.status}",
        provider_id=one,
        state=state,
        problem=CODES.meaning(code) if failed else None,
        detail=str(code) if code >= 0 else "",
        at=moment(status.timestamp),
    )
