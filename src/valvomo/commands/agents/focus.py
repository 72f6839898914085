"""Report focus: what an agent's desk says about what was in front of them since it last said so (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations, journal
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.focus import Stretch, Told, looked, merged, stretch_now, stretches
from valvomo.domain.figures.occupancy import Span
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFocus(Command):
    """What was in front of the caller; by their own word, within what the server knows of them."""

    spans: tuple[Told, ...]


@handles(ReportFocus)
async def report_focus(work: Work, command: ReportFocus) -> Outcome:
    """Of conversations that they serve or served then; all of it counts, or nothing."""
    who = (work.organization_id, work.actor.id)
    found = looked(command.spans, work.now, await work.tx.value("focus.lock", *who))
    if isinstance(found, Refusal):
        return found
    spans: dict[str, list[Span]] = {}
    for one in found:
        spans.setdefault(one.conversation_id, []).append(one.span)
    for conversation_id, seen in sorted(spans.items()):
        if refusal := await _add(work, conversation_id, seen):
            return refusal
    if found:
        await work.tx.run("focus.advance", *who, found[-1].span[1])
    return {}


async def _add(work: Work, conversation_id: str, spans: Sequence[Span]) -> Refusal | None:
    row = await work.tx.row("conversations.get", work.organization_id, conversation_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    conversation = conversations.decode(row)
    served = await _served(work, conversation, spans[0])
    found = merged(spans, served, work.now)
    if found:
        key = (work.organization_id, conversation_id, work.actor.id)
        await work.tx.run("focus.add", *key, list(found), list(found.values()))
        return None
    # To whom it does not exist it does not exist here either.
    if not served and not may_see(work.actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    return Refusal(Reason.NOT_YOURS, {"state": conversation.state.value, "owner": conversation.owner_name})


async def _served(work: Work, conversation: Conversation, first: Span) -> list[Stretch]:
    """Mostly what goes on; what has ended since is known from what happened."""
    now = stretch_now(conversation, work.actor.id)
    if now is not None and now.since <= first[0]:
        return [now]
    if work.actor.id not in {conversation.owner_id, *conversation.served_by}:
        return []
    steps: list[tuple[Conversation, datetime]] = []
    for fact, _ in await journal.but_messages(work.tx, work.organization_id, conversation.id):
        if isinstance(fact.event, Event):
            steps.append((fold(steps[-1][0] if steps else None, fact.event, fact.at), fact.at))
    return stretches(steps, work.actor.id)
