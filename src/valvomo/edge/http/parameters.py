"""Parameters that many routes have, with their bounds."""

from datetime import UTC, datetime
from typing import Annotated

from litestar.params import HeaderParameter, PathParameter, QueryParameter

from valvomo.domain.moments import EARLIEST, LATEST, is_asked_about
from valvomo.edge.http.bodies import malformed
from valvomo.edge.http.refused import Refused

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)"
LARGEST = 2**53 - 1
"""The largest number that every JSON reader keeps exactly."""
LONGEST_KEY = 200
"""Characters of an idempotency key."""

PathId = Annotated[str, PathParameter(pattern=UUID, description="An id. One that is malformed is not found.")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="At most so many items.")]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=400, description="`next` of the page before; none for the first page."),
]


def in_utc(name: str, moment: datetime) -> datetime:
    """The query's moment in UTC, which it is in where nothing is said; refused where nobody asks about such a time."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not is_asked_about(aware):
        years = f"{EARLIEST.year} to {LATEST.year}"
        raise Refused(malformed(f"query.{name}", f"not a time of the years {years}"))
    return aware.astimezone(UTC)


def idempotency_key(
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            min_length=1,
            max_length=LONGEST_KEY,
            description="Makes repeating safe: the same key of the same account again has no second effect.",
        ),
    ] = None,
) -> str | None:
    """The key of a command, None when the caller gave none."""
    return idempotency_key
