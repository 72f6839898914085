"""Conversations that wait and agents who could take them, for rules about routing, attention and figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, Conversation, Mode, State
from valvomo.domain.routing.facts import Seat, Waiting

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def waits(one: str, minutes: int = 0, **more: Any) -> Conversation:
    at = NOON - timedelta(minutes=minutes)
    plain = Conversation(
        id=one, organization_id="o", workstream_id="chat", queue_id="q", channel=Channel.LIVE_CHAT, mode=Mode.TEXT,
        state=State.OPEN, contact_id="c", customer_name="Kaisa", units=1, created_at=at, queued_at=at,
        session_queued_at=at,
    )  # fmt: skip
    return replace(plain, **more)


def queued(one: str, minutes: int = 0, **more: Any) -> Waiting:
    """As the router sees what waits."""
    plain = Waiting(
        id=one,
        queue_id="q",
        workstream_id="chat",
        channel=Channel.LIVE_CHAT,
        units=1,
        queued_at=NOON - timedelta(minutes=minutes),
    )
    return replace(plain, **more)


def seat(one: str, minutes: int = 0, asked_at: datetime | None = None, **more: Any) -> Seat:
    """An agent of two queues with two units, as free as they are for so many minutes."""
    agent = Agent(
        id=one,
        organization_id="o",
        name=one,
        chosen=Presence.AVAILABLE,
        capacity=2,
        queues=frozenset({"q", "vip"}),
    )
    return Seat(agent=replace(agent, **more), idle_since=NOON - timedelta(minutes=minutes), asked_at=asked_at)
