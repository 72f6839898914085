"""What people write about: matters in three languages, each a talk with moods that rise and fall.

The texts are data, ``demo/matters/<language>.json``; the same matters in each language. A line is ``[tone, text]``
with a tone from -3 (very negative) to 3 (very positive).
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

FOLDER = Path(__file__).parent.parent / "matters"
LANGUAGES = ("en", "fi", "sv")

Tone = Annotated[int, Meta(ge=-3, le=3)]
Text = Annotated[str, Meta(min_length=1, max_length=300)]
Line = tuple[Tone, Text]
Lines = Annotated[tuple[Line, ...], Meta(min_length=1)]
Texts = Annotated[tuple[Text, ...], Meta(min_length=1)]


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read strictly: a misspelt key in a data file is an error, not a silence."""


class Turn(_Data, frozen=True, kw_only=True):
    """The agent says something, the customer answers with one of the lines."""

    agent: Text
    customer: Lines


class Matter(_Data, frozen=True, kw_only=True):
    """One thing that a customer comes for; in the end it is `solved` or not."""

    id: str
    queue: str
    subject: Text
    opening: Lines
    turns: Annotated[tuple[Turn, ...], Meta(min_length=1)]
    solved: Turn
    unsolved: Turn

    def turn(self, number: int, *, solved: bool) -> Turn | None:
        """The turns in order, then the end, then None."""
        if number < len(self.turns):
            return self.turns[number]
        return (self.solved if solved else self.unsolved) if number == len(self.turns) else None

    def number_of(self, text: str) -> int | None:
        """Which turn an agent's words are, if they are from this matter; a greeting may stand before them."""
        for number, turn in enumerate((*self.turns, self.solved)):
            if text.endswith(turn.agent):
                return number
        return len(self.turns) if text.endswith(self.unsolved.agent) else None


class Manners(_Data, frozen=True, kw_only=True, rename={"come_back": "return"}):
    """What is said in whatever matter. ``{customer}`` and ``{agent}`` are first names."""

    greeting: Texts
    holding: Texts
    apology: Texts
    farewell: Texts
    regret: Texts
    silence: Texts
    parking: Texts
    supervisor: Texts
    whisper: Texts
    note: Texts
    reject: Texts
    unknown: Texts
    impatient: Lines
    demand: Lines
    leaving: Lines
    thanks: Lines
    acknowledgement: Lines
    come_back: Lines


class Case(_Data, frozen=True, kw_only=True):
    """A record to be worked on: no customer talks."""

    subject: Text
    note: Text


class Names(_Data, frozen=True, kw_only=True):
    """First and last names that are usual in the language."""

    first: Texts
    last: Texts

    def any(self, dice: random.Random) -> str:
        """A whole name."""
        return f"{dice.choice(self.first)} {dice.choice(self.last)}"


class Language(_Data, frozen=True, kw_only=True):
    """Everything that is said in one language."""

    names: Names
    manners: Manners
    cases: Annotated[tuple[Case, ...], Meta(min_length=1)]
    matters: Annotated[tuple[Matter, ...], Meta(min_length=1)]

    def is_answer(self, text: str) -> bool:
        """Whether an agent's words are more than a promise of an answer."""
        manners = self.manners
        return text not in (*manners.holding, *manners.apology, *manners.supervisor)

    def about(self, subject: str) -> Matter | None:
        """The matter with this subject; None for what no simulated customer came up with."""
        return next((matter for matter in self.matters if matter.subject == subject), None)


@cache
def language(code: str) -> Language:
    """The texts of a language, English for one that simulated people do not speak."""
    name = code if code in LANGUAGES else LANGUAGES[0]
    return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Language)


def first_name(name: str) -> str:
    """By which people are spoken to."""
    return name.split(" ", 1)[0]


def fitting(lines: tuple[Line, ...], mood: float) -> Line:
    """The line whose tone is closest to a mood."""
    return min(lines, key=lambda line: abs(line[0] - mood))
