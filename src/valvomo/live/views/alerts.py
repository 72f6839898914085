"""What alert rules see of a floor, of now or of the past: the figures of a queue, and one conversation in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from valvomo.domain.alerts.judging import Answer, Seen
from valvomo.domain.attention.agent import agent_parts, counted
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.mute import mute_of
from valvomo.domain.conversations.survey import SurveyAnswered
from valvomo.live.views.agents import Agents
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.lookups import Lookups

_COUNTS = ("in_queue", "active", "waiting", "wrap_up", "orphans", "abandoned")


class FloorSeen(Protocol):
    """As much of a floor as a conversation's attention needs."""

    @property
    def lookups(self) -> Lookups:
        """Names and settings."""
        ...

    @property
    def agents(self) -> Agents:
        """Who serves."""
        ...


def of_queue(item: FiguresItem | None) -> Seen:
    """A queue by its figures."""
    return Seen() if item is None else Seen(figures=figures_of(item), waits_since=item.longest_wait_since)


def of_conversation(
    floor: FloorSeen, one: Conversation, events: Mapping[str, datetime], answer: Answer | None = None
) -> Seen:
    """What is to be seen of one conversation beside its queue's figures; `events` say when each happened last."""
    parts = floor.lookups.attention_of(one)
    seat = floor.agents.seats.get(one.owner_id or "")
    if seat is not None:
        theirs = agent_parts(seat.agent, seat.quiet_since)
        parts = (*parts, *counted(theirs, one, floor.lookups.attention))
    mute = mute_of(one)
    forever = datetime.max.replace(tzinfo=one.created_at.tzinfo)
    muted_until = None if mute is None else (mute.until or forever)
    return Seen(parts=parts, mood=one.sentiment, muted_until=muted_until, events=events, answer=answer)


def answer_of(event: object, at: datetime) -> Answer | None:
    """What a customer has answered with it, if that is what has happened."""
    if not isinstance(event, SurveyAnswered):
        return None
    return Answer(queue_id=event.queue_id, kind=event.survey, score=event.score, at=at)


def figures_of(item: FiguresItem) -> dict[str, float]:
    """The figures that rules may ask for, by name; the service level in percent, missing while nothing was offered.

    So is satisfaction while nobody has answered.
    """
    found = {name: float(getattr(item, name)) for name in _COUNTS}
    found["agents_available"] = float(item.agents.get("available", 0))
    if item.service_level.ratio is not None:
        found["service_level"] = 100 * item.service_level.ratio
    if item.csat is not None:
        found["csat"] = item.csat
    return found
