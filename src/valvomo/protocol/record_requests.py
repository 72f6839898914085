"""What callers send about records: changes, outcomes, links, forms, what the columns of a file mean."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, field

from valvomo.domain.records.form import FieldKind, Needed, Phase
from valvomo.protocol.requests import Description, Id, Key, Line, Note, Priority, Request, Values

Word = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)", description="Small letters, digits and underscores.")
]
Called = Annotated[
    dict[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)")], Annotated[str, Meta(max_length=120)]],
    Meta(max_length=20, description="By language."),
]
Bound = Annotated[float, Meta(ge=-1e15, le=1e15)]


class ChangeRecordRequest(Request, frozen=True, kw_only=True):
    """New values; what is left out, or null, stays as it is. `revision` is that of the record that was changed.

    `undue` takes the due date away; a field with null is emptied.
    """

    revision: Annotated[int, Meta(ge=0)]
    subject: Line | None = None
    priority: Priority | None = None
    status: Key | None = None
    description: Description | None = None
    due_at: datetime | None = None
    undue: bool = False
    fields: Values = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One of the two."""
        if self.undue and self.due_at is not None:
            raise ValueError("`undue` and `due_at` contradict each other")


class ResolveRequest(Request, frozen=True, kw_only=True):
    """What a record came to: one of the resolved statuses, a disposition code, words."""

    status: Key | None = None
    disposition: Line | None = None
    outcome: Note = ""


class LinkRequest(Request, frozen=True, kw_only=True):
    """With which conversation or record."""

    to: Id


class ChoiceBody(Request, frozen=True, kw_only=True):
    """One of the choices of a field."""

    key: Word
    names: Called
    retired: bool = False


class FieldBody(Request, frozen=True, kw_only=True):
    """A field of a form. What each setting means depends on the kind, and is nothing for the others."""

    key: Word
    kind: FieldKind
    names: Called
    hints: Called = field(default_factory=dict)
    needed: Needed = Needed.NEVER
    lines: bool = False
    longest: Annotated[int, Meta(ge=1, le=4000)] = 500
    shape: Annotated[str, Meta(max_length=100)] = ""
    least: Bound | None = None
    most: Bound | None = None
    whole: bool = False
    earliest: date | None = None
    latest: date | None = None
    choices: Annotated[tuple[ChoiceBody, ...], Meta(max_length=200)] = ()
    retired: bool = False


class StatusBody(Request, frozen=True, kw_only=True):
    """A name of the house's own for one of the phases; without names it has the phase's."""

    key: Word
    phase: Phase
    names: Called = field(default_factory=dict)
    retired: bool = False


class RecordFormBody(Request, frozen=True, kw_only=True):
    """The whole form; `version` is that of the form that was changed, 0 for the standard one."""

    version: Annotated[int, Meta(ge=0)]
    fields: Annotated[tuple[FieldBody, ...], Meta(max_length=60)] = ()
    statuses: Annotated[tuple[StatusBody, ...], Meta(min_length=1, max_length=40)]


class MappingRequest(Request, frozen=True, kw_only=True):
    """What the columns of a file mean: a detail, `fields.` and the key of a field, or nothing."""

    columns: Annotated[dict[str, Annotated[str, Meta(max_length=60)]], Meta(max_length=200)]
