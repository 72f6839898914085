"""The topic `health`: what the inspector has found, for supervisors, and how long ago; what waits; how measuring goes.

It is no fold of the journal: the inspector, in whichever process it runs, keeps what it finds in the database, and a
room reads it from there while somebody watches. So what is shown has its own age, which the screen tells.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog

from valvomo.db import dispatches, insight, inspections
from valvomo.db.database import Database
from valvomo.db.dispatches import Waiting
from valvomo.db.inspections import INSPECTOR, Inspection
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.colleagues import figures_scope, may_see_agent
from valvomo.domain.refusals import Reason, Refusal
from valvomo.live.connection import Connection, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.floor import LiveFloor
from valvomo.protocol.health import (
    CHECKS,
    FUTURE,
    HealthCheck,
    HealthFinding,
    HealthItem,
    WaitingAccount,
    WaitingItem,
)
from valvomo.protocol.insight import MeasuringItem

HEALTH = "health"
LOOK_SECONDS = 1.0
SAY_SECONDS = 4.0
"""When nothing but the time of the inspection is new, it is told at most so often."""
WAITING_EVERY, WAITING_AFTER = 5.0, 30.0
"""Seconds between two looks at what waits to be sent, and after which that is worth a word."""

log = structlog.get_logger(__name__)


def health_refusal(actor: Actor) -> Refusal | None:
    """Why the actor may not watch this."""
    return None if actor.is_(UserRole.SUPERVISOR) else Refusal(Reason.ROLE_NEEDED, {"role": "supervisor"})


class Health:
    """Who watches it in one organization, and the newest inspection."""

    def __init__(
        self, floor: Callable[[], LiveFloor], database: Database, delivery: Delivery, organization_id: str
    ) -> None:
        self._floor = floor
        self._database = database
        self._delivery = delivery
        self._organization_id = organization_id
        self._watched = asyncio.Event()
        self._newest: Inspection | None = None
        self._goings: dict[str, MeasuringItem] = {}
        self._waiting: tuple[Waiting, ...] = ()
        self._waiting_at = 0.0
        self._told: tuple[float, object] = (0.0, None)
        self.readers: set[Subscription] = set()

    def watch(self, subscription: Subscription) -> None:
        """Begin."""
        self.readers.add(subscription)
        self._watched.set()
        self._begin(subscription)

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        self.readers.discard(subscription)
        if not self.readers:
            # Whoever comes next must not be shown what was known when the last one left.
            self._watched.clear()
            self._newest, self._goings = None, {}
            self._waiting, self._waiting_at = (), 0.0

    def catch_up(self, connection: Connection) -> None:
        """A slow reader has drained."""
        subscription = connection.subscriptions.get(HEALTH)
        if subscription is not None and subscription.behind:
            subscription.stale = False
            self._begin(subscription)

    def begin_again(self, subscription: Subscription) -> None:
        """What the reader may see has changed."""
        self._begin(subscription)

    async def run(self) -> None:
        """Look for news while somebody watches, until cancelled."""
        while True:
            await self._watched.wait()
            try:
                await self.look()
            except LOST as error:
                log.warning("health.look", organization=self._organization_id, error=repr(error))
            except Exception:
                # What the inspector keeps is read by nothing else: it must not take the floor with it.
                log.exception("health.look", organization=self._organization_id)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Whether there is a newer inspection, how measuring and writing down go, and what waits."""
        late = time.monotonic() - self._waiting_at >= WAITING_EVERY
        async with self._database.asking() as tx:
            self._take(await inspections.get(tx, self._organization_id, INSPECTOR))
            now = await tx.value("insight.time")
            measured = await insight.reports(tx, self._organization_id, now)
            written = await insight.reports(tx, self._organization_id, now, insight.SPEECH)
            if late:
                self._take_waiting(await dispatches.waiting(tx, self._organization_id, WAITING_AFTER))
        self._take_going(insight.measuring_item(measured))
        self._take_going(insight.writing_item(written))

    def _take(self, found: Inspection | None) -> None:
        """Tell of it: at once when it says something else than before, otherwise now and then."""
        if found is None or (self._newest is not None and found.at == self._newest.at):
            return
        first, self._newest = self._newest is None, found
        content, now = (found.report["findings"], found.report["count"]), time.monotonic()
        if not first and content == self._told[1] and now - self._told[0] < SAY_SECONDS:
            return
        self._told = (now, content)
        for subscription in self.readers:
            actor = subscription.connection.actor
            frame = self._delivery.frame(
                HEALTH, "changes", self._floor().number(actor), [item_of(found, actor, self._floor())]
            )
            self._delivery.tell(subscription, frame)

    def _take_going(self, found: MeasuringItem) -> None:
        """Tell what is other than before; nothing of a house in which nothing has ever been measured, or written."""
        before = self._goings.get(found.id)
        if before is None and found.processes == 0:
            return
        if before is not None and msgspec.structs.replace(before, at=found.at) == found:
            return
        self._goings[found.id] = found
        for subscription in self.readers:
            number = self._floor().number(subscription.connection.actor)
            self._delivery.tell(subscription, self._delivery.frame(HEALTH, "changes", number, [found]))

    def _take_waiting(self, found: tuple[Waiting, ...]) -> None:
        """Tell of it where it is other than before."""
        self._waiting_at = time.monotonic()
        if found == self._waiting:
            return
        before, self._waiting = self._waiting, found
        for subscription in self.readers:
            actor = subscription.connection.actor
            item = waiting_item(found, actor)
            if item != waiting_item(before, actor):
                frame = self._delivery.frame(HEALTH, "changes", self._floor().number(actor), [item])
                self._delivery.tell(subscription, frame)

    def _begin(self, subscription: Subscription) -> None:
        actor, floor, found = subscription.connection.actor, self._floor(), self._newest
        data: list[object] = [] if found is None else [item_of(found, actor, floor)]
        data.extend(self._goings.values())
        if self._waiting:
            data.append(waiting_item(self._waiting, actor))
        self._delivery.send(subscription, self._delivery.frame(HEALTH, "snapshot", floor.number(actor), data))


