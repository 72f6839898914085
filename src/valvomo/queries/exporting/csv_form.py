"""CSV (RFC 4180) in UTF-8 with a byte order mark, without which spreadsheets take it for something else."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from valvomo.queries.exporting.columns import Column, Row, Value

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins so is carried out by spreadsheets, of which some take wide signs for plain ones.

Customers and agents choose their own names.
"""


class CsvForm:
    """Every row carries the purpose in its last column, so that no part of the file can be used without it."""

    def __init__(self, columns: Sequence[Column], purpose: str) -> None:
        self._columns = columns
        self._purpose = purpose

    def head(self) -> bytes:
        """The names of the columns."""
        return b"\xef\xbb\xbf" + _written([[*(one.name for one in self._columns), "purpose"]])

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Some rows."""
        return _written([[*map(_plain, row), _plain(self._purpose)] for row in rows])

    def foot(self) -> bytes:
        """Nothing."""
        return b""


def _written(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _plain(value: Value) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
