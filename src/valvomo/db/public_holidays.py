"""Public holidays by region, out of the calendars of the library `holidays` (https://holidays.readthedocs.io).

It is not imported before it is needed: reading all its countries takes it a second, and most houses name no region.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ANY_YEAR = 2026


@lru_cache(maxsize=2048)
def public_holidays(region: str, year: int, language: str = "") -> Mapping[date, str]:
    """Days and their names in this language, or else in English or the region's own.

    A region is a country, or a part of one where it has days of its own: `FI`, `DE-BY`.

    Raises:
        NotImplementedError: there is no calendar of the region.
    """
    import holidays  # noqa: PLC0415 - see above

    country, _, part = region.partition("-")
    calendar = holidays.country_holidays(country, subdiv=part or None)
    spoken = {one.partition("_")[0]: one for one in calendar.supported_languages}
    found = holidays.country_holidays(
        country, subdiv=part or None, years=year, language=spoken.get(language) or spoken.get("en")
    )
    return dict(sorted(found.items()))


def known_region(region: str) -> bool:
    """Whether there is a calendar of this region."""
    if not _REGION.fullmatch(region):
        return False
    try:
        public_holidays(region, _ANY_YEAR)
    except NotImplementedError:
        return False
    return True
