"""What the topic of one conversation begins with, read from the database as few times as can be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.conversations.model import Conversation
from valvomo.live import reading
from valvomo.live.batches import Batches
from valvomo.live.feed import Feed
from valvomo.live.views.happening import Words
from valvomo.protocol.customer import PublicNotice

AT_A_TIME = 4
"""Beginnings that are read each by itself at a time, so that a crowd leaves connections for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Messages, the conversation as the floor has it or as it is stored, and what its customer was told until when."""

    words: list[Words]
    conversation: Conversation | None
    told: tuple[tuple[PublicNotice, ...], int] = ((), 0)


class Beginnings:
    """Of one organization."""

    def __init__(self, feed: Feed, database: Database) -> None:
        self._feed = feed
        self._database = database
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._batches: Batches[tuple[str, int], list[Words] | None] = Batches(self._words)

    async def for_staff(self, one: str, seq: int, actor: Actor) -> Beginning:
        """What was written after a number.

        A conversation that the floor has is as it says; only the words are read, together with those of others. What
        they have beyond the floor's number comes when the floor has taken it in, judged by whom it may reach then.
        Whom the floor would refuse may just have become who may read, which the floor is yet to hear: they are judged
        by what is stored.
        """
        if self._may_read(one, actor):
            words = await self._batches.ask((one, seq))
            conversation = self._may_read(one, actor)
            if words is not None and conversation is not None:
                known = [each for each in words if each.seq <= conversation.seq]
                return Beginning(words=known, conversation=conversation)
        return await self._alone(one, seq, customer=False)

    def _may_read(self, one: str, actor: Actor) -> Conversation | None:
        conversation = self._feed.floor.conversation(one)
        return None if conversation is None or read_refusal(actor, conversation) else conversation

    async def for_customer(self, one: str, seq: int) -> Beginning:
        """What was written for them after a number of theirs, and all that they were told."""
        return await self._alone(one, seq, customer=True)

    async def _alone(self, one: str, seq: int, *, customer: bool) -> Beginning:
        organization_id = self._feed.organization_id
        async with self._turns, self._database.reading() as tx:
            words = await reading.words_after(tx, (organization_id, one), seq, public=customer)
            stored = await reading.stored(tx, organization_id, one)
            told = await reading.told(tx, stored) if customer and stored else ((), 0)
        conversation = self._feed.floor.conversation(one)
        if conversation is None or (stored is not None and stored.version > conversation.version):
            # What was read is newer than what the feed has taken in, or the floor no longer has it.
            conversation = stored
        return Beginning(words=words, conversation=conversation, told=told)

    async def _words(self, wanted: Sequence[tuple[str, int]]) -> list[list[Words] | None]:
        async with self._database.asking() as tx:
            return await reading.words_after_many(tx, self._feed.organization_id, wanted)
