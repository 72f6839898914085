"""The router at work: what waits is offered, by one process at a time (design §1 *Routing*).

It holds what waits and who serves as of a position in the journal. What facts after it name is read anew, and the
queues concerned are looked at. Now and then, at its start and after every change of settings everything is read and
looked at, so that nothing that was missed is missed for long. Offers are decided again on locked rows: whatever is
held here may be late, it never decides alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
import structlog

from valvomo.commands.conversations.route import Route, Step
from valvomo.commands.execute import Executor
from valvomo.db import routing
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.routing import Touched
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import House
from valvomo.domain.routing.lines import Lines, Tables
from valvomo.domain.routing.route import Routed, serve
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.router_said import Said

MOST_OFFERS = 200
"""In one pass; the next follows at once, on fresh facts."""
BATCH = 20
"""Steps in one transaction."""
FULL_SHARE = 100
"""A look at everything may take this part of the time: after one that took 50 ms come five seconds without."""
LONGEST_WITHOUT = 10.0
"""Seconds after which everything is looked at however long that takes, and though something has just rung."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Ledger:
    """What this process knows of an organization as of `position`, and when it looked at everything last.

    `left` are queues to look at again, at once if there is `more` to do; `doubted` is what was refused, since whatever
    is held of it was not so any more.
    """

    position: int | None = None
    full_at: float = 0.0
    house: House = field(default_factory=lambda: House(workstreams={}, queues={}))
    lines: Lines = field(default_factory=Lines)
    versions: dict[str, int] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)
    said: Said = field(default_factory=Said)
    left: set[str] = field(default_factory=set)
    more: bool = False
    doubted: Touched = field(default_factory=lambda: Touched(position=0))

    def drop(self, conversation_id: str) -> None:
        """It waits no more."""
        self.lines.drop(conversation_id)
        self.versions.pop(conversation_id, None)
        self.said.forget(conversation_id)

    def is_full_due(self, *, rung: bool) -> bool:
        """Whether to look at everything now; who has rung waits for the answer, and that takes longer."""
        overdue = time.monotonic() - self.full_at
        return self.position is None or overdue >= (LONGEST_WITHOUT if rung else 0.0)


