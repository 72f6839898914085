"""Light marks are read alike on screens and on the way out, lose no word, and never make a message longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.conversations.light import Marks, light

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "samples/light_words.json").read_text())
WRITTEN = st.text(st.sampled_from("*_`[]()<>a ä1\n-.😀h") | st.characters(), max_size=80)
PIECES = st.lists(
    st.sampled_from(["**", "*", "_", "`", "```\n", "\n", "a", " ", "https://a.example", "[x](", ")", "- "])
)


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_what_goes_out_is_what_the_marks_mean_there(case: dict[str, str]) -> None:
    assert light(case["written"], Marks.NONE) == case["plain"]
    assert light(case["written"], Marks.WHATSAPP) == case["whatsapp"]
    assert light(case["written"], Marks.AS_WRITTEN) == case["written"]


@given(written=WRITTEN | PIECES.map("".join), marks=st.sampled_from(Marks))
def test_no_word_is_lost_and_nothing_becomes_longer(written: str, marks: Marks) -> None:
    sent = light(written, marks)
    assert len(sent) <= len(written)
    assert [one for one in sent if one.isalnum()] == [
        one for one in written if one.isalnum()
    ] or "```" in written


def test_a_long_riddle_is_read_in_no_time() -> None:
    """Marks that open all the time and never close are looked for within a bound each."""
    for riddle in (" *a" * 3333, " **a" * 2500, "[" * 10_000, "_a *a " * 1666):
        assert len(light(riddle, Marks.NONE)) <= len(riddle)
