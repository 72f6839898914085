"""Times of day as people write them: `08:00`, and `24:00` for the midnight that ends a day."""

from __future__ import annotations

from collections.abc import Iterable

from valvomo.domain.routing.hours import Span


def clock(minutes: int) -> str:
    """Minutes from midnight, as the clock shows them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def clock_spans(spans: Iterable[Span]) -> list[tuple[str, str]]:
    """Spans as pairs of times."""
    return [(clock(span.start), clock(span.end)) for span in spans]


def spans_of(pairs: Iterable[tuple[str, str]]) -> tuple[Span, ...]:
    """Pairs of times, each `HH:MM`, as spans."""
    return tuple(Span(_minutes(start), _minutes(end)) for start, end in pairs)


def _minutes(shown: str) -> int:
    hour, minute = shown.split(":")
    return int(hour) * 60 + int(minute)
