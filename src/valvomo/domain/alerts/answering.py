"""What becomes of a verdict: whether an alert is over, whether one is raised, and when raising has to wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.domain.alerts.conditions import Condition, lasts

LOOK_AGAIN = timedelta(seconds=20)
"""What may not be raised in quiet hours is looked at again so soon."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`ends` is the cause for which the alert there was is over; `stays` goes along to another queue at once."""

    ends: str | None
    raises: bool
    stays: bool = False


def answered(
    conditions: Sequence[Condition],
    *,
    holds: bool,
    applies: bool,
    here: str,
    former: str | None,
    taken_back: bool = False,
) -> Answer:
    """`former` is the queue that the alert which is not cleared was raised in, None where there is none.

    `here` is the queue now, `applies` whether the rule looks at it, `holds` whether the conditions do. `taken_back`:
    what was raised by a customer's answer is not what they mean any more.
    """
    if former is None:
        return Answer(None, holds)
    if former != here:
        # What happened stays happened: whoever it is with now has not seen to it.
        stays = not lasts(conditions) and applies
        return Answer("moved", stays or holds, stays)
    over = not holds and (lasts(conditions) or taken_back)
    return Answer("no_longer" if over else None, raises=False)


def waits_until(now: datetime, cools_until: datetime | None, *, quiet: bool, stays: bool) -> datetime | None:
    """When to look again, where an alert may not be raised yet; None where it may."""
    if cools_until is not None and cools_until > now:
        return cools_until
    return now + LOOK_AGAIN if quiet and not stays else None
