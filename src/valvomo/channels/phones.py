"""Telephone numbers as everybody agrees on them: E.164, or none."""

from __future__ import annotations

import phonenumbers

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

LONGEST = 40
"""Characters in which anybody writes one."""


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
