"""Writing: a letter of the house as a mail, the same at every attempt (RFC 5322, RFC 3834)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from valvomo.channels.email.automatic import LOOP_HEADER
from valvomo.channels.email.decoding import plain_address
from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.reading import PREFIX
from valvomo.channels.email.threads import answered_to, comes_back_to, own_id, recipient
from valvomo.channels.port import Letter, RejectedError
from valvomo.domain.conversations.delivery import DeliveryProblem

_PLAIN = SMTP.clone(cte_type="7bit")
"""Every server takes it, whatever it says of 8BITMIME."""
LINE_LENGTH = 76
MOST_SUBJECT = 250
FIRST_WORDS = 70
"""Characters of what is written first that are its subject where nobody has said another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail as it is transmitted; `sender` is where servers report what becomes of it."""

    message_id: str
    sender: str
    recipient: str
    content: bytes


def written(settings: EmailSettings, letter: Letter, files: Sequence[tuple[str, str, bytes]] = ()) -> Written:
    """`files`: name, type, bytes. Raises `RejectedError` for an address that is none."""
    address, token = recipient(letter.address)
    plain = plain_address(address)
    if plain is None:
        raise RejectedError(DeliveryProblem.INVALID_ADDRESS, address[:100])
    to = _ascii(plain)
    message_id = own_id(letter.id, token, settings.address)
    plus = settings.plus_addresses
    head = "".join(_headers(settings, letter, (message_id, to, token if plus else "")))
    return Written(
        message_id=message_id,
        sender=comes_back_to(letter.id, token, settings.address) if plus else settings.address,
        recipient=to,
        content=head.encode("ascii") + _body(settings, letter, files),
    )


def _headers(settings: EmailSettings, letter: Letter, known: tuple[str, str, str]) -> Iterator[str]:
    """Lines of headers, each folded; `known` are the mail's id, its recipient, and a token to be answered to."""
    message_id, to, token = known
    cursor = letter.cursor
    yield f"From: {_named(_from_name(settings, letter), settings.address)}\r\n"
    yield f"To: {to}\r\n"
    if token:
        yield f"Reply-To: {answered_to(settings.address, token)}\r\n"
    yield _folded("Subject", _subject(letter))
    yield f"Date: {format_datetime(letter.created_at)}\r\n"
    yield f"Message-ID: {message_id}\r\n"
    answered = str(cursor.get("message_id") or "")
    if answered and answered.isascii():
        yield f"In-Reply-To: {answered}\r\n"
        chain = [*(str(one) for one in cursor.get("references") or ()), answered]
        yield "References: " + "\r\n ".join(one for one in dict.fromkeys(chain) if one.isascii()) + "\r\n"
    if letter.automatic:
        yield "Auto-Submitted: auto-replied\r\n"
        yield "X-Auto-Response-Suppress: All\r\n"
    yield f"{LOOP_HEADER}: {settings.address}\r\n"
    if letter.language:
        yield f"Content-Language: {letter.language}\r\n"


def _from_name(settings: EmailSettings, letter: Letter) -> str:
    if not settings.agent_names or letter.automatic or not letter.author_name:
        return settings.name
    return f"{letter.author_name} ({settings.name})" if settings.name else letter.author_name


def _named(name: str, address: str) -> str:
    """A plain name is quoted, another one an encoded word: nothing of it can be taken for an address."""
    plain = _line(name)
    if not plain:
        return f"<{address}>"
    if _is_plain(plain):
        escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>' if len(plain) < LINE_LENGTH else f'"{escaped}"\r\n <{address}>'
    encoded = Header(plain, "utf-8", header_name="From", maxlinelen=LINE_LENGTH).encode(linesep="\r\n")
    return f"{encoded}\r\n <{address}>"


def _subject(letter: Letter) -> str:
    """Of the mail that is answered to, so that programs which look at nothing else put it there too."""
    answered = letter.cursor.get("message_id")
    subject = str(letter.cursor.get("subject") or letter.subject)
    bare = PREFIX.sub("", subject)[:MOST_SUBJECT]
    if answered:
        return f"Re: {bare}".strip()
    return bare or letter.text.strip().partition("\n")[0][:FIRST_WORDS]


def _folded(name: str, text: str) -> str:
    plain = _line(text)
    charset = "us-ascii" if _is_plain(plain) else "utf-8"
    folded = Header(plain, charset, header_name=name, maxlinelen=LINE_LENGTH).encode(linesep="\r\n")
    return f"{name}: {folded}\r\n"


def _line(text: str) -> str:
    """On one line, with nothing in it that could end it."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _body(settings: EmailSettings, letter: Letter, files: Sequence[tuple[str, str, bytes]]) -> bytes:
    message = EmailMessage(policy=_PLAIN)
    message.set_content(_text(settings, letter), charset="utf-8")
    for name, media_type, content in files:
        main, _, sub = media_type.partition("/")
        message.add_attachment(
            content, maintype=main or "application", subtype=sub or "octet-stream", filename=name
        )
    return message.as_bytes()


def _text(settings: EmailSettings, letter: Letter) -> str:
    parts = [letter.text.strip("\n")]
    if settings.signature.strip():
        parts.append(f"-- \n{settings.signature.strip()}")
    quote = str(letter.cursor.get("quote") or "")
    if settings.quote and quote:
        lines = "\n".join(f"> {line}".rstrip() for line in quote.split("\n"))
        parts.append(f"{_when(letter)}{recipient(letter.address)[0]}:\n{lines}")
    return "\n\n".join(parts) + "\n"


def _when(letter: Letter) -> str:
    said = letter.cursor.get("at")
    return f"{datetime.fromisoformat(str(said)):%Y-%m-%d %H:%M %Z}, " if said else ""


def _ascii(address: str) -> str:
    """With its domain as name servers know it. Raises `RejectedError` for a name before the @ that is no ASCII."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise RejectedError(DeliveryProblem.INVALID_ADDRESS, address[:100]) from error
