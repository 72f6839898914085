"""Hints: what may be lost without harm, shown to whoever reads along in a conversation and may know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Conversation
from valvomo.live.calls import CallSignal, KeysSignal
from valvomo.live.delivery import Delivery
from valvomo.live.feed import Feed
from valvomo.live.transcripts import Transcripts
from valvomo.live.typing import TypingSignal
from valvomo.protocol.lookups import Lookups

S = TypeVar("S", TypingSignal, CallSignal, KeysSignal)


class Hints:
    """Of one organization."""

    def __init__(self, feed: Feed, transcripts: Transcripts, delivery: Delivery) -> None:
        self._feed = feed
        self._transcripts = transcripts
        self._delivery = delivery

    def show(self, signal: S, item_of: Callable[[S, Conversation, Actor, Lookups], object | None]) -> None:
        """To each reader what they may know of it, if anything; slow readers miss it."""
        floor = self._feed.floor
        conversation = floor.conversation(signal.conversation_id)
        if conversation is None:
            return
        for subscription in self._transcripts.watched.get(signal.conversation_id, ()):
            connection = subscription.connection
            item = item_of(signal, conversation, connection.actor, floor.lookups)
            if item is not None and not connection.slow and not subscription.starting:
                frame = self._delivery.frame(subscription.topic, "changes", subscription.seq, [item])
                self._delivery.send(subscription, frame)
