"""Taking in: what arrived becomes part of a conversation, exactly once, in its order.

An arrival, the conversation that it begins, its message and the note that it is done are one transaction: nothing is
half taken in, and what is tried again after a death finds itself done or begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from valvomo.channels.port import Inbound, Report
from valvomo.commands.channels.delivery import Told, take_note
from valvomo.commands.channels.media import announced, wanted
from valvomo.commands.channels.survey_by_text import take_answer
from valvomo.commands.conversations.consent import tell_late
from valvomo.commands.conversations.messages import Letter, Posted, PostMessage, post_all
from valvomo.commands.conversations.start import Over, StartConversation, begin_with
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import channels, conversations
from valvomo.domain.access.actor import Actor, ActorKind, system_refusal
from valvomo.domain.conversations.message import MAX_TEXT, customer_message_refusal
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.window import opened
from valvomo.domain.refusals import Reason, Refusal

STATUS_PATIENCE = timedelta(hours=1)
"""For so long a report waits for the message that it is about; it may be quicker than our note of the sending."""
UNKNOWN_MESSAGE = "it is about no message that was sent over this account"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMessage(Command):
    """Take in the first message of a thread that is ripe. `session_hours` are the account's, None without a window."""

    account_id: str
    address: str
    session_hours: float | None = None


@handles(TakeMessage)
async def take_message(work: Work, command: TakeMessage) -> Outcome:
    """Nothing while somebody else is at the thread, or its first message has to wait; `key` is what was taken in."""
    if refusal := system_refusal(work.actor):
        return refusal
    account = (work.organization_id, command.account_id)
    thread = await channels.take_thread(work.tx, account, command.address, work.now)
    if thread is None:
        return {}
    arrival = await work.tx.row("arrivals.first_message", *account, command.address, work.now)
    if arrival is None or not arrival["ripe"] or (arrival["attempts"] and arrival["due"] > work.now):
        return {}
    said = msgspec.convert(arrival["body"], Inbound)
    beside, note = await _beside(work, thread, said, arrival["sent_at"])
    if beside:
        await work.tx.run("arrivals.done", *account, arrival["key"], work.now, note)
        return {"key": arrival["key"]}
    hours = command.session_hours
    until = None if hours is None else arrival["sent_at"] + timedelta(hours=hours)
    conversation = await _said(work, command, (thread, until), said)
    if isinstance(conversation, Refusal):
        return conversation
    await _can_write(work, conversation.id, until)
    await work.tx.run(
        "channels.note_thread", *account, command.address, conversation.contact_id, conversation.id, said.name,
        arrival["sent_at"], said.cursor,
    )  # fmt: skip
    if said.opted:
        await work.tx.run(
            "channels.opt", *account, command.address, work.now if said.opted == "out" else None
        )
    await work.tx.run("arrivals.done", *account, arrival["key"], work.now, None)
    return {"key": arrival["key"], "conversation": conversation.id}


async def _beside(work: Work, thread: Any, said: Inbound, at: datetime) -> tuple[bool, str | None]:
    """Whether it becomes part of no conversation, and what is noted of that.

    What a machine wrote stays noted: nobody is called for it, and it gets no answer. What answers the question that was
    asked at the end of the conversation before begins no other one.
    """
    if said.automatic:
        return True, _noted(said)
    if thread["conversation_id"] is None or said.media or said.opted:
        return False, None
    ended = await conversations.lock(work.tx, work.organization_id, thread["conversation_id"])
    return ended is not None and await take_answer(work, ended, said.text, at), None


def _noted(said: Inbound) -> str:
    return f"{said.automatic}: {said.subject}"[:500]


async def _said(
    work: Work, command: TakeMessage, place: tuple[Any, datetime | None], said: Inbound
) -> Conversation | Refusal:
    """Said in the conversation that goes on in the thread, or in a new one. `place`: the thread, its window's end."""
    thread, until = place
    if thread["conversation_id"] is not None:
        known = await conversations.lock(work.tx, work.organization_id, thread["conversation_id"])
        if known is not None and customer_message_refusal(known) is None:
            return await _post(work, known, command.account_id, said)
    contact_id = await _contact(work, thread, said)
    account = await work.tx.row("channels.led_to", work.organization_id, command.account_id)
    if account is None:
        return Refusal(Reason.NOT_FOUND)
    over = Over(
        account_id=command.account_id, address=command.address, contact_id=contact_id,
        window_closed=until is not None and until <= work.now,
    )  # fmt: skip
    # What the customer wrote comes before what the queue does about it, which may be to close at once.
    name = thread["name"] or await _name(work, contact_id)
    started = await begin_with(
        work,
        _begins(account, said, name, over),
        partial(_post, work, account_id=command.account_id, said=said),
    )
    if isinstance(started, Refusal):
        return started
    begun = await conversations.lock(work.tx, work.organization_id, str(started["id"]))
    if begun is None:
        return Refusal(Reason.NOT_FOUND)
    await _know(work, command, said, begun.contact_id)
    return begun


def _begins(account: Any, said: Inbound, name: str, over: Over) -> StartConversation:
    identity = said.identity
    return StartConversation(
        channel=Channel(account["channel"]),
        workstream_id=account["workstream_id"],
        customer_name=said.name or name or _shown(said),
        email=identity.value if identity and identity.kind == "email" else None,
        phone=identity.value if identity and identity.kind == "phone" else None,
        subject=said.subject,
        language=said.language,
        context=said.context,
        over=over,
    )


