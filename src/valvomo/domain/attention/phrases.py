"""Words in which customers ask for a supervisor, by language; a house may have its own for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "speak to your manager", "speak to a manager", "speak with a manager", "speak to the manager",
        "talk to your manager", "talk to a manager", "talk to the manager", "speak to a supervisor",
        "speak with a supervisor", "talk to a supervisor", "your supervisor", "your superior", "your boss",
        "someone in charge", "escalate this",
    ),
    "fi": (
        "esimiehen kanssa", "esimiehesi", "esimiehenne", "esimiestä", "esimiehelle", "esihenkilön kanssa",
        "esihenkilösi", "esihenkilönne", "esihenkilöä", "esihenkilölle", "päällikön kanssa", "pomosi", "pomonne",
        "pomon kanssa",
    ),
    "sv": (
        "prata med din chef", "tala med din chef", "prata med er chef", "tala med er chef", "prata med en chef",
        "tala med en chef", "prata med chefen", "tala med chefen", "din chef", "er chef", "någon ansvarig",
        "arbetsledare",
    ),
    "de": (
        "ihren vorgesetzten", "ihrem vorgesetzten", "einen vorgesetzten", "einem vorgesetzten", "den vorgesetzten",
        "ihre vorgesetzte", "ihrem chef", "ihren chef", "mit dem chef", "geschäftsführer sprechen",
        "teamleiter sprechen",
    ),
    "fr": (
        "votre responsable", "votre supérieur", "votre superviseur", "un responsable", "un superviseur",
        "le responsable", "votre chef", "votre manager", "parler à un supérieur",
    ),
    "es": (
        "su supervisor", "un supervisor", "tu supervisor", "su jefe", "tu jefe", "su superior", "con el encargado",
        "un encargado", "el responsable", "un responsable",
    ),
}  # fmt: skip
"""Six languages. Whole words, any case; they are looked for in every customer's message, whatever language it is in."""
MOST_PHRASES = 200
LONGEST_PHRASE = 80


def spoken(own: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All phrases of a house: its own for the languages that it has named, else the defaults."""
    return tuple(dict.fromkeys(one for words in {**DEFAULTS, **own}.values() for one in words))


def asks_for_supervisor(text: str, phrases: Iterable[str]) -> bool:
    """Whether the text has one of the phrases: whole words, any case, any space between them."""
    pattern = _pattern(tuple(phrases))
    return pattern is not None and pattern.search(text) is not None


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    words = (r"\s+".join(map(re.escape, one.split())) for one in phrases if one.strip())
    either = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if either else None
