"""The rules that a workstream gives its conversations: cost, presences, timers, wrap-up, consent (spec 1 §1, §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, ConsentPolicy


class WrapUpBlock(StrEnum):
    """Whether wrap-up keeps the agent's units: until it is completed, not at all, or for some seconds."""

    ALWAYS = "always"
    NEVER = "never"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Seconds; None never fires. Defaults of spec 1 §2."""

    offer: int = 120
    reconnect: int = 180
    agent_gone: int = 90
    auto_close_open: int | None = None
    auto_close_wrap_up: int | None = 15 * 60
    auto_close_waiting: int | None = 28 * 24 * 3600
    wrap_up_block: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Workstream:
    """One channel account plus the rules for what arrives there."""

    id: str
    organization_id: str
    name: str
    channel: Channel
    queue_id: str
    units: int = 1
    allowed_presences: frozenset[Presence] = frozenset({Presence.AVAILABLE, Presence.BUSY})
    auto_accept: bool = False
    wrap_up: WrapUpBlock = WrapUpBlock.ALWAYS
    timers: Timers = Timers()
    consent: ConsentPolicy = ConsentPolicy.NONE

    def auto_close(self, seconds: int | None, at: datetime) -> datetime | None:
        """When a conversation that enters a state now closes by itself."""
        return None if seconds is None else at + timedelta(seconds=seconds)


def default_timers(channel: Channel) -> Timers:
    """The defaults of spec 1 §2 for a kind of channel."""
    if channel in (Channel.VOICE, Channel.VIDEO):
        return Timers(offer=30)
    if channel is Channel.LIVE_CHAT:
        return Timers(auto_close_open=20 * 60)
    return Timers()
