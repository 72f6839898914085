"""What is counted over a time, as it is shown: the same fields live and in the past, from sums of the same entries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from valvomo.domain.figures import calls, sums, surveys
from valvomo.domain.figures.entries import Counter
from valvomo.domain.figures.sums import ServiceLevel, Sums
from valvomo.protocol.lookups import QueueFacts


class ServiceLevelItem(msgspec.Struct, frozen=True, kw_only=True):
    """Ratios between 0 and 1, None where nothing can be divided, and the counts behind them (spec 1 §8).

    `seconds` is N, `short_seconds` S, where one holds for all of them.
    """

    ratio: float | None
    of_accepted: float | None
    without_short_abandons: float | None
    within: int
    accepted: int
    abandoned: int
    short: int
    unserved: int = 0
    seconds: int | None
    short_seconds: int | None = None


class OfferCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of offers: those made, and those accepted, rejected, expired and withdrawn in the period."""

    offered: int = 0
    accepted: int = 0
    rejected: int = 0
    expired: int = 0
    withdrawn: int = 0


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted over a time, be it today or a period of the past. Times are means in seconds.

    `longest_hold` is no mean; qualities are from 1 to 4.4 (`valvomo.domain.calls.quality`).
    """

    started: int
    begun: int
    answered: int
    abandoned: int
    completed: int
    force_closed: int
    auto_closed: int
    overflow_closed: int
    escalated: int
    bot_ended: int
    handled: int
    served: int
    responses: int
    survey_asked: int
    survey_answered: int
    survey_rate: float | None
    csat: float | None
    recommendation: float | None
    abandonment: float | None
    speed_of_answer: float | None
    session_wait: float | None
    wait_of_abandoned: float | None
    first_response: float | None
    response_time: float | None
    handle_time: float | None
    talk_time: float | None
    wrap_up_time: float | None
    calls: int
    call_talk_time: float | None
    hold_time: float | None
    holds: int
    longest_hold: float | None
    call_quality: float | None
    call_quality_of_agents: float | None
    poor_ways: int
    service_level: ServiceLevelItem
    session_service_level: ServiceLevelItem
    offers: OfferCounts


@dataclass(frozen=True, slots=True)
class Goals:
    """N and S where one holds for all that is counted together, else None."""

    within: int | None = None
    short: int | None = None

    @classmethod
    def of(cls, queues: Collection[QueueFacts]) -> Goals:
        """Of these queues together."""
        within = {one.service_level_seconds for one in queues}
        short = {one.short_abandon_seconds for one in queues}
        return cls(within.pop() if len(within) == 1 else None, short.pop() if len(short) == 1 else None)


def counted_fields(of: Sums, goals: Goals) -> dict[str, Any]:
    """The fields of `Counted`: every figure by its function in `domain.figures.sums`."""
    return {
        "started": sums.started(of),
        "begun": sums.begun(of),
        "answered": sums.answered(of),
        "abandoned": sums.abandoned(of),
        "completed": sums.completed(of),
        "force_closed": sums.force_closed(of),
        "auto_closed": sums.auto_closed(of),
        "overflow_closed": sums.overflow_closed(of),
        "escalated": sums.escalated(of),
        "bot_ended": sums.bot_ended(of),
        "handled": of.counts[Counter.HANDLED],
        "served": of.counts[Counter.SERVED],
        "responses": of.counts[Counter.RESPONSE],
        "survey_asked": surveys.survey_asked(of),
        "survey_answered": surveys.survey_answered(of),
        "survey_rate": surveys.survey_rate(of),
        "csat": surveys.csat(of),
        "recommendation": surveys.recommendation(of),
        "abandonment": sums.abandonment(of),
        "speed_of_answer": sums.speed_of_answer(of),
        "session_wait": sums.session_wait(of),
        "wait_of_abandoned": sums.wait_of_abandoned(of),
        "first_response": sums.first_response(of),
        "response_time": sums.response_time(of),
        "handle_time": sums.handle_time(of),
        "talk_time": sums.talk_time(of),
        "wrap_up_time": sums.wrap_up_time(of),
        **_of_calls(of),
        "service_level": service_level_item(sums.service_level(of), goals),
        "session_service_level": service_level_item(sums.session_service_level(of), goals),
        "offers": offer_counts(of),
    }


def _of_calls(of: Sums) -> dict[str, Any]:
    return {
        "calls": calls.calls(of),
        "call_talk_time": calls.call_talk_time(of),
        "hold_time": calls.hold_time(of),
        "holds": calls.holds(of),
        "longest_hold": calls.longest_hold(of),
        "call_quality": calls.call_quality(of),
        "call_quality_of_agents": calls.call_quality_of_agents(of),
        "poor_ways": calls.poor_ways(of),
    }


def offer_counts(of: Sums) -> OfferCounts:
    """What became of offers."""
    return OfferCounts(
        offered=of.counts[Counter.OFFERED],
        accepted=of.counts[Counter.ACCEPTED],
        rejected=of.counts[Counter.REJECTED],
        expired=of.counts[Counter.EXPIRED],
        withdrawn=of.counts[Counter.WITHDRAWN],
    )


def own_fields(of: Sums) -> dict[str, float | None]:
    """The fields of `Counted` that are an agent's own where agents are told apart: others' work is not theirs."""
    return {
        "handle_time": sums.own_handle_time(of),
        "talk_time": sums.own_talk_time(of),
        "wrap_up_time": sums.own_wrap_up_time(of),
    }


def focus_fields(of: Sums, *, own: bool) -> dict[str, Any]:
    """Focus time, which is known of the past alone; an agent's own where agents are told apart."""
    if own:
        return {"focus_time": sums.own_focus_time(of), "focus_share": sums.own_focus_share(of)}
    return {"focus_time": sums.focus_time(of), "focus_share": sums.focus_share(of)}


def service_level_item(level: ServiceLevel, goals: Goals) -> ServiceLevelItem:
    """The ratios of these counts."""
    return ServiceLevelItem(
        ratio=level.of_offered,
        of_accepted=level.of_accepted,
        without_short_abandons=level.without_short_abandons,
        within=level.within,
        accepted=level.accepted,
        abandoned=level.abandoned,
        short=level.short,
        unserved=level.unserved,
        seconds=goals.within,
        short_seconds=goals.short,
    )
