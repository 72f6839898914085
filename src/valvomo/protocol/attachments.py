"""Files as screens and programs are told of them; links that open one are asked for apart: they last minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.attachments.attached import Attached, Upload
from valvomo.domain.attachments.kinds import Kind
from valvomo.domain.attachments.limits import (
    LARGEST,
    LARGEST_TOTAL,
    MOST_IN_A_MESSAGE,
    USUAL,
    Allowance,
    Limits,
    SideLimits,
)
from valvomo.domain.attachments.media import PublicMedium, may_fetch_again
from valvomo.protocol.problems import problem_of
from valvomo.protocol.texts.catalogue import text


class SideLimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one side may send: whether anything, which kinds, how many bytes a file and in all in a conversation."""

    allowed: bool = True
    kinds: frozenset[Kind] = USUAL
    largest: Annotated[int, Meta(ge=1, le=LARGEST)] = SideLimits().largest
    total: Annotated[int, Meta(ge=1, le=LARGEST_TOTAL)] = SideLimits().total


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be sent in a workstream, by the `house` and by the `customer`; `most` files go with a message."""

    house: SideLimitsBody = msgspec.field(default_factory=SideLimitsBody)
    customer: SideLimitsBody = msgspec.field(default_factory=SideLimitsBody)
    most: Annotated[int, Meta(ge=1, le=MOST_IN_A_MESSAGE)] = Limits().most


class CustomerLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer may send: kinds, bytes of a file, files with a message."""

    kinds: list[Kind]
    largest: int
    most: int


class MessageAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a message: its name, its type by what is in it, its bytes; the pixels of a picture."""

    id: str
    name: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None


class MessageMedium(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a message over a channel and is none of its attachments: `fetching`, or `failed`.

    `name` and `media_type` are what its sender says. `reason` says in the reader's language why it is not to be had,
    `again` whether it may be tried again.
    """

    id: str
    name: str
    media_type: str
    state: str
    problem: str | None = None
    reason: str | None = None
    again: bool = False


class AttachmentAllowance(msgspec.Struct, frozen=True, kw_only=True):
    """What may go with a message that is being written: bytes of a file of each kind, files with a message.

    `types` of null are all; `total` bytes are those of all files. Words of more than `caption` characters go before the
    files, as a message of their own; null for any. `reason` says in the reader's language why nothing may go.
    """

    allowed: bool
    reason: str | None
    largest: dict[Kind, int]
    types: list[str] | None
    most: int
    total: int | None
    caption: int | None


class AttachmentLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that open a file without a cookie until a moment; relative ones are of this server.

    `whole` only of what may be shown on a screen, `thumbnail` only of pictures.
    """

    until: datetime
    download: str
    whole: str | None = None
    thumbnail: str | None = None


class AttachmentDocument(MessageAttachment, frozen=True, kw_only=True):
    """A file that somebody has brought. `progress` is `scanning`, `ready`, or `refused` for good and for a `reason`.

    `message` has taken it; only then there are links.
    """

    progress: str
    problem: str | None = None
    reason: str | None = None
    message: str | None = None
    links: AttachmentLinks | None = None


class Attachments(msgspec.Struct, frozen=True, kw_only=True):
    """Those of the files asked for that the caller may know of, in the order of their ids."""

    items: list[AttachmentDocument]


def customer_limits(limits: Limits) -> CustomerLimits | None:
    """What the customer may send, None where it is nothing."""
    mine = limits.customer
    if not mine.allowed:
        return None
    return CustomerLimits(kinds=sorted(mine.kinds), largest=mine.largest, most=limits.most)


def message_attachments(attached: Sequence[Attached]) -> tuple[MessageAttachment, ...]:
    """What a message says of its files."""
    return tuple(
        MessageAttachment(
            id=one.id,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            width=one.width,
            height=one.height,
        )
        for one in attached
    )


def message_media(media: Sequence[PublicMedium], language: str) -> tuple[MessageMedium, ...]:
    """What a message says of what came with it and is not there."""
    return tuple(
        MessageMedium(
            id=one.id,
            name=one.name,
            media_type=one.media_type,
            state=one.state.value,
            problem=one.problem.value if one.problem else None,
            reason=text(language, ("media_problem", one.problem.value)) if one.problem else None,
            again=may_fetch_again(one),
        )
        for one in media
    )


def attachment_allowance(found: Allowance, language: str) -> AttachmentAllowance:
    """As the writer is told of it."""
    refusal = found.refusal
    return AttachmentAllowance(
        allowed=refusal is None,
        reason=problem_of(refusal, language).detail if refusal else None,
        largest=dict(found.largest),
        types=None if found.types is None else sorted(found.types),
        most=found.most,
        total=found.total,
        caption=found.caption,
    )


def attachment_document(
    upload: Upload, language: str, links: AttachmentLinks | None = None
) -> AttachmentDocument:
    """The file, and why it was refused in the caller's words."""
    problem = upload.problem.value if upload.problem else None
    return AttachmentDocument(
        id=upload.id,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        width=upload.width,
        height=upload.height,
        progress=upload.progress.value,
        problem=problem,
        reason=text(language, ("file_problem", problem)) if problem else None,
        message=upload.message_id,
        links=links,
    )
