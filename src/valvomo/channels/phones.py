"""Telephone numbers as everybody agrees on them: E.164, or none."""

from __future__ import annotations

import phonenumbers

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
