"""Begin: an agent writes to a customer first, or calls them, over an account, and has the conversation at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from valvomo.channels.addressing import known_as
from valvomo.channels.threading import whose
from valvomo.commands.conversations.messages import Letter, PostMessage, post_all
from valvomo.commands.conversations.start import Over, StartConversation, begin_with
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import channels, conversations
from valvomo.domain.access.beginning import Reach, Way, begin_refusal, reach_refusal
from valvomo.domain.access.sight import may_see
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.call_marks import Line, Telephone
from valvomo.domain.conversations.message import customer_message_refusal
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.template import Template, filled, values_refusal, words_of
from valvomo.domain.conversations.window import opened
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTemplate:
    """A template of the account, and the words for its places."""

    name: str
    language: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginConversation(Command):
    """Write to a customer who has not written: `text`, or a `template` that the provider has approved; or call them.

    `address` is in the form in which the channel keeps it; `contact_id` is whom the agent knows it to be. `proactive`
    and `session_hours` are the account's abilities.
    """

    account_id: str
    address: str
    client_id: str
    text: str = ""
    template: ChosenTemplate | None = None
    contact_id: str | None = None
    customer_name: str = ""
    language: str = ""
    proactive: bool = True
    session_hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is written first, and as which template the provider is told it, if as any."""

    text: str
    template: Template | None = None


@handles(BeginConversation)
async def begin_conversation(work: Work, command: BeginConversation) -> Outcome:
    """The conversation with its first message, the agent as primary; one that goes on there is named instead."""
    account = await _account(work, command)
    if isinstance(account, Refusal):
        return account
    by_telephone = account["channel"] == Channel.VOICE
    return await (_called if by_telephone else _written)(work, command, account)


async def _written(work: Work, command: BeginConversation, account: Any) -> Outcome:
    said = await _said(work, command)
    if isinstance(said, Refusal):
        return said
    place = (work.organization_id, command.account_id)
    thread = await channels.take_thread(work.tx, place, command.address, work.now)
    if thread is None:
        return Refusal(Reason.BUSY)
    until = _until(thread, command)
    if refusal := await _thread_refusal(work, command, thread, until):
        return refusal
    agent = await work.lock_agent(work.actor.id)
    if agent is None or not agent.serves:
        return Refusal(Reason.AGENT_NOT_SERVING, {"agent": work.actor.name})
    return await _begun(work, command, (account, thread, until), (agent, said))


async def _called(work: Work, command: BeginConversation, account: Any) -> Outcome:
    """The customer is called as soon as it is the agent's, which is with this."""
    if command.text or command.template is not None:
        return Refusal(Reason.BY_TELEPHONE)
    place = (work.organization_id, command.account_id, command.address)
    if (ongoing := await work.tx.value("telephones.ongoing", *place)) is not None:
        known = await conversations.get(work.tx, work.organization_id, ongoing)
        shown = known if known is not None and may_see(work.actor, known) else None
        facts = {"state": known.state.value if known else "", "owner": known.owner_name if known else None}
        return Refusal(Reason.ONGOING, {"conversation": shown.id if shown else None, **facts})
    agent = await work.lock_agent(work.actor.id)
    if agent is None or not agent.serves:
        return Refusal(Reason.AGENT_NOT_SERVING, {"agent": work.actor.name})
    contact_id = await _contact(work, command, Channel.VOICE, None)
    over = Over(
        account_id=command.account_id, address=command.address, contact_id=contact_id, window_closed=True, agent=agent,
        telephone=Telephone(account_id=command.account_id, number=command.address, line=Line.WANTED),
    )  # fmt: skip
    name = command.customer_name or await _name(work, contact_id or command.contact_id) or command.address
    return await begin_with(work, _starting(command, account, name, over))


async def _account(work: Work, command: BeginConversation) -> Any | Refusal:
    account = await work.tx.row("channels.begun_over", work.organization_id, command.account_id)
    if account is None:
        return Refusal(Reason.NOT_FOUND)
    way = Way(queue_id=account["queue_id"], switched_on=account["begins"], disabled=account["disabled"],
              proactive=command.proactive)  # fmt: skip
    return begin_refusal(work.actor, way) or account


async def _said(work: Work, command: BeginConversation) -> _Said | Refusal:
    if (chosen := command.template) is None:
        return _Said(text=command.text) if command.text.strip() else malformed("body.text", "is missing")
    place = (work.organization_id, command.account_id, chosen.name, chosen.language)
    row = await work.tx.row("message_templates.one", *place)
    if row is None:
        return malformed("body.template.name", "is no template that the channel account has")
    template = msgspec.convert(row["body"], Template)
    if refusal := values_refusal(template, chosen.values):
        return refusal
    return _Said(text=words_of(template, chosen.values), template=template)


