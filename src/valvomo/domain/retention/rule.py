"""What is removed when: the house's rule, and of what it is true now. Without a rule nothing is ever removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FEWEST_DAYS, MOST_DAYS = 1, 36_500
"""A hundred years are for ever; less than a day would take a talk from those who still work with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """`written_days` after a conversation was closed, what was written in it goes; None keeps it."""

    written_days: int | None = None


def closed_before(rule: RetentionRule, now: datetime) -> datetime | None:
    """What was closed up to this moment is due; None where nothing is."""
    if rule.written_days is None:
        return None
    # Before the beginning of time nothing was closed.
    reach = now - datetime.min.replace(tzinfo=UTC)
    return now - min(timedelta(days=rule.written_days), reach)


def is_due(
    rule: RetentionRule, closed_at: datetime | None, erased_at: datetime | None, now: datetime
) -> bool:
    """Whether what was written in a conversation goes now: it is closed, for so long, and not erased yet."""
    before = closed_before(rule, now)
    return before is not None and closed_at is not None and erased_at is None and closed_at <= before
