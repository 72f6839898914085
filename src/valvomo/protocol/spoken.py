"""What callers on a telephone are told, in words to be spoken: numbers are digits, which voices read out."""

from __future__ import annotations

from valvomo.domain.calls.announcing import Wait
from valvomo.domain.conversations.told import CALLED_BACK, TOOK_OVER, Told
from valvomo.protocol.texts.catalogue import FALLBACK, LANGUAGES, text

HOUR = 60
"""Minutes after which nobody wants to know them."""


def spoken_language(language: str) -> str:
    """The language in which the house can speak of itself to whoever speaks this one."""
    known = language.partition("-")[0].lower()
    return known if known in LANGUAGES else FALLBACK


def question_words(question: str, language: str) -> str:
    """The question, and with which keys it is answered."""
    return f"{question.strip()} {text(language, ('spoken', 'keys'))}"


def wait_words(wait: Wait, language: str) -> str:
    """Place, probable wait and callback, as far as there is anything to say of them."""
    said: list[str] = []
    if wait.place is not None:
        said.append(text(language, ("spoken", "next" if wait.place <= 1 else "later"), {"place": wait.place}))
    if wait.minutes is not None:
        low, high = wait.minutes
        facts = {"low": low, "high": high, "minutes": high}
        said.append(text(language, ("spoken", _how_long(low, high)), facts))
    if wait.callback:
        said.append(text(language, ("spoken", "callback")))
    return " ".join(said)


def denied_words(language: str) -> str:
    """There is no callback now, which they have asked for."""
    return text(language, ("spoken", "no_callback"))


def told_words(told: Told, language: str) -> str:
    """What has happened, as a window would show it, or in the house's own words."""
    if told.text is not None:
        return told.text
    section = "spoken" if told.code in (CALLED_BACK, TOOK_OVER) else "told"
    return text(language, (section, told.code), {"name": told.name})


def _how_long(low: int, high: int) -> str:
    if high <= 1:
        return "soon"
    if high > HOUR:
        return "long"
    return "about" if low == high else "between"
