"""Transcripts that leave the house: what was public, redacted where the organization wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from valvomo.db import conversations, insight
from valvomo.db.transaction import Transaction
from valvomo.domain.refusals import Reason, Refusal
from valvomo.insight.port import UnavailableError
from valvomo.insight.redaction import redacted
from valvomo.protocol.customer import PublicMessageItem
from valvomo.queries import customers
from valvomo.queries.customers import Guest

MOST_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What was said, and whether personal data is to be blacked out in it; `known` is whom it is about."""

    messages: Sequence[PublicMessageItem]
    redact: bool
    language: str
    known: tuple[str, ...]


async def transcript(tx: Transaction, guest: Guest) -> Leaving:
    """The public side of a conversation, for its customer."""
    found = await conversations.get(tx, guest.organization_id, guest.conversation_id)
    wanted = await insight.wanted(tx, guest.organization_id)
    return Leaving(
        messages=await customers.messages(tx, guest, after=0, limit=MOST_LINES),
        redact=wanted.insight.redact,
        language=found.language if found else "",
        known=(found.customer_name,) if found else (),
    )


def as_text(leaving: Leaving) -> str | Refusal:
    """A line for each message. It takes a millisecond each to redact: not for the loop."""
    lines = [f"{one.at:%Y-%m-%d %H:%M} UTC  {one.author.name}: {_said(one)}" for one in leaving.messages]
    try:
        said = [_line(one, leaving) for one in lines] if leaving.redact else lines
    except UnavailableError:
        return Refusal(Reason.REDACTION_UNAVAILABLE)
    return "\n".join([*said, ""])


def _said(one: PublicMessageItem) -> str:
    """The words, and the names of what went with them."""
    return " ".join([*([one.text] if one.text else []), *(f"[{each.name}]" for each in one.attachments)])


def _line(line: str, leaving: Leaving) -> str:
    when, _, said = line.partition("  ")
    return f"{when}  {redacted(said, language=leaving.language, known=leaving.known)}"
