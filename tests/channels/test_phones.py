"""Which numbers are called at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.channels.phones import callable_number

SAME = (
    "+358401234567", "+35891234567", "+12015550123", "+442079460018", "+80012345678",
)  # fmt: skip
NEVER = {
    "premium rate": "+358700123456",
    "premium rate of no country": "+979123456789",
    "shared cost": "+80812345678",
    "Inmarsat": "+870301234567",
    "personal": "+878101234567890",
    "satellites": "+881612345678",
    "networks": "+882161234567",
    "more networks": "+883510012345678",
    "not given out": "+358000",
    "national": "0401234567",
    "no number": "premium",
    "nothing": "",
}


@pytest.mark.parametrize("number", SAME)
def test_ordinary_numbers_are_called(number: str) -> None:
    assert callable_number(number) == number


@pytest.mark.parametrize("why", sorted(NEVER))
def test_what_costs_extra_is_never_called(why: str) -> None:
    assert callable_number(NEVER[why]) is None


@given(st.sampled_from([870, 878, 881, 882, 883]), st.integers(1, 10**12))
def test_nothing_without_a_country_is_called(code: int, rest: int) -> None:
    assert callable_number(f"+{code}{rest}") is None
    assert callable_number(f"+{code} {rest}") is None
