"""Post a message (spec 1 §6): the rule, and what a customer's words do to a parked conversation.

One function posts any number of messages in a transaction; the lane calls it with whatever is in flight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from valvomo.commands.bot_letters import instruction_to_bot, words_to_bot
from valvomo.commands.conversations import taking
from valvomo.commands.conversations.answer_by_mail import answered_in
from valvomo.commands.conversations.revive import revive
from valvomo.commands.conversations.taking import Taking
from valvomo.commands.letters import letters_in
from valvomo.commands.registry import Command
from valvomo.commands.work import Work
from valvomo.db import bots, conversations, dispatches, messages, outbox
from valvomo.db.bots import Told
from valvomo.db.ids import new_id
from valvomo.db.journal import Fact
from valvomo.db.messages import Instruction, InternalMessage, Message, PublicMessage
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, ActorKind, system
from valvomo.domain.access.sight import may_see
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.attachments.attached import Taker, Upload, internal_attachment, public_attachment
from valvomo.domain.attachments.limits import Ability, Side
from valvomo.domain.attachments.media import PublicMedium
from valvomo.domain.conversations.ask import answered, comes_to_help
from valvomo.domain.conversations.bots import awaited
from valvomo.domain.conversations.delivery import Delivery
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.message import MessagePosted, Visibility, Words, digest_of, post
from valvomo.domain.conversations.model import Conversation, Role, State
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMessage(Command):
    """Write into a conversation. The same `client_id` of the same author again is the first message, never a second.

    `attachments` are ids of files that the author has brought there; they become the message's in the same commit.
    """

    conversation_id: str
    text: str
    client_id: str
    visibility: Visibility = Visibility.PUBLIC
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message in flight: who, what; `template`, whether the provider has approved its text.

    `media` came with it over a channel and are to be fetched.
    """

    actor: Actor
    command: PostMessage
    template: bool = False
    media: tuple[PublicMedium, ...] | None = None

    @property
    def conversation_key(self) -> tuple[str, str]:
        """Organization and conversation."""
        return (self.actor.organization_id, self.command.conversation_id)

    @property
    def client_key(self) -> messages.ClientKey:
        """What makes it the same message again."""
        return (*self.conversation_key, self.actor.id, self.command.client_id)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Ids of files that go with it."""
        return self.command.attachments


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The message as it is kept. `repeated` when it had been posted before."""

    message: Message
    repeated: bool = False

    def told(self) -> dict[str, object]:
        """Like a row that is read: `public_seq` is None for what is internal."""
        kept = {one.name: getattr(self.message, one.name) for one in fields(self.message)}
        files = {
            name: [asdict(one) for one in held] for name, held in kept.items() if isinstance(held, tuple)
        }
        return {"public_seq": None, "visibility": Visibility.PUBLIC.value, **kept, **files}


@dataclass(slots=True)
class Batch:
    """What a transaction of messages has gathered."""

    now: datetime
    current: dict[conversations.Key, Conversation]
    known: dict[messages.ClientKey, Message]
    taking: Taking
    changed: set[tuple[str, str]] = field(default_factory=set)
    public: list[PublicMessage] = field(default_factory=list)
    internal: list[InternalMessage] = field(default_factory=list)
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    revive: list[tuple[str, str]] = field(default_factory=list)
    answered: dict[tuple[str, str], Actor] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    awaited: list[tuple[str, str]] = field(default_factory=list)

    @property
    def follows(self) -> frozenset[str]:
        """Organizations in which more than words has been written."""
        return frozenset(one for one, _ in (*self.revive, *self.answered, *self.awaited))


async def post_all(
    tx: Transaction,
    letters: Sequence[Letter],
    now: datetime,
    remembered: Mapping[conversations.Key, Conversation] | None = None,
) -> tuple[list[Posted | Refusal], Batch]:
    """Post in this order. Each gets its number or its refusal; the caller appends the facts of the batch.

    `remembered` conversations spare their reading if they are what the locked row says still.
    """
    current = await conversations.lock_many(tx, (one.conversation_key for one in letters), remembered)
    known, telling = await messages.known(tx, (one.client_key for one in letters))
    batch = Batch(now=now, current=current, known=known, taking=await taking.gather(tx, letters, current))
    outcomes = [_post(batch, letter) for letter in letters]
    if batch.changed:
        await messages.write(
            tx, batch.public, batch.internal, [batch.current[key] for key in sorted(batch.changed)]
        )
        await taking.write(tx, batch.taking)
        await outbox.write(tx, list(letters_in(telling, batch.facts, batch.current)), now)
        await dispatches.write(tx, [one for one in batch.public if one.delivery], now)
        await answered_in(tx, batch.public, batch.current, now)
    await bots.tell(tx, batch.told, now)
    for key in dict.fromkeys(batch.awaited):
        await _await_bot(tx, batch, key)
    for key in dict.fromkeys(batch.revive):
        await _revive(tx, batch, key)
    for key, supervisor in batch.answered.items():
        await _answer(tx, batch, key, supervisor)
    return outcomes, batch


