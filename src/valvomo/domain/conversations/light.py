"""Light marks in what the house writes: **bold**, *italic*, `code`, links and lists, and what a channel makes of them.

The words are kept as they were written. Screens read the marks by themselves (`web/src/words/light.ts`), and build
elements of them, never markup; here is what goes out where nobody reads them, or where others mean the same. One table
keeps both readings alike (`tests/samples/light_words.json`). What comes out is never longer than what was written, so
that what fitted still fits.
"""

from __future__ import annotations

import re
from enum import Enum

DEEPEST = 3
"""Marks within marks; what is deeper is read as it stands."""
LONGEST = 300
"""Characters between two marks."""

_NO_URL = r"\x00-\x20\x7f-\xa0\u2028\u2029<>\"`"
"""Spaces of all kinds, controls, and what ends an address in words."""


def _between(mark: str) -> str:
    """What stands between two of these marks: it neither begins nor ends with a space or the mark."""
    end = rf"[^ \t\n{mark}]"
    return rf"{end}(?:[^\n]{{0,{LONGEST}}}?{end})?"


_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    rf"|\[(?P<name>[^\[\]\n]{{1,300}})\]\((?P<there>https?://[^(){_NO_URL}]{{1,2000}})\)"
    rf"|(?P<bare>https?://[^{_NO_URL}]+)"
    rf"|\*\*(?P<bold>[^ \t\n*](?:[^\n]{{0,{LONGEST}}}?[^ \t\n])?)\*\*(?![\w*])"
    rf"|\*(?P<star>{_between('*')})\*(?![\w*])"
    rf"|_(?P<line>{_between('_')})_(?!\w)"
)
_FENCE = re.compile(r"```[^`]{0,20}")
_TRAILING = ".,;:!?'\")]*_"


class Marks(Enum):
    """What a channel takes: marks as they were written, none, or those of WhatsApp."""

    AS_WRITTEN = "as_written"
    NONE = "none"
    WHATSAPP = "whatsapp"


_SIGNS = {Marks.NONE: ("", "", ""), Marks.WHATSAPP: ("*", "_", "`")}


def light(text: str, marks: Marks) -> str:
    """The words as they go out where these marks are read."""
    if marks is Marks.AS_WRITTEN:
        return text
    lines = text.split("\n")
    found: list[str] = []
    at = 0
    while at < len(lines):
        end = _fenced(lines, at)
        if end is None:
            found.append(_inline(lines[at], marks, 0))
            at += 1
            continue
        inside = lines[at + 1 : end]
        found.extend(["```", *inside, "```"] if marks is Marks.WHATSAPP else inside)
        at = end + 1
    sent = "\n".join(found)
    # A frame around nothing is all that there is: it stays, because nothing can be sent of nothing.
    return sent if sent.strip() else text


def _fenced(lines: list[str], at: int) -> int | None:
    """Where the code that this line begins ends, if it does begin and end."""
    if not _FENCE.fullmatch(lines[at]):
        return None
    return next((one for one in range(at + 1, len(lines)) if lines[one] == "```"), None)


def _inline(text: str, marks: Marks, depth: int) -> str:
    bold, italic, code = _SIGNS[marks]
    found: list[str] = []
    at = done = 0
    while token := _TOKEN.search(text, at):
        start, end = token.span()
        marked = token["bold"] or token["star"] or token["line"]
        if marked:
            before = text[start - 1 : start]
            if depth == DEEPEST or before.isalnum() or before in ("_", text[start]):
                at = start + 1
                continue
            sign = bold if token["bold"] else italic
            shown = sign + _inline(marked, marks, depth + 1) + sign
        elif token["bare"]:
            shown = token["bare"].rstrip(_TRAILING)
            end = start + len(shown)
        elif token["code"]:
            shown = code + token["code"] + code
        else:
            name, there = token["name"], token["there"]
            shown = there if name == there else f"{name} ({there})"
        found += [text[done:start], shown]
        at = done = end
    return "".join([*found, text[done:]])
