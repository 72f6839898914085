"""What is exported is read by others as it was written: CSV, and Parquet by its reference implementation."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.queries.exporting.columns import Column, Form, Kind, Row
from valvomo.queries.exporting.csv_form import CsvForm
from valvomo.queries.exporting.parquet_form import ParquetForm

COLUMNS = (
    Column("name"), Column("count", Kind.INTEGER), Column("share", Kind.NUMBER), Column("at", Kind.MOMENT),
)  # fmt: skip
PURPOSE = "Staffing of week 12, ”kevät”"
VALUES = st.tuples(
    st.none() | st.text(max_size=12),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False),
    st.none()
    | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
)


def written(form: Form, pieces: list[list[Row]]) -> bytes:
    return form.head() + b"".join(form.rows(one) for one in pieces) + form.foot()


@given(st.lists(st.lists(VALUES, max_size=40), max_size=4))
def test_parquet_is_read_by_others(pieces: list[list[Row]]) -> None:
    file = pyarrow.parquet.ParquetFile(io.BytesIO(written(ParquetForm(COLUMNS, PURPOSE), pieces)))
    rows = [tuple(row) for piece in pieces for row in piece]
    table = file.read().to_pydict()
    assert list(zip(*(table[one.name] for one in COLUMNS), strict=True)) == rows
    assert table["purpose"] == [PURPOSE] * len(rows)
    assert file.metadata.metadata == {b"purpose": PURPOSE.encode()}
    assert [str(file.schema_arrow.field(one.name).type) for one in COLUMNS] == [
        "string", "int64", "double", "timestamp[us, tz=UTC]",
    ]  # fmt: skip


def test_csv_carries_its_purpose_in_every_row_and_no_formula() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rows: list[Row] = [('Kaisa; "K"\nLaine', 3, 0.5, at), ("=cmd()", None, None, None)]
    data = written(CsvForm(COLUMNS, "-purpose"), [rows])
    assert data.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert read == [
        ["name", "count", "share", "at", "purpose"],
        ['Kaisa; "K"\nLaine', "3", "0.5", "2026-03-02T09:00:00+00:00", "'-purpose"],
        ["'=cmd()", "", "", "", "'-purpose"],
    ]  # fmt: skip


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_what_a_spreadsheet_would_carry_out_is_text(first: str) -> None:
    data = written(CsvForm(COLUMNS, PURPOSE), [[(f"{first}cmd()", None, None, None)]])
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row[0] == f"'{first}cmd()"
