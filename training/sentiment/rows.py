"""The utterances, and what each of them is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

UTTERANCES = Path(__file__).parent / "utterances"
LANGUAGES = ("en", "fi", "sv", "de", "fr", "es")
LABELS = ("negative", "neutral", "positive")
OWN = ("native", "sincere")
"""Folders whose rows are said in one language only; those of the others in all six."""
TAUGHT = ("first", "further", "weak")
"""Folders whose rows are trained on only: what was written first, and what was for what was read badly."""
_HEADING = re.compile(r"\[(\w+) (\w+)\]")


@dataclass(frozen=True, slots=True)
class Row:
    """One utterance. `place` is its number in its category: what has the same in another language may mean the same.

    `own` is true of what is written in one language only.
    """

    language: str
    label: str
    kind: str
    place: int
    text: str
    own: bool = False
    taught: bool = False

    @property
    def use(self) -> str:
        """`train`, `temperature` (one in ten) or `develop` (one in five).

        By place, in all languages alike: a translation of what is trained on would be no test. What is `taught` is
        trained on only: the first, because everything else was written with it in mind.
        """
        if self.taught:
            return "train"
        return {2: "develop", 7: "develop", 4: "temperature"}.get(self.place % 10, "train")


def rows() -> list[Row]:
    """All of them."""
    return [
        row
        for language in LANGUAGES
        for file in _files(language)
        for row in _of(language, file.read_text("utf-8"), file.parent.name)
    ]


def _files(language: str) -> list[Path]:
    return sorted(UTTERANCES.rglob(f"{language}.txt"))


def _of(language: str, text: str, folder: str) -> list[Row]:
    found: list[Row] = []
    label = kind = ""
    place = 0
    for line in filter(None, map(str.strip, text.splitlines())):
        if heading := _HEADING.fullmatch(line):
            label, kind, place = heading[1], heading[2], 0
            continue
        if label not in LABELS:
            raise ValueError(f"{language}: {line!r} stands under no heading")
        found.append(Row(language, label, kind, place, line, folder in OWN, folder in TAUGHT))
        place += 1
    return found
