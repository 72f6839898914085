"""Link records with conversations and other records, and take links away (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import conversations
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.record_change import record_refusal
from valvomo.domain.conversations.record_link import MAX_LINKS, link, link_refusal, unlink
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord(Command):
    """Link a record that one may change with something that one may see."""

    conversation_id: str
    other_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkRecord(Command):
    """Take a link away, from whichever side it was made."""

    conversation_id: str
    other_id: str


@handles(LinkRecord)
async def link_record(work: Work, command: LinkRecord) -> Outcome:
    """Once: what is linked already stays so."""
    record = await _locked(work, command.conversation_id, command.other_id)
    if isinstance(record, Refusal):
        return record
    after = await linked(work, record, command.other_id)
    return after if isinstance(after, Refusal) else outcome_of(after)


@handles(UnlinkRecord)
async def unlink_record(work: Work, command: UnlinkRecord) -> Outcome:
    """Also of something that one may not see: the link is the record's."""
    record = await _locked(work, command.conversation_id, command.other_id)
    if isinstance(record, Refusal):
        return record
    if refusal := record_refusal(record):
        return refusal
    key = (work.organization_id, record.id, command.other_id)
    other = await conversations.get(work.tx, work.organization_id, command.other_id)
    if other is None or not await work.tx.value("records.drop_link", *key):
        return Refusal(Reason.NOT_FOUND)
    here, there = unlink(record, other, work.actor.id)
    await work.record(other, there)
    return outcome_of(await work.record(record, here))


async def linked(
    work: Work, record: Conversation, other_id: str, *, new: bool = False
) -> Conversation | Refusal:
    """The locked record, linked with the other one as well. A `new` one is, even if its queue closed it at once."""
    other = await conversations.lock(work.tx, work.organization_id, other_id)
    if other is None or not may_see(work.actor, other):
        return Refusal(Reason.UNKNOWN_TARGET, {"conversation": other_id})
    if not new and (refusal := link_refusal(record, other)):
        return refusal
    for one in (record, other):
        if await work.tx.value("records.count_links", work.organization_id, one.id) >= MAX_LINKS:
            return Refusal(Reason.TOO_MANY_LINKS, {"most": MAX_LINKS})
    row = (work.organization_id, record.id, other.id, work.actor.id, work.actor.name, work.now)
    if not await work.tx.value("records.add_link", *row):
        return record
    here, there = link(record, other, work.actor.id)
    await work.record(other, there)
    return await work.record(record, here)


async def _locked(work: Work, conversation_id: str, other_id: str) -> Conversation | Refusal:
    """The record, if this actor may change it; both are locked, in one order for everybody."""
    keys = [(work.organization_id, one) for one in (conversation_id, other_id)]
    found = await conversations.lock_many(work.tx, keys)
    record = found.get(keys[0])
    if record is None:
        return Refusal(Reason.NOT_FOUND)
    return act_refusal(Act.DETAILS, work.actor, record, work.supervision) or record
