"""Who has read how far: a hint to the other side. What is not known is not shown.

Between processes it travels over the bus like typing. What was noted before is read once for each conversation that
somebody watches, for all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from valvomo.db.database import Database
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.conversations.reading import Side
from valvomo.live.connection import Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.feed import Feed


class ReadSignal(msgspec.Struct, frozen=True, kw_only=True):
    """A side has read up to a number of the customer's."""

    organization_id: str
    conversation_id: str
    side: Side
    seq: int


class ReadItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="read"):
    """The other side has read up to this number, as the reader counts."""

    seq: int


class Reads:
    """Of one organization; `watched` are the readers of each conversation."""

    def __init__(
        self, feed: Feed, database: Database, delivery: Delivery, watched: Mapping[str, set[Subscription]]
    ) -> None:
        self._feed = feed
        self._database = database
        self._delivery = delivery
        self._watched = watched
        self._known: dict[str, dict[Side, int]] = {}
        self._asked: set[str] = set()

    def show(self, signal: ReadSignal) -> bool:
        """To whoever reads on the other side; whether that is news here."""
        if signal.conversation_id not in self._watched:
            return True
        marks = self._known.setdefault(signal.conversation_id, {})
        if signal.seq <= marks.get(signal.side, 0):
            return False
        marks[signal.side] = signal.seq
        for subscription in self._watched.get(signal.conversation_id, ()):
            self._tell(subscription, signal.conversation_id, marks)
        return True

    def begun(self, subscription: Subscription, conversation_id: str) -> None:
        """Somebody has begun to read along."""
        marks = self._known.get(conversation_id)
        if marks is None:
            self._asked.add(conversation_id)
        else:
            self._tell(subscription, conversation_id, marks)

    def forget(self, conversation_id: str) -> None:
        """Nobody reads along any more."""
        self._known.pop(conversation_id, None)
        self._asked.discard(conversation_id)

    async def answer(self) -> None:
        """What was noted of conversations that have just begun to be watched."""
        asked, self._asked = self._asked, set()
        if not asked:
            return
        async with self._database.asking() as tx:
            rows = await tx.rows("widgets.marks", self._feed.organization_id, sorted(asked))
        found: dict[str, dict[Side, int]] = {one: {} for one in asked}
        for row in rows:
            found[row["conversation_id"]][Side(row["side"])] = row["seq"]
        for one, marks in found.items():
            # What was heard meanwhile is newer.
            marks.update(self._known.get(one, {}))
            self._known[one] = marks
            for subscription in self._watched.get(one, ()):
                self._tell(subscription, one, marks)

    def _tell(self, subscription: Subscription, conversation_id: str, marks: Mapping[Side, int]) -> None:
        customer = subscription.connection.actor.kind is ActorKind.CUSTOMER
        seq = marks.get(Side.HOUSE if customer else Side.CUSTOMER, 0)
        if not customer:
            conversation = self._feed.floor.conversation(conversation_id)
            # Numbers of the house are others: they are the same only where everything has been read.
            seq = conversation.seq if conversation is not None and seq >= conversation.public_seq > 0 else 0
        if seq and not subscription.starting:
            frame = self._delivery.frame(subscription.topic, "changes", subscription.seq, [ReadItem(seq=seq)])
            self._delivery.send(subscription, frame)
