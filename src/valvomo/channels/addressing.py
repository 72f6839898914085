"""Addresses of customers as staff write them, in the one form in which they are kept."""

from __future__ import annotations

import re

from valvomo.channels.phones import e164
from valvomo.domain.conversations.model import Channel

LONGEST = 200
_MAILBOX = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_PHONES = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.VOICE})


def addressed(channel: Channel, written: str) -> str | None:
    """The address; None for what is none on this channel: E.164, e-mail in lower case, or any system's own."""
    text = written.strip()
    if channel in _PHONES:
        return e164(text) if text.startswith("+") else None
    if channel is Channel.EMAIL:
        lower = text.lower()
        return lower if len(lower) <= LONGEST and _MAILBOX.fullmatch(lower) else None
    return text if 0 < len(text) <= LONGEST and text.isprintable() else None


def known_as(channel: Channel, address: str) -> tuple[str, str] | None:
    """The kind of identity that an address on this channel is, and its value; None where it is none."""
    if channel in _PHONES:
        return "phone", address
    return ("email", address) if channel is Channel.EMAIL else None
