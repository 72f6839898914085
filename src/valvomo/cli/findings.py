"""The findings of an experiment as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.table import Table

from valvomo.domain.whatif.experiment import Compared
from valvomo.domain.whatif.noise import Difference, Estimate
from valvomo.domain.whatif.tally import Figures
from valvomo.protocol.whatif import WhatIfResult, WhatIfScope

MINUTE = 60
HOUR = 3600


def _count(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _share(value: float) -> str:
    return f"{value * 100:.1f} %"


def _time(value: float) -> str:
    if abs(value) >= HOUR:
        return f"{value / HOUR:.2f} h"
    return f"{value / MINUTE:.1f} min" if abs(value) >= 5 * MINUTE else f"{value:.1f} s"


ROWS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("arrivals", "came", _count),
    ("served", "served", _count),
    ("abandoned", "abandoned", _count),
    ("turned_away", "turned away", _count),
    ("waiting", "still waiting", _count),
    ("abandonment", "abandonment", _share),
    ("wait", "wait, mean", _time),
    ("wait_p50", "wait, median", _time),
    ("wait_p90", "wait, 90 %", _time),
    ("longest", "wait, longest", _time),
    ("speed_of_answer", "speed of answer", _time),
    ("service_level", "service level", _share),
    ("of_accepted", "… of accepted", _share),
    ("without_short_abandons", "… short abandons left out", _share),
    ("passed", "passed on", _count),
    ("wait_again", "wait after that", _time),
    ("rejected", "offers rejected", _count),
    ("missed", "offers missed", _count),
    ("occupancy", "occupancy", _share),
    ("utilisation", "units in use", _share),
)


def tables(result: WhatIfResult) -> Iterator[Table]:
    """One for all together, and one for each queue into which anybody came."""
    for scope in result.scopes:
        arrivals = scope.figures["arrivals"].today
        if scope.queue is None or (arrivals is not None and arrivals.mean > 0):
            yield _table(scope, result)


def _table(scope: WhatIfScope, result: WhatIfResult) -> Table:
    changed = result.agents[1] is not None
    span = f"{result.since:%Y-%m-%d %H:%M} to {result.until:%Y-%m-%d %H:%M} UTC"
    table = Table(
        title=scope.name or f"All queues, {span}",
        caption=None if scope.queue else f"± 95 % of {result.replications} replications; * beyond noise",
    )
    table.add_column("")
    for name in ("recorded", "today", *(("changed", "difference") if changed else ())):
        if name != "recorded" or scope.recorded is not None:
            table.add_column(name, justify="right")
    for name, label, shown in ROWS:
        cells = [] if scope.recorded is None else [_recorded(scope.recorded, name, shown)]
        table.add_row(label, *cells, *_cells(scope.figures[name], shown, changed=changed))
    return table


def _recorded(figures: Figures, name: str, shown: Callable[[float], str]) -> str:
    value: float | None = getattr(figures, name)
    return "–" if value is None else shown(value)


def _cells(one: Compared, shown: Callable[[float], str], *, changed: bool) -> list[str]:
    cells = [_estimate(one.today, shown)]
    if changed:
        cells += [_estimate(one.changed, shown), _difference(one.difference, shown)]
    return cells


def _estimate(one: Estimate | None, shown: Callable[[float], str]) -> str:
    if one is None:
        return "–"
    return shown(one.mean) if not one.half else f"{shown(one.mean)} ± {shown(one.half)}"


def _difference(one: Difference | None, shown: Callable[[float], str]) -> str:
    if one is None:
        return "–"
    size = f"{one.mean * 100:.1f} pp" if shown is _share else shown(one.mean)
    return f"{'+' if one.mean > 0 else ''}{size}{' *' if one.beyond_noise else ''}"
