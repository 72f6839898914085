"""Dividing: one message of ours that is several at a provider, in an order that is the same at each attempt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from valvomo.channels.media import Enclosed
from valvomo.channels.port import Letter


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