async def _contact(work: Work, thread: Any, said: Inbound) -> str | None:
    """Who it is by what the provider vouches for, else whoever wrote from this address before.

    But for whom it has vouched by another number or address of the same kind: that is somebody else.
    """
    if said.identity is not None:
        identity = (said.identity.kind, said.identity.value)
        # A first message over another account at this moment is the same customer's: one after the other.
        await work.tx.value("channels.lock_identity", work.organization_id, *identity)
        known: str | None = await work.tx.value("channels.identity", work.organization_id, *identity)
        if known is not None:
            return known
        before = (work.organization_id, thread["contact_id"], *identity)
        if thread["contact_id"] is not None and await work.tx.value("channels.is_somebody_else", *before):
            return None
    contact_id: str | None = thread["contact_id"]
    return contact_id


async def _name(work: Work, contact_id: str | None) -> str:
    """By what the house knows a customer of whom the provider tells no name."""
    if contact_id is None:
        return ""
    rows = await work.tx.rows("contacts.group", work.organization_id, contact_id)
    return str(rows[0]["name"]) if rows else ""


async def _know(work: Work, command: TakeMessage, said: Inbound, contact_id: str) -> None:
    if said.identity is not None:
        await work.tx.run(
            "channels.add_identity", work.organization_id, said.identity.kind, said.identity.value, contact_id,
            f"account:{command.account_id}", work.now,
        )  # fmt: skip


def _shown(said: Inbound) -> str:
    """What a customer without a name is called: by what they are known, else by where they are."""
    return (said.identity.value if said.identity else said.address)[:200]


async def _post(work: Work, conversation: Conversation, account_id: str, said: Inbound) -> Conversation:
    """In the customer's own name. What is longer than a message may be becomes several."""
    author = Actor(
        id=conversation.contact_id, organization_id=work.organization_id, name=conversation.customer_name,
        kind=ActorKind.CUSTOMER, conversation_id=conversation.id,
    )  # fmt: skip
    parts = [said.text[start : start + MAX_TEXT] for start in range(0, max(1, len(said.text)), MAX_TEXT)]
    media = await announced(work, conversation, account_id, said.key)
    letters = [
        Letter(
            actor=author,
            command=PostMessage(
                conversation_id=conversation.id,
                text=text,
                client_id=f"{said.key}:{number}" if number else said.key,
            ),
            media=None if number else media,
        )
        for number, text in enumerate(parts)
    ]
    outcomes, batch = await post_all(work.tx, letters, work.now)
    if refused := [one for one in outcomes if isinstance(one, Refusal)]:
        raise ValueError(f"a locked conversation that takes words has refused them: {refused[0].reason}")
    work.facts.extend(batch.facts.get(work.organization_id, ()))
    if isinstance(posted := outcomes[0], Posted) and not posted.repeated:
        if media:
            await wanted(work, conversation.id, posted, media)
        if said.html:
            shown = (said.html.html, said.html.remote, said.html.cut)
            place = (work.organization_id, conversation.id, posted.message.id, posted.message.seq)
            await work.tx.run("message_html.keep", *place, *shown, work.now)
    return batch.current[work.organization_id, conversation.id]


async def _can_write(work: Work, conversation_id: str, until: datetime | None) -> None:
    """The window is open until then, if there is one; what could not be told before is told now."""
    conversation = await conversations.lock(work.tx, work.organization_id, conversation_id)
    if conversation is None:
        return
    if until is not None and until > work.now:
        conversation = await work.record(conversation, opened(conversation, until))
    await tell_late(work, conversation)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStatuses(Command):
    """Take in what a provider says of our messages, as much of it as is due."""

    account_id: str
    most: int = 200


@handles(TakeStatuses)
async def take_statuses(work: Work, command: TakeStatuses) -> Outcome:
    """What is about a message that is not known yet waits, and is dropped after an hour; `taken` are the others."""
    if refusal := system_refusal(work.actor):
        return refusal
    account = (work.organization_id, command.account_id)
    rows = await work.tx.rows("arrivals.due_statuses", *account, work.now, command.most)
    known = {row["key"]: [_told(row, row["message_id"])] for row in rows if row["message_id"] is not None}
    for row in rows:
        if "until" in row["body"] and (told := await _told_until(work, account, row)) is not None:
            known[row["key"]] = told
    if known:
        await take_note(work, [one for told in known.values() for one in told])
        await work.tx.run("arrivals.statuses_done", *account, list(known), work.now)
    if unknown := [row["key"] for row in rows if row["key"] not in known]:
        patience = work.now - STATUS_PATIENCE
        await work.tx.run("arrivals.statuses_wait", *account, unknown, work.now, UNKNOWN_MESSAGE, patience)
    return {"taken": len(known), "waiting": len(unknown)}


async def _told_until(work: Work, account: tuple[str, str], row: Any) -> list[Told] | None:
    """What a report about everything up to a moment says of each message; None while one of them is on its way."""
    report = msgspec.convert(row["body"], Report)
    if report.until is None:
        return None
    about = await work.tx.rows("dispatches.until", *account, report.provider_id, report.until)
    if any(one["under_way"] for one in about):
        return None
    return [_told(row, one["message_id"]) for one in about]


def _told(row: Any, message_id: str) -> Told:
    report = msgspec.convert(row["body"], Report)
    return Told(
        message_id=message_id,
        state=report.state,
        problem=report.problem,
        detail=report.detail[:200],
        part=row["part"],
    )
