"""The floor as it was, and how it went on: what the replay shows (spec 3 *Replay*)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Conversation
from valvomo.protocol.agents import AgentRow
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.rows import BoardRow, Preview, document_parts


class ReplayFloor(msgspec.Struct, frozen=True, kw_only=True):
    """The floor after the fact at `position`. `at` is the moment, `since` the earliest one that can be shown.

    Rows have no acts: the past cannot be acted on.
    """

    at: datetime
    position: int
    since: datetime
    rows: tuple[BoardRow, ...]
    agents: tuple[AgentRow, ...]
    figures: tuple[FiguresItem, ...]


class ReplayStep(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that changed what the caller sees: whole rows, and the ids of rows that went.

    `text` says what happened, by `actor`, in `conversation` if it was about one. `kind` is empty too where only
    agents changed, by what the caller does not see or by the clock: working hours began or ended.
    """

    position: int
    at: datetime
    kind: str
    text: str
    actor: Named
    conversation: str | None
    customer: str | None
    rows: tuple[BoardRow, ...] = ()
    gone: tuple[str, ...] = ()
    agents: tuple[AgentRow, ...] = ()
    figures: tuple[FiguresItem, ...] = ()


class ReplaySteps(msgspec.Struct, frozen=True, kw_only=True):
    """What followed a position, whose time is `since`. The floor is known up to `position` and `at` then.

    `again`: settings changed at `position`, or a day or working hours began; the floor is to be asked for anew there.
    `more`: the page was full before the end of what was asked for.
    """

    position: int
    since: datetime
    at: datetime
    steps: tuple[ReplayStep, ...]
    again: bool
    more: bool


class ReplaySlot(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts there were from `at` on, and how many of each kind that is marked, with the first of each."""

    at: datetime
    facts: int
    marks: dict[str, int]
    first: dict[str, datetime]


class ReplayTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """How much happened when, in slots of `step` seconds; `since` is the earliest moment that can be shown."""

    since: datetime
    until: datetime
    step: int
    slots: tuple[ReplaySlot, ...]


def past_row(conversation: Conversation, actor: Actor, lookups: Lookups, preview: Preview | None) -> BoardRow:
    """The row as this actor may see it, without acts."""
    parts = document_parts(conversation, actor, lookups, preview)
    return BoardRow(**{name: parts[name] for name in BoardRow.__struct_fields__ if name != "acts"}, acts={})
