"""A page of the past as it went on: fact by fact what changed for one actor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from valvomo.db import agents, floor
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
SHOWN = frozenset({"queue", "user", "workstream", "presence", "skill", "supervision", "attention"})
"""Settings after whose change the floor is asked for anew."""


@dataclass(slots=True, kw_only=True)
class Page:
    """Whose it is, how far it may go, and what it has. `turned` are agents whose duty changed since the last step."""

    actor: Actor
    until: datetime
    limit: int
    slot: int = 0
    turned: frozenset[str] = frozenset()
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
    before = scene.day.since
    await _turn(tx, scene, page, page.until)
    # What the clock alone changed is in no step.
    page.again = bool(page.turned) or scene.day.since != before
    return _answer(scene, page, page.until)


async def _turn(tx: Transaction, scene: Scene, page: Page, at: datetime) -> None:
    slot = int(at.timestamp() // TURNS)
    if slot != page.slot:
        page.slot = slot
        day = await floor.day_of(tx, page.actor.organization_id, at)
        page.turned |= scene.turn(day, await agents.duty(tx, page.actor.organization_id, at))


def _take(scene: Scene, page: Page, fact: Fact) -> None:
    happening = folding.happening(fact, page.words)
    change, concerned = scene.take(happening)
    found = seen.step(scene, page.actor, happening, (change, concerned | page.turned))
    event = fact.event
    page.again = isinstance(event, UsualHandleNoted) or (
        isinstance(event, SettingChanged) and event.subject in SHOWN
    )
    if found is not None:
        changed = seen.differing(page.figures, seen.figures(scene, page.actor))
        page.figures.update((one.id, one) for one in changed)
        page.steps.append(msgspec.structs.replace(found, figures=changed))
        page.turned = frozenset()
        page.more = len(page.steps) >= page.limit


def _answer(scene: Scene, page: Page, at: datetime) -> ReplaySteps:
    return ReplaySteps(
        position=scene.past.position, at=at, steps=tuple(page.steps), again=page.again, more=page.more
    )
