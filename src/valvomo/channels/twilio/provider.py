"""SMS and MMS by Twilio.

What Twilio calls us with is a form, signed over our address and every field of it by the account's token
(https://www.twilio.com/docs/usage/security#validating-requests): messages of customers
(https://www.twilio.com/docs/messaging/guides/webhook-request) and how far ours have come
(https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks), in no promised order.
Sending is one request (https://www.twilio.com/docs/messaging/api/message-resource), which knows no key by which it
could be repeated safely.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from valvomo.channels.media import Incoming, Medium
from valvomo.channels.phones import e164
from valvomo.channels.port import (
    Abilities,
    Account,
    Answer,
    Health,
    Http,
    Identity,
    Inbound,
    Letter,
    Received,
    RejectedError,
    Reply,
    Report,
    Request,
    Sent,
    UnavailableError,
    UnreadableError,
    cleaned,
    retry_after,
)
from valvomo.channels.twilio import files
from valvomo.channels.twilio.problems import TOO_MANY_REQUESTS, meaning
from valvomo.channels.twilio.signing import verified
from valvomo.domain.attachments.limits import NOTHING
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.model import Channel

MAX_TEXT = 1600
"""Characters that Twilio takes in one message, however many parts the network makes of it."""
OK, MAX_NAME = 200, 11
"""A name as a sender has at most so many characters."""
THROTTLED, SERVER_ERROR, UNSERVED = 429, 500, 503
NOTHING_TO_SAY = Answer(body=b"<Response></Response>", content_type="text/xml; charset=utf-8")
_STATES: Mapping[str, Delivery] = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
"""Others (accepted, scheduled, queued, sending) say no more than that Twilio has it, which its answer said."""


class TwilioSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account, by which number, name or messaging service it sends, and whether that sends pictures (MMS)."""

    account_sid: Annotated[str, Meta(pattern=r"^AC[0-9a-fA-F]{32}$(?!\n)")]
    sender: Annotated[str, Meta(pattern=r"^(\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11})$(?!\n)")]
    mms: bool = False
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 10.0
    base_url: Annotated[
        str, Meta(min_length=1, max_length=200, pattern=r"^https?://", extra_json_schema={"format": "uri"})
    ] = "https://api.twilio.com"


class TwilioSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What signs what Twilio says, and opens the account."""

    auth_token: Annotated[str, Meta(min_length=16, max_length=100, pattern=r"^[!-~]+$(?!\n)")]


class _Answered(msgspec.Struct):
    """As much of Twilio's JSON as matters here."""

    sid: str = ""
    status: Any = None
    code: int | None = None


class Twilio:
    """The provider."""

    name = "twilio"
    channel = Channel.SMS
    settings: type[msgspec.Struct] = TwilioSettings
    secrets: type[msgspec.Struct] = TwilioSecrets

    def abilities(self, account: Account) -> Abilities:
        """Text messages, at the pace that the sender's number allows; files where it has MMS."""
        media = files.ABILITY if account.settings.mms else NOTHING
        return Abilities(max_text=MAX_TEXT, per_second=account.settings.per_second, media=media)

    def receive(self, account: Account, request: Request) -> Received:
        """A message of a customer, or how far one of ours has come."""
        fields = verified(account, request)
        one = fields.get("MessageSid") or fields.get("SmsSid") or ""
        if not one:
            raise UnreadableError("it has no MessageSid")
        state = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        if "Body" not in fields and state != "received":
            return Received(items=_reports(one, state, fields))
        return Received(items=(_inbound(one, fields),), answer=NOTHING_TO_SAY)

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One message. Twilio tells the account's own address how far it comes."""
        to = e164(letter.address)
        if to is None:
            raise RejectedError(DeliveryProblem.INVALID_ADDRESS)
        sender = account.settings.sender
        by = "MessagingServiceSid" if sender.startswith("MG") and len(sender) > MAX_NAME else "From"
        form = [("To", to), (by, sender), ("StatusCallback", account.callback)]
        form += [("Body", letter.text)] if letter.text else []
        form += [("MediaUrl", one.link()) for one in letter.media]
        reply = await _ask(account, http, "/Messages.json", form)
        _judge(reply)
        answered = _read(reply)
        if not answered.sid:
            raise UnavailableError("the answer names no message", lost=True)
        return Sent(provider_id=answered.sid)

    def fetch(self, account: Account, medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
        """A file of a message, with the account's token."""
        return files.fetch(account, medium, http)

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the account is there, and active."""
        del at
        reply = await _ask(account, http, ".json")
        answered = _read(reply)
        if reply.status == OK and answered.status == "active":
            return Health(well=True, detail="active")
        problem = DeliveryProblem.UNAVAILABLE if reply.status >= SERVER_ERROR else DeliveryProblem.ACCOUNT
        said = answered.code or answered.status if isinstance(answered.status, str) else answered.code
        return Health(well=False, problem=problem, detail=f"HTTP {reply.status} {said or ''}".strip())


def _inbound(one: str, fields: Mapping[str, str]) -> Inbound:
    sender = fields.get("From", "")
    number = e164(sender)
    address = number or cleaned(sender)[:200]
    if not address:
        raise UnreadableError("it has no From")
    country = fields.get("FromCountry", "")
    media = tuple(files.brought_by(fields))
    return Inbound(
        key=f"message:{cleaned(one)[:100]}",
        address=address,
        text=cleaned(fields.get("Body", "")) or ("" if media else "—"),
        media=media,
        identity=Identity("phone", number) if number else None,
        context={"country": cleaned(country)[:60]} if country else {},
        opted={"STOP": "out", "START": "in"}.get(fields.get("OptOutType", ""), ""),
    )


def _reports(one: str, state: str, fields: Mapping[str, str]) -> tuple[Report, ...]:
    reached = _STATES.get(state)
    if reached is None:
        return ()
    code = fields.get("ErrorCode", "")
    number = int(code) if code.isascii() and code.isdigit() and len(code) < MAX_NAME else None
    failed = reached is Delivery.FAILED
    return (
        Report(
            key=f"status:{cleaned(one)[:100]}:{state}",
            provider_id=cleaned(one)[:100],
            state=reached,
            problem=meaning(number) if failed else None,
            detail=str(number) if failed and number else "",
        ),
    )


async def _ask(account: Account, http: Http, path: str, form: list[tuple[str, str]] | None = None) -> Reply:
    sid = account.settings.account_sid
    headers = files.opening(account) | {"accept": "application/json"}
    body = b""
    if form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = urlencode(form).encode()
    url = f"{account.settings.base_url.rstrip('/')}/2010-04-01/Accounts/{sid}{path}"
    return await http.request("GET" if form is None else "POST", url, headers=headers, body=body)


def _judge(reply: Reply) -> None:
    status = reply.status
    if reply.successful:
        return
    code = _read(reply).code
    detail = str(code or f"HTTP {status}")
    if status == THROTTLED or code == TOO_MANY_REQUESTS:
        raise UnavailableError(detail, retry_after=retry_after(reply), paced=True)
    if status >= SERVER_ERROR:
        raise UnavailableError(detail, retry_after=retry_after(reply), lost=status != UNSERVED)
    problem = meaning(code)
    unknown = problem is DeliveryProblem.OTHER and status in {401, 403}
    raise RejectedError(DeliveryProblem.ACCOUNT if unknown else problem, detail)


def _read(reply: Reply) -> _Answered:
    try:
        return msgspec.json.decode(reply.body, type=_Answered)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Answered()
