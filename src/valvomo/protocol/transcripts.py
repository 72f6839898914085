"""Transcripts that the house takes away: what is asked for, and what a file of them holds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from valvomo.protocol.exports import Purpose
from valvomo.protocol.requests import Request


class TakeTranscriptRequest(Request, frozen=True, kw_only=True):
    """As what file it is wanted, and what for."""

    purpose: Purpose
    format: Literal["text", "json", "html"] = "text"


class TranscriptMessage(Struct, frozen=True, kw_only=True):
    """A message that the customer could read; `attachments` are names of files."""

    seq: int
    at: datetime
    author: str
    role: str
    text: str
    attachments: tuple[str, ...]


class TranscriptDocument(Struct, frozen=True, kw_only=True):
    """A transcript with what it is of, who took it and what for.

    `erased_at`: what was said was removed then, by the rule of the house, and there are no messages. `redacted`:
    personal data that could be found is blacked out; `notice` says in the taker's language what that leaves in.
    """

    conversation: str
    customer: str
    subject: str
    queue: str
    channel: str
    language: str
    begun_at: datetime
    closed_at: datetime | None
    erased_at: datetime | None
    taken_at: datetime
    taken_by: str
    purpose: str
    redacted: bool
    notice: str
    messages: tuple[TranscriptMessage, ...]