def item_of(found: Inspection, actor: Actor, floor: LiveFloor) -> HealthItem:
    """The inspection as this viewer may know of it: nothing tells of conversations that are not theirs to see."""
    report = found.report
    findings = [one for raw in report["findings"] if (one := _finding(raw, actor, floor)) is not None]
    everything = next(iter(floor.figures(figures_scope(actor))))
    checked, counts = report["checked_at"], report["counts"]
    return HealthItem(
        # As old as its oldest part: the inspector takes its time between them.
        inspected_at=min((datetime.fromisoformat(one) for one in checked.values()), default=found.at),
        checks=tuple(
            HealthCheck(name=name, proved_at=_moment(checked.get(name)), findings=counts.get(name, 0))
            for name in CHECKS
        ),
        findings=tuple(findings),
        elsewhere=report["count"] - len(findings),
        orphans=everything.orphans + counts.get(FUTURE, 0),
        behind=report["behind"],
        walked_at=_moment(report["walked_at"]),
    )


def waiting_item(found: tuple[Waiting, ...], actor: Actor) -> WaitingItem:
    """What waits in conversations of this viewer's queues, and which of their accounts are held, each once."""
    accounts: dict[str, WaitingAccount] = {}
    for one in found:
        if actor.supervises(one.queue_id):
            known = accounts.get(one.account_id)
            since = [at for at in (one.since, known.since if known else None) if at is not None]
            accounts[one.account_id] = WaitingAccount(
                account_id=one.account_id,
                name=one.name,
                messages=one.messages + (known.messages if known else 0),
                since=min(since, default=None),
                problem=one.problem,
                held_since=one.held_since,
            )
    return WaitingItem(accounts=tuple(accounts.values()))


def _finding(raw: Mapping[str, Any], actor: Actor, floor: LiveFloor) -> HealthFinding | None:
    conversation = floor.conversation(raw["conversation_id"] or "")
    seat = floor.agents.seats.get(raw["agent_id"] or "")
    if not actor.supervises_all:
        if raw["conversation_id"] and not (conversation and actor.supervises(conversation.queue_id)):
            return None
        if raw["agent_id"] and not (seat and may_see_agent(actor, raw["agent_id"], seat.agent.queues)):
            return None
    return HealthFinding(
        check=raw["check"],
        name=conversation.customer_name if conversation else seat.agent.name if seat else None,
        conversation_id=raw["conversation_id"],
        agent_id=raw["agent_id"],
        fact=raw["fact"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
