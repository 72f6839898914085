"""What is removed when: the house's rule, and of what it is true now. Without a rule nothing is ever removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FEWEST_DAYS, MOST_DAYS = 1, 36_500
"""A hundred years are for ever; less than a day would take a talk from those who still work with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """`written_days` after a conversation was closed, what was written in it goes; None keeps it.

    `contact_days` after anything went on with a customer, they are forgotten; None keeps them.
    """

    written_days: int | None = None
    contact_days: int | None = None


def closed_before(rule: RetentionRule, now: datetime) -> datetime | None:
    """What was closed up to this moment is due; None where nothing is."""
    return _before(rule.written_days, now)


def known_before(rule: RetentionRule, now: datetime) -> datetime | None:
    """Customers with whom nothing has gone on since this moment are due; None where nobody is."""
    return _before(rule.contact_days, now)


def is_idle(rule: RetentionRule, ongoing: int, last: datetime, now: datetime) -> bool:
    """Whether a customer is forgotten now: so much goes on with them, and the `last` thing that did was over then."""
    before = known_before(rule, now)
    return before is not None and not ongoing and last <= before


def _before(days: int | None, now: datetime) -> datetime | None:
    if days is None:
        return None
    # Before the beginning of time nothing was closed.
    reach = now - datetime.min.replace(tzinfo=UTC)
    return now - min(timedelta(days=days), reach)


def is_due(
    rule: RetentionRule, closed_at: datetime | None, erased_at: datetime | None, now: datetime
) -> bool:
    """Whether what was written in a conversation goes now: it is closed, for so long, and not erased yet."""
    before = closed_before(rule, now)
    return before is not None and closed_at is not None and erased_at is None and closed_at <= before
