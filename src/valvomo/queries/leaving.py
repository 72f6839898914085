"""Transcripts that leave the house: what was public, redacted where the organization wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from valvomo.db import conversations, floor, insight
from valvomo.db.messages import attached, media
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.conversations.light import Marks, light
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.refusals import Reason, Refusal
from valvomo.insight.port import UnavailableError
from valvomo.insight.redaction import redacted
from valvomo.queries.conversations import seen
from valvomo.queries.customers import Guest

PAGE = 1_000
"""Messages that are read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message; `files` are the names of what went with it."""

    seq: int
    at: datetime
    author: str
    role: str
    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What was said, and whether personal data is to be blacked out in it; `known` is whom it is about."""

    said: Sequence[Said]
    redact: bool
    language: str
    known: tuple[str, ...]
    customer: str = ""
    subject: str = ""
    queue: str = ""


async def transcript(tx: Transaction, guest: Guest) -> Leaving:
    """The public side of a conversation, for its customer."""
    found = await conversations.get(tx, guest.organization_id, guest.conversation_id)
    return await _leaving(tx, (guest.organization_id, guest.conversation_id), found)


async def for_house(
    tx: Transaction, actor: Actor, conversation_id: str
) -> tuple[Conversation, Leaving] | Refusal:
    """The same for whoever of the house may read it, and the conversation that it is of."""
    found = await seen(tx, actor, conversation_id)
    if isinstance(found, Refusal):
        return found
    if refusal := read_refusal(actor, found):
        return refusal
    leaving = await _leaving(tx, (actor.organization_id, conversation_id), found)
    queue = (await floor.lookups(tx, actor.organization_id)).queues.get(found.queue_id)
    return found, replace(leaving, queue=queue.name if queue else "")


def cleaned(leaving: Leaving) -> Leaving | Refusal:
    """With personal data blacked out, if that is wanted. It takes a millisecond a message: not for the loop."""
    if not leaving.redact:
        return leaving
    names: dict[str, str] = {}

    def clean(text: str) -> str:
        return redacted(text, language=leaving.language, known=leaving.known) if text else ""

    def cleaned_name(name: str) -> str:
        if name not in names:
            names[name] = clean(name)
        return names[name]

    try:
        said = [
            replace(one, author=cleaned_name(one.author), text=clean(one.text), files=tuple(map(clean, one.files)))
            for one in leaving.said
        ]  # fmt: skip
        customer, subject = clean(leaving.customer), clean(leaving.subject)
    except UnavailableError:
        return Refusal(Reason.REDACTION_UNAVAILABLE)
    return replace(leaving, said=said, customer=customer, subject=subject)


def as_text(leaving: Leaving) -> str:
    """A line for each message."""
    return "\n".join([*map(line, leaving.said), ""])


def spoken(one: Said) -> str:
    """The words as they are read where nobody reads light marks; a customer's as they are."""
    return one.text if one.role == Role.CUSTOMER else light(one.text, Marks.NONE)


def line(one: Said) -> str:
    """When, who, what, and the names of what went with it."""
    words = " ".join([*([spoken(one)] if one.text else []), *(f"[{name}]" for name in one.files)])
    return f"{one.at:%Y-%m-%d %H:%M} UTC  {one.author}: {words}"


async def _leaving(tx: Transaction, key: tuple[str, str], found: Conversation | None) -> Leaving:
    wanted = await insight.wanted(tx, key[0])
    return Leaving(
        said=() if found and found.erased_at else await _said(tx, key),
        redact=wanted.insight.redact,
        language=found.language if found else "",
        known=await _known(tx, found) if found and wanted.insight.redact else (),
        customer=found.customer_name if found else "",
        subject=found.subject if found else "",
    )


async def _known(tx: Transaction, found: Conversation) -> tuple[str, ...]:
    """Names and addresses of the customer, under whichever of the merged contacts they are kept."""
    known = {found.customer_name}
    for row in await tx.rows("contacts.group", found.organization_id, found.contact_id):
        known |= {row["name"], row["email"] or "", "".join((row["phone"] or "").split())}
    return tuple(sorted(one for one in known if one))


def _names(row: Any) -> tuple[str, ...]:
    """What went with it, and what came with it and was not to be had: nobody is to think that nothing was there."""
    files = attached(row["attachments"], public=True)
    return tuple(one.name for one in (*files, *(media(row["media"]) or ())))


async def _said(tx: Transaction, key: tuple[str, str]) -> list[Said]:
    found: list[Said] = []
    while True:
        last = found[-1].seq if found else 0
        rows: list[Any] = await tx.rows("messages.public_after", *key, last, PAGE)
        found.extend(
            Said(
                seq=row["public_seq"],
                at=row["at"],
                author=row["author_name"],
                role=row["author_role"],
                text=row["text"],
                files=_names(row),
            )
            for row in rows
        )
        if len(rows) < PAGE:
            return found
