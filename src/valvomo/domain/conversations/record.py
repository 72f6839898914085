"""What a record has beside what every conversation has: status, due date, description, fields, outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.domain.records.values import Value

MAX_DESCRIPTION = 10_000
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The record of a conversation whose channel is `record`.

    `status` is None for the usual one of the phase it is in. `key` is what another system calls it. `revision` counts
    its changes, and `touched` says in which of them each detail changed last, so that a change that was thought out
    on an older state is noticed; fields stand there behind `fields.`. `outcome` says what it came to.
    """

    status: str | None = None
    description: str = ""
    due_at: datetime | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)
    key: str | None = None
    outcome: str = ""
    revision: int = 0
    touched: Mapping[str, int] = field(default_factory=dict)


def changed(record: Record, names: Iterable[str], **changes: object) -> Record:
    """The record in its next revision, in which these details have changed."""
    revision = record.revision + 1
    touched = {**record.touched, **dict.fromkeys(names, revision)}
    return replace(record, revision=revision, touched=touched, **changes)  # type: ignore[arg-type]
