"""What a line of a file says of a record: which column means what, and what of it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo

from valvomo.domain.records.form import Field, Phase, RecordForm
from valvomo.domain.records.values import Misfit, Trouble, Value, missing, read_day, value_in

IGNORED = ""
DETAILS = (
    "key", "subject", "customer", "email", "phone", "description", "due_at", "priority", "tags", "language", "status",
)  # fmt: skip
"""What a column may mean beside a field, which is called `fields.` and its key."""

USUAL: Mapping[str, str] = {
    "key": "id number no nr ref reference case ticket external_key tunnus numero viite nummer ärende",
    "subject": "subject title summary topic aihe otsikko ämne rubrik",
    "customer": "customer name contact client asiakas nimi kund namn",
    "email": "email e-mail mail sähköposti epost e-post",
    "phone": "phone telephone mobile puhelin telefon mobil",
    "description": "description details text kuvaus beskrivning",
    "due_at": "due deadline due_date eräpäivä määräaika förfaller förfallodag",
    "priority": "priority prioriteetti prioritet",
    "tags": "tags labels tunnisteet taggar",
    "language": "language kieli språk",
    "status": "status state tila läge",
}
"""How columns are usually called, in the languages of the house."""

LIMITS = {"key": 100, "subject": 500, "customer": 200, "description": 10_000}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"[+0-9 ()\-.]{3,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_EMAIL = 254
_LONGEST_TAG, _MOST_TAGS = 60, 50
_PRIORITIES = range(-1000, 1001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a line says, once everything fits."""

    key: str | None = None
    subject: str = ""
    customer: str = ""
    email: str | None = None
    phone: str | None = None
    description: str = ""
    due_at: datetime | None = None
    priority: int = 0
    tags: tuple[str, ...] = ()
    language: str = ""
    status: str | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)


def guessed(columns: Sequence[str], form: RecordForm) -> dict[str, str]:
    """What each column seems to mean by its name; a meaning is taken once, and a field's own names come first."""
    found: dict[str, str] = {}
    for column in columns:
        word = column.strip().casefold()
        for meaning in (*_fields_called(word, form), *_details_called(word)):
            if meaning not in found.values():
                found[column] = meaning
                break
    return found


def mapping_faults(columns: Sequence[str], mapping: Mapping[str, str], form: RecordForm) -> list[Trouble]:
    """What is wrong with a mapping: unknown columns or meanings, one meaning twice, no subject, no customer."""
    troubles = [Trouble(f"mapping.{one}", Misfit.UNKNOWN) for one in mapping if one not in columns]
    fields = {f"fields.{one.key}" for one in form.fields if not one.retired}
    seen: set[str] = set()
    for column, meaning in mapping.items():
        if meaning == IGNORED:
            continue
        if meaning not in fields and meaning not in DETAILS:
            troubles.append(Trouble(f"mapping.{column}", Misfit.UNKNOWN))
        elif meaning in seen:
            troubles.append(Trouble(f"mapping.{column}", Misfit.TWICE))
        seen.add(meaning)
    troubles += [Trouble(one, Misfit.NEEDED) for one in ("subject", "customer") if one not in seen]
    needed = {one.at for one in missing(form, {})}
    return troubles + [Trouble(one, Misfit.NEEDED) for one in sorted(needed - seen)]


