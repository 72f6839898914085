"""The form of a workstream's records: its own fields and statuses, in the house's languages.

What a form once had stays in it, because records are filled in with it: it is retired, and never removed, and a
field never changes its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

MAX_FIELDS = 60
MAX_STATUSES = 40
MAX_CHOICES = 200
MAX_TEXT = 4000
"""Characters of a text that a field may hold at most."""


class FieldKind(StrEnum):
    """What a field holds: words, a number, a day, one of fixed choices, yes or no."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Phase(StrEnum):
    """What every status is a name for. Each is a state of the record's conversation."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"


class Needed(StrEnum):
    """From when on a field must be filled in: never, from the beginning, or when the record is resolved."""

    NEVER = "never"
    CREATE = "create"
    RESOLVE = "resolve"


Names = Mapping[str, str]
"""By language code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the choices of a field."""

    key: str
    names: Names
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field. `key` is what programs and files call it; `hints` say what belongs into it.

    Of a text: `lines` if it may have several, `longest` in characters, and its `shape`, in which `9` stands for a
    digit, `A` for a letter, `*` for either and everything else for itself. Of a number: `least` and `most`, and
    `whole` if it has no fraction. Of a day: `earliest` and `latest`. `needed`: from when on it must be filled in.
    """

    key: str
    kind: FieldKind
    names: Names
    hints: Names = field(default_factory=dict)
    needed: Needed = Needed.NEVER
    lines: bool = False
    longest: int = 500
    shape: str = ""
    least: float | None = None
    most: float | None = None
    whole: bool = False
    earliest: date | None = None
    latest: date | None = None
    choices: tuple[Choice, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A name of the house's own for one of the phases."""

    key: str
    phase: Phase
    names: Names = field(default_factory=dict)
    retired: bool = False


STANDARD = tuple(Status(key=phase.value, phase=phase) for phase in Phase)
"""What a form has that says nothing of statuses: a status for each phase, under the phase's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """The form. `version` counts its changes, 0 where nobody has made one. In each phase the first status is usual."""

    fields: tuple[Field, ...] = ()
    statuses: tuple[Status, ...] = STANDARD
    version: int = 0

    def field(self, key: str) -> Field | None:
        """The field with this key, retired or not."""
        return next((one for one in self.fields if one.key == key), None)

    def status(self, key: str) -> Status | None:
        """The status with this key, retired or not."""
        return next((one for one in self.statuses if one.key == key), None)

    def usual(self, phase: Phase) -> Status:
        """What a record's status is in this phase when nobody has chosen another."""
        return next(one for one in self.statuses if one.phase is phase and not one.retired)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form, and where in it."""

    at: str
    problem: str


def unsound(form: RecordForm) -> Fault | None:
    """The first thing that is wrong with a form by itself."""
    return next(_faults(form), None)


def loses(before: RecordForm, after: RecordForm) -> Fault | None:
    """What records are filled in with and the new form would not have any more, or would understand otherwise."""
    for one in before.fields:
        now = after.field(one.key)
        if now is None:
            return Fault("fields", f"lacks {one.key}, which records may hold: retire it")
        if now.kind is not one.kind:
            return Fault(f"fields.{one.key}.kind", f"was {one.kind}, and cannot change")
        kept = {choice.key for choice in now.choices}
        for choice in one.choices:
            if choice.key not in kept:
                return Fault(f"fields.{one.key}.choices", f"lacks {choice.key}: retire it")
    for status in before.statuses:
        kept_status = after.status(status.key)
        # The standard statuses are nobody's choice, and give way to the house's own as long as nobody has made any.
        if before.version and kept_status is None:
            return Fault("statuses", f"lacks {status.key}: retire it")
        if kept_status is not None and kept_status.phase is not status.phase:
            return Fault(f"statuses.{status.key}.phase", f"was {status.phase}, and cannot change")
    return None


def _faults(form: RecordForm) -> Iterator[Fault]:
    yield from _twice("fields", [one.key for one in form.fields], MAX_FIELDS)
    yield from _twice("statuses", [one.key for one in form.statuses], MAX_STATUSES)
    for phase in Phase:
        if not any(one.phase is phase and not one.retired for one in form.statuses):
            yield Fault("statuses", f"has none for {phase}")
    for one in form.fields:
        yield from _field_faults(one, f"fields.{one.key}")


def _field_faults(one: Field, at: str) -> Iterator[Fault]:
    if not any(name.strip() for name in one.names.values()):
        yield Fault(f"{at}.names", "has none")
    yield from _twice(f"{at}.choices", [choice.key for choice in one.choices], MAX_CHOICES)
    if (one.kind is FieldKind.CHOICE) != bool(one.choices):
        yield Fault(f"{at}.choices", "belong to a field of the kind choice, and to no other")
    if one.kind is FieldKind.CHOICE and all(choice.retired for choice in one.choices) and not one.retired:
        yield Fault(f"{at}.choices", "are all retired")
    if not 1 <= one.longest <= MAX_TEXT:
        yield Fault(f"{at}.longest", f"is not from 1 to {MAX_TEXT}")
    if one.shape and (one.lines or len(one.shape) > one.longest):
        yield Fault(f"{at}.shape", "is longer than the text may be, or of a text of several lines")
    if one.least is not None and one.most is not None and one.least > one.most:
        yield Fault(f"{at}.least", "is more than most")
    if one.earliest and one.latest and one.earliest > one.latest:
        yield Fault(f"{at}.earliest", "is after latest")


def _twice(at: str, keys: list[str], most: int) -> Iterator[Fault]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield Fault(at, f"has {key} twice")
        seen.add(key)
    if len(keys) > most:
        yield Fault(at, f"are more than {most}")
