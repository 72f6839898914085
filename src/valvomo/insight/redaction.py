"""Blacking out personal data in what leaves: what has a structure, what is known, and names after words that give them.

`euredact` finds what has a structure and mostly a checksum: e-mail addresses, telephone, account, card and identity
numbers, birth dates. Beside it the customer's own name and addresses as they are known here, and what follows "my name
is" in six languages. **Other names, street addresses and whatever is spelt oddly are not found**, and now and then an
order number is taken for a telephone number: whoever hands something on has to read it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from valvomo.insight.port import UnavailableError

COUNTRIES = {
    "fi": ["FI"],
    "sv": ["SE", "FI"],
    "de": ["DE", "AT"],
    "fr": ["FR", "BE"],
    "es": ["ES"],
    "en": ["UK", "IE"],
}
"""Where who writes in a language probably lives; numbers of other countries are found all the same."""

NAME = "[NAME]"
LEAST_KNOWN = 3
"""Characters: a known name of two letters is a word of many languages."""

_WORD = r"[A-ZÀ-ÖØ-Þ][\w'’-]*"
_CUES = re.compile(
    r"\b(?P<cue>(?i:my name is|this is|nimeni on|nimi on|jag heter|mitt namn är|ich heiße|mein name ist|je m'appelle"
    rf"|mon nom est|me llamo|mi nombre es))\s+{_WORD}(?:\s+{_WORD}){{0,3}}"
)


def redacted(text: str, *, language: str = "", known: Collection[str] = ()) -> str:
    """The text without personal data that can be found; `known` are names and addresses of whom it is about.

    Raises:
        UnavailableError: the detector is not installed; nothing may leave then.
    """
    # What has a structure first: a name may be part of an address.
    return _without(_named(_structured(text, language)), known)


def _without(text: str, known: Collection[str]) -> str:
    words = {part for one in known for part in (one.strip(), *one.split()) if len(part) >= LEAST_KNOWN}
    for one in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    return re.sub(rf"{re.escape(NAME)}(?:\s+{re.escape(NAME)})+", NAME, text)


def _named(text: str) -> str:
    """After a cue, if what follows begins like a name."""
    return _CUES.sub(rf"\g<cue> {NAME}", text)


def _structured(text: str, language: str) -> str:
    try:
        import euredact  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnavailableError(f"euredact is not installed: {error}") from error
    # By rules alone, never by its service on the network.
    found: Any = euredact.redact(
        text, country_hint=COUNTRIES.get(language), mode="rules", detect_dates=True, cache=False
    )
    return str(found.redacted_text)
