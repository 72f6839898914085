"""The forms in which a transcript leaves: text, JSON, or a page that stands by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Conversation
from valvomo.protocol.texts.catalogue import in_words, text
from valvomo.protocol.transcripts import TranscriptDocument, TranscriptMessage
from valvomo.queries.leaving import Leaving, Said, line, spoken


@dataclass(frozen=True, slots=True)
class Form:
    """What a file is called at its end, what it is, and how it is written (document, what was said, language)."""

    ending: str
    media_type: str
    written: Callable[[TranscriptDocument, Leaving, str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Who takes it, what for, when."""

    by: Actor
    purpose: str
    at: datetime


def document(conversation: Conversation, leaving: Leaving, taken: Taken) -> TranscriptDocument:
    """What was said, and about it; `leaving` is cleaned already."""
    return TranscriptDocument(
        conversation=conversation.id,
        customer=leaving.customer,
        subject=leaving.subject,
        queue=leaving.queue,
        channel=conversation.channel.value,
        language=conversation.language,
        begun_at=conversation.created_at,
        closed_at=conversation.closed_at,
        erased_at=conversation.erased_at,
        taken_at=taken.at,
        taken_by=taken.by.name,
        purpose=taken.purpose,
        redacted=leaving.redact,
        notice=text(taken.by.language, ("transcript", "redacted" if leaving.redact else "whole")),
        messages=tuple(
            TranscriptMessage(
                seq=one.seq, at=one.at, author=one.author, role=one.role, text=one.text, attachments=one.files
            )
            for one in leaving.said
        ),
    )


def _lines(of: TranscriptDocument, language: str) -> list[str]:
    """What is above the talk, line by line."""
    facts = in_words(language, msgspec.structs.asdict(of))
    keys = ["of", "where", *(["subject"] if of.subject else []), "closed" if of.closed_at else "ongoing"]
    said = [text(language, ("transcript", key), facts) for key in (*keys, "taken", "public")]
    return [*said, of.notice]


def _silence(of: TranscriptDocument, language: str) -> str:
    """What stands where nothing is said: nothing was, or it is gone."""
    key = "erased" if of.erased_at else "empty"
    return text(language, ("transcript", key), in_words(language, {"erased_at": of.erased_at}))


def _as_text(of: TranscriptDocument, leaving: Leaving, language: str) -> bytes:
    talk = [line(one) for one in leaving.said] or [_silence(of, language)]
    return "\n".join([*_lines(of, language), "", *talk, ""]).encode()


def _as_json(of: TranscriptDocument, leaving: Leaving, language: str) -> bytes:
    del leaving, language
    return msgspec.json.format(msgspec.json.encode(of), indent=2)


def _as_html(of: TranscriptDocument, leaving: Leaving, language: str) -> bytes:
    """Nothing of what was said is markup, and the page itself may load and run nothing."""
    title, *about = _lines(of, language)
    talk = "\n".join(_said(one) for one in leaving.said)
    if not leaving.said:
        talk = f"<p>{escape(_silence(of, language))}</p>"
    return _PAGE.format(
        language=escape(language), title=escape(title), talk=talk,
        about="\n".join(f"<p>{escape(one)}</p>" for one in about),
    ).encode()  # fmt: skip


def _said(one: Said) -> str:
    side = "customer" if one.role == "customer" else "house"
    files = "".join(f"<p class=file>{escape(name)}</p>" for name in one.files)
    return (
        f'<article class="{side}"><header><b>{escape(one.author)}</b> '
        f'<time datetime="{one.at.isoformat()}">{one.at:%Y-%m-%d %H:%M} UTC</time></header>'
        f"<p>{escape(spoken(one))}</p>{files}</article>"
    )


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
article {{ margin: .75rem 0; padding: .5rem .75rem; border-inline-start: 3px solid; overflow-wrap: anywhere }}
article p {{ margin: 0; white-space: pre-wrap }}
.house {{ margin-inline-start: 3rem }}
.file::before {{ content: "\\1F4CE  " }}
time, .about {{ font-size: .875rem; opacity: .75 }}
.about p {{ margin: .25rem 0 }}
</style>
</head>
<body>
<h1>{title}</h1>
<div class="about">
{about}
</div>
{talk}
</body>
</html>
"""

FORMS: Mapping[str, Form] = {
    "text": Form("txt", "text/plain", _as_text),
    "json": Form("json", "application/json", _as_json),
    "html": Form("html", "text/html", _as_html),
}
"""By what they are called in requests."""
