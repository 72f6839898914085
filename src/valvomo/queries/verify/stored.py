"""What is stored of a conversation, column by column and table by table, against the fold of its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import msgspec

from valvomo.db import conversations
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.model import Conversation, State
from valvomo.queries.verify.report import Check

_COUNT = "number of messages"
Problems = list[tuple[str, str, Check]]
"""Conversation id, what is wrong with it, and which invariant that breaks."""


async def compare(tx: Transaction, organization_id: str, folded: Sequence[Conversation]) -> Problems:
    """Everything that differs from these folds."""
    ids = [one.id for one in folded]
    rows = {row["id"]: row for row in await tx.rows("verify.conversations", organization_id, ids)}
    counted = await tx.rows("verify.message_counts", organization_id, ids)
    messages = {row["conversation_id"]: row["messages"] for row in counted}
    holds, channels = defaultdict[str, dict[str, int]](dict), defaultdict[str, set[str]](set)
    for row in await tx.rows("verify.holdings", organization_id, ids):
        holds[row["conversation_id"]][row["agent_id"]] = row["units"]
        channels[row["conversation_id"]].add(row["channel"])
    people = defaultdict[str, set[str]](set)
    for row in await tx.rows("verify.involved", organization_id, ids):
        people[row["conversation_id"]].add(row["person_id"])
    timers = defaultdict[str, dict[str, object]](dict)
    for row in await tx.rows("verify.timers", organization_id, ids):
        timers[row["conversation_id"]][row["name"]] = row["due"]
    problems: Problems = []
    for one in folded:
        tables = (
            ("holdings", dict(holds[one.id]), dict(one.holds)),
            ("holdings.channel", channels[one.id], {one.channel.value} if one.holds else set()),
            ("involved", people[one.id], set(conversations.involved(one))),
            ("timers", timers[one.id], dict(one.deadlines)),
            (_COUNT, messages.get(one.id, 0), one.seq),
        )
        problems += [(one.id, problem, Check.STATE) for problem in _row(one, rows.get(one.id))]
        problems += [
            (
                one.id,
                f"{name} is {_shown(is_)}, the facts say {_shown(said)}",
                Check.MESSAGES if name == _COUNT else Check.STATE,
            )
            for name, is_, said in tables
            if is_ != said
        ]
        problems += [(one.id, problem, Check.FUTURE) for problem in future(one)]
    return problems + await _undispatched(tx, organization_id, [one.id for one in folded if one.account_id])


async def _undispatched(tx: Transaction, organization_id: str, ids: Sequence[str]) -> Problems:
    """Invariant 2 of what goes out; of conversations without an account nothing is asked."""
    if not ids:
        return []
    rows = await tx.rows("dispatches.missing", organization_id, ids)
    problem = "message {} has no dispatch, or one that says otherwise how far it has come"
    return [(row["conversation_id"], problem.format(row["seq"]), Check.MESSAGES) for row in rows]


def future(conversation: Conversation) -> Iterator[str]:
    """Invariant 3: not closed, so somebody or some queue has it and something will happen; closed, so nothing."""
    pending = bool(conversation.offers or conversation.deadlines)
    held = {*conversation.holds} - {one.agent_id for one in conversation.offers} - {conversation.owner_id}
    if held:
        yield f"is held by {sorted(one or '' for one in held)}, who have no part in it"
    match conversation.state:
        case State.CLOSED:
            if pending or conversation.holds or conversation.participants:
                yield "is closed, but something is pending or held"
        case State.OPEN:
            if conversation.owner_id or conversation.bot_id or conversation.holds:
                yield "is open, but somebody has it"
        case State.ACTIVE:
            if not (conversation.owner_id or conversation.bot_id or conversation.offer):
                yield "is active, but nobody has it or is asked to"
        case State.WAITING | State.WRAP_UP:
            if not conversation.owner_id:
                yield f"is {conversation.state.value}, but nobody owns it"


def _row(folded: Conversation, row: Any) -> Iterator[str]:
    if row is None:
        yield "has facts but no row"
        return
    try:
        stored = conversations.decode(row)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        yield f"its row cannot be read: {error}"
        return
    for one in fields(Conversation):
        is_, said = getattr(stored, one.name), getattr(folded, one.name)
        if is_ != said:
            yield f"{one.name} is {_shown(is_)}, the facts say {_shown(said)}"


def _shown(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
