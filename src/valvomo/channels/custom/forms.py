"""What is said to a system that is a channel, and what it says to us (docs/custom-channel.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem

Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
Moment = Annotated[datetime, Meta(tz=True)]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote: `id` is the system's own name for them, to which answers go."""

    id: Id
    name: Annotated[str, Meta(max_length=200)] = ""
    phone: Annotated[str, Meta(pattern=r"^\+[1-9]\d{6,14}$(?!\n)")] | None = None
    email: (
        Annotated[str, Meta(pattern=r"^[^@\s<>\x00-\x1f]+@[^@\s<>\x00-\x1f]+$(?!\n)", max_length=254)] | None
    ) = None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a message, or goes with one; `url` opens it without anything else, for a while."""

    url: Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^https?://")]
    name: Annotated[str, Meta(max_length=500)] = ""
    media_type: Annotated[str, Meta(max_length=200)] = ""
    size: Annotated[int, Meta(ge=0)] | None = None


class Words(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """A message of a customer; `id` is the system's own, the same when it tells us again."""

    id: Id
    sender: Sender
    text: Annotated[str, Meta(max_length=100_000)] = ""
    at: Moment | None = None
    subject: Annotated[str, Meta(max_length=200)] = ""
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$(?!\n)")] = ""
    context: Annotated[
        dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=500)]], Meta(max_length=20)
    ] = {}
    attachments: Annotated[tuple[File, ...], Meta(max_length=20)] = ()

    def __post_init__(self) -> None:
        """Something must be said."""
        if not self.text and not self.attachments:
            raise ValueError("a message has a `text` or `attachments`")


class MessageReceived(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="message.received"):
    """A customer has written."""

    timestamp: Moment
    data: Words


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How far the message has come that we call `message`."""

    message: Id
    state: Delivery
    problem: DeliveryProblem | None = None
    detail: Annotated[str, Meta(max_length=200)] = ""
    at: Moment | None = None


class StatusReported(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="message.status"):
    """A message of ours has come further, or not."""

    timestamp: Moment
    data: Status


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the house; `to` is the `id` of the sender whom it answers."""

    id: str
    conversation: str
    to: str
    text: str
    author: str
    at: datetime
    attachments: tuple[File, ...] = ()


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """What we say: `message.created` with the message, or `ping` without."""

    type: str
    timestamp: datetime
    data: Said | None
