"""The topics of single conversations: for staff who may read along, and for the customer (spec 2).

Who may read is asked of the same rule as everywhere, when the watching begins and again at every fact: whoever
stops monitoring reads nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from valvomo.db.database import Database
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.conversations.media import MessageChanged
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.live.audience import Net
from valvomo.live.backlog import Backlog
from valvomo.live.beginnings import Beginnings
from valvomo.live.connection import Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.feed import Feed
from valvomo.live.left import Left
from valvomo.live.places import Places
from valvomo.live.reads import Reads
from valvomo.live.views.conversation import (
    acts_after,
    acts_of,
    customer_items,
    customer_message,
    document,
    notices,
    staff_items,
    staff_message,
)
from valvomo.live.views.happening import Words
from valvomo.protocol.customer import Prospect, PublicConversation, PublicNotice, public_conversation

PREFIX = "conversation:"
CUSTOMER_TOPIC = "conversation"


class Transcripts:
    """Who watches which conversation of one organization."""

    def __init__(self, feed: Feed, database: Database, delivery: Delivery) -> None:
        self._feed = feed
        self._beginnings = Beginnings(feed, database)
        self._delivery = delivery
        self.watched: dict[str, set[Subscription]] = {}
        self.places = Places(feed, self.watched, self._tell_state)
        self._missed = Backlog(
            lambda one: self._read_on(one, "changes"), lambda one: self._refuse(one, _UNTELLABLE)
        )
        self._left = Left()
        self.reads = Reads(feed, database, delivery, self.watched)

    def conversation_id(self, subscription: Subscription) -> str:
        """Which one it is about."""
        actor = subscription.connection.actor
        return actor.conversation_id or subscription.topic.removeprefix(PREFIX)

    async def watch(self, subscription: Subscription, since: int | None) -> None:
        """Begin with what was said after `since`."""
        if since is None:
            self._delivery.snapshots += 1
        else:
            self._delivery.resumes += 1
        subscription.seq = since or 0
        self.watched.setdefault(self.conversation_id(subscription), set()).add(subscription)
        if since is not None and self._nothing_since(subscription, since):
            return
        subscription.starting = True
        await self._read_on(subscription, "snapshot" if since is None else "changes")

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        one = self.conversation_id(subscription)
        if _is_customer(subscription) and subscription.document is not None:
            self._left.keep(one, (subscription.version, subscription.notices))
        readers = self.watched.get(one, set())
        readers.discard(subscription)
        self._missed.discard(subscription)
        if not readers:
            self.watched.pop(one, None)
            self.reads.forget(one)

    def publish(self, nets: Iterable[Net]) -> None:
        """What just happened, to everybody who reads along."""
        for net in nets:
            for subscription in list(self.watched.get(net.after.id, ())):
                tell = self._tell_customer if _is_customer(subscription) else self._tell_staff
                tell(subscription, net)
            self.places.queues_moved(net.lines_moved)

    async def read_on(self) -> None:
        """Readers who missed something because they were slow, or because rights have changed."""
        await self._missed.go_round(lambda one: not one.starting and not one.connection.slow)
        await self.reads.answer()

    def reread_of(self, conversation_id: str) -> None:
        """Something happened to a conversation that the floor does not have any more."""
        for one in self.watched.get(conversation_id, ()):
            self._missed.add(one)

    def reread_over(self, accounts: frozenset[str]) -> None:
        """These channel accounts have come into trouble, or out of it, which is said in their conversations."""
        for one, readers in self.watched.items():
            conversation = self._feed.floor.conversation(one)
            if conversation is not None and conversation.account_id in accounts:
                for subscription in readers:
                    self._missed.add(subscription)

    def restart(self) -> None:
        """Rights may be others, or something may have been missed: everybody is looked at and read on again."""
        for one in (each for readers in self.watched.values() for each in readers):
            self._missed.add(one)

    def reread(self, subscription: Subscription) -> None:
        """The reader's rights have changed."""
        self._missed.add(subscription)

    def _nothing_since(self, subscription: Subscription, since: int) -> bool:
        """Tell who comes back and has missed nothing that they have, without reading anything: most have not."""
        actor = subscription.connection.actor
        conversation = self._feed.floor.conversation(self.conversation_id(subscription))
        if conversation is None or conversation.account_id or read_refusal(actor, conversation):
            # Over a channel messages that are there already come further.
            return False
        if not _is_customer(subscription):
            if since != conversation.seq:
                return False
            self._begin_staff(subscription, "changes", conversation, [])
            return True
        version, told = self._left.told(conversation.id)
        if since != conversation.public_seq or version != conversation.version:
            return False
        self._begin_customer(subscription, "changes", conversation, ([], (told, version)))
        return True

    async def _read_on(self, subscription: Subscription, op: str) -> None:
        subscription.starting = True
        self._missed.discard(subscription)
        one, customer = self.conversation_id(subscription), _is_customer(subscription)
        try:
            if customer:
                found = await self._beginnings.for_customer(one, subscription.seq)
            else:
                found = await self._beginnings.for_staff(one, subscription.seq, subscription.connection.actor)
            if op == "changes":
                found = await self._beginnings.with_further(found, subscription.seq, customer=customer)
        except BaseException:
            # Whoever could not be served now is served at the next tick, never forgotten.
            self._missed.add(subscription)
            raise
        finally:
            subscription.starting = False
        if subscription not in self.watched.get(one, ()):
            return
        if not found.whole:
            # Too much to be told as changes: it begins anew with the newest.
            op = "snapshot"
        conversation = found.conversation
        refusal = read_refusal(subscription.connection.actor, conversation) if conversation else _UNKNOWN
        if conversation is not None and subscription.seq > (
            conversation.public_seq if customer else conversation.seq
        ):
            # The reader has numbers that do not exist: the database was put back, so what they show is void.
            subscription.seq = 0
            await self._read_on(subscription, "snapshot")
            return
        if refusal or conversation is None:
            self._refuse(subscription, refusal or _UNKNOWN)
        elif customer:
            self._begin_customer(subscription, op, conversation, (found.words, found.told))
        else:
            self._begin_staff(subscription, op, conversation, found.words)

    def _begin_staff(
        self, subscription: Subscription, op: str, conversation: Conversation, words: list[Words]
    ) -> None:
        floor, actor = self._feed.floor, subscription.connection.actor
        subscription.version = conversation.version
        subscription.seq = max(subscription.seq, words[-1].seq if words else 0)
        preview = floor.board.previews.get(conversation.id)
        said = [staff_message(one, actor) for one in words]
        subscription.acts = acts_of(conversation, actor, floor.lookups)
        data = [*said, document(conversation, subscription.acts, preview)]
        self._send(subscription, op, data)
        self.reads.begun(subscription, conversation.id)

    def _begin_customer(
        self,
        subscription: Subscription,
        op: str,
        conversation: Conversation,
        found: tuple[list[Words], tuple[tuple[PublicNotice, ...], int]],
    ) -> None:
        words, (subscription.notices, subscription.version) = found
        last = words[-1].public_seq if words else None
        subscription.seq = max(subscription.seq, last or 0)
        before, subscription.document = subscription.document, self._public(subscription, conversation)
        if before != subscription.document or words:
            self._send(subscription, op, [*map(customer_message, words), subscription.document])
        self.reads.begun(subscription, conversation.id)

    def _tell_staff(self, subscription: Subscription, net: Net) -> None:
        floor, actor = self._feed.floor, subscription.connection.actor
        rejudged = net.rejudged and net.after.version == subscription.version
        if net.after.version <= subscription.version and not rejudged:
            # It began from what is stored, which the feed has not all taken in yet.
            return
        # Whoever is beginning is judged by what is being read.
        if not subscription.starting and (refusal := read_refusal(actor, net.after)):
            self._refuse(subscription, refusal)
            return
        if not net.concerns(actor, floor.lookups) or self._postponed(subscription):
            return
        changes = [one for one in net.changes if rejudged or one.after.version > subscription.version]
        if not changes:
            return
        items: list[object] = []
        for change in changes:
            words = change.happening.words
            if words is not None and not isinstance(change.happening.event, MessageChanged):
                if words.seq <= subscription.seq:
                    continue
                subscription.seq = words.seq
            items.extend(staff_items(change, actor, floor.lookups))
        subscription.version = net.after.version
        subscription.acts = acts_after(subscription.acts, changes, actor, floor.lookups)
        items.append(document(net.after, subscription.acts, floor.board.previews.get(net.after.id)))
        self._send(subscription, "changes", items)

    def _tell_customer(self, subscription: Subscription, net: Net) -> None:
        if not net.loud:
            if subscription.version == net.changes[0].after.version - 1:
                subscription.version = net.after.version
            return
        if net.after.version <= subscription.version or self._postponed(subscription):
            return
        changes = [one for one in net.changes if one.after.version > subscription.version]
        messages, further = customer_items(changes, subscription.seq)
        subscription.notices = _numbered(subscription.notices, notices(changes))
        subscription.version = max(subscription.version, net.after.version)
        subscription.seq = messages[-1].seq if messages else subscription.seq
        state = self._public(subscription, net.after)
        items: list[object] = [*messages, *further]
        if state != subscription.document:
            subscription.document = state
            items.append(state)
        if items:
            self._send(subscription, "changes", items)

    def _tell_state(
        self, subscription: Subscription, conversation: Conversation, waits: Prospect | None
    ) -> None:
        if subscription.document is None or self._postponed(subscription):
            return
        state = public_conversation(conversation, waits, subscription.notices)
        if state != subscription.document:
            subscription.document = state
            self._send(subscription, "changes", [state])

    def _send(self, subscription: Subscription, op: str, items: Sequence[object]) -> None:
        frame = self._delivery.frame(subscription.topic, op, subscription.seq, items)
        self._delivery.send(subscription, frame)

    def _public(self, subscription: Subscription, conversation: Conversation) -> PublicConversation:
        waits = None
        if conversation.state is State.OPEN:
            waits = self._feed.floor.prospects(conversation.queue_id, {conversation.id}).get(conversation.id)
        return public_conversation(conversation, waits, subscription.notices)

    def _postponed(self, subscription: Subscription) -> bool:
        # What was put off comes before what is new: told now, this would be the last number that the reader has.
        if subscription.starting or subscription.connection.slow:
            self._missed.add(subscription)
        return subscription in self._missed

    def _refuse(self, subscription: Subscription, refusal: Refusal) -> None:
        self.unwatch(subscription)
        subscription.connection.subscriptions.pop(subscription.topic, None)
        self._delivery.refuse(subscription, refusal)


_UNKNOWN = Refusal(Reason.NOT_FOUND)
_UNTELLABLE = Refusal(Reason.INTERNAL)


def _is_customer(subscription: Subscription) -> bool:
    return subscription.connection.actor.kind is ActorKind.CUSTOMER


def _numbered(known: tuple[PublicNotice, ...], new: Iterable[PublicNotice]) -> tuple[PublicNotice, ...]:
    numbered = enumerate(new, start=len(known) + 1)
    return (*known, *(msgspec.structs.replace(one, id=number) for number, one in numbered))
