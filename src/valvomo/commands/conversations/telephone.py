"""Telephones: calls that come in, are answered and lost; calls back, calls again, and calls that are forwarded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from valvomo.channels.phones import USUAL_CALLBACKS, called_over
from valvomo.commands.conversations.start import Over, StartConversation, begin_with
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.access.actor import ActorKind, system_refusal
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import call_lost
from valvomo.domain.conversations import telephone as rules
from valvomo.domain.conversations.call_marks import Telephone
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.refusals import Reason, Refusal

WITHHELD = "Anonymous"
"""What networks call a caller who withholds their number (RFC 3323 §4.1.1.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveCall(Command):
    """Somebody calls over a trunk: a conversation of its workstream. `caller` is E.164, "" where it is withheld.

    `called` is the number of ours, "" where the trunk does not say it. `vouched`: the network says that the number is
    theirs; by what callers only say of themselves nobody is known.
    """

    account_id: str
    trunk_call: str
    caller: str
    process_id: str
    called: str = ""
    vouched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTelephone(Command):
    """The customer who was called has answered."""

    conversation_id: str
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseTelephone(Command):
    """The telephone of a call is gone; `why` by the trunk's word."""

    conversation_id: str
    call_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCallback(Command):
    """Who waits for an answer wants to be called: at `number`, or the one from which they call."""

    conversation_id: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redial(Command):
    """Call a customer again who was not reached."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardCall(Command):
    """The trunk has connected the customer with another number, as their agent wanted."""

    conversation_id: str
    number: str
    by_id: str


@handles(ReceiveCall)
async def receive_call(work: Work, command: ReceiveCall) -> Outcome:
    """Whoever the vouched number is known for; what is told twice begins once. Overflow may have closed it already."""
    if refusal := system_refusal(work.actor):
        return refusal
    place = (work.organization_id, command.account_id)
    account = await work.tx.row("channels.led_to", *place)
    if account is None:
        return Refusal(Reason.NOT_FOUND)
    vouched = command.caller if command.vouched else ""
    contact_id, name = await _caller(work, vouched)
    phone = Telephone(account_id=command.account_id, number=command.caller, called=command.called)
    started = await begin_with(
        work,
        StartConversation(
            channel=Channel.VOICE,
            workstream_id=account["workstream_id"],
            customer_name=name or command.caller or WITHHELD,
            phone=command.caller or None,
            over=Over(
                account_id=command.account_id, address=command.caller, contact_id=contact_id, window_closed=True,
                telephone=phone,
            ),
        ),
        partial(_note, work, command),
    )  # fmt: skip
    if isinstance(started, Refusal):
        return started
    if vouched and contact_id is None:
        identity = ("phone", vouched, str(started["contact"]), f"account:{command.account_id}")
        await work.tx.run("channels.add_identity", work.organization_id, *identity, work.now)
    return started


@handles(AnswerTelephone)
async def answer_telephone(work: Work, command: AnswerTelephone) -> Outcome:
    """Nothing where the call is another one by now."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.answered(conversation, command.call_id))


@handles(LoseTelephone)
async def lose_telephone(work: Work, command: LoseTelephone) -> Outcome:
    """Not reached, the customer's end, or lost; nothing where the conversation is without this call by now."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    place = (await work.workstream(conversation), await work.queue_name(conversation.queue_id))
    told, back = (command.call_id, command.why), None
    if call_lost.is_lost(conversation, *told) and call_lost.may_be_called(conversation):
        back = await _way_back(work, conversation)
    return await work.decide(conversation, call_lost.gone(conversation, place, told, back, at=work.now))


@handles(RequestCallback)
async def request_callback(work: Work, command: RequestCallback) -> Outcome:
    """By the customer in their window, or by the system for who has pressed a key of their telephone."""
    conversation = await conversations.lock(work.tx, work.organization_id, command.conversation_id)
    customer = work.actor.kind is ActorKind.CUSTOMER
    if conversation is None or (customer and work.actor.id != conversation.contact_id):
        return Refusal(Reason.NOT_FOUND)
    if not customer and (refusal := system_refusal(work.actor)):
        return refusal
    phone = rules.telephone_of(conversation)
    account = await _calling_back(work, conversation)
    refusal = rules.callback_refusal(conversation, offered=account is not None)
    if refusal or account is None:
        return refusal or Refusal(Reason.CALLBACK_OFF)
    number = called_over(account["settings"], command.number or (phone.number if phone else ""))
    if isinstance(number, Refusal):
        return number
    call_id = work.new_id()
    if refusal := await _note_callback(work, call_id, account, number):
        return refusal
    by = "window" if customer else "keys"
    return await work.decide(
        conversation,
        rules.request_callback(conversation, (account["id"], number), call_id, by=by, offered=True),
    )


@handles(Redial)
async def redial(work: Work, command: Redial) -> Outcome:
    """By its primary."""
    conversation = await work.lock_for(command.conversation_id, Act.REDIAL)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.redial(work.actor.id, conversation, work.new_id()))


@handles(ForwardCall)
async def forward_call(work: Work, command: ForwardCall) -> Outcome:
    """The talk is over for the house; its agent wraps up."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    decision = rules.forwarded(command.by_id, conversation, workstream, command.number, at=work.now)
    return await work.decide(conversation, decision)


async def _calling_back(work: Work, conversation: Conversation) -> Any:
    place = (work.organization_id, conversation.workstream_id)
    return await work.tx.row("telephones.callback_way", *place)


async def _way_back(work: Work, conversation: Conversation) -> rules.CallbackRequested | None:
    """How whom the house has lost is called back, within the limits of those who ask for it; None where not at all.

    Their number may be made up, and what fails may be of their making.
    """
    account, phone = await _calling_back(work, conversation), rules.telephone_of(conversation)
    if account is None or phone is None:
        return None
    number, call_id = called_over(account["settings"], phone.number), work.new_id()
    if isinstance(number, Refusal) or await _note_callback(work, call_id, account, number):
        return None
    return call_lost.back_to(call_id, (account["id"], number))


async def _note_callback(work: Work, call_id: str, account: Any, number: str) -> Refusal | None:
    """Anybody on the internet may ask for one: only so many are taken."""
    place = (work.organization_id, account["id"])
    await work.tx.value("telephones.lock_callbacks", *place)
    (asked,) = await work.tx.rows("telephones.callbacks", *place, number, work.now - rules.LIMITED_FOR)
    most = account["settings"].get("callbacks_per_hour", USUAL_CALLBACKS)
    if refusal := rules.callbacks_refusal(asked["to_number"], asked["over_account"], most=most):
        return refusal
    await work.tx.run(
        "telephones.note_callback", work.organization_id, call_id, account["id"], number, work.now
    )
    return None


async def _caller(work: Work, number: str) -> tuple[str | None, str]:
    """Whom the network vouches for by this number, and their name; nobody where it vouches for none, or a new one."""
    if not number:
        return None, ""
    identity = (work.organization_id, "phone", number)
    await work.tx.value("channels.lock_identity", *identity)
    known: str | None = await work.tx.value("channels.identity", *identity)
    rows = await work.tx.rows("contacts.group", work.organization_id, known) if known else []
    return known, str(rows[0]["name"]) if rows else ""


async def _note(work: Work, command: ReceiveCall, conversation: Conversation) -> Conversation:
    await work.tx.run(
        "telephones.note", work.organization_id, conversation.id, conversation.id, command.account_id,
        command.trunk_call, command.caller, command.process_id,
    )  # fmt: skip
    return conversation
