"""Quoting: what somebody has written, told from what they answer to and from their signature.

Nothing is lost: what is quoted stands at the end, each line behind a `>`, and a signature before it behind `-- `, as
mail has always marked them (RFC 3676 §4.3 and §4.5). Whoever shows the words can fold what is behind the first such
mark (`domain/conversations/quoted.py`), whatever program the customer writes with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_ATTRIBUTION = 4
"""Lines over which "On …, somebody wrote:" may be broken."""
MOST_SIGNATURE = 25
LONGEST_LINE = 1000

_WROTE = re.compile(
    r"\b(?:wrote|kirjoitti|skrev|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|napisał(?:\(a\))?|написала?|"
    r"kirjutas)\b.{0,120}:\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:original message|original appointment|alkuperäinen viesti|ursprungligt meddelande|"
    r"ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht)\s*-{2,}\s*",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:from|lähettäjä|från|von|de|da|van|fra)\s?:\*?\s+\S", re.IGNORECASE)
_SENT = re.compile(
    r"\*?(?:sent|date|lähetetty|päivämäärä|skickat|datum|gesendet|envoyé|enviado|inviato|verzonden|to|vastaanottaja|till|"
    r"an|à|para|subject|aihe|ämne|betreff|objet|asunto)\s?:\*?\s+\S",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*_{10,}\s*")
_FORWARDED = re.compile(r"\s*(?:fwd?|vl|vb|wg|tr|rv|i)\s*:", re.IGNORECASE)
_QUOTED = re.compile(r"\s*>")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a mail says, each without the other: words, signature, what it answers to."""

    said: str
    signature: str = ""
    quoted: str = ""

    def joined(self) -> str:
        """All of it as one text, its marks where everybody looks for them."""
        parts = [self.said]
        if self.signature:
            parts.append(f"-- \n{self.signature}")
        if self.quoted:
            parts.append("\n".join(f"> {line}".rstrip() for line in self.quoted.split("\n")))
        return "\n\n".join(parts)


def split(text: str, subject: str = "") -> Parts:
    """Take a text apart. One that would have no words of its own is left whole, as what was forwarded is."""
    lines = [line.rstrip("\r") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    tail = _tail(lines)
    until = _quote_start(lines, tail, forwarded=bool(_FORWARDED.match(subject)))
    signed = _signature_start(lines[:until])
    said = _trimmed(lines[: signed if signed is not None else until])
    if not said or _tail(lines[:until]).all_from(0):
        return Parts(said=_trimmed(lines))
    signature = _trimmed(lines[signed + 1 : until]) if signed is not None else ""
    return Parts(said=said, signature=signature, quoted=_trimmed(_unmarked(lines[until:])))


def _quote_start(lines: list[str], tail: _Tail, *, forwarded: bool) -> int:
    """The first line of what is answered to; the number of lines where nothing is."""
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            continue
        if not forwarded and _ORIGINAL.fullmatch(line):
            return number
        if not forwarded and _heads(lines, number):
            return number - 1 if number and _RULE.fullmatch(lines[number - 1]) else number
        if (end := _attribution_end(lines, number)) is not None and tail.all_from(end):
            return number
    return tail.begins


def _heads(lines: list[str], number: int) -> bool:
    """Whether the headers of the older mail begin here, as Outlook copies them."""
    if not _FROM.match(lines[number].lstrip()):
        return False
    following = [line.strip() for line in lines[number + 1 : number + 6] if line.strip()]
    return sum(bool(_SENT.match(line)) for line in following) >= 2  # noqa: PLR2004 - a date and an address


def _attribution_end(lines: list[str], number: int) -> int | None:
    """The line after "On …, somebody wrote:" if that begins here."""
    if not lines[number].strip() or _QUOTED.match(lines[number]):
        return None
    for end in range(number, min(number + MOST_ATTRIBUTION, len(lines))):
        line = lines[end].rstrip()
        if not line or _QUOTED.match(line):
            return None
        if line.endswith(":") and _WROTE.search(line[-200:]):
            return end + 1
    return None


@dataclass(frozen=True, slots=True)
class _Tail:
    """The quotation at the end: its first line and its last one. Where there is none, it begins behind all lines."""

    begins: int
    last: int
    said: int
    """The last line that is neither quoted nor empty; -1 for none."""

    def all_from(self, start: int) -> bool:
        """Whether there is a quotation from here on, and nothing else."""
        return self.said < start <= self.last


def _tail(lines: list[str]) -> _Tail:
    """Looked for once for all lines, whatever each of them would ask."""
    begins, last = len(lines), -1
    for number in range(len(lines) - 1, -1, -1):
        if _QUOTED.match(lines[number]):
            begins, last = number, max(last, number)
        elif lines[number].strip():
            return _Tail(begins, last, number)
    return _Tail(begins, last, -1)


def _signature_start(lines: list[str]) -> int | None:
    for number in range(len(lines) - 1, max(-1, len(lines) - 2 - MOST_SIGNATURE), -1):
        if lines[number] in {"-- ", "--"}:
            return number
    return None


def _unmarked(lines: list[str]) -> list[str]:
    """Without the mark of the whole, which is put before each line again; older ones stay inside it."""
    if not lines:
        return []
    marked = [line for line in lines if line.strip()]
    if not all(_QUOTED.match(line) for line in marked):
        return lines
    return [re.sub(r"^\s*> ?", "", line, count=1) for line in lines]


def _trimmed(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n")
