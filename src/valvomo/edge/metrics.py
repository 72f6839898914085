"""Counts for operators: requests by route, and what the live stream carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from valvomo.edge.parts import Live

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Readings(Collector):
    """Numbers that are read when they are asked for."""

    def __init__(self, prefix: str, read: Callable[[], Iterable[tuple[str, float]]]) -> None:
        self._prefix = prefix
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """The numbers now."""
        for name, value in self._read():
            yield GaugeMetricFamily(f"{self._prefix}_{name}", name.replace("_", " "), value)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: names are known when they are read."""
        return ()


class Metrics:
    """The counters of one application."""

    def __init__(self, registry: CollectorRegistry, live: Live) -> None:
        self._requests = Histogram(
            "valvomo_http_request_seconds",
            "How long requests took, by route template and status.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        registry.register(
            Readings("valvomo_live", lambda: [*live.statistics().items(), ("lag_ms", live.lag_ms())])
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        known = method if method in _METHODS else "OTHER"
        self._requests.labels(known, route, str(status)).observe(seconds)


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
