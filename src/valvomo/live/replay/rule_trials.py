"""Trials of alert rules: which may begin, how many go on, and how they are told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from valvomo.db.database import Database
from valvomo.db.hours import at_hand, hours_of
from valvomo.domain.access.actor import Actor
from valvomo.domain.alerts.conditions import Condition, unsound
from valvomo.domain.alerts.trial import Tried, Would, unknowns
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.domain.routing.hours import is_open
from valvomo.live.replay.rule_trial import MOST_SECONDS, RuleTrial, Tested
from valvomo.protocol.alert_trials import (
    MOST_SHOWN,
    AlertTrialProgress,
    AlertTrialResult,
    TryAlertRuleRequest,
    WouldRaise,
)
from valvomo.protocol.lookups import Named

MOST_AT_A_TIME = 2
"""Of all organizations together; each has one."""


@dataclass(slots=True)
class RuleTrials:
    """One for a server process."""

    database: Database
    clock: Callable[[], datetime]
    seconds: float = MOST_SECONDS
    _busy: set[str] = field(default_factory=set)

    async def begin(
        self, actor: Actor, wanted: TryAlertRuleRequest, conditions: tuple[Condition, ...]
    ) -> RuleTrial | Refusal:
        """The trial of a rule over the last days; refused for what is asked, or while others go on."""
        if fault := unsound(conditions):
            return malformed(*fault)
        if actor.organization_id in self._busy or len(self._busy) >= MOST_AT_A_TIME:
            return Refusal(Reason.ALERT_TRIAL_RUNNING)
        hours, until = None, self.clock()
        if wanted.quiet_hours_id is not None:
            async with self.database.asking() as tx:
                hours = await tx.row("resources.hours", actor.organization_id, "", wanted.quiet_hours_id, 1)
            if hours is None:
                return Refusal(Reason.UNKNOWN_TARGET, {"quiet_hours_id": wanted.quiet_hours_id})
            await at_hand([hours], until)
        tried = Tried(
            conditions=conditions,
            queues=frozenset(wanted.queues),
            cool_down=timedelta(seconds=wanted.cool_down),
            quiet=_quiet(hours, until),
        )
        since = until - timedelta(days=wanted.days)
        return RuleTrial(
            database=self.database, actor=actor, tried=tried, since=since, until=until, seconds=self.seconds
        )

    async def lines(
        self, trial: RuleTrial, *, quiet_hours: bool
    ) -> AsyncGenerator[AlertTrialProgress | AlertTrialResult]:
        """How far it is, and at last what came of it. However it ends, another one may begin then."""
        whose = trial.actor.organization_id
        self._busy.add(whose)
        lines = trial.lines()
        try:
            async for one in lines:
                if isinstance(one, Tested):
                    yield _told(one, trial.tried, quiet_hours=quiet_hours)
                else:
                    yield AlertTrialProgress(at=one.at, found=one.found)
        finally:
            await lines.aclose()
            self._busy.discard(whose)


def _quiet(hours: Any, around: datetime) -> Callable[[datetime], bool]:
    if hours is None:
        return lambda _: False
    calendar = hours_of(hours, around)
    return lambda at: is_open(calendar, at)


def _told(found: Tested, tried: Tried, *, quiet_hours: bool) -> AlertTrialResult:
    return AlertTrialResult(
        since=found.since,
        until=found.until,
        whole=found.whole,
        count=len(found.raised),
        items=tuple(_item(one, found) for one in found.raised[:MOST_SHOWN]),
        unknown=unknowns(tried.conditions, quiet_hours=quiet_hours, mood_seen=found.mood_seen),
    )


def _item(one: Would, found: Tested) -> WouldRaise:
    about = one.conversation_id
    return WouldRaise(
        queue=Named(one.queue_id, found.queues.get(one.queue_id, "")),
        conversation=Named(about, found.customers.get(about, "")) if about else None,
        at=one.at,
        already=one.at == found.since,
        until=one.until,
        cause=one.cause,
    )
