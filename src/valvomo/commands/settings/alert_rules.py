"""What an alert rule is; it is handled like the other resources (`resources`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.settings.kinds import Resource
from valvomo.domain.alerts.conditions import Condition, unsound
from valvomo.domain.refusals import Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule(Resource):
    """When all conditions hold in one of the queues (none named: in any), an alert is raised.

    Not within quiet hours, not while one about the same is not cleared, nor `cool_down` seconds after. It is told on
    screen, with a `sound`, to `emails`, to webhooks, and may be assigned to a supervisor at once.
    """

    subject: ClassVar[str] = "alert_rule"
    rows: ClassVar[str] = "alert_rules"
    conditions: tuple[Condition, ...]
    queues: tuple[str, ...] = ()
    quiet_hours_id: str | None = None
    cool_down: int = 600
    assign_to: str | None = None
    sound: bool = True
    emails: tuple[str, ...] = ()
    webhook: bool = False
    enabled: bool = True

    async def refusal(self) -> Refusal | None:
        """Conditions that can hold."""
        fault = unsound(self.conditions)
        return malformed(*fault) if fault else None
