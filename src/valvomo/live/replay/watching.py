"""Watching the past: the floor at a moment, step by step on, step by step back, and when how much happened.

Pages of steps go on from where the last one ended, so a few scenes are kept for those who are playing; whoever finds
none gets the same from the nearest snapshot.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from valvomo.db import agents, figures, floor, replay
from valvomo.db.database import Database
from valvomo.db.replay import Slot
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.looking_back import replay_refusal
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.live.replay import calendars, folding, seen
from valvomo.live.replay.stepping import Page, stepped
from valvomo.live.views import scene
from valvomo.live.views.past import Past
from valvomo.live.views.scene import Scene
from valvomo.live.views.settings_then import Account, SettingsThen, take_back, take_usual
from valvomo.protocol.replay import ReplayFloor, ReplaySlot, ReplaySteps, ReplayTimeline

KEPT = 8
"""Scenes that are kept for whoever goes on from them."""
FRESH = timedelta(seconds=60)
"""For so long after it was set up a scene is gone on with: what is judged by the settings of now must be theirs."""
READ_AGAIN = timedelta(minutes=5)
"""After so long a past is read again, however it is gone on with: what was removed meanwhile is shown no longer."""
ROWS = 100
"""Rows that are made before others have their turn."""
SLOT = 300
"""Seconds in which facts are counted together."""
STEPS_BACK = 5
"""Snapshots in which a step back looks for something that the caller saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A stretch of the past, in about so many slots."""

    since: datetime
    until: datetime
    slots: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A scene as it was at the time of its last fact, and until when it is gone on with; after that its past is.

    `read`: when its past was read, from which some may have been removed since.
    """

    scene: Scene
    until: datetime
    read: datetime


class Replay:
    """One for a process."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._kept: OrderedDict[tuple[str, int], Kept] = OrderedDict()

    async def at(self, actor: Actor, moment: datetime) -> ReplayFloor | Refusal:
        """The floor at a moment; no later than now."""
        if refusal := replay_refusal(actor):
            return refusal
        moment = min(moment, self._clock())
        async with self._database.reading() as tx:
            then = await folding.at_moment(tx, actor.organization_id, moment)
            if then is None:
                return await _not_kept(tx, actor)
            return await self._shown(tx, actor, then, moment)

    async def at_position(self, actor: Actor, position: int) -> ReplayFloor | Refusal:
        """The floor after the fact at a position."""
        if refusal := replay_refusal(actor):
            return refusal
        async with self._database.reading() as tx:
            then = await self._past(tx, actor, position)
            return then if isinstance(then, Refusal) else await self._shown(tx, actor, then, then.at)

    async def before(self, actor: Actor, position: int) -> ReplayFloor | Refusal:
        """The floor as it was before the last fact up to a position that changed what the actor sees."""
        if refusal := replay_refusal(actor):
            return refusal
        async with self._database.reading() as tx:
            last = await _last_seen(tx, actor, position)
            then = await self._past(tx, actor, max(0, last - 1))
            return then if isinstance(then, Refusal) else await self._shown(tx, actor, then, then.at)

    async def steps(self, actor: Actor, after: int, until: datetime, limit: int) -> ReplaySteps | Refusal:
        """What changed for the actor after a position, up to a moment."""
        if refusal := replay_refusal(actor):
            return refusal
        until = min(until, self._clock())
        async with self._database.reading() as tx:
            kept = await self._scene(tx, actor, after)
            if isinstance(kept, Refusal):
                return kept
            now = kept.scene
            page = await stepped(
                tx, now, Page(actor=actor, since=min(now.past.at, until), until=until, limit=limit)
            )
        self._keep(actor.organization_id, Kept(now, self._clock(), kept.read) if page.again else kept)
        return page

    async def timeline(self, actor: Actor, wanted: Between) -> ReplayTimeline | Refusal:
        """When how much happened in the actor's queues."""
        if refusal := replay_refusal(actor):
            return refusal
        if not wanted.since < wanted.until:
            return malformed("query.to", "is not later than from")
        seconds = (wanted.until - wanted.since).total_seconds()
        step = SLOT * max(1, math.ceil(seconds / SLOT / wanted.slots))
        queues = None if actor.supervises_all else actor.supervised
        async with self._database.reading() as tx:
            kept = await replay.oldest(tx, actor.organization_id) or self._clock()
            between = (wanted.since, wanted.until, step)
            slots = await replay.activity(tx, actor.organization_id, between, queues)
        return ReplayTimeline(since=kept, until=wanted.until, step=step, slots=_slots(slots))

    async def _scene(self, tx: Transaction, actor: Actor, position: int) -> Kept | Refusal:
        """The scene at the time of the fact at a position; nobody else goes on with it meanwhile."""
        now = self._clock()
        kept = self._kept.pop((actor.organization_id, position), None)
        if kept is not None and now >= kept.read + READ_AGAIN:
            kept = None
        if kept is not None and now < kept.until:
            await seen.read_previews(tx, actor, kept.scene)
            return kept
        then = kept.scene.past if kept is not None else await self._past(tx, actor, position)
        if isinstance(then, Refusal):
            return then
        read = kept.read if kept is not None else now
        return Kept(await set_up(tx, actor, then, then.at), now + FRESH, read)

    async def _past(self, tx: Transaction, actor: Actor, position: int) -> Past | Refusal:
        then = await folding.at_position(tx, actor.organization_id, position)
        if then is None:
            return await _not_kept(tx, actor)
        if then.position != position:
            return malformed("query.after", "nothing has happened there yet")
        return then

    async def _shown(self, tx: Transaction, actor: Actor, then: Past, at: datetime) -> ReplayFloor:
        now = await set_up(tx, actor, then, at)
        rows = []
        for number, row in enumerate(seen.rows(now, actor), start=1):
            rows.append(row)
            if not number % ROWS:
                await asyncio.sleep(0)
        shown = ReplayFloor(
            at=at,
            position=then.position,
            since=await replay.oldest(tx, actor.organization_id) or at,
            rows=tuple(rows),
            agents=seen.agent_rows(now, actor),
            figures=seen.figures(now, actor),
        )
        # What the clock changed since the last fact is in no step: only a scene of that time is gone on with.
        fresh, read = FRESH if at == then.at else timedelta(), self._clock()
        self._keep(actor.organization_id, Kept(now, read + fresh, read))
        return shown

    def _keep(self, organization_id: str, kept: Kept) -> None:
        self._kept[organization_id, kept.scene.past.position] = kept
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


