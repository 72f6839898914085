"""Decoding: bytes and headers of mail as text, whatever programs have made of them.

The standard library's own header objects raise for what half the world sends (and have more than one reading of it), so
messages are taken apart by its old, lenient policy, and what is in headers is read here. Nothing here raises.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses

from valvomo.channels.port import cleaned

WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
"""An encoded word (RFC 2047 §2)."""
BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@<>(),;:\"\[\]\\/]{1,255}")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
MOST_HEADER = 20_000
"""Characters of a header that are read."""
MOST_ADDRESSES = 100
_LIKELY = ("utf-8", "windows-1252")
"""What it most likely is where it does not say, or lies; the last one is never wrong, but for what it means."""

_NO_CHARSETS = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode", "utf-7"})
"""Codecs that are no charsets of mail, or in which one text has many spellings."""


def text_of(raw: bytes, charset: str = "") -> str:
    """Bytes as text: by the charset that they claim, if they are that; else by a likely one."""
    for name in (charset, *_LIKELY):
        if name and (text := _decoded(raw, name)) is not None:
            return cleaned(text)
    return cleaned(raw.decode("windows-1252", "replace"))


def _decoded(raw: bytes, charset: str) -> str | None:
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
        return None if name.replace("_", "-") in _NO_CHARSETS else raw.decode(name)
    except (LookupError, ValueError, RecursionError):
        return None


def header(message: Message, name: str) -> str:
    """A header's text on one line, its encoded words read; empty where there is none."""
    return next(headers(message, name), "")


def headers(message: Message, name: str) -> Iterator[str]:
    """All headers of a name, from the top, each on one line."""
    for one, value in raw_headers(message):
        if one == name.lower():
            yield " ".join(words(value).split())


def raw_headers(message: Message) -> Iterator[tuple[str, str]]:
    """Names in lower case, and values whose encoded words are not read yet."""
    for name, value in message.raw_items():
        raw = str(value)[:MOST_HEADER].encode(
            "ascii", "surrogateescape" if _escaped(str(value)) else "replace"
        )
        yield str(name).lower(), text_of(raw)


def _escaped(text: str) -> bool:
    """Whether nothing but bytes that are no ASCII has been put into it by the parser."""
    return all(one.isascii() or "\udc80" <= one <= "\udcff" for one in text[:MOST_HEADER])


def words(text: str) -> str:
    """The text with encoded words read. A character may be split over two of them that stand side by side."""
    joined = BETWEEN.sub(r"\1", text)
    said, place, pending, charset = [], 0, b"", ""
    for found in WORD.finditer(joined):
        gap, named = joined[place : found.start()], found[1].partition("*")[0].lower()
        if pending and (gap or named != charset):
            said.append(text_of(pending, charset))
            pending = b""
        said.append(gap)
        pending, charset, place = pending + _word(found[2], found[3]), named, found.end()
    said += [text_of(pending, charset) if pending else "", joined[place:]]
    return cleaned("".join(said))


def _word(encoding: str, encoded: str) -> bytes:
    raw = encoded.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b"_", b" "), header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return raw


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """The names and addresses in the headers of a name; what is no address is left out."""
    values = [value for one, value in raw_headers(message) if one == name.lower()]
    found = []
    for said, address in getaddresses(values)[:MOST_ADDRESSES]:
        if (one := plain_address(address)) is not None:
            found.append((" ".join(words(said).split()), one))
    return found


def plain_address(text: str) -> str | None:
    """An address as everybody compares it: in lower case; None for what is none, or has quotes or spaces in it."""
    stripped = cleaned(text.strip())
    return stripped.lower() if ADDRESS.fullmatch(stripped) else None


def message_ids(text: str) -> list[str]:
    """The ids in a header such as References, in its order."""
    return list(dict.fromkeys(MESSAGE_ID.findall(text)))
