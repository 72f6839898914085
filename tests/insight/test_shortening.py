"""Long texts lose their middle, and what no model can read is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from valvomo.insight.shortening import clean, shortened


def words(text: str) -> int:
    return len(text.split())


def test_short_texts_stay_as_they_are() -> None:
    assert shortened("only a few words", words) == "only a few words"


def test_long_ones_keep_beginning_and_end() -> None:
    text = " ".join(f"w{number}" for number in range(1000))
    kept = shortened(text, words, 10).split()
    assert kept[0] == "w0"
    assert kept[-1] == "w999"
    assert len(kept) <= 10


@given(st.text(), st.integers(2, 40))
def test_never_more_than_that(text: str, most: int) -> None:
    assert words(shortened(text, words, most)) <= most


@given(st.text())
def test_what_is_cleaned_can_be_encoded_and_has_no_end_mark(text: str) -> None:
    assert b"\0" not in clean(text).encode()
