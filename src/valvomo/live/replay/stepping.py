"""A page of the past as it went on: fact by fact what changed for one actor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from valvomo.db import floor
from valvomo.db.journal import Fact
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.events import SettingChanged, UsualHandleNoted
from valvomo.live import reading
from valvomo.live.replay import folding, seen
from valvomo.live.views.happening import Words
from valvomo.live.views.scene import Scene
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.replay import ReplayStep, ReplaySteps

TURNS = 300
"""Seconds after which is looked whether a day or working hours have begun or ended."""
MOST_FACTS = 4_000
"""Facts that are looked through for one page."""
SHOWN = frozenset({"queue", "user", "workstream", "presence", "skill", "supervision", "attention", "hours"})
"""Settings after whose change the floor is asked for anew."""


@dataclass(slots=True, kw_only=True)
class Page:
    """Whose it is, how far it may go, and what it has."""

    actor: Actor
    since: datetime
    until: datetime
    limit: int
    slot: int = 0
    steps: list[ReplayStep] = field(default_factory=list)
    figures: dict[str, FiguresItem] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    again: bool = False
    more: bool = False

    @property
    def full(self) -> bool:
        """Whether no further fact may be taken in."""
        return self.again or self.more


async def stepped(tx: Transaction, scene: Scene, page: Page) -> ReplaySteps:
    """Go on through the facts; the scene is as far as the answer says."""
    page.figures = {one.id: one for one in seen.figures(scene, page.actor)}
    looked, later = 0, False
    async for facts in folding.facts_after(tx, page.actor.organization_id, scene.past.position):
        page.words = await reading.words_of_facts(tx, page.actor.organization_id, facts)
        for fact in facts:
            later = fact.at > page.until
            if later or page.full:
                break
            await _turn(tx, scene, page, fact.at)
            _take(scene, page, fact)
        looked += len(facts)
        page.more = page.more or (looked >= MOST_FACTS and not later)
        if later or page.full:
            break
        await asyncio.sleep(0)
    if page.full:
        return _answer(scene, page, scene.past.at)
    # What the clock alone changed after the last fact belongs to no position.
    page.again = await _turned(tx, scene, page, page.until) != (frozenset(), False)
    return _answer(scene, page, page.until)


async def _turned(tx: Transaction, scene: Scene, page: Page, at: datetime) -> tuple[frozenset[str], bool]:
    """Let the clock go on: whose duty changed, and whether it is another day."""
    slot = int(at.timestamp() // TURNS)
    if slot == page.slot:
        return frozenset(), False
    page.slot, before = slot, scene.day.since
    day = await floor.day_of(tx, page.actor.organization_id, at)
    turned = scene.turn(day, at)
    return turned, scene.day.since != before


async def _turn(tx: Transaction, scene: Scene, page: Page, at: datetime) -> None:
    """What the clock changed before the next fact is a step of its own: it is nobody's act."""
    turned, _ = await _turned(tx, scene, page, at)
    _tell(scene, page, seen.turned(scene, page.actor, turned, datetime.fromtimestamp(page.slot * TURNS, UTC)))


def _tell(scene: Scene, page: Page, found: ReplayStep | None) -> None:
    if found is not None:
        changed = seen.differing(page.figures, seen.figures(scene, page.actor))
        page.figures.update((one.id, one) for one in changed)
        page.steps.append(msgspec.structs.replace(found, figures=changed))


def _take(scene: Scene, page: Page, fact: Fact) -> None:
    happening = folding.happening(fact, page.words)
    _tell(scene, page, seen.step(scene, page.actor, happening, scene.take(happening)))
    event = fact.event
    page.again = isinstance(event, UsualHandleNoted) or (
        isinstance(event, SettingChanged) and event.subject in SHOWN
    )
    page.more = len(page.steps) >= page.limit


def _answer(scene: Scene, page: Page, at: datetime) -> ReplaySteps:
    return ReplaySteps(
        position=scene.past.position,
        since=page.since,
        at=at,
        steps=tuple(page.steps),
        again=page.again,
        more=page.more,
    )
