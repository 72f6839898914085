"""Statement files are read strictly."""

from pathlib import Path

import pytest

from valvomo.db.statements import BadStatementError, read_statements, statements


def test_every_statement_of_the_package_has_a_purpose() -> None:
    assert statements()
    assert all(statement.purpose for statement in statements().values())


def test_reads_name_purpose_and_sql(tmp_path: Path) -> None:
    (tmp_path / "cats.sql").write_text(
        "-- About cats.\n\n"
        "-- name: all\n-- Every cat.\nSELECT 1; -- one\n\n"
        "-- name: none\n-- No cat.\n-- why\nSELECT 0;\n"
    )
    found = read_statements(tmp_path)
    assert list(found) == ["cats.all", "cats.none"]
    assert found["cats.all"].purpose == "Every cat."
    assert found["cats.none"].sql == "-- why\nSELECT 0"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1;", "no `-- name:` line"),
        ("SELECT 1;\n-- name: one\n-- One.\nSELECT 1;", "SQL before the first"),
        ("-- name: one\nSELECT 1;", "lacks the line"),
        ("-- name: one\n--\nSELECT 1;", "lacks the line"),
        ("-- name: one\n-- One.\n", "is empty"),
        ("-- name: one\n-- One.\n-- nothing;\n", "is empty"),
        ("-- name: One Two\n-- One.\nSELECT 1;", "not a name in lower_case"),
        ("-- name: one\n-- One.\nSELECT 1;\nSELECT 2;", "more than one statement"),
        ("-- name: one\n-- One.\nSELECT 1;\n\n-- name: one\n-- One.\nSELECT 1;", "there twice"),
    ],
)
def test_refuses(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "bad.sql").write_text(text)
    with pytest.raises(BadStatementError, match=complaint):
        read_statements(tmp_path)
