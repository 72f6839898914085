"""Reading: a mail as it was transmitted, taken apart into what a conversation needs. Pure, and never trusting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import Any

from valvomo.channels.email.decoding import addresses, header, message_ids, raw_headers, text_of, words
from valvomo.channels.email.html import text_of_html
from valvomo.channels.port import cleaned

MOST_PARTS = 500
MOST_INNER = 5_000
"""Messages and parts in a mail, those of a report on many recipients among them."""
MOST_HEADERS = 2_000
MOST_LOOKS = 20_000_000
"""Lines of a mail times the boundaries that are named in it: so often its parser may have to look at a line."""
MOST_WORDS = 100_000
"""Characters of a mail's text; nobody has written more by hand."""
MOST_SUBJECT, MOST_NAME, MOST_FILE_NAME = 300, 200, 200
MOST_REFERENCES = 30
PREFIX = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|antw|odp|ref|tr|fwd?|vl|vb|wg|rv|r|i)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE
)
"""What programs put before a subject that they answer to or forward."""
_BOUNDARY = re.compile(rb"boundary\s*[*=]", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")


class BrokenMailError(Exception):
    """It cannot be taken apart at all; `str` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A part that is a file: its name and type are what the sender says, its bytes what came.

    `content_id` is by what the HTML names it, if it does (RFC 2392).
    """

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail taken apart. `refers` are the ids that it answers to, the nearest first. Addresses are in lower case.

    `text` is its words, `html` what they looked like if it says so. `message` is what it was taken from.
    """

    message_id: str
    refers: tuple[str, ...]
    senders: tuple[tuple[str, str], ...]
    answers_to: tuple[tuple[str, str], ...]
    copied: tuple[str, ...]
    to: tuple[str, ...]
    subject: str
    date: datetime | None
    language: str
    text: str
    html: str
    files: tuple[File, ...]
    message: Message


def read(raw: bytes) -> Mail:
    """Raises `BrokenMailError`."""
    try:
        return _read(_parsed(raw))
    except BrokenMailError:
        raise
    except Exception as error:
        # Whatever somebody has sent in, it is no reason to stop reading the mails behind it.
        raise BrokenMailError(f"{type(error).__name__}: {error}"[:300]) from error


def _parsed(raw: bytes) -> Message:
    """Refused before it is parsed, or while it is, where that would take long."""
    if raw.count(b"\n") * len(_BOUNDARY.findall(raw)) > MOST_LOOKS:
        raise BrokenMailError("its parts are nested too deeply")
    made = 0

    def part(policy: Any = policy.compat32) -> Message:
        nonlocal made
        made += 1
        if made > MOST_INNER:
            raise BrokenMailError("it has too many parts")
        return Message(policy)

    message = BytesParser(part, policy=policy.compat32).parsebytes(raw)
    if len(message) > MOST_HEADERS:
        raise BrokenMailError("it has too many headers")
    return message


def _read(message: Message) -> Mail:
    plain: list[tuple[str, bool]] = []
    html: list[tuple[str, bool]] = []
    files: list[File] = []
    for part, alternative in _leaves(message):
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and not _is_file(part):
            (plain if kind == "text/plain" else html).append((_words(part), alternative))
        elif (one := _file(part)) is not None:
            files.append(one)
    return Mail(
        message_id=next(iter(message_ids(header(message, "message-id"))), ""),
        refers=_refers(message),
        senders=tuple(addresses(message, "from")),
        answers_to=tuple(addresses(message, "reply-to")),
        copied=tuple(address for _, address in addresses(message, "cc")),
        to=tuple(
            address for name in ("to", "delivered-to", "x-original-to") for _, address in addresses(message, name)
        ),
        subject=header(message, "subject")[:MOST_SUBJECT],
        date=_date(header(message, "date")),
        language=_language(header(message, "content-language")),
        text=_text(plain, html),
        html="\n".join(one for one, _ in html),
        files=tuple(files),
        message=message,
    )  # fmt: skip


def _leaves(message: Message) -> Iterator[tuple[Message, bool]]:
    """Parts that have no parts, in their order; whether each is one form among several of the same words."""
    waiting = [(message, False)]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part, alternative = waiting.pop()
        inner = part.get_payload()
        kind = part.get_content_type()
        if isinstance(inner, list) and kind.startswith("multipart/"):
            among = alternative or kind == "multipart/alternative"
            waiting += [(one, among) for one in reversed(inner) if isinstance(one, Message)]
        else:
            yield part, alternative
    raise BrokenMailError("it has too many parts")


def _text(plain: list[tuple[str, bool]], html: list[tuple[str, bool]]) -> str:
    """Its words as its writer put them: the plain form of what has several, and what stands alone in either."""
    chosen = [one for one, _ in plain if one.strip()]
    has_form = any(among and one.strip() for one, among in plain)
    chosen += [text_of_html(one) for one, among in html if not (among and has_form)]
    if not any(one.strip() for one in chosen):
        chosen = [text_of_html(one) for one, _ in html]
    return "\n\n".join(one.strip("\n") for one in chosen if one.strip())[:MOST_WORDS]


def _words(part: Message) -> str:
    text = text_of(_bytes(part), str(part.get_content_charset("") or ""))
    if str(part.get_param("format", "")).lower() == "flowed":
        return flowing(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text.replace("\r\n", "\n")


def flowing(text: str, *, delete_space: bool = False) -> str:
    """Lines that a program has broken softly, whole again (RFC 3676 §4)."""
    made: list[list[str]] = []
    open_depth: int | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if open_depth == depth and bare != "-- ":
            made[-1].append(bare)
        else:
            made.append([f"{'>' * depth} {bare}" if depth else bare])
        soft = made[-1][-1].endswith(" ") and bare != "-- "
        if soft and delete_space:
            made[-1][-1] = made[-1][-1][:-1]
        open_depth = depth if soft else None
    return "\n".join(map("".join, made))


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file(part: Message) -> File | None:
    kind = part.get_content_type()
    inner = part.get_payload()
    if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
        content, named = (
            inner[0].as_bytes(policy=policy.compat32),
            f"{header(inner[0], 'subject')[:80] or 'mail'}.eml",
        )
    else:
        content, named = _bytes(part), ""
    if not content:
        return None
    return File(
        name=(_file_name(part) or named)[:MOST_FILE_NAME],
        media_type=cleaned(kind)[:100],
        content=content,
        content_id=header(part, "content-id").strip("<> "),
    )


def _file_name(part: Message) -> str:
    found = str(part.get_filename("") or "")
    return " ".join(words(found).replace("/", "_").replace("\\", "_").split())


def _refers(message: Message) -> tuple[str, ...]:
    """In-Reply-To, then References from the end: the nearest first (RFC 5322 §3.6.4)."""
    by_name = {"in-reply-to": "", "references": ""}
    for name, value in raw_headers(message):
        if name in by_name:
            by_name[name] = f"{by_name[name]} {value}"
    found = message_ids(by_name["in-reply-to"]) + list(reversed(message_ids(by_name["references"])))
    return tuple(dict.fromkeys(found))[:MOST_REFERENCES]


def _date(text: str) -> datetime | None:
    try:
        said = parsedate_to_datetime(text)
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _language(text: str) -> str:
    first = text.partition(",")[0].strip()
    return first.partition("-")[0].lower() if _LANGUAGE.fullmatch(first) else ""
