"""What is found in transcripts: the message with its conversation, and where in it the words stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from valvomo.protocol.lookups import Named
from valvomo.protocol.messages import Author

BEGIN, END = "\x02", "\x03"
"""What stands before and after words that were searched for; no text holds them when it is marked."""


SHOWN, BEFORE = 220, 60
"""Characters that are shown of a text, beginning so many before the first hit."""
_BRACKETS = {0x04: "<", 0x05: ">"}
"""What stands for brackets while a text is marked, so that they are taken for text."""


class Piece(msgspec.Struct, frozen=True):
    """Some of a text; `hit` when it was searched for."""

    text: str
    hit: bool


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that holds the words. `pieces` together are what is shown of its text, plain text each."""

    conversation: str
    message: str
    seq: int
    at: datetime
    author: Author
    visibility: str
    pieces: tuple[Piece, ...]
    customer: Named
    queue: Named | None
    channel: str
    state: str
    subject: str
    agent: Named | None
    closed_at: datetime | None


def pieces_of(marked: str) -> tuple[Piece, ...]:
    """A text in which hits stand between marks, in pieces: about `SHOWN` characters around the first hit."""
    found = tuple(_pieces(marked.translate(_BRACKETS)))
    first = next((place for place, one in enumerate(found) if one.hit), 0)
    before = Piece(_tail("".join(one.text for one in found[:first])), hit=False)
    kept: list[Piece] = [before] if before.text else []
    room = SHOWN
    for one in found[first:]:
        kept.append(one if len(one.text) <= room else Piece(_head(one.text, room), one.hit))
        room -= len(one.text)
        if room <= 0:
            break
    return tuple(kept)


def _head(text: str, room: int) -> str:
    """The beginning of it, up to the end of a word."""
    return f"{text[:room].rsplit(' ', 1)[0]}…"


def _tail(text: str) -> str:
    """The end of it, from the beginning of a word."""
    return text if len(text) <= BEFORE else f"…{text[-BEFORE:].partition(' ')[2]}"


def _pieces(marked: str) -> Iterator[Piece]:
    before, *hits = marked.split(BEGIN)
    if before:
        yield Piece(before, hit=False)
    for one in hits:
        word, _, after = one.partition(END)
        if word:
            yield Piece(word, hit=True)
        if after:
            yield Piece(after, hit=False)
