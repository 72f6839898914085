"""The past: the floor as facts alone have made it up to a position, without any setting.

It is what is kept of the floor from time to time. Settings are put to it when it is looked at (`settings_then`,
`scene`), words are read where they are stored, so that neither is kept twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from valvomo.domain.agents.events import PresenceSet, SettingChanged
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Conversation
from valvomo.live.views import board
from valvomo.live.views.board import Board
from valvomo.live.views.happening import Change, Happening

T = TypeVar("T")

SERVING = frozenset({"agent", "supervisor"})
"""Roles with which somebody sits on the floor, offline to begin with."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The presence that somebody has chosen, as which custom one, and since when."""

    presence: Presence
    status_id: str | None
    since: datetime


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A past as it is stored. What had been counted of its day is kept elsewhere, by position (`db.figures`)."""

    ongoing: tuple[Conversation, ...]
    chosen: dict[str, Chosen]


@dataclass(slots=True, kw_only=True)
class Past:
    """`position` is that of the last fact, `at` the time of the latest one: what comes after may be a little older."""

    position: int
    at: datetime
    board: Board = field(default_factory=Board)
    chosen: dict[str, Chosen] = field(default_factory=dict)


def begun(position: int, at: datetime, kept: Kept) -> Past:
    """The past as it was stored."""
    return Past(
        position=position,
        at=at,
        board=board.begin({one.id: one for one in kept.ongoing}, {}),
        chosen=dict(kept.chosen),
    )


def kept(past: Past) -> Kept:
    """The past as it is stored: the same bytes for the same past."""
    conversations: Mapping[str, Conversation] = past.board.conversations
    return Kept(
        ongoing=tuple(conversations[one] for one in sorted(conversations)),
        chosen=_sorted(past.chosen),
    )


def apply(past: Past, happening: Happening) -> Change | None:
    """The past after one more fact. Raises ValueError when the fact does not follow."""
    if happening.position != past.position + 1:
        raise ValueError(f"fact {happening.position} does not follow {past.position}")
    change = board.apply(past.board, happening)
    event = happening.event
    if isinstance(event, PresenceSet):
        past.chosen[event.agent_id] = Chosen(event.chosen, event.status_id, happening.at)
    elif isinstance(event, SettingChanged) and event.subject == "user" and _serves(event):
        past.chosen.setdefault(event.subject_id, Chosen(Presence.OFFLINE, None, happening.at))
    past.position = happening.position
    past.at = max(past.at, happening.at)
    return change


def _serves(event: SettingChanged) -> bool:
    roles = (event.after or {}).get("roles", ())
    return isinstance(roles, Iterable) and not SERVING.isdisjoint(roles)


def _sorted(found: Mapping[str, T]) -> dict[str, T]:
    return {one: found[one] for one in sorted(found)}
