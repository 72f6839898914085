"""The rules that a workstream gives its conversations: cost, presences, timers, wrap-up, consent (spec 1 §1, §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.refusals import Refusal, malformed
from valvomo.domain.routing.rules import QueueRule, SkillRule


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
    auto_end_active: int | None = None
    wrap_up_block: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Workstream:
    """One channel account plus the rules for what arrives there.

    `queue_id` is the fallback when no queue rule matches. `affinity`: who served the customer before is asked first
    (asynchronous kinds). Offers ring by `sound` and show on the `desktop`, and are rejected for one of
    `reject_reasons` where there are any.
    """

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
    queue_rules: tuple[QueueRule, ...] = ()
    skill_rules: tuple[SkillRule, ...] = ()
    affinity: bool = True
    reject_reasons: tuple[str, ...] = ()
    sound: bool = True
    desktop: bool = True

    def auto_close(self, seconds: int | None, at: datetime) -> datetime | None:
        """When a conversation that enters a state now closes by itself."""
        return None if seconds is None else at + timedelta(seconds=seconds)


def reject_refusal(workstream: Workstream, reason: str | None) -> Refusal | None:
    """Where there are fixed reasons for rejecting an offer, no other is taken; none need be given."""
    reasons = workstream.reject_reasons
    if not reasons or reason is None or reason in reasons:
        return None
    return malformed("reason", f"none of: {', '.join(reasons)}")


def default_timers(channel: Channel) -> Timers:
    """The defaults of spec 1 §2 for a kind of channel."""
    if channel in (Channel.VOICE, Channel.VIDEO):
        return Timers(offer=30, auto_end_active=2 * 3600)
    if channel is Channel.LIVE_CHAT:
        return Timers(auto_close_open=20 * 60)
    return Timers()