def _post(batch: Batch, letter: Letter) -> Posted | Refusal:
    conversation = batch.current.get(letter.conversation_key)
    if conversation is None or not may_see(letter.actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    former = batch.known.get(letter.client_key)
    if former is not None:
        return Posted(message=former, repeated=True)
    ability = batch.taking.abilities.get(letter.conversation_key)
    uploads = batch.taking.found(letter, _taker(letter, conversation, ability))
    found = () if isinstance(uploads, Refusal) else uploads
    event = post(_words(letter, conversation, found), conversation)
    if isinstance(event, Refusal):
        return event
    if isinstance(uploads, Refusal):
        return uploads
    batch.taking.take(found, event.message_id, event.seq)
    return Posted(message=_keep(batch, letter, conversation, (event, found)))


def _taker(letter: Letter, conversation: Conversation, ability: Ability | None) -> Taker:
    customer = letter.actor.kind is ActorKind.CUSTOMER
    return Taker(
        conversation_id=conversation.id,
        author_id=letter.actor.id,
        public=customer or letter.command.visibility is Visibility.PUBLIC,
        side=Side.CUSTOMER if customer else Side.HOUSE,
        channel=conversation.channel,
        ability=ability,
    )


def _words(letter: Letter, conversation: Conversation, uploads: tuple[Upload, ...]) -> Words:
    actor, command = letter.actor, letter.command
    role = conversation.role_of(actor.id)
    customer, bot = actor.kind is ActorKind.CUSTOMER, actor.kind is ActorKind.BOT
    return Words(
        message_id=new_id(),
        author_id=actor.id,
        author_role=(Role.CUSTOMER if customer else Role.BOT if bot else role or Role.MONITOR).value,
        # Customers and bots have no other side to write on.
        visibility=Visibility.PUBLIC if customer or bot else command.visibility,
        digest=digest_of(command.text, tuple(map(public_attachment, uploads))),
        template=letter.template,
    )


def _keep(
    batch: Batch, letter: Letter, before: Conversation, posted: tuple[MessagePosted, tuple[Upload, ...]]
) -> Message:
    key, event = letter.conversation_key, posted[0]
    after = fold(before, event, batch.now)
    batch.current[key] = after
    batch.changed.add(key)
    batch.facts.setdefault(key[0], []).append(
        Fact(
            event=event,
            actor_id=letter.actor.id,
            actor_name=letter.actor.name,
            at=batch.now,
            conversation_id=after.id,
            version=after.version,
        )
    )
    if event.author_role == Role.CUSTOMER and after.state is State.WAITING:
        batch.revive.append(key)
    if after.asked is not None and comes_to_help(event.visibility, event.author_role):
        batch.answered[key] = letter.actor
    message = batch.known[letter.client_key] = _message(letter, posted, after, batch.now)
    if isinstance(message, PublicMessage):
        batch.public.append(message)
    else:
        batch.internal.append(message)
    if after.bot_id:
        _tell_bot(batch, key, message)
    return message


def _tell_bot(batch: Batch, key: tuple[str, str], message: Message) -> None:
    """The customer's words and supervisors' instructions; nothing else that is written is a bot's to know."""
    conversation = batch.current[key]
    if isinstance(message, Instruction):
        batch.told.append(instruction_to_bot(message, conversation))
    elif isinstance(message, PublicMessage) and message.author_role == Role.CUSTOMER:
        batch.told.append(words_to_bot(message, conversation))
        if awaited(conversation, batch.now):
            batch.awaited.append(key)


def _message(
    letter: Letter, posted: tuple[MessagePosted, tuple[Upload, ...]], conversation: Conversation, at: datetime
) -> Message:
    event, uploads = posted
    organization_id, conversation_id = letter.conversation_key
    common: dict[str, Any] = {
        "organization_id": organization_id,
        "conversation_id": conversation_id,
        "seq": event.seq,
        "id": event.message_id,
        "author_id": event.author_id,
        "author_role": event.author_role,
        "author_name": letter.actor.name,
        "text": letter.command.text,
        "client_id": letter.command.client_id,
        "at": at,
    }
    if event.public_seq is not None:
        outward = conversation.account_id is not None and event.author_role != Role.CUSTOMER
        common |= {"delivery": Delivery.QUEUED.value if outward else None, "media": letter.media}
        public = tuple(map(public_attachment, uploads))
        return PublicMessage(public_seq=event.public_seq, attachments=public, **common)
    kind = Instruction if event.visibility is Visibility.INSTRUCTION else InternalMessage
    internal = tuple(map(internal_attachment, uploads))
    return kind(visibility=event.visibility.value, attachments=internal, **common)


async def _revive(tx: Transaction, batch: Batch, key: tuple[str, str]) -> None:
    """In the customer's own name."""
    conversation = batch.current[key]
    author = Actor(id=conversation.contact_id, organization_id=key[0], name=conversation.customer_name,
                   kind=ActorKind.CUSTOMER, conversation_id=conversation.id)  # fmt: skip
    work = Work(tx=tx, actor=author, now=batch.now, supervision=Supervision())
    batch.current[key] = await revive(work, conversation)
    batch.facts[key[0]].extend(work.facts)


async def _await_bot(tx: Transaction, batch: Batch, key: tuple[str, str]) -> None:
    """The customer waits for the bot from now on; so long, and then people are asked."""
    conversation = batch.current[key]
    work = Work(tx=tx, actor=system(key[0], "timer"), now=batch.now, supervision=Supervision())
    batch.current[key] = await work.record(conversation, awaited(conversation, batch.now))
    batch.facts[key[0]].extend(work.facts)


async def _answer(tx: Transaction, batch: Batch, key: tuple[str, str], supervisor: Actor) -> None:
    """Whoever asked for a supervisor has heard from one."""
    conversation = batch.current[key]
    work = Work(tx=tx, actor=supervisor, now=batch.now, supervision=Supervision())
    events = answered((supervisor.id, supervisor.name), conversation)
    batch.current[key] = await work.record(conversation, events)
    batch.facts[key[0]].extend(work.facts)