def _until(thread: Any, command: BeginConversation) -> datetime | None:
    """Until when free text is taken there; None where that is not limited, or they have never written."""
    if command.session_hours is None or thread["last_inbound_at"] is None:
        return None
    end: datetime = thread["last_inbound_at"] + timedelta(hours=command.session_hours)
    return end


async def _thread_refusal(
    work: Work, command: BeginConversation, thread: Any, until: datetime | None
) -> Refusal | None:
    if thread["conversation_id"] is not None:
        known = await conversations.lock(work.tx, work.organization_id, thread["conversation_id"])
        if known is not None and customer_message_refusal(known) is None:
            shown = known.id if may_see(work.actor, known) else None
            facts = {"conversation": shown, "state": known.state.value, "owner": known.owner_name}
            return Refusal(Reason.ONGOING, facts)
    place = (work.organization_id, command.account_id, command.address, thread["last_inbound_at"])
    opted_out = thread["opted_out_at"] is not None or bool(await work.tx.value("channels.blocked", *place))
    reach = Reach(opted_out=opted_out, takes_text=_takes_text(work, command, until))
    return reach_refusal(reach, template=command.template is not None)


def _takes_text(work: Work, command: BeginConversation, until: datetime | None) -> bool:
    return command.session_hours is None or (until is not None and until > work.now)


async def _begun(
    work: Work,
    command: BeginConversation,
    place: tuple[Any, Any, datetime | None],
    with_: tuple[Agent, _Said],
) -> Outcome:
    account, thread, until = place
    agent, said = with_
    channel = Channel(account["channel"])
    contact_id = await _contact(work, command, channel, thread)
    over = Over(
        account_id=command.account_id, address=command.address, contact_id=contact_id,
        window_closed=not _takes_text(work, command, until), agent=agent,
    )  # fmt: skip
    name = (
        command.customer_name or await _name(work, contact_id or command.contact_id) or whose(command.address)
    )
    starting = _starting(command, account, name, over)
    started = await begin_with(work, starting, partial(_write, work, command, said))
    if isinstance(started, Refusal):
        return started
    one = (work.organization_id, str(started["id"]))
    begun = await conversations.lock(work.tx, *one)
    if begun is not None and until is not None and not over.window_closed:
        begun = await work.record(begun, opened(begun, until))
    contact = begun.contact_id if begun else contact_id
    await work.tx.run(
        "channels.begin_thread", work.organization_id, command.account_id, command.address, contact, one[1]
    )
    return {**started, "version": begun.version if begun else started["version"]}


def _starting(command: BeginConversation, account: Any, name: str, over: Over) -> StartConversation:
    channel = Channel(account["channel"])
    identity = known_as(channel, whose(command.address))
    return StartConversation(
        channel=channel,
        workstream_id=account["workstream_id"],
        queue=account["queue_id"],
        customer_name=name,
        email=identity[1] if identity and identity[0] == "email" else None,
        phone=identity[1] if identity and identity[0] == "phone" else None,
        language=command.language,
        contact_id=command.contact_id,
        over=over,
    )


async def _contact(work: Work, command: BeginConversation, channel: Channel, thread: Any) -> str | None:
    """Whoever a provider vouches for there, or who wrote from there before; else whom the agent says, or nobody."""
    if (identity := known_as(channel, whose(command.address))) is not None:
        await work.tx.value("channels.lock_identity", work.organization_id, *identity)
        known: str | None = await work.tx.value("channels.identity", work.organization_id, *identity)
        if known is not None:
            return known
    before: str | None = thread["contact_id"] if thread is not None else None
    return before


async def _name(work: Work, contact_id: str | None) -> str:
    rows = await work.tx.rows("contacts.group", work.organization_id, contact_id) if contact_id else []
    return str(rows[0]["name"]) if rows else ""


async def _write(
    work: Work, command: BeginConversation, said: _Said, conversation: Conversation
) -> Conversation:
    post = PostMessage(conversation_id=conversation.id, text=said.text, client_id=command.client_id)
    letter = Letter(actor=work.actor, command=post, template=said.template is not None)
    outcomes, batch = await post_all(work.tx, [letter], work.now)
    if isinstance(outcomes[0], Refusal):
        raise ValueError(  # noqa: TRY004 - it is a value
            f"whoever has a conversation may not write in it: {outcomes[0].reason}"
        )
    work.facts.extend(batch.facts.get(work.organization_id, ()))
    if said.template is not None and command.template is not None:
        sent_as = asdict(filled(said.template, command.template.values))
        await work.tx.run("message_templates.send_as", work.organization_id, outcomes[0].message.id, sent_as)
    return batch.current[work.organization_id, conversation.id]