def said(
    cells: Sequence[str],
    columns: Sequence[str],
    mapping: Mapping[str, str],
    form: RecordForm,
    *,
    zone: tzinfo,
) -> Said | list[Trouble]:
    """What the line says, or everything in it that does not fit. `zone` is where days begin and end."""
    if len(cells) != len(columns):
        return [Trouble("line", Misfit.OTHER_COLUMNS)]
    words = {mapping.get(column, IGNORED): cell.strip() for column, cell in zip(columns, cells, strict=True)}
    told = {meaning: word for meaning, word in words.items() if meaning != IGNORED and word}
    details: dict[str, object] = {}
    fields: dict[str, Value] = {}
    troubles: list[Trouble] = []
    for meaning, word in told.items():
        own = form.field(meaning.removeprefix("fields.")) if meaning.startswith("fields.") else None
        value = value_in(own, word) if own else _detail(meaning, word, form, zone)
        if isinstance(value, Misfit):
            troubles.append(Trouble(meaning, value))
        elif own:
            fields[own.key] = value  # type: ignore[assignment]
        else:
            details[meaning] = value
    bad = {one.at for one in troubles}
    troubles += [Trouble(one, Misfit.NEEDED) for one in ("subject", "customer") if one not in told]
    if "key" in mapping.values() and "key" not in told:
        troubles.append(Trouble("key", Misfit.NEEDED))
    troubles += [one for one in missing(form, fields) if one.at not in bad]
    return troubles or Said(fields=fields, **details)  # type: ignore[arg-type]


def read_moment(words: str, zone: tzinfo) -> datetime | None:
    """A moment with its offset or in the house's zone; of a day alone its last minute."""
    day = read_day(words)
    if day is not None:
        return datetime.combine(day, time(23, 59), zone)
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _detail(meaning: str, word: str, form: RecordForm, zone: tzinfo) -> object:
    if "\0" in word:
        return Misfit.NOT_TEXT
    if len(word) > LIMITS.get(meaning, len(word)):
        return Misfit.TOO_LONG
    if meaning in ("key", "subject", "customer"):
        return word if len(word.splitlines()) == 1 else Misfit.NOT_ONE_LINE
    if meaning == "due_at":
        return read_moment(word, zone) or Misfit.NOT_MOMENT
    if meaning == "status":
        return _status(word.casefold(), form)
    return _READ[meaning](word) if meaning in _READ else word


def _email(word: str) -> str | Misfit:
    return word if _EMAIL.fullmatch(word) and len(word) <= _LONGEST_EMAIL else Misfit.NOT_EMAIL


def _phone(word: str) -> str | Misfit:
    return word if _PHONE.fullmatch(word) else Misfit.NOT_PHONE


def _language(word: str) -> str | Misfit:
    return word if _LANGUAGE.fullmatch(word) else Misfit.UNKNOWN


def _priority(word: str) -> int | Misfit:
    try:
        number = int(word)
    except ValueError:
        return Misfit.NOT_NUMBER
    return number if number in _PRIORITIES else Misfit.TOO_LARGE


def _tags(word: str) -> tuple[str, ...] | Misfit:
    tags = tuple(dict.fromkeys(one.strip() for one in re.split(r"[,;]", word) if one.strip()))
    fits = len(tags) <= _MOST_TAGS and all(len(one) <= _LONGEST_TAG for one in tags)
    return tags if fits else Misfit.TOO_LONG


def _status(word: str, form: RecordForm) -> str | Misfit:
    """A record begins open: a status of any other phase is reached by serving it."""
    for one in form.statuses:
        called = {one.key.casefold(), *(name.strip().casefold() for name in one.names.values())}
        if word in called and not one.retired:
            return one.key if one.phase is Phase.OPEN else Misfit.NOT_STATUS
    return Misfit.NOT_STATUS


def _fields_called(word: str, form: RecordForm) -> list[str]:
    def called(one: Field) -> set[str]:
        return {one.key.casefold(), *(name.strip().casefold() for name in one.names.values())}

    return [f"fields.{one.key}" for one in form.fields if not one.retired and word in called(one)]


def _details_called(word: str) -> list[str]:
    spelt = word.replace(" ", "_")
    return [meaning for meaning, names in USUAL.items() if spelt == meaning or spelt in names.split()]


_READ: Mapping[str, Callable[[str], object]] = {
    "email": _email,
    "phone": _phone,
    "priority": _priority,
    "tags": _tags,
    "language": _language,
}
"""How a cell is understood that needs neither form nor calendar."""
