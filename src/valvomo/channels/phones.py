"""Telephone numbers as everybody agrees on them: E.164, or none; and which of them are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import phonenumbers
from msgspec import Meta

from valvomo.domain.refusals import Reason, Refusal

_DEAR = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)

_OF_NO_COUNTRY = frozenset({870, 878, 881, 882, 883})
"""Country codes of satellites and networks (ITU-T E.164): what a call there costs is in no numbering plan."""

_PART_OF: Mapping[str, str] = {"AX": "FI", "SJ": "NO", "VA": "IT", "CC": "AU", "CX": "AU"}
"""Parts of a country that ISO 3166 tells apart and its numbering plan does not: a call there is one at home."""

LONGEST = 40
"""Characters in which anybody writes one."""

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Those that have numbers, by ISO 3166 (FI)."""

Countries = Annotated[
    str,
    Meta(
        pattern=r"^([A-Z]{2}( [A-Z]{2})*)?$(?!\n)", max_length=3 * len(COUNTRIES),
        extra_json_schema={"format": "countries"},
    ),
]  # fmt: skip
"""Countries that may be called, with a space between two: `FI SE`. Calling codes would not do: +1 is Canada, Jamaica
and 23 more, and calls to some of those are what is stolen. Nothing is the country of the account's own number."""

CallbacksPerHour = Annotated[int, Meta(ge=0, le=10_000)]
"""So many callbacks may be asked for over an account within an hour."""
USUAL_CALLBACKS = 60


def e164(text: str, country: str | None = None) -> str | None:
    """The number, such as +358401234567; None for what is none. `country` (FI) is where a national one is meant."""
    if len(text) > LONGEST:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def callable_number(text: str) -> str | None:
    """The number in E.164, where it may be called: one that is given out, and none that is known to cost extra."""
    number = e164(text) if text.startswith("+") else None
    if number is None:
        return None
    parsed = phonenumbers.parse(number, None)
    dear = phonenumbers.number_type(parsed) in _DEAR or parsed.country_code in _OF_NO_COUNTRY
    return number if phonenumbers.is_valid_number(parsed) and not dear else None


def called_over(settings: Mapping[str, Any], text: str) -> str | Refusal:
    """The number in E.164, where a trunk's account with these settings may call it; otherwise why not."""
    number = callable_number(text)
    if number is None:
        return Refusal(Reason.NUMBER_FORBIDDEN)
    country = country_of(number)
    allowed = countries_of(settings)
    if country is not None and {country, _PART_OF.get(country)} & allowed:
        return number
    code = f"+{phonenumbers.parse(number, None).country_code}"
    return Refusal(Reason.COUNTRY_FORBIDDEN, {"country": country or code})


def countries_of(settings: Mapping[str, Any]) -> frozenset[str]:
    """Where such an account may call: what it lists, else where its own number is, else where it is said to be."""
    listed = str(settings.get("countries", "")).split()
    own = country_of(str(settings.get("number", ""))) or settings.get("country")
    return frozenset(listed or ([str(own)] if own else []))


def country_of(number: str) -> str | None:
    """Whose numbering plan a number in E.164 is of (FI); None where it is of no country's."""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return None
    return found if found in COUNTRIES else None


def unknown_countries(countries: str) -> str:
    """Of a list as accounts have them those that are no country; "" where all are."""
    return " ".join(one for one in countries.split() if one not in COUNTRIES)
