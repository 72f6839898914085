"""The port to providers of channels: what a provider is asked, and what it answers.

A provider is one folder beside this file. It knows its provider's forms and nothing of the house: it turns requests of
the provider into items, outgoing letters into requests to it, and says by values and exceptions what came of it.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

import msgspec

from valvomo.channels.media import Enclosed, Html, Incoming, Medium
from valvomo.channels.passes import Passes
from valvomo.channels.threading import Threading
from valvomo.domain.attachments.limits import NOTHING, Ability
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.light import Marks
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.template import Filled, Template

Body = bytes | AsyncIterator[bytes]
LONGEST_NUMBER = 8  # digits of seconds that anybody means


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a provider can do.

    `max_text`: characters in a message. `idempotent`: it takes a message that it has had already, by our id, for the
    same; where it does not, a message whose sending was broken off may arrive twice. `session_hours`: after the
    customer wrote, free text is taken for so long; None for ever. `settling_seconds`: it does not promise order, and
    what comes within so long of each other is put in order by its own clock. `per_second`: messages that it takes at
    most, unless the administrator says otherwise. `proactive`: the house may write first. `read_receipts`: it says what
    was read. `media`: the files that it takes with a message of the house. `per_sender_hour`: what one customer writes
    in an hour beyond so many may be a machine's and is kept for a person. `threaded`: they have several threads.
    `marks`: what is read of the light marks in what the house writes.
    """

    max_text: int
    idempotent: bool = False
    session_hours: float | None = None
    settling_seconds: float = 0.0
    per_second: float = 10.0
    proactive: bool = True
    read_receipts: bool = False
    media: Ability = NOTHING
    per_sender_hour: int | None = None
    threaded: bool = False
    marks: Marks = Marks.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """As its provider needs it: `settings` and `secrets` of its types, `callback` is where it reaches us."""

    id: str
    organization_id: str
    settings: Any
    secrets: Any
    callback: str
    cursor: Mapping[str, Any] = field(default_factory=dict)
    passes: Passes | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request of the provider, its body untouched. Names of headers are in lower case; `at` is when it came."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


class Identity(msgspec.Struct, frozen=True):
    """By what a customer is known, if the provider vouches for it: `phone` in E.164, `email` in lower case."""

    kind: str
    value: str


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a customer. `key` is the provider's own id of it, `address` where answers to it go.

    `sent_at` is by the provider's clock, None where it does not say. `identity` only where the provider vouches for it.
    `text` may be empty where there are `media`. `html`: what it looked like. `cursor`: what the thread's next letters
    need. `automatic`: why nobody has written it; it begins nothing. With a `problem` it is kept for a person, and taken
    in if they say so. `opted`: they want no messages any more (`out`), or want them again (`in`).
    """

    key: str
    address: str
    text: str
    sent_at: datetime | None = None
    name: str = ""
    identity: Identity | None = None
    subject: str = ""
    language: str = ""
    context: dict[str, str] = {}
    media: tuple[Medium, ...] = ()
    html: Html | None = None
    threading: Threading | None = None
    cursor: dict[str, Any] | None = None
    automatic: str = ""
    problem: str = ""
    opted: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How far a message of ours has come: `provider_id` is what the provider calls it, `detail` its own code.

    With `until` it is about every message to the address in `provider_id` whose sending began no later than then.
    """

    key: str
    provider_id: str
    state: Delivery
    problem: DeliveryProblem | None = None
    detail: str = ""
    at: datetime | None = None
    until: datetime | None = None


Item = Inbound | Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider gets for an answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a verified request says; the answer is given once it is kept."""

    items: tuple[Item, ...] = ()
    answer: Answer = Answer()


class UnverifiedError(Exception):
    """Nobody who could have sent this has signed it; nothing in it has been believed."""


class UnreadableError(Exception):
    """It is signed, but says nothing that the provider's documentation knows; `str` says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that goes out, `at` this attempt. `id` is ours, and the same at every one; `cursor` is the thread's.

    `template` goes out in place of the text, which is empty only where there are `media`. `last_inbound_at` is when the
    customer last wrote. `automatic`: no person has written it. `piece`: what `divide` has noted on one of several.
    """

    id: str
    conversation_id: str
    address: str
    text: str
    author_name: str
    language: str
    subject: str
    created_at: datetime
    at: datetime
    cursor: Mapping[str, Any] = field(default_factory=dict)
    template: Filled | None = None
    last_inbound_at: datetime | None = None
    media: tuple[Enclosed, ...] = ()
    automatic: bool = False
    piece: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider has taken it, and calls it this."""

    provider_id: str


class RejectedError(Exception):
    """The provider will never take this message; `detail` is its own code."""

    def __init__(self, problem: DeliveryProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value} {detail}".strip())
        self.problem = problem
        self.detail = detail


class UnavailableError(Exception):
    """Not now. `retry_after`: seconds that the provider asked for. `lost`: it may have taken the message all the same.

    `paced`: it is only that we were too quick, which is no failure; `alone`: with this customer, others need not wait.
    """

    def __init__(
        self, detail: str, *, retry_after: float | None = None, lost: bool = False, paced: bool = False,
        alone: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.lost = lost
        self.paced = paced
        self.alone = alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a look at the account found: it works, or why it does not.

    `templates` are the texts that may be sent at any time; None where that was not asked.
    """

    well: bool
    problem: DeliveryProblem | None = None
    detail: str = ""
    templates: tuple[Template, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server of the provider answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def successful(self) -> bool:
        """Whether it did what it was asked for, by RFC 9110 §15.3."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Http(Protocol):
    """The way to a provider's servers, guarded: only to addresses that the operator allows."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Body = b""
    ) -> Reply:
        """One request and its whole answer; raises `UnavailableError` where there is none."""

    def fetch(
        self, url: str, *, headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[Incoming]:
        """A file, wherever we are led; headers go only to where we asked first. Raises `UnavailableError`."""

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a server, guarded alike, for a protocol of its own. Raises `UnavailableError`."""

    async def connect(self, host: str, port: int, *, plain: bool = False) -> socket.socket:
        """For another protocol, guarded alike; `plain` only to networks that were named. Raises `UnavailableError`."""


class Provider(Protocol):
    """One provider. `settings` and `secrets` are types from which forms are made and by which they are judged."""

    name: str
    channel: Channel
    settings: type[msgspec.Struct]
    secrets: type[msgspec.Struct]

    def abilities(self, account: Account) -> Abilities:
        """What it can do, as this account is set up."""

    def receive(self, account: Account, request: Request) -> Received:
        """What a request says. Pure; the signature comes first.

        Raises `UnverifiedError`, or `UnreadableError` for what is signed and cannot be understood.
        """

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """Give the provider a message. Raises `RejectedError` or `UnavailableError`."""

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Look whether the account can be used, without sending anything to anybody."""


def retry_after(reply: Reply | Incoming) -> float | None:
    """The seconds for which a server asks to be left alone, where it says them as a number."""
    said = reply.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < LONGEST_NUMBER else None


def cleaned(text: str) -> str:
    """Text that can be kept: without the characters that PostgreSQL and JSON have no place for."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
