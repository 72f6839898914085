"""What bots leave on a conversation: a supervisor's pause, and what a bot knew when it let go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BotPause:
    """A supervisor keeps the bot from speaking."""

    by_id: str
    by_name: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """What a bot knew when it let go; `reason` and `summary` are for the house."""

    bot_id: str
    bot_name: str
    reason: str
    summary: str
    at: datetime
