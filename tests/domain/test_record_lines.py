"""Lines of files: what a column means, and what a line says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_record_form import FORM

from valvomo.domain.records.form import Phase, RecordForm
from valvomo.domain.records.lines import DETAILS, Said, guessed, mapping_faults, read_moment, said
from valvomo.domain.records.values import Misfit

HELSINKI = ZoneInfo("Europe/Helsinki")
COLUMNS = ("Nr", "Otsikko", "Asiakas", "Eräpäivä", "Amount", "Malli")
MAPPING = {
    "Nr": "key",
    "Otsikko": "subject",
    "Asiakas": "customer",
    "Eräpäivä": "due_at",
    "Amount": "fields.amount",
    "Malli": "fields.model",
}


def test_columns_are_guessed_by_their_usual_names_and_by_those_of_fields() -> None:
    form = replace(FORM, fields=(FORM.fields[0], replace(FORM.fields[1], names={"fi": "Malli"})))
    assert guessed(COLUMNS, form) == MAPPING
    assert guessed(("ID", "id", "Number", "???"), RecordForm()) == {"ID": "key"}


@pytest.mark.parametrize(
    ("mapping", "faults"),
    [
        (MAPPING, []),
        ({**MAPPING, "Amount": ""}, []),
        ({**MAPPING, "Amount": "fields.old"}, [("mapping.Amount", "unknown")]),
        ({**MAPPING, "Amount": "key"}, [("mapping.Amount", "twice")]),
        ({**MAPPING, "Sum": "tags"}, [("mapping.Sum", "unknown")]),
        ({**MAPPING, "Malli": ""}, [("fields.model", "needed")]),
        ({}, [("subject", "needed"), ("customer", "needed"), ("fields.model", "needed")]),
    ],
)
def test_what_is_wrong_with_a_mapping(mapping: dict[str, str], faults: list[tuple[str, str]]) -> None:
    assert [(one.at, one.misfit) for one in mapping_faults(COLUMNS, mapping, FORM)] == faults


def test_a_line_says_what_its_cells_mean() -> None:
    found = said(("17", " Pail ", "Kaisa", "2.3.2026", "3,5", "X"), COLUMNS, MAPPING, FORM, zone=HELSINKI)
    assert found == Said(
        key="17",
        subject="Pail",
        customer="Kaisa",
        fields={"amount": 3.5, "model": "X"},
        due_at=datetime(2026, 3, 2, 23, 59, tzinfo=HELSINKI),
    )


@pytest.mark.parametrize(
    ("cells", "troubles"),
    [
        (("17",), [("line", "other_columns")]),
        (("", "Pail", "Kaisa", "", "", "X"), [("key", "needed")]),
        (
            ("1", "", " ", "", "", ""),
            [("subject", "needed"), ("customer", "needed"), ("fields.model", "needed")],
        ),
        (("1", "P", "K", "soon", "many", "X"), [("due_at", "not_moment"), ("fields.amount", "not_number")]),
        (("x" * 101, "P", "K", "", "", "X"), [("key", "too_long")]),
        (("1", "a\nb", "K", "", "", "X"), [("subject", "not_one_line")]),
        (("1", "P", "K", "", "", "X" * 501), [("fields.model", "too_long")]),
    ],
)
def test_everything_in_a_line_that_does_not_fit_is_told(
    cells: tuple[str, ...], troubles: list[tuple[str, str]]
) -> None:
    found = said(cells, COLUMNS, MAPPING, FORM, zone=HELSINKI)
    assert isinstance(found, list)
    assert [(one.at, one.misfit) for one in found] == troubles


@pytest.mark.parametrize(
    ("meaning", "word", "expected"),
    [
        ("email", "k@example.com", "k@example.com"),
        ("email", "kaisa", Misfit.NOT_EMAIL),
        ("phone", "040 123", "040 123"),
        ("phone", "call me", Misfit.NOT_PHONE),
        ("priority", "-3", -3),
        ("priority", "high", Misfit.NOT_NUMBER),
        ("priority", "5000", Misfit.TOO_LARGE),
        ("tags", "a; b,a", ("a", "b")),
        ("tags", "x" * 61, Misfit.TOO_LONG),
        ("language", "sv", "sv"),
        ("language", "Swedish", Misfit.UNKNOWN),
        ("status", "LATER", "later"),
        ("status", "doing", Misfit.NOT_STATUS),
        ("status", "nothing", Misfit.NOT_STATUS),
    ],
)
def test_details_of_a_line(meaning: str, word: str, expected: object) -> None:
    columns, mapping = (
        ("s", "c", "m", "x"),
        {"s": "subject", "c": "customer", "m": "fields.model", "x": meaning},
    )
    found = said(("S", "C", "M", word), columns, mapping, FORM, zone=HELSINKI)
    if isinstance(expected, Misfit):
        assert isinstance(found, list)
        assert [(one.at, one.misfit) for one in found] == [(meaning, expected)]
    else:
        assert isinstance(found, Said)
        assert getattr(found, meaning) == expected


def test_a_moment_is_in_the_house_s_zone_unless_it_says_another() -> None:
    assert read_moment("2026-03-02T10:00", HELSINKI) == datetime(2026, 3, 2, 10, tzinfo=HELSINKI)
    assert str(read_moment("2026-03-02T10:00+00:00", HELSINKI)) == "2026-03-02 10:00:00+00:00"
    assert read_moment("tomorrow", HELSINKI) is None


@given(
    st.lists(st.text(max_size=30), min_size=len(DETAILS), max_size=len(DETAILS)), st.sampled_from(list(Phase))
)
def test_no_line_is_too_odd_to_be_judged(cells: list[str], phase: Phase) -> None:
    columns = [f"c{number}" for number in range(len(DETAILS))]
    mapping = dict(zip(columns, DETAILS, strict=True))
    found = said(cells, columns, mapping, RecordForm(), zone=HELSINKI)
    assert isinstance(found, Said) or found
