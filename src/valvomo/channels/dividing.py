"""Dividing: one message of ours that is several at a provider, in an order that is the same at each attempt."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from valvomo.channels.media import Enclosed
from valvomo.channels.port import Letter

_JOINER = "\u200d"


def divided(
    letter: Letter, groups: Sequence[tuple[Enclosed, ...]], *, caption: Callable[[Enclosed], int]
) -> tuple[Letter, ...]:
    """A letter for each group of its files, before them one for its words, unless the first file has room for those.

    `caption`: how many characters go along with a file.
    """
    if not letter.media:
        return (letter,)
    along = bool(letter.text) and len(letter.text) <= caption(groups[0][0])
    pieces: list[Letter] = []
    if letter.text and not along:
        pieces.append(replace(letter, media=()))
    for number, group in enumerate(groups):
        pieces.append(replace(letter, media=group, text=letter.text if along and not number else ""))
    return tuple(
        replace(piece, id=f"{letter.id}:{number}" if number else letter.id)
        for number, piece in enumerate(pieces)
    )


def in_parts(letters: Sequence[Letter], limit: int) -> tuple[Letter, ...]:
    """The same, words that are more than a provider takes at a time in several, each a letter of its own.

    A template is as long as its provider has approved. What stands with a file fits there already.
    """
    found = [
        replace(letter, text=part)
        for letter in letters
        for part in (
            [letter.text] if letter.template or letter.media else parts_of(letter.text, limit) or [""]
        )
    ]
    one = letters[0].id.partition(":")[0]
    return tuple(
        replace(piece, id=f"{one}:{number}" if number else one) for number, piece in enumerate(found)
    )


def parts_of(text: str, limit: int) -> list[str]:
    """Words in parts of so many UTF-16 units at most, by which the strictest providers count.

    Parted where a line or a word ends, and within a word only where it is longer than a part; never within what is
    drawn as one sign. Joined with the white space at which they were parted they are the text.
    """
    found: list[str] = []
    while _units(text) > limit:
        most = _fitting(text, limit)
        end = _word_end(text, most)
        found.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*found, text] if text else found


def _units(text: str) -> int:
    return len(text) + sum(one > "\uffff" for one in text)


def _fitting(text: str, limit: int) -> int:
    """How many characters fit, and leave no sign in halves; at least one."""
    units, most = 0, 0
    for one in text:
        units += 1 + (one > "\uffff")
        if units > limit:
            break
        most += 1
    whole = most
    while whole > 1 and (_clings(text[whole]) or text[whole - 1] == _JOINER):
        whole -= 1
    return whole if whole > 1 else max(1, most)


def _word_end(text: str, most: int) -> int:
    """Where to part within so many characters: after a line in the second half, else after a word, else right there."""
    line = text.rfind("\n", most // 2, most + 1)
    if line > 0:
        return line
    if text[most].isspace():
        return most
    word = max(text.rfind(one, 1, most) for one in " \n\t")
    return word if word > 0 else most


def _clings(one: str) -> bool:
    """Whether a sign belongs to the one before it."""
    return (
        one == _JOINER
        or bool(unicodedata.combining(one))
        or unicodedata.category(one) in {"Mn", "Me"}
        or "\U0001f3fb" <= one <= "\U0001f3ff"
    )


def each_alone(files: Sequence[Enclosed]) -> list[tuple[Enclosed, ...]]:
    """For providers that take one file at a time."""
    return [(one,) for one in files]


def together(
    files: Sequence[Enclosed], sort: Callable[[Enclosed], str], most: int
) -> list[tuple[Enclosed, ...]]:
    """Files of one sort that follow each other go together, so many at most; those of the sort `""` go alone."""
    groups: list[tuple[Enclosed, ...]] = []
    for kind, following in groupby(files, key=sort):
        same = tuple(following)
        step = most if kind else 1
        groups += [same[start : start + step] for start in range(0, len(same), step)]
    return groups
