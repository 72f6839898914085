"""A unit of work: one transaction in which a command reads locked facts, decides, and records what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.commands.announcing import announce
from valvomo.commands.bot_letters import told_bot
from valvomo.commands.channels.survey_by_text import put_question
from valvomo.commands.conversations.overflow import on_entering
from valvomo.commands.conversations.survey_asking import with_survey
from valvomo.commands.letters import letters_of
from valvomo.db import agents, bots, conversations, house, outbox
from valvomo.db.ids import new_id
from valvomo.db.journal import Fact
from valvomo.db.messages import Message
from valvomo.db.sealing import Sealer
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, system_refusal
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.audit import audited
from valvomo.domain.access.sight import may_see
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.events import HouseFact
from valvomo.domain.alerts.told import assignee
from valvomo.domain.conversations.ending import begins_talk, limited
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.scheduled import TransferDropped
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.told import notified, told_customer
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal

First = Callable[[Conversation], Awaitable[Conversation]]
"""What is written with a conversation before anything is done about it; the conversation after it."""


@dataclass(slots=True)
class Work:
    """What a handler works with. Facts gather in `facts` and are written last, by `execute`.

    `said`: nothing but words has been written, these, or how far words have come; None where more has happened, of
    which anybody may have to know.
    """

    tx: Transaction
    actor: Actor
    now: datetime
    supervision: Supervision
    facts: list[Fact] = field(default_factory=list)
    sealer: Sealer = field(default_factory=Sealer)
    said: tuple[Message, ...] | None = None

    @property
    def organization_id(self) -> str:
        """The one organization that this work can reach."""
        return self.actor.organization_id

    def new_id(self) -> str:
        """A new identifier."""
        return new_id()

    async def lock(self, conversation_id: str) -> Conversation | Refusal:
        """The conversation, locked; not found when it does not exist for this actor."""
        conversation = await conversations.lock(self.tx, self.organization_id, conversation_id)
        if conversation is None or not may_see(self.actor, conversation):
            return Refusal(Reason.NOT_FOUND)
        return conversation

    async def lock_for(self, conversation_id: str, act: Act) -> Conversation | Refusal:
        """The conversation, locked, if this actor may do this to it now: authorised on locked facts."""
        conversation = await conversations.lock(self.tx, self.organization_id, conversation_id)
        if conversation is None:
            return Refusal(Reason.NOT_FOUND)
        return act_refusal(act, self.actor, conversation, self.supervision) or conversation

    async def lock_as_system(self, conversation_id: str) -> Conversation | Refusal:
        """The conversation, locked, for what only the system itself does to it."""
        return system_refusal(self.actor) or await self.lock(conversation_id)

    async def workstream(self, conversation: Conversation) -> Workstream:
        """The rules of the conversation's workstream."""
        return await house.workstream(self.tx, self.organization_id, conversation.workstream_id)

    async def queue_name(self, queue_id: str) -> str:
        """A queue's name as it is now, kept with facts."""
        queue = await house.queue(self.tx, self.organization_id, queue_id, self.now)
        return queue.name if queue else queue_id

    async def begin(
        self, started: ConversationStarted, address: str | None = None, first: First | None = None
    ) -> Conversation:
        """Write a new conversation, what comes with it (`first`), and what its first queue does about it.

        `address` is where the customer is reached over the account of the conversation, if it has one.
        """
        conversation = fold(None, started, self.now)
        await conversations.insert(self.tx, conversation)
        if conversation.account_id is not None:
            place = (self.organization_id, conversation.id, conversation.account_id, address)
            await self.tx.run("channels.address_conversation", *place)
        await self._note_event(started, conversation, conversation)
        if first is not None:
            conversation = await first(conversation)
        if begins_talk(None, conversation):
            limit = limited(await self.workstream(conversation), self.now)
            conversation = await self.record(conversation, limit)
        return await on_entering(self, conversation)

    async def record(self, before: Conversation, events: Iterable[Event]) -> Conversation:
        """Write what happened to a locked conversation: its row, and the facts that explain it.

        Who must hear of it is asked of the conversation before all of it: whoever leaves with a forced close, in a
        fact of their own before it, hears of the close. A queue into which it comes has its say at once.
        """
        now, queued = before, False
        all_of_it = await with_survey(self, before, tuple(events))
        for event in all_of_it:
            queued = queued or isinstance(event, Queued)
            now = fold(now, event, self.now)
            await self._note_event(event, before, now)
        if begins_talk(before, now):
            for event in limited(await self.workstream(now), self.now):
                now = fold(now, event, self.now)
                await self._note_event(event, before, now)
        await put_question(self, all_of_it, now)
        if now is not before:
            await conversations.save(self.tx, before, now)
            freed = [agent for agent, units in before.holds.items() if now.holds.get(agent, 0) < units]
            if freed:
                await self.tx.run("agents.touch_idle", self.organization_id, sorted(freed), self.now)
        return await on_entering(self, now) if queued else now

    async def decide(
        self, before: Conversation, decision: tuple[Event, ...] | Refusal
    ) -> dict[str, object] | Refusal:
        """Record a decision, or pass its refusal on."""
        if isinstance(decision, Refusal):
            return decision
        return outcome_of(await self.record(before, decision))

    def note(self, event: HouseFact, people: Sequence[str] = ()) -> None:
        """A fact that belongs to no conversation; these people hear of it wherever they are."""
        self.facts.append(
            Fact(
                event=event,
                actor_id=self.actor.id,
                actor_name=self.actor.name,
                at=self.now,
                audited=audited(event),
                notify=tuple(one for one in (assignee(event), *people) if one and one != self.actor.id),
            )
        )

    async def lock_agent(self, agent_id: str) -> Agent | None:
        """An agent, locked; after the conversation."""
        return await agents.lock_one(self.tx, self.organization_id, agent_id, self.now)

    async def _note_event(self, event: Event, before: Conversation, after: Conversation) -> None:
        fact = Fact(
            event=event,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            at=self.now,
            conversation_id=after.id,
            version=after.version,
            audited=audited(event),
            notify=tuple(
                person
                for person in notified(event, before)
                # Who ends a call, or what it is in, has not said that nobody is to be asked then.
                if person != self.actor.id or isinstance(event, TransferDropped)
            ),
        )
        self.facts.append(fact)
        letters = [(self.organization_id, *letter) for letter in letters_of(fact, after)]
        await outbox.write(self.tx, letters, self.now)
        if after.account_id is not None and told_customer(event) is not None:
            await announce(self.tx, event, after, self.now)
        if before.bot_id:
            await bots.tell(self.tx, list(told_bot(event, before, after, self.now)), self.now)


def outcome_of(conversation: Conversation) -> dict[str, object]:
    """What a command answers about the conversation it changed."""
    return {"id": conversation.id, "state": conversation.state.value, "version": conversation.version}
