"""What `/metrics` can say: every family by name, and the counts of HTTP requests, which are made at the door.

Names follow Prometheus: base units, `_total` for what only grows. Labels are few and known beforehand: never an id,
a name or a text. `docs/monitoring.md` explains each family; a test holds that it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from valvomo.edge.families import FAMILIES, Family
from valvomo.telemetry.counts import Spread

Reading = tuple[str, tuple[str, ...], float | Spread]
"""A family, the values of its labels, and how much of it there is."""

RouteClass = Literal["api", "widget", "operations", "file", "unknown"]
OTHER = "OTHER"
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_CLASSES: tuple[tuple[str, RouteClass], ...] = (("/api/", "api"), ("/widget/", "widget"))


class Readings(Collector):
    """Numbers that are read when they are asked for. A family that nobody has described is a bug."""

    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """Every family, and what there is of it now."""
        found: dict[str, list[Reading]] = {name: [] for name in FAMILIES}
        for reading in self._read():
            found[reading[0]].append(reading)
        for name, readings in found.items():
            yield _metric(name, FAMILIES[name], readings)

    def describe(self) -> Iterable[Metric]:
        """What it will say."""
        return (_metric(name, family, ()) for name, family in FAMILIES.items())


class _Key(NamedTuple):
    method: str
    route: str
    status: int


class Requests:
    """HTTP requests that were answered: counted by route template and status, timed by the kind of route."""

    def __init__(self) -> None:
        self._counts: Counter[_Key] = Counter()
        self._seconds: Mapping[RouteClass, Spread] = {
            "api": Spread(), "widget": Spread(), "operations": Spread(), "file": Spread(), "unknown": Spread(),
        }  # fmt: skip

    def answered(self, method: str, route: str, status: int, seconds: float) -> str:
        """A request was answered; the method as it is counted."""
        known = method if method in _METHODS else OTHER
        self._counts[_Key(known, route, status)] += 1
        self._seconds[class_of(route)].add(seconds)
        return known

    def readings(self) -> Iterable[Reading]:
        """The counts now."""
        for (method, route, status), count in self._counts.items():
            yield "valvomo_http_requests_total", (method, route, str(status)), count
        for kind, spread in self._seconds.items():
            yield "valvomo_http_request_duration_seconds", (kind,), spread


def class_of(route: str) -> RouteClass:
    """The kind of a route template."""
    for prefix, kind in _CLASSES:
        if route.startswith(prefix):
            return kind
    if route in {"file", "unknown"}:
        return "file" if route == "file" else "unknown"
    return "operations"


def _metric(name: str, family: Family, readings: Iterable[Reading]) -> Metric:
    match family.kind:
        case "histogram":
            histogram = HistogramMetricFamily(name, family.meaning, labels=family.labels)
            for _, labels, spread in readings:
                if not isinstance(spread, Spread):
                    raise TypeError(f"{name} is a histogram")
                histogram.add_metric(labels, _buckets(spread), spread.total)
            return histogram
        case "counter":
            counter = CounterMetricFamily(name, family.meaning, labels=family.labels)
            for _, labels, value in readings:
                counter.add_metric(labels, _number(name, value))
            return counter
        case "gauge":
            gauge = GaugeMetricFamily(name, family.meaning, labels=family.labels)
            for _, labels, value in readings:
                gauge.add_metric(labels, _number(name, value))
            return gauge


def _number(name: str, value: float | Spread) -> float:
    if isinstance(value, Spread):
        raise TypeError(f"{name} is no histogram")
    return value


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    found, so_far = [], 0
    for bound, count in zip((*spread.bounds, float("inf")), spread.counts, strict=True):
        so_far += count
        found.append(("+Inf" if bound == float("inf") else repr(float(bound)), float(so_far)))
    return found
