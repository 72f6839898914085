"""Files of records as they are shown: how far they are, and what came of each line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from valvomo.protocol.lookups import Named


class ImportDocument(Struct, frozen=True, kw_only=True):
    """A file of records.

    `state` is read, checking, checked, running, done or cancelled; `total` lines, of which those up to number `place`
    are behind it. Checked: `good` and `bad` ones, and how many of the good have a record already (`known`). Read in:
    records that were `made`, lines whose record was `known`, and lines of which none came (`failed`).
    `columns` are as the file names them, `mapping` says what they mean.
    """

    id: str
    workstream: Named
    name: str
    by: Named
    created_at: datetime
    ended_at: datetime | None
    state: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    place: int
    total: int
    good: int
    bad: int
    made: int
    known: int
    failed: int


class LineProblem(Struct, frozen=True, kw_only=True):
    """What does not fit: a detail, or `fields.` and the key of a field."""

    at: str
    problem: str


class LineItem(Struct, frozen=True, kw_only=True):
    """A line by its number in the file. `state` is new, good, bad, made, known or failed."""

    line: int
    cells: tuple[str, ...]
    state: str
    key: str | None
    problems: tuple[LineProblem, ...]
    record: str | None
