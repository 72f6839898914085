"""Which moments are asked about: those of a calendar with room on both sides of it.

Who asks for the year 1 or 9999 made a mistake, and what is a day before or a week after it does not exist.
"""

from __future__ import annotations

from datetime import UTC, datetime

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def is_asked_about(moment: datetime) -> bool:
    """Whether a moment with a time zone is within what is asked about."""
    return EARLIEST <= moment <= LATEST
