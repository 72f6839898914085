"""What happens to an alert: raised, acknowledged, assigned, cleared. Facts of the house, not of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised:
    """A rule has found something, in a queue or (`conversation_id`) in one conversation there."""

    kind: ClassVar[str] = "alert_raised"
    alert_id: str
    rule_id: str
    rule_name: str
    queue_id: str
    conversation_id: str | None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAcknowledged:
    """A supervisor has seen it."""

    kind: ClassVar[str] = "alert_acknowledged"
    alert_id: str
    rule_name: str
    queue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAssigned:
    """It is this supervisor's to see to."""

    kind: ClassVar[str] = "alert_assigned"
    alert_id: str
    rule_name: str
    queue_id: str
    user_id: str
    user_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCleared:
    """It is over: `cause` is `by_hand`, `no_longer`, `closed`, `moved` (to another queue) or `rule_changed`."""

    kind: ClassVar[str] = "alert_cleared"
    alert_id: str
    rule_name: str
    queue_id: str
    cause: str
