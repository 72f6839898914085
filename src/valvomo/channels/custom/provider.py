"""Custom: any system becomes a channel by two signed webhooks, one in each direction (docs/custom-channel.md).

Both are signed as Standard Webhooks say, with the same secret; what goes out and what comes in have types of their
own, so what we have signed cannot be played back to us. A message that goes out twice has the same `webhook-id`, by
which the system knows it: so it is idempotent by the form that it speaks.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.channels.custom.forms import File, Happened, MessageReceived, Said, StatusReported
from valvomo.channels.media import Incoming, Medium
from valvomo.channels.port import (
    Abilities,
    Account,
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
from valvomo.channels.signing import key_of, signed, verify
from valvomo.domain.attachments.limits import ANYTHING
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.light import Marks
from valvomo.domain.conversations.model import Channel

MAX_TEXT = 10_000
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
_FINAL = {400: DeliveryProblem.REFUSED, 401: DeliveryProblem.ACCOUNT, 403: DeliveryProblem.ACCOUNT,
          404: DeliveryProblem.INVALID_ADDRESS, 410: DeliveryProblem.UNREACHABLE, 413: DeliveryProblem.TOO_LONG,
          422: DeliveryProblem.REFUSED}  # fmt: skip


class CustomSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the system takes messages, how quickly, and what of it can be relied on."""

    url: Annotated[
        str, Meta(min_length=1, max_length=2000, pattern=r"^https?://", extra_json_schema={"format": "uri"})
    ]
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 20.0
    settling_seconds: Annotated[float, Meta(ge=0, le=60)] = 0.5
    session_hours: Annotated[float, Meta(gt=0, le=8760)] | None = None
    vouches: bool = False


class CustomSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What signs in both directions."""

    secret: Annotated[str, Meta(pattern=r"^whsec_[A-Za-z0-9+/]{32,86}={0,2}$(?!\n)", max_length=100)]

    def __post_init__(self) -> None:
        """Raises `ValueError` for what only looks like one."""
        key_of(self.secret)


class Custom:
    """The provider."""

    name = "custom"
    channel = Channel.CUSTOM
    settings: type[msgspec.Struct] = CustomSettings
    secrets: type[msgspec.Struct] = CustomSecrets

    def abilities(self, account: Account) -> Abilities:
        """As the administrator says of the system."""
        return Abilities(
            max_text=MAX_TEXT,
            idempotent=True,
            session_hours=account.settings.session_hours,
            settling_seconds=account.settings.settling_seconds,
            per_second=account.settings.per_second,
            read_receipts=True,
            media=ANYTHING,
            marks=Marks.AS_WRITTEN,
        )

    def receive(self, account: Account, request: Request) -> Received:
        """A message of a customer, or how far one of ours has come."""
        told = verify(account.secrets.secret, request.headers, request.body, request.at)
        try:
            happened = msgspec.json.decode(request.body, type=MessageReceived | StatusReported)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UnreadableError(str(error)[:300]) from error
        if isinstance(happened, StatusReported):
            return Received(items=(_report(happened, told),))
        return Received(items=(_inbound(account.id, happened, vouched=account.settings.vouches),))

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One `message.created`; its id is the message's, at every attempt."""
        said = Said(
            id=letter.id,
            conversation=letter.conversation_id,
            to=letter.address,
            text=letter.text,
            author=letter.author_name,
            at=letter.created_at,
            attachments=tuple(
                File(url=one.link(), name=one.name, media_type=one.media_type, size=one.size)
                for one in letter.media
            ),
        )
        happened = Happened(type="message.created", timestamp=letter.created_at, data=said)
        reply = await _post(account, happened, http, letter.at)
        _judge(reply)
        return Sent(provider_id=letter.id)

    def fetch(self, account: Account, medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
        """By the address that the system gave, which needs nothing else."""
        del account
        return http.fetch(medium.ref, headers={"user-agent": "Valvomo"})

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """A `ping`, which the system answers with success."""
        try:
            reply = await _post(account, Happened(type="ping", timestamp=at, data=None), http, at)
        except UnavailableError as error:
            return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail[:200])
        well = reply.successful
        problem = (
            None if well else DeliveryProblem.ACCOUNT if reply.status in {401, 403} else DeliveryProblem.OTHER
        )
        return Health(well=well, problem=problem, detail=f"HTTP {reply.status}")


def _inbound(account_id: str, happened: MessageReceived, *, vouched: bool) -> Inbound:
    said = happened.data
    sender = said.sender
    identity = None
    if vouched:
        known = (("phone", sender.phone), ("email", sender.email.lower() if sender.email else None))
        identity = next((Identity(kind, value) for kind, value in known if value), None)
        identity = identity or Identity("custom", f"{account_id}:{sender.id}")
    return Inbound(
        key=f"message:{said.id}",
        address=sender.id,
        text=cleaned(said.text),
        sent_at=said.at or happened.timestamp,
        name=cleaned(sender.name),
        identity=identity,
        subject=cleaned(said.subject),
        language=said.language,
        context={cleaned(name): cleaned(value) for name, value in said.context.items()},
        media=tuple(
            Medium(ref=one.url, name=one.name, media_type=one.media_type, size=one.size)
            for one in said.attachments
        ),
    )


def _report(happened: StatusReported, told: str) -> Report:
    said = happened.data
    return Report(
        key=f"status:{cleaned(told)[:200]}",
        provider_id=said.message,
        state=said.state,
        problem=(said.problem or DeliveryProblem.OTHER) if said.state is Delivery.FAILED else None,
        detail=cleaned(said.detail),
        at=said.at or happened.timestamp,
    )


async def _post(account: Account, happened: Happened, http: Http, at: datetime) -> Reply:
    body = msgspec.json.encode(happened)
    one = happened.data.id if happened.data is not None else f"ping-{account.id}-{int(at.timestamp())}"
    headers = signed(account.secrets.secret, one, at, body)
    return await http.request("POST", account.settings.url, headers=headers, body=body)


def _judge(reply: Reply) -> None:
    status = reply.status
    if reply.successful:
        return
    detail = f"HTTP {status}"
    if status in _FINAL:
        raise RejectedError(_FINAL[status], detail)
    paced = status == TOO_MANY_REQUESTS
    raise UnavailableError(detail, retry_after=retry_after(reply), lost=status >= SERVER_ERROR, paced=paced)
