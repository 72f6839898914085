"""Moments, days and numbers as people write them in a language, for letters: the console writes its own."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

LOCALES = {"en": "en_GB", "fi": "fi_FI", "sv": "sv_SE"}
"""English days are written so that nobody takes them for months."""
NOTHING = "–"


def moment(language: str, at: datetime, zone: ZoneInfo) -> str:
    """A moment by the clock of a zone, with the zone's name."""
    said = format_datetime(at, "medium", tzinfo=zone, locale=_locale(language))
    return f"{said} ({zone.key})"


def days(language: str, first: date, last: date) -> str:
    """A day, or from the first to the last."""
    ends = [format_date(one, "medium", locale=_locale(language)) for one in (first, last)]
    return ends[0] if first == last else " – ".join(ends)


def share(language: str, ratio: float | None) -> str:
    """A ratio in whole percent; a dash for none."""
    return NOTHING if ratio is None else format_percent(ratio, locale=_locale(language))


def score(language: str, value: float | None) -> str:
    """A number with one decimal; a dash for none."""
    return NOTHING if value is None else format_decimal(round(value, 1), "0.0", locale=_locale(language))


def length(seconds: float | None) -> str:
    """A time, as the console writes it: minutes and seconds, with hours where there are any; a dash for none."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, LOCALES["en"]))
