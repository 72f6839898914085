"""Which tests have their turn when, and where, while several workers share the cores."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

BUSY, WAITING = ("browser",), ("bench", "demo", "deploy", "faults", "whatif")
"""Folders of modules that take long: those that keep every core at work, and those that wait for processes."""
SPEAKING = (
    "browser/test_calls.py", "browser/test_sip.py", "browser/test_telephone.py", "browser/test_janus_calls.py",
    "browser/test_speech.py", "browser/test_announcing.py", "faults/test_call_killed.py", "demo/test_calling.py",
)  # fmt: skip
"""Calls have to keep time: two of them at once, each with two browsers, and on a slow machine nobody hears anybody."""
LONGEST = (
    *SPEAKING, "faults/test_town.py", "browser/test_looks.py", "deploy/test_proxies.py", "browser/test_monitoring.py",
    "faults/test_server_killed.py", "browser/test_giving.py", "faults/test_leading.py", "browser/test_console.py",
    "faults/test_handing_over.py", "faults/test_measuring_killed.py", "demo/test_simulation.py",
)  # fmt: skip
"""Of those, in this order; a long one that begins late is waited for by everybody else."""
MORE = 1
"""Workers than cores: about so many of them wait for something at any time."""


def one_call_at_a_time(config: pytest.Config, log: Any) -> Any:
    """Modules to whoever is free, but for those that speak: they are one after the other."""
    scheduler = LoadScopeScheduling(config, log)
    by_module = scheduler._split_scope

    def scope_of(nodeid: str) -> str:
        scope = str(by_module(nodeid))
        return "speaking" if scope.endswith(SPEAKING) else scope

    scheduler._split_scope = scope_of
    return scheduler


def workers() -> int:
    """How many `-n auto` are."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + MORE


def turns_of(paths: Iterable[Path], tests: Path) -> dict[Path, tuple[int, int]]:
    """Of several workers none is to begin a long module when the others are done, nor all of them to wait at once."""
    turns: dict[Path, tuple[int, int]] = {}
    counts = dict.fromkeys((BUSY, WAITING), 0)
    for path in paths:
        place = path.relative_to(tests)
        kind = next((one for one in counts if place.parts[0] in one), None)
        if path in turns or kind is None:
            continue
        if place.as_posix() in LONGEST:
            turns[path] = (0, LONGEST.index(place.as_posix()))
        else:
            counts[kind] += 1
            turns[path] = (1, counts[kind])
    return turns


def in_turn(items: list[pytest.Item], tests: Path) -> None:
    """Sort them, for workers."""
    turns = turns_of((item.path for item in items), tests)
    items.sort(key=lambda item: turns.get(item.path, (2, 0)))
