"""Alphabets: texts in bytes and back (SMPP 3.4 §5.2.19, GSM 03.38, 3GPP TS 23.040)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Alphabet = Literal["gsm7", "latin1", "ascii"]

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38, §6.2.1: each character at its number."""
_EXTENDED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|",
             0x65: "€"}  # fmt: skip
"""§6.2.1.1: after an escape."""
ESCAPE = 0x1B
_WRITTEN = {character: bytes((number,)) for number, character in enumerate(_BASIC) if number != ESCAPE}
_WRITTEN |= {character: bytes((ESCAPE, number)) for number, character in _EXTENDED.items()}

DEFAULT, ASCII, LATIN_1, UCS_2 = 0x00, 0x01, 0x03, 0x08
BINARY = frozenset({0x02, 0x04, 0x09})
"""Codings that say that it is no text."""
_OTHERS = {ASCII: "ascii", LATIN_1: "latin-1", 0x05: "shift_jis", 0x06: "iso8859-5", 0x07: "iso8859-8",
           UCS_2: "utf-16-be", 0x0A: "iso2022_jp", 0x0D: "euc_jp", 0x0E: "euc_kr"}  # fmt: skip
_CLASSES, _GENERAL, _EIGHT_BITS, _GROUP, _STORED, _STORED_UCS_2 = 0xF0, 0x10, 0x04, 0xC0, 0xC0, 0xE0


@dataclass(frozen=True, slots=True)
class Written:
    """A text in bytes: `units` are what may not be divided, in order; of `septets` seven bits of each byte are sent."""

    coding: int
    units: tuple[bytes, ...]
    septets: bool = False

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.units)

    @property
    def single(self) -> int:
        """Bytes of a message that is one part."""
        return 160 if self.septets else 140

    @property
    def part(self) -> int:
        """Bytes of a part among several, beside a header of six bytes."""
        return 153 if self.septets else 134

    def parts(self) -> list[int]:
        """How many characters each part has, as the text is sent; none of them is divided."""
        if len(self.content) <= self.single:
            return [len(self.units)]
        counts, size = [0], 0
        for unit in self.units:
            if size + len(unit) > self.part:
                counts.append(0)
                size = 0
            counts[-1] += 1
            size += len(unit)
        return counts


def written(text: str, default: Alphabet, *, latin1: bool, coding: int | None = None) -> Written:
    """A text in the shortest alphabet that has all of its characters and that the message centre knows.

    With a `coding` it is written in that, which has been chosen for a text of which this is a part.
    """
    if coding in {None, DEFAULT} and (units := _in_default(text, default)) is not None:
        return Written(DEFAULT, units, septets=default == "gsm7")
    if latin1 and coding in {None, LATIN_1} and (units := _encoded(text, "latin-1")) is not None:
        return Written(LATIN_1, units)
    return Written(UCS_2, tuple(one.encode("utf-16-be", "replace") for one in text))


def read(content: bytes, coding: int, default: Alphabet) -> str | None:
    """The text; None for what is none. What its alphabet does not know is a replacement character."""
    coding = _plain(coding)
    if coding in BINARY:
        return None
    if coding == DEFAULT and default == "gsm7":
        return _gsm(content)
    if coding == DEFAULT:
        return content.decode("latin-1" if default == "latin1" else "ascii", "replace")
    return content.decode(_OTHERS.get(coding, "latin-1"), "replace")


def _plain(coding: int) -> int:
    """The codings of GSM 03.38 §4 that are numbered otherwise: with a message class, or in general."""
    if coding & _CLASSES == _CLASSES:
        return 0x04 if coding & _EIGHT_BITS else DEFAULT
    if coding >= _STORED:
        return UCS_2 if coding >= _STORED_UCS_2 else DEFAULT
    if coding >= _GENERAL and not coding & _GROUP:
        return (DEFAULT, 0x04, UCS_2, DEFAULT)[coding >> 2 & 3]
    return coding


def _in_default(text: str, default: Alphabet) -> tuple[bytes, ...] | None:
    if default != "gsm7":
        return _encoded(text, "latin-1" if default == "latin1" else "ascii")
    units = [_WRITTEN.get(one) for one in text]
    return None if None in units else tuple(one for one in units if one is not None)


def _encoded(text: str, name: str) -> tuple[bytes, ...] | None:
    try:
        return tuple(bytes((one,)) for one in text.encode(name))
    except UnicodeEncodeError:
        return None


def _gsm(content: bytes) -> str:
    said: list[str] = []
    escaped = False
    for number in content:
        if escaped:
            # Who does not know an extension shows the character that is there without it.
            said.append(_EXTENDED.get(number) or (_BASIC[number] if number < len(_BASIC) else "\ufffd"))
            escaped = False
        elif number == ESCAPE:
            escaped = True
        else:
            said.append(_BASIC[number] if number < len(_BASIC) else "\ufffd")
    return "".join(said)
