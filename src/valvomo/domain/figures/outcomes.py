"""Figures over what became of conversations within a period: service level, abandoned, closed otherwise (spec 1 §8).

They are computed from `Outcome`, the few moments of a conversation that they need, attributed to the queue that
the conversation is in, or was in last. A period is half open: `from` counts, `to` does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from valvomo.domain.conversations.model import Conversation

SHORT_ABANDON_SECONDS = 5.0
"""S of spec 1 §8: a customer who leaves sooner gave nobody a chance to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """When it was queued, first accepted, closed, and as what."""

    queue_id: str
    queued_at: datetime
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    closed_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """The counts of a service level; counts add up over queues where ratios do not.

    `within` were accepted within N seconds, `accepted` at all, `abandoned` left before, `short` of those so soon
    that they are left out of the third variant.
    """

    within: int = 0
    accepted: int = 0
    abandoned: int = 0
    short: int = 0

    @property
    def of_offered(self) -> float | None:
        """Within / (accepted + abandoned); None when nothing was offered."""
        return _ratio(self.within, self.accepted + self.abandoned)

    @property
    def of_accepted(self) -> float | None:
        """Within / accepted."""
        return _ratio(self.within, self.accepted)

    @property
    def without_short_abandons(self) -> float | None:
        """Within / (accepted + abandoned - short)."""
        return _ratio(self.within, self.accepted + self.abandoned - self.short)

    def plus(self, other: ServiceLevel) -> ServiceLevel:
        """Of both together."""
        return ServiceLevel(
            within=self.within + other.within,
            accepted=self.accepted + other.accepted,
            abandoned=self.abandoned + other.abandoned,
            short=self.short + other.short,
        )


def outcome_of(conversation: Conversation) -> Outcome:
    """What the figures need of a conversation."""
    return Outcome(
        queue_id=conversation.queue_id,
        queued_at=conversation.queued_at,
        accepted_at=conversation.first_accepted_at,
        closed_at=conversation.closed_at,
        closed_as=conversation.closed_as,
    )


def service_level(
    outcomes: Iterable[Outcome], seconds: int, since: datetime, until: datetime | None = None
) -> ServiceLevel:
    """Accepted within N seconds / all offered, of those whose wait ended in the period.

    The wait runs from queueing to the first acceptance, or to leaving if abandoned.
    """
    level = ServiceLevel()
    for one in outcomes:
        if one.accepted_at is not None:
            if _within(one.accepted_at, since, until):
                fast = (one.accepted_at - one.queued_at).total_seconds() <= seconds
                level = level.plus(ServiceLevel(accepted=1, within=int(fast)))
        elif _closed_as(one, "abandoned", since, until) and one.closed_at is not None:
            short = (one.closed_at - one.queued_at).total_seconds() < SHORT_ABANDON_SECONDS
            level = level.plus(ServiceLevel(abandoned=1, short=int(short)))
    return level


def abandoned(outcomes: Iterable[Outcome], since: datetime, until: datetime | None = None) -> int:
    """Closed in the period by the customer before acceptance."""
    return sum(_closed_as(one, "abandoned", since, until) for one in outcomes)


def force_closed(outcomes: Iterable[Outcome], since: datetime, until: datetime | None = None) -> int:
    """Closed in the period by a supervisor."""
    return sum(_closed_as(one, "force_closed", since, until) for one in outcomes)


def auto_closed(outcomes: Iterable[Outcome], since: datetime, until: datetime | None = None) -> int:
    """Closed in the period by the system, when its time ran out."""
    return sum(_closed_as(one, "auto_closed", since, until) for one in outcomes)


def completed(outcomes: Iterable[Outcome], since: datetime, until: datetime | None = None) -> int:
    """Closed in the period by an agent: wrap-up completed, or a record resolved."""
    return sum(
        _closed_as(one, "completed", since, until) or _closed_as(one, "resolved", since, until)
        for one in outcomes
    )


def started(outcomes: Iterable[Outcome], since: datetime, until: datetime | None = None) -> int:
    """Queued for the first time in the period."""
    return sum(_within(one.queued_at, since, until) for one in outcomes)


def speed_of_answer(
    outcomes: Iterable[Outcome], since: datetime, until: datetime | None = None
) -> float | None:
    """Mean seconds from queueing to first acceptance, of those first accepted in the period (ASA)."""
    waits = [
        (one.accepted_at - one.queued_at).total_seconds()
        for one in outcomes
        if one.accepted_at is not None and _within(one.accepted_at, since, until)
    ]
    return sum(waits) / len(waits) if waits else None


def _closed_as(one: Outcome, how: str, since: datetime, until: datetime | None) -> bool:
    return one.closed_as == how and one.closed_at is not None and _within(one.closed_at, since, until)


def _within(at: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= at and (until is None or at < until)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
