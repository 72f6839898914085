"""What a row says of attention: the parts of its score, who asked, who muted or pinned it and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import reads_notes
from valvomo.domain.attention.agent import counting
from valvomo.domain.attention.part import Part
from valvomo.domain.attention.parts import MOOD
from valvomo.domain.attention.rules import PARTS
from valvomo.domain.conversations.marks import Asked, Mute, Pin
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.mute import mute_of
from valvomo.protocol.lookups import Lookups


class AttentionItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"since": "from"}):
    """A part of the attention score: 0 before `from`, then min(`cap`, `base` + `per_minute` x minutes since).

    The fact behind it, as far as there is one: `began` is since when it is so, `count` how often or how many, `limit`
    the seconds or units that are exceeded, `by` who, `level` and `trend` of what mood, `side` whose it is.
    """

    name: str
    base: float
    per_minute: float
    since: datetime | None
    cap: float | None
    began: datetime | None = None
    count: int | None = None
    limit: float | None = None
    by: str | None = None
    level: str | None = None
    trend: str | None = None
    side: str | None = None


class AskedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor was asked for: by the `agent`, with a note for the house, or by the `customer`."""

    since: datetime
    role: str
    by: str
    note: str | None


class MuteItem(msgspec.Struct, frozen=True, kw_only=True):
    """It draws no attention `until` a moment, or (None) until something changes; who said so and why."""

    by: str
    at: datetime
    until: datetime | None
    why: str | None


class PinItem(msgspec.Struct, frozen=True, kw_only=True):
    """It stands at the top of supervisors' lists; who said so and why."""

    by: str
    at: datetime
    why: str | None


class Heeded(msgspec.Struct, frozen=True, kw_only=True):
    """What row and document say of attention. `muted` and `pinned` are for supervisors of its queue.

    `agent_attention` names the parts of its agent (`attention` in the agent's row) that count here too, and by which
    factor. `unheeded` are parts that this queue has switched off.
    """

    attention: tuple[AttentionItem, ...]
    agent_attention: Mapping[str, float]
    unheeded: tuple[str, ...]
    asked: AskedItem | None
    muted: MuteItem | None
    pinned: PinItem | None


def heeded(conversation: Conversation, actor: Actor, lookups: Lookups) -> dict[str, object]:
    """The fields of `Heeded` as this actor may see them; of the mood only who may know of it."""
    rules, watches = lookups.attention, actor.supervises(conversation.queue_id)
    parts = lookups.attention_of(conversation)
    if not lookups.knows_mood(actor, conversation):
        parts = tuple(one for one in parts if one.name != MOOD)
    return {
        "attention": tuple(attention_item(one) for one in parts),
        "agent_attention": counting(conversation, rules),
        "unheeded": tuple(one for one in PARTS if rules.weight(conversation.queue_id, one) == 0),
        "asked": _asked(conversation.asked, actor) if conversation.asked else None,
        "muted": _muted(mute_of(conversation)) if watches else None,
        "pinned": _pinned(conversation.pinned) if watches else None,
    }


def attention_item(part: Part) -> AttentionItem:
    """A part of the score."""
    return AttentionItem(
        name=part.name,
        base=part.base,
        per_minute=part.per_minute,
        since=part.since,
        cap=part.cap,
        began=part.began,
        count=part.count,
        limit=part.limit,
        by=part.by,
        level=part.level,
        trend=part.trend,
        side=part.side,
    )


def _asked(one: Asked, actor: Actor) -> AskedItem:
    note = one.note if reads_notes(actor) else None
    return AskedItem(since=one.since, role=one.by_role, by=one.by_name, note=note)


def _muted(one: Mute | None) -> MuteItem | None:
    return MuteItem(by=one.by_name, at=one.at, until=one.until, why=one.why) if one else None


def _pinned(one: Pin | None) -> PinItem | None:
    return PinItem(by=one.by_name, at=one.at, why=one.why) if one else None
