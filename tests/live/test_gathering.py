"""What comes alone goes at once; what comes in quick succession shares a frame, and nothing is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from valvomo.live.audience import Net
from valvomo.live.gathering import LEAST_PAUSE, MOST_PAUSE, SHARE, Gathering
from valvomo.live.views.happening import Change


def change(one: str, *, silent: bool = False) -> Change:
    happening: Any = SimpleNamespace(silent=silent)
    after: Any = SimpleNamespace(id=one)
    return Change(happening=happening, before=None, after=after)


@dataclass
class Told:
    """What was told, by a clock that telling itself moves on by `takes`."""

    now: float = 0.0
    takes: float = 0.0
    frames: list[tuple[list[str], set[str]]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    broken: bool = False
    twice: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, nets: list[Net], agents: frozenset[str]) -> None:
        if self.broken:
            raise ValueError("broken")
        self.now += self.takes
        self.frames.append(([one.after.id for one in nets], set(agents)))
        if len(self.frames) == 2:
            self.twice.set()

    def gathering(self) -> Gathering:
        return Gathering(self.tell, lambda: self.now, self.failures.append)


NOBODY: frozenset[str] = frozenset()


async def test_what_comes_alone_goes_at_once() -> None:
    told = Told()
    gathering = told.gathering()
    for one in ("a", "b"):
        gathering.add([change(one)], NOBODY)
        told.now += 2 * LEAST_PAUSE
    gathering.add([], frozenset({"aino"}))
    assert told.frames == [(["a"], set()), (["b"], set()), ([], {"aino"})]


async def test_what_comes_within_the_pause_shares_a_frame_that_comes_by_itself() -> None:
    told = Told(now=asyncio.get_running_loop().time())
    gathering = told.gathering()
    gathering.add([change("a")], NOBODY)
    for one in ("b", "c", "b"):
        gathering.add([change(one)], frozenset({one}))
    assert len(told.frames) == 1
    async with asyncio.timeout(90):
        await told.twice.wait()
    assert told.frames[1] == (["b", "c"], {"b", "c"})


@pytest.mark.parametrize(("takes", "pause"), [(0.0, LEAST_PAUSE), (0.02, SHARE * 0.02), (1.0, MOST_PAUSE)])
async def test_the_longer_telling_takes_the_more_is_gathered(takes: float, pause: float) -> None:
    told = Told(takes=takes)
    gathering = told.gathering()
    gathering.add([change("a")], NOBODY)
    told.now += pause * 0.99
    gathering.add([change("b")], NOBODY)
    assert len(told.frames) == 1
    told.now += pause * 0.02
    gathering.add([change("c")], NOBODY)
    assert told.frames[1:] == [(["b", "c"], set())]


async def test_what_is_silent_makes_nothing_else_wait() -> None:
    told = Told()
    gathering = told.gathering()
    gathering.add([change("a", silent=True)], NOBODY)
    gathering.add([change("b")], NOBODY)
    gathering.add([change("c", silent=True)], NOBODY)
    assert told.frames == [(["a"], set()), (["b"], set()), (["c"], set())]


async def test_a_telling_that_fails_is_said_and_does_not_stop_the_next() -> None:
    told = Told(broken=True)
    gathering = told.gathering()
    gathering.add([change("a")], NOBODY)
    told.broken = False
    told.now += 2 * LEAST_PAUSE
    gathering.add([change("b")], NOBODY)
    assert [str(one) for one in told.failures] == ["broken"]
    assert told.frames == [(["b"], set())]
