"""Columns and rows: what every form of a file is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

Value = str | int | float | datetime | None
Row = Sequence[Value]


class Kind(StrEnum):
    """What a column holds; a value may always be missing. Moments are in UTC."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A name and what is in it."""

    name: str
    kind: Kind = Kind.TEXT


class Form(Protocol):
    """A form of file, written piece by piece: the head, rows as they come, the foot."""

    def head(self) -> bytes:
        """What comes first."""
        ...

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Some rows."""
        ...

    def foot(self) -> bytes:
        """What comes last."""
        ...
