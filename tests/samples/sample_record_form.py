"""A form of records with everything that a form can have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from valvomo.domain.records.form import Choice, Field, FieldKind, Needed, Phase, RecordForm, Status


def field(kind: FieldKind, **settings: Any) -> Field:
    return Field(**{"key": "f", "kind": kind, "names": {"en": "F"}, **settings})


TEXT, NUMBER, DATE, CHOICE, YES_NO = FieldKind
PICKED = field(
    CHOICE,
    choices=(
        Choice(key="a", names={"en": "Alder", "fi": "Leppä"}),
        Choice(key="b", names={"en": "Birch"}, retired=True),
    ),
)
FORM = RecordForm(
    fields=(
        replace(field(NUMBER, least=0, most=100), key="amount"),
        replace(field(TEXT, needed=Needed.CREATE), key="model"),
        replace(field(DATE, needed=Needed.RESOLVE), key="repaired"),
        replace(PICKED, key="wood"),
        replace(field(TEXT, retired=True), key="old"),
    ),
    statuses=(
        Status(key="new", phase=Phase.OPEN),
        Status(key="later", phase=Phase.OPEN),
        Status(key="doing", phase=Phase.IN_PROGRESS),
        Status(key="testing", phase=Phase.IN_PROGRESS),
        Status(key="parts", phase=Phase.ON_HOLD),
        Status(key="fixed", phase=Phase.RESOLVED),
        Status(key="not_fixed", phase=Phase.RESOLVED),
        Status(key="gone", phase=Phase.RESOLVED, retired=True),
    ),
    version=3,
)