class Router(Rounds):
    """One for a process; `leads` says whether this process is the one that routes."""

    gather = 0.02

    def __init__(
        self,
        database: Database,
        executor: Executor,
        bell: Doorbell,
        clock: Callable[[], datetime],
        *,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor
        self._clock = clock
        self._leads = leads
        self._ledgers: dict[str, _Ledger] = {}
        self._rung_by: set[str] = set()
        self._all_at = 0.0

    async def round(self) -> float | None:
        """Route every organization that has rung; once in a while, each in which something waits."""
        if not self._leads():
            # Somebody else goes on from here: what is held would only grow old.
            self._ledgers.clear()
            self._all_at = 0.0
            return None
        rung, self._rung_by = self._rung_by, set()
        organizations = sorted(rung.union(one for one, ledger in self._ledgers.items() if ledger.more))
        if not rung or "" in rung or time.monotonic() >= self._all_at:
            self._all_at = time.monotonic() + self.every
            async with self._database.asking() as tx:
                organizations = await routing.organizations(tx)
        again = await self.in_each(organizations, lambda one: self._serve(one, rung=one in rung))
        return 0.0 if again else None

    def positions(self) -> dict[str, int]:
        """How far this process has read each organization in which something waited when it last looked."""
        return {one: it.position for one, it in self._ledgers.items() if it.position is not None and it.lines}

    async def route(self, organization_id: str, *, rung: bool = False) -> Routed:
        """Decide and offer."""
        ledger = self._ledgers.setdefault(organization_id, _Ledger())
        try:
            began = time.monotonic()
            queues = await self._read(organization_id, ledger, full=ledger.is_full_due(rung=rung))
            now = self._clock()
            explained = ledger.said.asking(now)
            routed = serve(
                ledger.lines, ledger.tables, ledger.house,
                at=now, most=MOST_OFFERS, queues=queues, explained=explained,
            )  # fmt: skip
            ledger.left = {*routed.left, *explained.left}
            if queues is None:
                took = time.monotonic() - began
                ledger.full_at = began + max(self.every, min(LONGEST_WITHOUT, FULL_SHARE * took))
            await self._do(organization_id, ledger, routed)
        except BaseException:
            # Half of something may be held now: begin anew.
            self._ledgers.pop(organization_id, None)
            raise
        return routed

    async def _serve(self, organization_id: str, *, rung: bool) -> bool:
        """Whether there is more to do."""
        await self.route(organization_id, rung=rung)
        return self._ledgers[organization_id].more

    async def _read(self, organization_id: str, ledger: _Ledger, *, full: bool) -> set[str] | None:
        """Make what is held true again; in which queues something has changed, None for anywhere."""
        if not full and ledger.position is not None:
            async with self._database.asking() as tx:
                queues = await self._read_on(tx, organization_id, ledger, ledger.position)
            if queues is not None:
                return queues
        async with self._database.reading() as tx:
            await self._read_all(tx, organization_id, ledger)
        return None

    async def _read_on(
        self, tx: Transaction, organization_id: str, ledger: _Ledger, position: int
    ) -> set[str] | None:
        """Only what facts after this position name; None where that may be anything.

        Rows may be newer than these facts: what made them so is read the next time, and changes nothing then.
        """
        touched = await routing.touched(tx, organization_id, position)
        if touched is None:
            return None
        concerned = Touched(
            position=touched.position,
            conversations=touched.conversations | ledger.doubted.conversations,
            agents=touched.agents | ledger.doubted.agents,
        )
        waiting = await routing.some_waiting(tx, organization_id, concerned.conversations)
        seats = await routing.some_seats(tx, organization_id, concerned, self._clock())
        for gone in concerned.conversations - waiting.keys():
            ledger.drop(gone)
        for one, (version, held) in waiting.items():
            ledger.versions[one] = version
            ledger.lines.put(held)
        for seat in seats:
            ledger.tables.put(seat)
        ledger.position, ledger.doubted = touched.position, Touched(position=0)
        queues = {held.queue_id for _, held in waiting.values()} | ledger.left
        return queues.union(*(seat.agent.queues for seat in seats))

    async def _read_all(self, tx: Transaction, organization_id: str, ledger: _Ledger) -> None:
        """Everything, but of what waits only what has changed."""
        position = await routing.head(tx, organization_id)
        ledger.house = await routing.rules(tx, organization_id, ledger.house if ledger.versions else None)
        versions = await routing.versions(tx, organization_id)
        new = [one for one, version in versions.items() if ledger.versions.get(one) != version]
        changed = await routing.some_waiting(tx, organization_id, new)
        seats = await routing.seats(tx, organization_id, None, self._clock())
        for gone in ledger.versions.keys() - versions.keys():
            ledger.drop(gone)
        if ledger.lines:
            for _, held in changed.values():
                ledger.lines.put(held)
        else:
            ledger.lines = Lines(held for _, held in changed.values())
        ledger.versions, ledger.tables = versions, Tables(seats)
        ledger.position, ledger.doubted = position, Touched(position=0)

    async def _do(self, organization_id: str, ledger: _Ledger, routed: Routed) -> None:
        """Make it so; what is refused because somebody was faster is read anew and looked at again."""
        now = self._clock()
        decisions = (*routed.orphans[:MOST_OFFERS], *routed.regained[:MOST_OFFERS], *routed.offers)
        beyond = (*routed.orphans[MOST_OFFERS:], *routed.regained[MOST_OFFERS:])
        ledger.left |= {one.waiting.queue_id for one in beyond}
        ledger.more = bool(ledger.left)
        for one in decisions:
            ledger.said.forget(one.waiting.id)
        kept = ledger.said.new(routed, now)
        refused: set[str] = set()
        for batch in _batched(decisions):
            if not self._leads():
                return
            command = Route(steps=tuple(map(_step, batch)), kept=kept, rules=ledger.house.version)
            refused |= await self._take(organization_id, command)
            ledger.said.note(kept, now)
            kept = ()
        if kept:
            await self._take(organization_id, Route(kept=kept, rules=ledger.house.version))
            ledger.said.note(kept, now)
        again = [one for one in decisions if one.waiting.id in refused]
        ledger.left |= {one.waiting.queue_id for one in again}
        ledger.doubted = Touched(
            position=0,
            conversations=frozenset(refused),
            agents=frozenset(one.agent_id for one in again if one.agent_id),
        )

    async def _take(self, organization_id: str, command: Route) -> frozenset[str]:
        """Which conversations could not be dealt with. What fails is done one by one: one must not stop all."""
        steps = command.steps
        try:
            outcome = await self._executor.execute(system(organization_id, "router"), command)
        except asyncpg.PostgresError:
            if len(steps) + bool(command.kept) <= 1:
                log.exception("router.failed", conversations=[one.conversation_id for one in steps])
                return frozenset(one.conversation_id for one in steps)
            parts = [Route(steps=(one,), rules=command.rules) for one in steps]
            if command.kept:
                parts.append(Route(kept=command.kept, rules=command.rules))
            return frozenset().union(*[await self._take(organization_id, one) for one in parts])
        if isinstance(outcome, Refusal):
            refused: object = {steps[0].conversation_id: outcome.reason.value}
        else:
            refused = outcome.result["refused"]
        if not isinstance(refused, dict):
            raise TypeError("what was refused is told by conversation")
        if refused:
            # Somebody was faster; the next round decides on what is then.
            log.debug("router.refused", refused=refused)
        return frozenset(refused)

    def _rung(self, organization_id: str) -> None:
        self._rung_by.add(organization_id)
        super()._rung(organization_id)


def _step(decision: Decision) -> Step:
    return Step(
        conversation_id=decision.waiting.id,
        agent_id=decision.agent_id,
        cause=decision.cause,
        decision=decision,
    )


def _batched(decisions: tuple[Decision, ...]) -> Iterable[tuple[Decision, ...]]:
    return (decisions[at : at + BATCH] for at in range(0, len(decisions), BATCH))
