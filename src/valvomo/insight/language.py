"""In which language a customer writes, out of those that the organization speaks (`py3langid`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from valvomo.insight.port import UnavailableError
from valvomo.insight.shortening import clean

LEAST_WORDS = 3
"""Of fewer words nothing can be said: "ok" is of every language."""
LEAST_LETTERS = 12
LEAST_SURE = 0.7
LONGEST = 2_000


def detected(text: str, languages: Iterable[str]) -> tuple[str, float]:
    """The language and how sure that is; empty and 0 where there is too little to tell it by.

    Raises:
        UnavailableError: the detector is not installed.
    """
    said = clean(text)[:LONGEST]
    if len(said.split()) < LEAST_WORDS or sum(map(str.isalpha, said)) < LEAST_LETTERS:
        return "", 0.0
    known = _identifier(tuple(sorted(set(languages))))
    if known is None:
        return "", 0.0
    language, confidence = known.classify(said)
    sure = round(float(confidence), 3)
    return (str(language), sure) if sure >= LEAST_SURE else ("", 0.0)


@lru_cache(maxsize=32)
def _identifier(languages: tuple[str, ...]) -> Any:
    """One for each set of languages: a model restricted to them. None where fewer than two of them are known."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnavailableError(f"py3langid is not installed: {error}") from error
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    spoken = [one for one in languages if one in found.labels]
    if len(spoken) < 2:  # noqa: PLR2004 - nothing to choose between
        return None
    found.set_languages(spoken)
    return found
