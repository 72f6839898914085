"""What the topic `me` shows one person: their conversations, offers to them, their presence, notices."""

from __future__ import annotations

from collections.abc import Iterable

from valvomo.domain.access.actor import Actor
from valvomo.live.audience import Net
from valvomo.live.floor import LiveFloor
from valvomo.live.views import me
from valvomo.protocol.messages import NoticeItem


def everything(floor: LiveFloor, actor: Actor) -> list[object]:
    """All that is theirs now."""
    items: list[object] = []
    for one in sorted(floor.parts.get(actor.id, ())):
        conversation = floor.conversation(one)
        if conversation is not None:
            preview = floor.board.previews.get(conversation.id)
            items.extend(me.items_about(conversation, actor, floor.lookups, preview))
    items.extend(presence(floor, actor, frozenset({actor.id})))
    return items


def concerned(nets: Iterable[Net]) -> set[str]:
    """Everybody to whom any of this may be something."""
    found: set[str] = set()
    for net in nets:
        for change in net.changes:
            found |= me.involved(change.before) | me.involved(change.after)
            found.update(change.happening.notify)
    return found


def changes(nets: Iterable[Net], actor: Actor, floor: LiveFloor) -> Iterable[object]:
    """What became of their conversations and offers."""
    for net in nets:
        if net.concerns(actor, floor.lookups):
            if net.before is not None:
                yield from me.gone(net.before, net.after, actor.id)
            preview = floor.board.previews.get(net.after.id)
            yield from me.items_about(net.after, actor, floor.lookups, preview)


def presence(floor: LiveFloor, actor: Actor, agents: frozenset[str]) -> Iterable[object]:
    """Their own presence, if they are among these agents."""
    seat = floor.agents.seats.get(actor.id) if actor.id in agents else None
    if seat is not None:
        yield me.presence_item(seat.agent, seat.since, actor, floor.lookups)


def notices(nets: Iterable[Net], actor: Actor, floor: LiveFloor) -> Iterable[NoticeItem]:
    """What they must hear of."""
    for net in nets:
        for change in net.changes:
            if actor.id in change.happening.notify and not change.happening.silent:
                notice = me.notice_of(change, floor.lookups)
                if notice is not None:
                    yield notice
