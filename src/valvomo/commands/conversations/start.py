"""Start a conversation: from the widget, from an integration, or a record from the console (T1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import ClassVar

from valvomo.commands.conversations.answer_by_mail import remember_address
from valvomo.commands.conversations.arriving import arrived
from valvomo.commands.conversations.consent import acknowledge, say
from valvomo.commands.records.making import Draft, drafted, first_links, key_refusal
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import First, Work, outcome_of
from valvomo.db import bots, house
from valvomo.db.ids import new_secret, secret_digest
from valvomo.domain.access.actor import ActorKind, UserRole, system_refusal
from valvomo.domain.agents.capacity import Agent, exceeded_by
from valvomo.domain.conversations.call_marks import Telephone
from valvomo.domain.conversations.model import Channel, Consent, ConsentPolicy, Conversation
from valvomo.domain.conversations.start import (
    ConversationStarted,
    Customer,
    FirstBot,
    begun_by,
    start,
    with_bot,
)
from valvomo.domain.conversations.targets import Queue, queue_kind
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.customers.identity import Identity
from valvomo.domain.refusals import Reason, Refusal

TOKEN_DAYS = 30
"""How long a customer's token opens their conversation."""

_WITHOUT_BOTS = frozenset({Channel.RECORD, Channel.VOICE, Channel.VIDEO})
_CREATORS = frozenset({UserRole.INTEGRATION, UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.AGENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The way to a customer: an account, their address there, and who they are, if that is known.

    `window_closed`: the channel takes no free text before they have written. `agent` is who writes or calls first, if
    somebody of the house does. Over a trunk it is their `telephone`, and nothing is written.
    """

    account_id: str
    address: str
    contact_id: str | None = None
    window_closed: bool = False
    agent: Agent | None = None
    telephone: Telephone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation(Command):
    """Begin a conversation with a customer, in the workstream or the first one of the channel.

    `queue` is an id or a name; without it the workstream's rules choose. `context` is what the page or system knows.
    `issue_token` gives the customer the token that opens this one conversation. `version` and `text_language` name the
    notice or question that the customer was shown, 0 where there was none; without a version it is taken to be the
    newest where customers begin it themselves or have answered, and else nothing was shown. `contact_id` is whom staff
    know it to be with; `record` what is said of a record. `over` is the channel account and the address over which the
    customer is reached; only the system says so. `identity` is whom the customer's site has signed, which the caller
    has checked.
    """

    secret: ClassVar[frozenset[str]] = frozenset({"token"})
    channel: Channel
    customer_name: str
    workstream_id: str | None = None
    queue: str | None = None
    email: str | None = None
    phone: str | None = None
    subject: str = ""
    language: str = ""
    priority: int = 0
    tags: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    consent: bool | None = None
    version: int | None = None
    text_language: str | None = None
    issue_token: bool = False
    contact_id: str | None = None
    record: Draft | None = None
    over: Over | None = None
    identity: Identity | None = None


@handles(StartConversation)
async def start_conversation(work: Work, command: StartConversation) -> Outcome:
    """Contact, conversation, consent and token in one commit; overflow may have moved or closed it already."""
    return await begin_with(work, command)


async def begin_with(work: Work, command: StartConversation, first: First | None = None) -> Outcome:
    """The same, with what comes with it (`first`) before anything is done about it."""
    if refusal := _creator_refusal(work, command) or _claim_refusal(work, command):
        return refusal
    workstream = await _workstream(work, command)
    if workstream is None or workstream.channel is not command.channel:
        return Refusal(Reason.UNKNOWN_TARGET, {"channel": command.channel.value})
    record = await drafted(work, command, workstream.id)
    if isinstance(record, Refusal):
        return record
    arrival = await arrived(work, workstream, command)
    if isinstance(arrival, Refusal):
        return arrival
    customer, queue_id = replace(arrival[0], record=record), arrival[1]
    started = await _started(work, command, workstream, (customer, queue_id))
    return started if isinstance(started, Refusal) else await _begun(work, command, started, first)


async def _started(
    work: Work, command: StartConversation, workstream: Workstream, arrival: tuple[Customer, str]
) -> ConversationStarted | Refusal:
    customer, queue_id = arrival
    queue = await house.queue(work.tx, work.organization_id, queue_id, work.now)
    if queue is None or queue.kind != queue_kind(workstream.channel):
        return _queue_refusal(queue)
    consent = await _consent(work, workstream, command)
    if _outdated(command, consent):
        return Refusal(
            Reason.CHANGED_MEANWHILE, {"version": consent.version or 0, "language": consent.language}
        )
    started = start(
        workstream, (queue.id, queue.name), customer, consent, conversation_id=work.new_id(), at=work.now
    )
    if isinstance(started, Refusal):
        return started
    if command.over is not None and (agent := command.over.agent) is not None:
        excess = exceeded_by(agent, started.units, started.channel)
        return begun_by(started, (agent.id, agent.name), excess_units=excess)
    bot = await _bot(work, workstream, command)
    return started if bot is None else with_bot(started, bot)


async def _begun(
    work: Work, command: StartConversation, started: ConversationStarted, first: First | None
) -> Outcome:
    conversation_id, consent = started.conversation_id, started.consent
    draft = command.record or Draft()
    if refusal := await key_refusal(work, started.workstream_id, draft.key, conversation_id):
        return refusal
    if command.over is not None and consent.version is not None:
        first = partial(_with_notice, work, first, started)
    address = command.over.address if command.over and not command.over.telephone else None
    begun = await work.begin(started, address, first)
    conversation = await first_links(work, begun, draft.links)
    if isinstance(conversation, Refusal):
        return conversation
    customer = Customer(
        contact_id=started.contact_id, name=started.customer_name, language=started.language,
        verified=started.verified,
    )  # fmt: skip
    await acknowledge(work, conversation)
    await remember_address(work, conversation, command.email)
    token = await _token(work, conversation.id, customer) if command.issue_token else {}
    return {**outcome_of(conversation), "contact": customer.contact_id, **token}


async def _with_notice(
    work: Work, first: First | None, started: ConversationStarted, conversation: Conversation
) -> Conversation:
    """Who writes over a channel has seen no page: the notice is what they are told first, before anybody answers.

    Where the house writes first, it comes before that.
    """
    waits = started.owner_id is None and first is not None
    after = await first(conversation) if waits and first else conversation
    shown = (started.workstream_id, started.consent.policy.value, started.consent.language)
    text = await work.tx.row("house.current_text", work.organization_id, *shown)
    if text is not None:
        await say(work, after, text["text"])
    return after if waits or first is None else await first(after)


def _creator_refusal(work: Work, command: StartConversation) -> Refusal | None:
    if work.actor.kind is ActorKind.USER and not _CREATORS & work.actor.roles:
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.INTEGRATION.value})
    by_agent = command.over is not None and command.over.agent is not None
    return system_refusal(work.actor) if command.over is not None and not by_agent else None


def _claim_refusal(work: Work, command: StartConversation) -> Refusal | None:
    """What customers were shown and answered is said by themselves, or by a system that has asked them."""
    claims = command.consent is not None or command.version is not None
    if claims and work.actor.kind is ActorKind.USER and UserRole.INTEGRATION not in work.actor.roles:
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.INTEGRATION.value})
    return None


async def _workstream(work: Work, command: StartConversation) -> Workstream | None:
    if command.workstream_id is None:
        return await house.workstream_of_channel(work.tx, work.organization_id, command.channel)
    try:
        return await house.workstream(work.tx, work.organization_id, command.workstream_id)
    except LookupError:
        return None


def _queue_refusal(queue: Queue | None) -> Refusal:
    return (
        Refusal(Reason.UNKNOWN_TARGET) if queue is None else Refusal(Reason.OTHER_KIND, {"queue": queue.name})
    )


async def _bot(work: Work, workstream: Workstream, command: StartConversation) -> FirstBot | None:
    """Whoever names a queue wants people; a record has nobody to talk to."""
    if command.queue or workstream.channel in _WITHOUT_BOTS:
        return None
    return await bots.first(work.tx, work.organization_id, workstream.id)


async def _consent(work: Work, workstream: Workstream, command: StartConversation) -> Consent:
    if workstream.consent is ConsentPolicy.NONE or workstream.channel is Channel.RECORD:
        return Consent()
    asks = workstream.consent is ConsentPolicy.CONSENT
    if command.over is not None and (asks or command.over.window_closed):
        # There it can neither be asked nor told, so nothing may be noted as shown.
        return Consent(policy=workstream.consent, answer=command.consent)
    if (
        command.over is None
        and work.actor.kind is ActorKind.USER
        and command.version is command.consent is None
    ):
        # Staff and systems begin it where no page of ours has shown a text.
        return Consent(policy=workstream.consent)
    shown = (workstream.id, workstream.consent.value, command.language or "en")
    text = await work.tx.row("house.current_text", work.organization_id, *shown)
    return Consent(
        policy=workstream.consent,
        answer=command.consent if asks else None,
        version=text["version"] if text else None,
        language=text["language"] if text else None,
    )


def _outdated(command: StartConversation, consent: Consent) -> bool:
    """Whether the customer was shown something else than what would be kept as shown, or refused what is not asked."""
    if command.version is None:
        return False
    other_language = command.version > 0 and command.text_language not in {None, consent.language}
    unasked = command.consent is False and consent.policy is not ConsentPolicy.CONSENT
    return command.version != (consent.version or 0) or other_language or unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewToken(Command):
    """Another token for the customer of a conversation: for the repeated start whose first answer was lost.

    A token is nowhere kept in clear, so the first one cannot be said again.
    """

    secret: ClassVar[frozenset[str]] = frozenset({"token"})
    conversation_id: str


@handles(RenewToken)
async def renew_token(work: Work, command: RenewToken) -> Outcome:
    """By the system alone."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    customer = Customer(
        contact_id=conversation.contact_id, name=conversation.customer_name, language=conversation.language,
        verified=conversation.verified,
    )  # fmt: skip
    return await _token(work, conversation.id, customer)


async def _token(work: Work, conversation_id: str, customer: Customer) -> dict[str, object]:
    token = new_secret("vc")
    await work.tx.run(
        "house.add_customer_token", secret_digest(token), work.organization_id, conversation_id,
        customer.contact_id, customer.language or "en", work.now, work.now + timedelta(days=TOKEN_DAYS),
        customer.verified,
    )  # fmt: skip
    return {"token": token}