async def set_up(tx: Transaction, actor: Actor, then: Past, at: datetime) -> Scene:
    """The past with the settings of its time, and the words that the actor sees."""
    now = await scene_of(tx, actor.organization_id, then, at)
    await seen.read_previews(tx, actor, now)
    return now


async def scene_of(tx: Transaction, organization_id: str, then: Past, at: datetime) -> Scene:
    """The past with the settings of its time."""
    settings = await settings_at(tx, organization_id, then.position, at)
    day = await floor.day_of(tx, organization_id, at)
    ongoing = tuple(then.board.conversations.values())
    read = await figures.today(tx, organization_id, day, (then.position, ongoing))
    working, opening = await calendars.then(settings, at)
    return scene.set_up(then, settings, replace(read, calendars=opening), (working, at))


async def settings_at(tx: Transaction, organization_id: str, position: int, at: datetime) -> SettingsThen:
    """Those of now, with what was changed after a position taken back."""
    everybody = await agents.everybody(tx, organization_id, at)
    settings = SettingsThen(
        organization_id=organization_id,
        lookups=await floor.lookups(tx, organization_id),
        accounts={
            row["id"]: Account(everybody[row["id"]], frozenset(row["roles"]), row["disabled"])
            for row in await tx.rows("agents.all", organization_id)
        },
    )
    await calendars.read(tx, settings)
    for fact in await replay.settings_after(tx, organization_id, position):
        if isinstance(fact.event, SettingChanged):
            take_back(settings, fact.event)
    take_usual(settings, await replay.usual_handle(tx, organization_id, position))
    return settings


async def _last_seen(tx: Transaction, actor: Actor, position: int) -> int:
    """The last position up to this one at which something changed for the actor; where looking ended if none did."""
    last, until = 0, position
    for _ in range(STEPS_BACK):
        snapshot = await replay.nearest_position(tx, actor.organization_id, until - 1) if until > 0 else None
        if snapshot is None:
            break
        then = await folding.opened(snapshot)
        begin = then.position
        now = await set_up(tx, actor, then, then.at)
        async for facts in folding.facts_after(tx, actor.organization_id, begin, until):
            for fact in facts:
                happening = folding.happening(fact)
                if seen.step(now, actor, happening, now.take(happening)) is not None:
                    last = happening.position
            await asyncio.sleep(0)
        if last:
            return last
        until = begin
    return until + 1


async def _not_kept(tx: Transaction, actor: Actor) -> Refusal:
    since = await replay.oldest(tx, actor.organization_id)
    return Refusal(Reason.REPLAY_NOT_KEPT, {"since": since})


def _slots(found: list[Slot]) -> tuple[ReplaySlot, ...]:
    slots: dict[datetime, ReplaySlot] = {}
    for one in found:
        slot = slots.get(one.at) or ReplaySlot(at=one.at, facts=0, marks={}, first={})
        if one.kind:
            slot.marks[one.kind] = one.facts
            slot.first[one.kind] = one.first_at
            slots[one.at] = slot
        else:
            slots[one.at] = ReplaySlot(at=one.at, facts=one.facts, marks=slot.marks, first=slot.first)
    return tuple(slots[one] for one in sorted(slots))
