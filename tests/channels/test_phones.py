"""Which numbers are called at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.channels.phones import callable_number, called_over, countries_of, unknown_countries
from valvomo.domain.refusals import Reason, Refusal

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


FINNISH, AMERICAN = {"number": "+358931001000"}, {"number": "+12015550123"}
LISTED = {**FINNISH, "countries": "SE GB"}
OVER = {
    "at home": (FINNISH, "+358401234567", True),
    "part of the country": (FINNISH, "+35818123456", True),
    "abroad": (FINNISH, "+46812345678", False),
    "listed": (LISTED, "+46812345678", True),
    "listed, with a calling code of several": (LISTED, "+442079460018", True),
    "another one of that calling code": (LISTED, "+441534481234", False),
    "not listed": (LISTED, "+358401234567", False),
    "same calling code": (AMERICAN, "+18765230123", False),
    "at home, overseas": (AMERICAN, "+12015550123", True),
    "of no country": (FINNISH, "+80012345678", False),
    "no number, in a country": ({"country": "FI"}, "+358401234567", True),
    "nothing known": ({}, "+358401234567", False),
    "a number that is none": ({"number": "12"}, "+358401234567", False),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(OVER))
def test_an_account_calls_the_countries_that_it_lists_or_its_own(what: str) -> None:
    settings, number, called = OVER[what]
    found = called_over(settings, number)
    if called:
        assert found == number
    else:
        assert isinstance(found, Refusal)
        assert found.reason is Reason.COUNTRY_FORBIDDEN


def test_who_may_not_call_a_country_is_told_which() -> None:
    for number, country in (("+18765230123", "JM"), ("+80012345678", "+800")):
        found = called_over(FINNISH, number)
        assert isinstance(found, Refusal)
        assert found.facts == {"country": country}


def test_what_costs_extra_is_not_called_in_a_country_that_is_listed() -> None:
    found = called_over({"countries": "FI"}, "+358700123456")
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NUMBER_FORBIDDEN


@given(st.sampled_from(sorted(countries_of({"countries": "FI SE"}) | {"NO", "EE"})), st.integers(1, 10**10))
def test_what_is_called_is_of_a_country_that_is_listed(country: str, rest: int) -> None:
    code = {"FI": 358, "SE": 46, "NO": 47, "EE": 372}[country]
    found = called_over({"countries": "FI SE"}, f"+{code}{rest}")
    assert isinstance(found, Refusal) or found.startswith(("+358", "+46"))


def test_a_list_is_of_countries() -> None:
    assert unknown_countries("FI XX SE QQ") == "XX QQ"
    assert not unknown_countries("")
