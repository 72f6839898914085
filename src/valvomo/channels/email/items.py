"""Items: what a mail in the mailbox is to the house."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from valvomo.channels.email.automatic import automatic
from valvomo.channels.email.bounces import bounce_of
from valvomo.channels.email.decoding import ADDRESS, text_of
from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.email.quoting import split
from valvomo.channels.email.reading import PREFIX, BrokenMailError, Mail, read
from valvomo.channels.email.shown import shown
from valvomo.channels.email.threads import named, token_of
from valvomo.channels.email.vouching import vouched
from valvomo.channels.media import Html, Medium
from valvomo.channels.port import Identity, Inbound, Item, Report
from valvomo.channels.threading import Threading
from valvomo.domain.attachments.limits import MOST_IN_A_MESSAGE

NOBODY = "unknown"
"""Who has sent what names no sender."""
MOST_RAW = 5_000
MOST_QUOTE = 4_000
MOST_CONTEXT = 500
MOST_NAME = 200
WORDLESS = "[–]"
"""What stands for a mail without a word, a subject and a file."""
_FROM = re.compile(rb"^from:([^\r\n]{1,500})", re.IGNORECASE | re.MULTILINE)


def item_of(settings: EmailSettings, raw: bytes, lying: Lying, problem: str = "") -> Item:
    """A message, or what has become of one of ours. With a `problem`, `raw` is only the beginning of it."""
    try:
        return _read(settings, raw, lying, problem)
    except BrokenMailError as error:
        return broken(raw, lying, str(error))


def _read(settings: EmailSettings, raw: bytes, lying: Lying, problem: str) -> Item:
    mail = read(raw)
    try:
        return _item(settings, mail, (raw, _sent_at(lying)), problem)
    except Exception as error:
        # What can be parsed may still be too much for whatever looks into it next.
        raise BrokenMailError(f"{type(error).__name__}: {error}"[:300]) from error


def _sent_at(lying: Lying) -> datetime:
    """Servers tell seconds; within one, mails are numbered as they came."""
    return lying.since + timedelta(microseconds=lying.uid % 1_000_000)


def _item(settings: EmailSettings, mail: Mail, came: tuple[bytes, datetime], problem: str) -> Item:
    raw, sent_at = came
    key = _key(mail, raw)
    bounce = bounce_of(mail, settings.own)
    if bounce is not None:
        return Report(
            key=f"report:{key}", provider_id=bounce.message_id, state=bounce.state, problem=bounce.problem,
            detail=bounce.detail, at=sent_at,
        )  # fmt: skip
    why = automatic(mail, settings.own, lists=settings.lists)
    return _inbound(settings, mail, (f"mail:{key}", sent_at, why or ""), problem)


def _inbound(settings: EmailSettings, mail: Mail, known: tuple[str, datetime, str], problem: str) -> Inbound:
    key, sent_at, why = known
    name, address = _answered_at(settings, mail)
    own_identity = vouched(mail, settings.vouching_server, settings.vouching_header)
    one = token_of(mail.message_id or key)
    return Inbound(
        key=key,
        address=address or NOBODY,
        text=_text(mail),
        sent_at=sent_at,
        name=name[:MOST_NAME],
        identity=Identity("email", address) if address and own_identity == address else None,
        subject=PREFIX.sub("", mail.subject),
        language=mail.language,
        context={"cc": ", ".join(mail.copied)[:MOST_CONTEXT]} if mail.copied else {},
        media=() if why else _media(mail),
        html=None if why else _html(mail),
        threading=Threading(
            own=one, refers=tuple(map(token_of, mail.refers)), named=named(mail.refers, mail.to, settings.own)
        ),
        cursor=_cursor(settings, mail, sent_at),
        automatic=why,
        problem=problem or ("" if address else "the mail names no sender who could be answered"),
    )  # fmt: skip


def _answered_at(settings: EmailSettings, mail: Mail) -> tuple[str, str]:
    """The name and address of who is answered: where they want it, if that is not us."""
    for name, address in (*mail.answers_to[:1], *mail.senders[:1]):
        if address not in settings.own:
            return name or next((one for one, other in mail.senders if other == address), ""), address
    return mail.senders[0] if mail.senders else ("", "")


def _text(mail: Mail) -> str:
    parts = split(mail.text, mail.subject)
    text = parts.joined().strip()
    return text or ("" if mail.files else mail.subject or WORDLESS)


def _media(mail: Mail) -> tuple[Medium, ...]:
    return tuple(
        Medium(name=one.name, media_type=one.media_type, size=len(one.content), content=one.content)
        for one in mail.files[:MOST_IN_A_MESSAGE]
    )


def _html(mail: Mail) -> Html | None:
    named = {
        one.content_id: place for place, one in enumerate(mail.files[:MOST_IN_A_MESSAGE]) if one.content_id
    }
    return shown(mail.html, named)


def _cursor(settings: EmailSettings, mail: Mail, at: datetime) -> dict[str, object]:
    """What the next letter of the thread needs: to what it answers."""
    known: dict[str, object] = {
        "message_id": mail.message_id,
        "references": list(reversed(mail.refers))[-20:],
        "subject": mail.subject,
    }
    if settings.quote:
        known |= {"quote": split(mail.text, mail.subject).said[:MOST_QUOTE], "at": at.isoformat()}
    return known


def _key(mail: Mail, raw: bytes) -> str:
    """By what a mail is the same again: also in another folder, and if it came to two addresses of ours.

    Another one with the same Message-ID is another one: ids are the sender's to choose.
    """
    digest = hashlib.sha256()
    if not mail.message_id:
        return hashlib.sha256(raw).hexdigest()[:40]
    said = (mail.message_id, repr(mail.senders), str(mail.date), mail.subject, mail.text, mail.html)
    digest.update("\x1f".join(said).encode("utf-8", "replace"))
    for one in mail.files:
        digest.update(hashlib.sha256(one.content).digest())
    return digest.hexdigest()[:40]


def broken(raw: bytes, lying: Lying, why: str) -> Inbound:
    """What cannot be read is kept with its first words, for a person to look at."""
    found = _FROM.search(raw[:MOST_RAW])
    named_in = ADDRESS.search(text_of(found[1])) if found else None
    key = hashlib.sha256(raw).hexdigest()[:40]
    return Inbound(
        key=f"mail:{key}",
        address=named_in[0].lower() if named_in else NOBODY,
        text=text_of(raw[:MOST_RAW]).strip() or WORDLESS,
        sent_at=_sent_at(lying),
        threading=Threading(own=token_of(key)),
        problem=f"the mail cannot be read: {why}"[:500],
    )
