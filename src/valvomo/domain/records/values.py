"""What fits into a field, and what is missing in a record: for forms, programs and lines of files alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite

from valvomo.domain.records.form import Field, FieldKind, Needed, RecordForm

Value = str | int | float | bool
"""What a field holds: a text, a number, a day (`2026-03-02`), the key of a choice, yes or no."""

LARGEST = 1e15
"""Numbers up to here keep their digits in every reader of JSON."""

YES = frozenset({"yes", "true", "y", "1", "x", "kyllä", "k", "tosi", "ja", "j", "sant"})
NO = frozenset({"no", "false", "n", "0", "-", "ei", "e", "epätosi", "nej", "falskt"})
"""What people write into files for yes and no, in the languages of the house."""


class Misfit(StrEnum):
    """Why something does not go into a record; the words for it are in the catalogues."""

    NEEDED = "needed"
    UNKNOWN = "unknown"
    RETIRED = "retired"
    NOT_TEXT = "not_text"
    NOT_ONE_LINE = "not_one_line"
    TOO_LONG = "too_long"
    OTHER_SHAPE = "other_shape"
    NOT_NUMBER = "not_number"
    NOT_WHOLE = "not_whole"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_DATE = "not_date"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_CHOICE = "not_choice"
    NOT_YES_NO = "not_yes_no"
    NOT_STATUS = "not_status"
    NOT_MOMENT = "not_moment"
    NOT_EMAIL = "not_email"
    NOT_PHONE = "not_phone"
    TWICE = "twice"
    OTHER_COLUMNS = "other_columns"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What does not fit, and where: the name of a detail, or the key of a field behind `fields.`."""

    at: str
    misfit: Misfit


def value_of(one: Field, value: object) -> Value | Misfit:
    """The value as it is kept, or why it does not fit into the field."""
    match one.kind:
        case FieldKind.TEXT:
            return _text(one, value)
        case FieldKind.NUMBER:
            return _number(one, value)
        case FieldKind.DATE:
            return _day(one, value)
        case FieldKind.CHOICE:
            keys = {choice.key for choice in one.choices if not choice.retired}
            return value if isinstance(value, str) and value in keys else Misfit.NOT_CHOICE
        case FieldKind.YES_NO:
            return value if isinstance(value, bool) else Misfit.NOT_YES_NO


def value_in(one: Field, cell: str) -> Value | Misfit:
    """What the words of a file, or of an address, mean in this field; a choice by its key or any of its names."""
    words = cell.strip()
    match one.kind:
        case FieldKind.NUMBER:
            number = _read_number(words)
            return Misfit.NOT_NUMBER if number is None else value_of(one, number)
        case FieldKind.DATE:
            day = read_day(words)
            return Misfit.NOT_DATE if day is None else value_of(one, day.isoformat())
        case FieldKind.CHOICE:
            return _chosen(one, words.casefold())
        case FieldKind.YES_NO:
            low = words.casefold()
            return True if low in YES else False if low in NO else Misfit.NOT_YES_NO
        case FieldKind.TEXT:
            return value_of(one, words)


def filled(
    form: RecordForm, values: Mapping[str, object | None], *, before: Mapping[str, Value]
) -> tuple[dict[str, Value | None], list[Trouble]]:
    """These values as they are kept, None where a field is emptied, and all that does not fit.

    A field that was retired holds what it held and takes nothing new; it may be emptied.
    """
    kept: dict[str, Value | None] = {}
    troubles: list[Trouble] = []
    for key, value in values.items():
        one, at = form.field(key), f"fields.{key}"
        if one is None:
            troubles.append(Trouble(at, Misfit.UNKNOWN))
        elif value is None or value == "":
            kept[key] = None
        elif one.retired and before.get(key) != value:
            troubles.append(Trouble(at, Misfit.RETIRED))
        elif isinstance(found := value_of(one, value), Misfit):
            troubles.append(Trouble(at, found))
        else:
            kept[key] = found
    return kept, troubles


def missing(form: RecordForm, values: Mapping[str, Value], *, resolving: bool = False) -> Iterator[Trouble]:
    """The fields that must be filled in by now and are not."""
    wanted = {Needed.CREATE, Needed.RESOLVE} if resolving else {Needed.CREATE}
    for one in form.fields:
        if not one.retired and one.needed in wanted and one.key not in values:
            yield Trouble(f"fields.{one.key}", Misfit.NEEDED)


def read_day(words: str) -> date | None:
    """The day that is written `2026-03-02`, `2.3.2026` or `2/3/2026` (day first, as it is written here)."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        pass
    parts = words.replace("/", ".").split(".")
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day) if year > 999 else None  # noqa: PLR2004 - a year of four digits
    except ValueError:
        return None


def has_shape(words: str, shape: str) -> bool:
    """Whether a text has this shape: `9` is a digit, `A` a letter, `*` either, everything else itself."""
    tests = {"9": str.isdecimal, "A": str.isalpha, "*": str.isalnum}
    return len(words) == len(shape) and all(
        tests[mark](sign) if mark in tests else sign == mark for sign, mark in zip(words, shape, strict=True)
    )


def _text(one: Field, value: object) -> Value | Misfit:
    if not isinstance(value, str) or "\0" in value:
        return Misfit.NOT_TEXT
    if not one.lines and len(value.splitlines()) > 1:
        return Misfit.NOT_ONE_LINE
    if len(value) > one.longest:
        return Misfit.TOO_LONG
    return value if not one.shape or has_shape(value, one.shape) else Misfit.OTHER_SHAPE


def _number(one: Field, value: object) -> Value | Misfit:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Misfit.NOT_NUMBER
    if not isfinite(value) or abs(value) > LARGEST:
        return Misfit.TOO_LARGE
    if one.whole and value != int(value):
        return Misfit.NOT_WHOLE
    if one.least is not None and value < one.least:
        return Misfit.TOO_SMALL
    if one.most is not None and value > one.most:
        return Misfit.TOO_LARGE
    return int(value) if value == int(value) else value


def _day(one: Field, value: object) -> Value | Misfit:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        return Misfit.NOT_DATE
    if one.earliest and day < one.earliest:
        return Misfit.TOO_EARLY
    return Misfit.TOO_LATE if one.latest and day > one.latest else day.isoformat()


def _chosen(one: Field, words: str) -> Value | Misfit:
    for choice in one.choices:
        called = {choice.key.casefold(), *(name.strip().casefold() for name in choice.names.values())}
        if words in called and not choice.retired:
            return choice.key
    return Misfit.NOT_CHOICE


def _read_number(words: str) -> int | float | None:
    """A number with a decimal point or comma; blanks (also narrow ones) part thousands."""
    plain = "".join(words.split()).replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not plain or not all(sign.isdecimal() or sign in "+-." for sign in plain):
        return None
    try:
        number = float(plain)
    except ValueError:
        return None
    return int(number) if isfinite(number) and number == int(number) else number
