"""Answer by mail: whoever has left a message while nobody served gets what is answered to it by mail too.

Not what they have read in their window by then, and never after they have refused their consent. The mail goes out over
the house's account of e-mail, in a thread of its own: an address is what somebody typed, and what its owner writes back
is a conversation with them, never words in the window of whoever has typed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from valvomo.channels.addressing import addressed
from valvomo.channels.threading import named_after
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db.messages import PublicMessage, attached
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.conversations.model import Channel, Conversation, Role
from valvomo.domain.refusals import Refusal
from valvomo.protocol.texts.catalogue import text
from valvomo.telemetry.spans import here

PATIENCE = timedelta(minutes=3)
"""So long after an answer it goes by mail, with what else was answered meanwhile."""


async def remember_address(work: Work, conversation: Conversation, email: str | None) -> None:
    """Where answers go, if the customer has left an address and the house has an account for that."""
    if work.actor.kind is not ActorKind.CUSTOMER or not answered_by_mail(conversation):
        return
    address = addressed(Channel.EMAIL, email or "")
    if address is None:
        return
    place = (work.organization_id, conversation.workstream_id)
    account_id: str | None = await work.tx.value("answer_mails.account", *place)
    if account_id is None:
        return
    organization = await work.tx.row("house.organization", work.organization_id)
    facts = {"organization": organization["name"] if organization else ""}
    await work.tx.run(
        "answer_mails.remember", work.organization_id, conversation.id, account_id,
        f"{address} {named_after(f'answer {conversation.id}')}", conversation.customer_name,
        {"subject": text(conversation.language or "en", ("answer_mail", "subject"), facts)}, work.now,
    )  # fmt: skip


def answered_by_mail(conversation: Conversation) -> bool:
    """Whether answers may go by mail: it waits for them, is over no account, and the customer has refused nothing."""
    waits = conversation.channel is Channel.PERSISTENT_CHAT and conversation.account_id is None
    return waits and conversation.consent.answer is not False


async def answered_in(
    tx: Transaction,
    written: Sequence[PublicMessage],
    current: Mapping[tuple[str, str], Conversation],
    now: datetime,
) -> None:
    """People of the house have answered: who may be gone by now gets it by mail in a while."""
    keys = {
        (one.organization_id, one.conversation_id)
        for one in written
        if one.author_role not in {Role.CUSTOMER, Role.BOT}
    }
    if answered := sorted(key for key in keys if answered_by_mail(current[key])):
        columns = ([key[place] for key in answered] for place in (0, 1))
        await tx.run("answer_mails.answered", *columns, now + PATIENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAnswers(Command):
    """Send what has been answered and was not read, as one mail."""

    conversation_id: str


@handles(MailAnswers)
async def mail_answers(work: Work, command: MailAnswers) -> Outcome:
    """By the system alone; `mailed` says how many answers are in the mail, 0 for none."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    place = (work.organization_id, conversation.id)
    known = await work.tx.row("answer_mails.lock", *place)
    if known is None or known["due"] is None or known["due"] > work.now:
        return {"mailed": 0}
    rows = await work.tx.rows("answer_mails.unread", *place, known["mailed"])
    if rows:
        words = _words(conversation, rows)
        to = (known["account_id"], conversation.id, known["address"])
        await work.tx.run(
            "answer_mails.send", work.organization_id, work.new_id(), *to, words, work.now, here()
        )
    await work.tx.run("answer_mails.settle", *place, rows[-1]["public_seq"] if rows else 0)
    return {"mailed": len(rows)}


def _words(conversation: Conversation, rows: Sequence[Any]) -> str:
    """What was answered; files are in the window only, and are named."""
    language = conversation.language or "en"
    parts = []
    for row in rows:
        names = ", ".join(one.name for one in attached(row["attachments"], public=True))
        parts += [row["text"]] if row["text"] else []
        parts += [text(language, ("answer_mail", "files"), {"names": names})] if names else []
    foot = text(language, ("answer_mail", "foot"), {"date": f"{conversation.created_at:%Y-%m-%d}"})
    return "\n\n".join([*parts, foot])
