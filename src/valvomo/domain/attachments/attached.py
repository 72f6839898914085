"""Attachments: what is kept of a file, and when a message may take it (spec 1 §6).

A file belongs to one conversation and to who sent it there. It is `scanning` until it was looked into, and then
`ready`, or `refused` for good. One message takes it, and with that it is public or internal like its words: the two
are different types, kept in the rows of different tables, so that what leaves is built from the public one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from valvomo.domain.attachments.limits import Ability, Limits, Sent, Side, channel_refusal
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason, Refusal


class Progress(StrEnum):
    """How far it is. `arriving`: its bytes are not all here, and it is as good as not there."""

    ARRIVING = "arriving"
    SCANNING = "scanning"
    READY = "ready"
    REFUSED = "refused"


class Problem(StrEnum):
    """Why one was refused once its bytes were here."""

    VIRUS = "virus"
    NOT_SCANNABLE = "not-scannable"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_SLOW = "too-slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody has brought. `digest` is the sha256 of its bytes as they are kept."""

    organization_id: str
    id: str
    conversation_id: str
    author_id: str
    side: Side
    name: str
    media_type: str
    size: int
    digest: str
    width: int | None
    height: int | None
    progress: Progress
    problem: Problem | None
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAttachment:
    """Of a public message: the only type that anything leaving the house is built from."""

    id: str
    name: str
    media_type: str
    size: int
    digest: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalAttachment:
    """Of a note or a whisper: for the house only."""

    id: str
    name: str
    media_type: str
    size: int
    digest: str
    width: int | None = None
    height: int | None = None


Attached = PublicAttachment | InternalAttachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """The message that wants files: whose it is, where, whether the customer reads it, by which channel.

    `ability`: of the account with a provider that it leaves by, None where it leaves by none.
    """

    conversation_id: str
    author_id: str
    public: bool
    side: Side
    channel: Channel
    ability: Ability | None = None


def taking_refusal(
    taker: Taker, wanted: Sequence[str], found: Mapping[str, Upload], limits: Limits
) -> Refusal | None:
    """Why a message may not take these files; each must be its author's, of its conversation, ready and free."""
    if len(set(wanted)) != len(wanted):
        return Refusal(
            Reason.MALFORMED, {"errors": [{"at": "body.attachments", "problem": "one is there twice"}]}
        )
    if len(wanted) > limits.most:
        return Refusal(Reason.ATTACHMENTS_TOO_MANY, {"most": limits.most, "channel": taker.channel.value})
    for one in wanted:
        upload = found.get(one)
        if (
            upload is None
            or upload.conversation_id != taker.conversation_id
            or upload.author_id != taker.author_id
            or upload.progress is Progress.ARRIVING
        ):
            return Refusal(Reason.ATTACHMENT_UNKNOWN, {"attachment": one})
        if upload.message_id is not None:
            return Refusal(Reason.ATTACHMENT_TAKEN, {"attachment": one, "name": upload.name})
        if upload.progress is Progress.SCANNING:
            return Refusal(Reason.ATTACHMENT_SCANNING, {"attachment": one, "name": upload.name})
        if upload.progress is Progress.REFUSED:
            return Refusal(Reason.ATTACHMENT_REFUSED, {"attachment": one, "name": upload.name})
    if not taker.public or taker.side is Side.CUSTOMER:
        return None
    return channel_refusal(taker.channel, tuple(sent(found[one]) for one in wanted), taker.ability)


def sent(upload: Upload) -> Sent:
    """As the limits ask of it."""
    return Sent(name=upload.name, media_type=upload.media_type, size=upload.size)


def public_attachment(upload: Upload) -> PublicAttachment:
    """As a public message has it."""
    return PublicAttachment(
        id=upload.id, name=upload.name, media_type=upload.media_type, size=upload.size, digest=upload.digest,
        width=upload.width, height=upload.height,
    )  # fmt: skip


def internal_attachment(upload: Upload) -> InternalAttachment:
    """As a note or a whisper has it."""
    return InternalAttachment(
        id=upload.id, name=upload.name, media_type=upload.media_type, size=upload.size, digest=upload.digest,
        width=upload.width, height=upload.height,
    )  # fmt: skip


class Named(Protocol):
    """A file, as far as it has a name."""

    @property
    def name(self) -> str:
        """As it is shown."""
        ...


def names_of(attachments: Sequence[Named]) -> str:
    """The names, as a line says them that has no words of its own."""
    return ", ".join(one.name for one in attachments)


def sealed(attachments: Sequence[Attached]) -> bytes:
    """What a message's digest covers of its attachments besides its words: everything that is shown, and the bytes."""
    return b"".join(
        f"\0{one.id} {one.digest} {one.size} {one.media_type} {one.width} {one.height} {one.name}".encode()
        for one in attachments
    )
