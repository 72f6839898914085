"""What the topic of one conversation begins with, read from the database as few times as can be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from valvomo.db.batches import Batches
from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.conversations.model import Conversation
from valvomo.live import reading
from valvomo.live.feed import Feed
from valvomo.live.views.happening import Words
from valvomo.protocol.customer import PublicNotice

AT_A_TIME = 4
"""Beginnings that are read each by itself at a time, of staff and as many of customers: a crowd of customers leaves
connections for others, and keeps nobody of the house waiting."""
MOST_WORDS = 200
MOST_CHARACTERS = 200_000
"""Messages with which a conversation begins at most, and what they may have together: the newest. Who wants those
before them pages through them over HTTP, in their own time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Messages, the conversation as the floor has it or as it is stored, and what its customer was told until when.

    It is `whole` when it leaves out nothing that was asked for.
    """

    words: list[Words]
    whole: bool
    conversation: Conversation | None
    told: tuple[tuple[PublicNotice, ...], int] = ((), 0)


class Beginnings:
    """Of one organization."""

    def __init__(self, feed: Feed, database: Database) -> None:
        self._feed = feed
        self._database = database
        self._turns = {customer: asyncio.Semaphore(AT_A_TIME) for customer in (True, False)}
        self._batches: Batches[tuple[str, int], list[Words] | None] = Batches(self._words)

    async def for_staff(self, one: str, seq: int, actor: Actor) -> Beginning:
        """What was written after a number.

        A conversation that the floor has is as it says; only the words are read, together with those of others. What
        they have beyond the floor's number comes when the floor has taken it in, judged by whom it may reach then.
        Whom the floor would refuse may just have become who may read, which the floor is yet to hear: they are judged
        by what is stored.
        """
        if (begins := self._may_read(one, actor)) is not None:
            words = await self._batches.ask((one, max(seq, begins.seq - MOST_WORDS)))
            conversation = self._may_read(one, actor)
            if words is not None and conversation is not None:
                known = newest([each for each in words if each.seq <= conversation.seq])
                return Beginning(words=known, whole=_follows(known, seq), conversation=conversation)
        return await self._alone(one, seq, customer=False)

    def _may_read(self, one: str, actor: Actor) -> Conversation | None:
        conversation = self._feed.floor.conversation(one)
        return None if conversation is None or read_refusal(actor, conversation) else conversation

    async def for_customer(self, one: str, seq: int) -> Beginning:
        """What was written for them after a number of theirs, and all that they were told."""
        return await self._alone(one, seq, customer=True)

    async def with_further(self, found: Beginning, seq: int, *, customer: bool) -> Beginning:
        """The same, with the messages up to a number that go out over a channel: they may have come further since."""
        conversation = found.conversation
        if conversation is None or conversation.account_id is None or not found.whole:
            return found
        last = seq if not customer else conversation.seq
        async with self._turns[customer], self._database.asking() as tx:
            key = (self._feed.organization_id, conversation.id)
            further = await reading.deliveries(tx, key, last, MOST_WORDS)
        known = [one for one in further if not customer or (one.public_seq or 0) <= seq]
        return replace(found, words=[*known, *found.words])

    async def _alone(self, one: str, seq: int, *, customer: bool) -> Beginning:
        organization_id = self._feed.organization_id
        async with self._turns[customer], self._database.reading() as tx:
            stored = await reading.stored(tx, organization_id, one)
            last = 0 if stored is None else stored.public_seq if customer else stored.seq
            words = await reading.words_after(
                tx, (organization_id, one), max(seq, last - MOST_WORDS), public=customer
            )
            told = await reading.told(tx, stored) if customer and stored else ((), 0)
        conversation = self._feed.floor.conversation(one)
        if conversation is None or (stored is not None and stored.version > conversation.version):
            # What was read is newer than what the feed has taken in, or the floor no longer has it.
            conversation = stored
        words = newest(words)
        whole = _follows(words, seq, customer=customer)
        return Beginning(words=words, whole=whole, conversation=conversation, told=told)

    async def _words(self, wanted: Sequence[tuple[str, int]]) -> list[list[Words] | None]:
        async with self._database.asking() as tx:
            return await reading.words_after_many(tx, self._feed.organization_id, wanted)


def newest(words: list[Words]) -> list[Words]:
    """The last of them, as many as a beginning may have; never none where there are any."""
    kept, left = max(0, len(words) - MOST_WORDS), MOST_CHARACTERS
    for place in range(len(words) - 1, kept - 1, -1):
        left -= len(words[place].text)
        if left < 0:
            return words[min(place + 1, len(words) - 1) :]
    return words[kept:]


def _follows(words: list[Words], seq: int, *, customer: bool = False) -> bool:
    """Whether nothing is missing between a number and these."""
    if not words:
        return True
    return (words[0].public_seq if customer else words[0].seq) == seq + 1
