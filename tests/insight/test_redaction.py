"""What has a structure is blacked out, what is known too; names and addresses otherwise are not, and we say so."""

from __future__ import annotations

import sys

import pytest

from valvomo.insight.port import UnavailableError
from valvomo.insight.redaction import redacted

SECRETS = (
    ("fi", "sähköpostini on ada.lovelace@example.org", "ada.lovelace@example.org"),
    ("fi", "henkilötunnukseni on 131052-308T", "131052-308T"),
    ("fi", "tilini on FI21 1234 5600 0007 85", "FI21 1234 5600 0007 85"),
    ("fi", "soita numeroon +358 40 123 4567", "40 123 4567"),
    ("sv", "mitt personnummer är 811218-9876", "811218-9876"),
    ("de", "meine IBAN ist DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
    ("fr", "ma carte 4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("es", "mi DNI es 12345678Z", "12345678Z"),
    ("en", "reach me at ada@example.com", "ada@example.com"),
)


@pytest.mark.parametrize(("language", "text", "secret"), SECRETS, ids=lambda one: str(one)[:12])
def test_what_has_a_structure_is_blacked_out(language: str, text: str, secret: str) -> None:
    said = redacted(text, language=language)
    assert secret not in said
    assert "[" in said


@pytest.mark.parametrize(
    "text", ["Where is my parcel?", "Tilaus 7741-22 on myöhässä.", "Det kostar 19,90 i månaden.", ""]
)
def test_other_words_stay(text: str) -> None:
    assert redacted(text, language="fi") == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hello, my name is Ada Lovelace and I am angry", "Hello, my name is [NAME] and I am angry"),
        ("nimeni on Kaisa Virtanen", "nimeni on [NAME]"),
        ("Hej, jag heter Åsa", "Hej, jag heter [NAME]"),
        ("this is not what I ordered", "this is not what I ordered"),
    ],
)
def test_names_after_words_that_give_them(text: str, kept: str) -> None:
    assert redacted(text) == kept


def test_whom_it_is_about_is_known() -> None:
    said = redacted("Ada: hi, Ada Lovelace here, not Adam", known=["Ada Lovelace"])
    assert said == "[NAME]: hi, [NAME] here, not Adam"


def test_what_is_not_found_is_what_we_say() -> None:
    """Not a wish: should this begin to work, the texts that warn of it are to be changed."""
    assert "Bertta" in redacted("Bertta asuu osoitteessa Mannerheimintie 1", language="fi")


def test_without_the_detector_nothing_may_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "euredact", None)
    with pytest.raises(UnavailableError):
        redacted("ada@example.org")
