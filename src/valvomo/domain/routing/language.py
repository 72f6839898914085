"""What routing does when the language of a conversation turns out to be another one than was supposed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.rules import Arrival, classify


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted:
    """The queue it belongs into now, None where it is, and the skills that are asked for."""

    queue_id: str | None
    needs: tuple[Need, ...]


def rerouted(
    conversation: Conversation, workstream: Workstream, arrival: Arrival, language: str
) -> Rerouted | None:
    """By the workstream's rules, as if it had been known from the beginning; None when nothing is other than before.

    Only while it waits for the first time, and only out of the queue that the rules had put it into: whoever moved it
    since, a supervisor or overflow, knew why.
    """
    if conversation.state is not State.OPEN or conversation.first_accepted_at is not None:
        return None
    rules = (workstream.queue_rules, workstream.skill_rules)
    before = classify(*rules, replace(arrival, language=conversation.language), fallback=workstream.queue_id)
    after = classify(*rules, replace(arrival, language=language), fallback=workstream.queue_id)
    placed = (before.queue_id, before.rule) == (conversation.queue_id, conversation.routed_by)
    moves = placed and after.queue_id != before.queue_id
    needs = after.needs if conversation.needs == before.needs else conversation.needs
    if not moves and needs == conversation.needs:
        return None
    return Rerouted(queue_id=after.queue_id if moves else None, needs=needs)
