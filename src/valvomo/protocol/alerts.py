"""Alerts and their rules as they are shown and sent (spec 3 *Alerts*)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from valvomo.domain.alerts.conditions import MOST_CONDITIONS, WITHIN, ConditionKind
from valvomo.domain.sentiment.levels import Level
from valvomo.protocol.lookups import Named
from valvomo.protocol.requests import Email, Id, Request
from valvomo.protocol.settings_requests import Title

Amount = Annotated[float, Meta(ge=0, le=10_000_000)]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
Words = Annotated[tuple[Word, ...], Meta(max_length=20)]
Seconds = Annotated[int, Meta(ge=10, le=24 * 3600)]
Queues = Annotated[tuple[Id, ...], Meta(max_length=1_000, description="Queues by id; none means all.")]
Emails = Annotated[tuple[Email, ...], Meta(max_length=20)]


class ConditionBody(Request, frozen=True, kw_only=True):
    """One condition: over a `figure` of the queue, or the `attention`, a `part` of it, the `sentiment`, an `event`.

    A `survey` (`name` is `csat` or `nps`) was answered with `at_most` so much; it holds together with figures alone.
    """

    kind: ConditionKind
    name: Word | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    level: Level | None = None
    falling: bool = False
    events: Words = ()
    within: Seconds = WITHIN


Conditions = Annotated[tuple[ConditionBody, ...], Meta(min_length=1, max_length=MOST_CONDITIONS)]


class CreateAlertRuleRequest(Request, frozen=True, kw_only=True):
    """A new rule: when all conditions hold, an alert is raised."""

    name: Title
    conditions: Conditions
    queues: Queues = ()
    quiet_hours_id: Id | None = None
    cool_down: Seconds = 600
    assign_to: Id | None = None
    sound: bool = True
    emails: Emails = ()
    webhook: bool = False
    enabled: bool = True


class ChangeAlertRuleRequest(Request, frozen=True, kw_only=True):
    """What is left out stays as it is; `quiet_hours_id` and `assign_to` may be null."""

    name: Title | None = None
    conditions: Conditions | None = None
    queues: Queues | None = None
    quiet_hours_id: Id | UnsetType | None = UNSET
    cool_down: Seconds | None = None
    assign_to: Id | UnsetType | None = UNSET
    sound: bool | None = None
    emails: Emails | None = None
    webhook: bool | None = None
    enabled: bool | None = None


class AlertRuleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it is."""

    id: str
    name: str
    conditions: tuple[ConditionBody, ...]
    queues: tuple[str, ...]
    quiet_hours_id: str | None
    cool_down: int
    assign_to: str | None
    sound: bool
    emails: tuple[str, ...]
    webhook: bool
    enabled: bool


class AlertDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An alert: about a queue or, with `conversation`, about one conversation there, by the name of its customer.

    `state` is raised, acknowledged or cleared; `cleared_as` by_hand, no_longer, closed, moved or
    rule_changed.
    """

    id: str
    version: int
    rule: Named
    queue: Named
    conversation: Named | None
    state: str
    sound: bool
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: Named | None
    assigned_to: Named | None
    cleared_at: datetime | None
    cleared_as: str | None


class AlertCandidates(msgspec.Struct, frozen=True, kw_only=True):
    """To whom an alert may be assigned, by name."""

    people: tuple[Named, ...]


class AssignAlertRequest(Request, frozen=True, kw_only=True):
    """To whom: a supervisor of the alert's queue."""

    user: Id
