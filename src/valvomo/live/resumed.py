"""Resuming: what a reader of rows missed, worked out once for all who were away since the same moment.

After a break many come back who saw the same last. What they missed is told where that is cheaper than a snapshot,
which others are shown too: rows are whole either way, so what counts is how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Conversation
from valvomo.live.audience import ROW_TOPICS, Encoder
from valvomo.live.connection import Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.floor import LiveFloor, counts_all
from valvomo.live.views import me
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change
from valvomo.protocol.frames import Frame

FEW = 100
"""Changed rows that are always told one by one, without asking how many a snapshot would have."""

MOST_KEPT = 50
"""Frames that are kept: some can be as large as a snapshot."""


class Resumed:
    """Frames by topic, class and number, good until the floor moves on."""

    def __init__(
        self, floor: Callable[[], LiveFloor], encoder: Callable[[], Encoder], delivery: Delivery
    ) -> None:
        self._floor = floor
        self._encoder = encoder
        self._delivery = delivery
        self._at: tuple[int, object] = (0, None)
        self._frames: dict[tuple[object, ...], Frame] = {}
        self._people: dict[tuple[bool, int], frozenset[str]] = {}

    def frame(self, subscription: Subscription, since: int, *, whole: bool) -> Frame | None:
        """What changed since a number.

        None when that is not known (any more) and, unless the `whole` of it is wanted, when it is half a snapshot.
        """
        topic, actor, floor = subscription.topic, subscription.connection.actor, self._floor()
        if self._at != (floor.position, floor.lookups):
            self._at = (floor.position, floor.lookups)
            self.forget()
        key = (topic, self._encoder().class_of(actor), since)
        away = (counts_all(actor), since)
        if key in self._frames and actor.id not in self._people[away]:
            return self._frames[key]
        changes = floor.changes_since(since, actor)
        if changes is None:
            return None
        ids = set(self._concerned(topic, actor, changes))
        if not whole and len(ids) > FEW and 2 * len(ids) > sum(1 for _ in self._encoder().seen(topic, actor)):
            return None
        data = list(self._encoder().latest(topic, actor, ids))
        frame = self._delivery.frame(topic, "changes", floor.number(actor), data)
        if away not in self._people:
            self._people[away] = _people(changes)
        if actor.id not in self._people[away] and len(self._frames) < MOST_KEPT:
            self._frames[key] = frame
        return frame

    def forget(self) -> None:
        """What was worked out: the floor has moved on, or nobody has come back for a while."""
        self._frames.clear()
        self._people.clear()

    def _concerned(self, topic: str, actor: Actor, changes: Iterable[Change]) -> Iterable[str]:
        floor = self._floor()
        for one in changes:
            if self._sees(topic, actor, one.before) or self._sees(
                topic, actor, floor.conversation(one.after.id)
            ):
                yield one.after.id

    def _sees(self, topic: str, actor: Actor, conversation: Conversation | None) -> bool:
        now = ongoing(conversation)
        return now is not None and ROW_TOPICS[topic](actor, now, self._floor().lookups)


def _people(changes: Iterable[Change]) -> frozenset[str]:
    """To whom any of this meant something in person: for them it is worked out by itself."""
    found: set[str] = set()
    for one in changes:
        found |= me.persons(one.after)
        if one.before is not None and not me.same_persons(one.before, one.after):
            found |= me.persons(one.before)
    return frozenset(found)
