"""What a rule would have raised, asked and told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.protocol.alerts import Conditions, Queues, Seconds
from valvomo.protocol.lookups import Named
from valvomo.protocol.requests import Id, Request

MOST_DAYS = 14
MOST_SHOWN = 500
"""Alerts that are told one by one; all are counted."""


class TryAlertRuleRequest(Request, frozen=True, kw_only=True):
    """A rule as it is or might be, and over how many of the last days it is tried."""

    conditions: Conditions
    queues: Queues = ()
    quiet_hours_id: Id | None = None
    cool_down: Seconds = 600
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 7


class WouldRaise(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that would have been raised.

    `conversation` is null for one about the queue; its name is empty where the caller may not see it. `already`: its
    conditions held when the trial began. `until` is null while it is not over; `cause` as `cleared_as` of an alert.
    """

    queue: Named
    conversation: Named | None
    at: datetime
    already: bool
    until: datetime | None
    cause: str | None


class AlertTrialProgress(msgspec.Struct, frozen=True, kw_only=True, tag="progress", tag_field="kind"):
    """Up to where the past has been looked through, and how many alerts were found."""

    at: datetime
    found: int


class AlertTrialResult(msgspec.Struct, frozen=True, kw_only=True, tag="result", tag_field="kind"):
    """What the rule would have raised between `since` and `until`: `count` alerts, the first of them one by one.

    `since` is later than asked for where the past is not kept so far back, `whole` false where the time for a trial was
    over before the past was. `unknown` names what cannot be known of the past: `nobody_clears`, `mood_of_then`,
    `no_mood`, `quiet_hours_now`.
    """

    since: datetime
    until: datetime
    whole: bool
    count: int
    items: tuple[WouldRaise, ...]
    unknown: tuple[str, ...]


AlertTrialLine = AlertTrialProgress | AlertTrialResult
