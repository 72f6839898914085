"""Spans: what took how long and because of what, for whoever traces; next to nothing when nobody does.

Every layer names its work; who records it is set once by `main` (OpenTelemetry), and not at all by default. What is
told of a span is names that the program knows beforehand: routes, commands, statements, outcomes. Never a value, a
text, a name of anybody or an address.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

MOST_REMEMBERED = 4096
Value = str | int | float | bool


class Span(Protocol):
    """Work in progress."""

    def tell(self, **attributes: Value) -> None:
        """Something more about it."""
        ...

    def call(self, name: str) -> None:
        """Its name, where that is known only now."""
        ...


class Tracer(Protocol):
    """Records spans. A cause is a W3C `traceparent`."""

    def span(
        self, name: str, causes: Sequence[str], kind: str, attributes: dict[str, Value]
    ) -> AbstractContextManager[Span]:
        """A span within the first cause, or else within the present one, linked to the other causes."""
        ...

    def here(self) -> str | None:
        """The present span as a cause of others."""
        ...


class _Untold:
    """The span of nobody who traces."""

    def tell(self, **attributes: Value) -> None:
        """Nobody listens."""

    def call(self, name: str) -> None:
        """Nobody listens."""


_NOWHERE: AbstractContextManager[Span] = nullcontext(_Untold())
_tracer: Tracer | None = None
_remembered: OrderedDict[tuple[str, int], str] = OrderedDict()


def use(tracer: Tracer | None) -> None:
    """From now on this one records; nobody when there is none."""
    global _tracer  # noqa: PLW0603 - like logging: one for a process, and every layer would have to carry it
    _tracer = tracer
    _remembered.clear()


def tracing() -> bool:
    """Whether anybody records."""
    return _tracer is not None


def span(
    name: str, causes: Sequence[str] = (), kind: str = "internal", **attributes: Value
) -> AbstractContextManager[Span]:
    """Work that is done within the block."""
    return _NOWHERE if _tracer is None else _tracer.span(name, causes, kind, attributes)


def part(name: str, kind: str = "internal", **attributes: Value) -> AbstractContextManager[Span]:
    """The same, of no interest by itself: only within another one."""
    return _NOWHERE if not within() else span(name, (), kind, **attributes)


def within() -> bool:
    """Whether the present work belongs to a span."""
    return _tracer is not None and _tracer.here() is not None


def here() -> str | None:
    """The present span, to be given on as a cause."""
    return None if _tracer is None else _tracer.here()


def remember(organization_id: str, position: int | None) -> None:
    """The present span has written the journal up to here; readers in this process ask for it."""
    cause = here()
    if cause is None or position is None:
        return
    _remembered[organization_id, position] = cause
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)


def written_by(organization_id: str, positions: Sequence[int]) -> list[str]:
    """What wrote these positions, as far as this process did."""
    if _tracer is None:
        return []
    found = (_remembered.pop((organization_id, one), None) for one in positions)
    return [one for one in found if one is not None]
