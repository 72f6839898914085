"""What the edge works with: put together once by `main`, the same for every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry

from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.execute import Executor
from valvomo.commands.settings.sign_in import Gate
from valvomo.edge.http.authentication import Authentication
from valvomo.edge.http.pace import Pace
from valvomo.queries.reading import Reader

STATIC = Path(__file__).parent.parent / "static"


class Live(Protocol):
    """As much of the live stream as a health check asks for."""

    def lag_ms(self) -> int:
        """Age of the feed: how long ago it last knew that it had read everything, in milliseconds."""
        ...

    def statistics(self) -> Mapping[str, int]:
        """Counts for the metrics."""
        ...


def paces() -> dict[str, Pace]:
    """How fast one address may do what costs us much: burst, and how many a second after it."""
    return {"sign_in": Pace(burst=60, per_second=2), "widget_start": Pace(burst=300, per_second=10)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The concrete parts behind the routes. `pending` asks whether migrations are missing, for `/readyz`."""

    executor: Executor
    lane: MessageLane
    reader: Reader
    authentication: Authentication
    clock: Callable[[], datetime]
    live: Live
    gate: Gate
    pending: Callable[[], Awaitable[bool]]
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    paces: Mapping[str, Pace] = field(default_factory=paces)
    secure: bool = False
    session_hours: int = 12
    static: Path = STATIC
