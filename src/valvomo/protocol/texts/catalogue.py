"""The catalogue: texts by language and key, with facts filled in, in a way that cannot fail on the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources

import msgspec

LANGUAGES = ("en", "fi", "sv")
"""Languages that have a file; the first is the one that stands in for the others."""

FALLBACK = LANGUAGES[0]

SECTION_OF_FACT: Mapping[str, str] = {
    "state": "state",
    "stage": "state",
    "presence": "presence",
    "role": "role",
    "channel": "channel",
    "mode": "mode",
    "right": "right",
    "offer": "offer",
    "cause": "cause",
    "onward": "onward",
    "visibility": "visibility",
    "setting": "setting",
    "level": "sentiment",
    "file_kind": "file_kind",
    "language": "language",
    "delivery": "delivery",
    "media": "media_state",
    "media_problem": "media_problem",
    "problem": "delivery_problem",
    "advice": "delivery_advice",
    "reason": "reason",
    "flaw": "flaw",
    "quality": "call_quality",
}
"""Facts whose values are codes, and the section that has a word for each code."""

Key = tuple[str, ...]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


def text(language: str, key_path: Key, facts: Mapping[str, object] | None = None) -> str:
    """The text under the key, with its placeholders filled from the facts.

    A language without the key (or not spoken at all) falls back to English. A fact that is missing or None
    becomes the language's word for "unknown"; facts that the text does not mention are ignored.

    Raises:
        KeyError: no language has the key, which is a bug of the caller.
    """
    spoken, template = _find(language, key_path)
    given = facts or {}
    unknown = _find(spoken, ("unknown",))[1]

    def fill(found: re.Match[str]) -> str:
        value = given.get(found[1])
        return unknown if value is None else _said(value)

    return _PLACEHOLDER.sub(fill, template)


def in_words(language: str, facts: Mapping[str, object]) -> dict[str, object]:
    """The facts with codes (`wrap_up`) replaced by words (`wrap-up`); a code without a word stays."""
    return {name: _word(language, name, value) for name, value in facts.items()}


def placeholders(language: str, key_path: Key) -> frozenset[str]:
    """Names of the facts that the text mentions."""
    return frozenset(_PLACEHOLDER.findall(_find(language, key_path)[1]))


def keys(language: str) -> frozenset[Key]:
    """Every key that the language's own file has."""
    return frozenset(_CATALOGUES[language])


def best_language(accept_language_header: str | None, default: str = FALLBACK) -> str:
    """The language of ours that the header (RFC 9110 §12.5.4) likes best, else the default.

    Regions are ignored (`fi-FI` is `fi`), malformed parts too; between equals the first wins.
    """
    best, best_quality = default, 0.0
    for part in (accept_language_header or "").split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        quality = min(float(found[2]), 1.0) if found[2] else 1.0
        language = found[1].lower()
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def _said(value: object) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value)


def _word(language: str, fact: str, value: object) -> object:
    section = SECTION_OF_FACT.get(fact)
    if section is None or not isinstance(value, str):
        return value
    try:
        return _find(language, (section, value))[1]
    except KeyError:
        return value


def _find(language: str, key_path: Key) -> tuple[str, str]:
    """The language that has the key, and its template."""
    own = _CATALOGUES.get(language.partition("-")[0].lower(), {})
    if key_path in own:
        return language, own[key_path]
    return FALLBACK, _CATALOGUES[FALLBACK][key_path]


def _load(language: str) -> dict[Key, str]:
    file = resources.files("valvomo.protocol.texts").joinpath(f"{language}.json")
    return dict(_leaves(msgspec.json.decode(file.read_bytes()), ()))


def _leaves(tree: object, path: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict):
        for name, below in tree.items():
            yield from _leaves(below, (*path, name))
    else:
        raise TypeError(f"{'.'.join(path)} is neither a text nor a section")


_CATALOGUES: Mapping[str, Mapping[Key, str]] = {language: _load(language) for language in LANGUAGES}
