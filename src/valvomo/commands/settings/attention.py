"""What a house says about attention: weights of the parts, who is a VIP, words that ask for a supervisor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import house
from valvomo.domain.access.actor import UserRole
from valvomo.domain.attention.rules import AttentionRules
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAttention(Command):
    """Set what is given, each as a whole; None leaves a thing as it is.

    A language that `phrases` does not name has the words that come with the product.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    weights: Mapping[str, int] | None = None
    in_queues: Mapping[str, Mapping[str, int]] | None = None
    vip_tags: tuple[str, ...] | None = None
    vip_priority: int | None = None
    phrases: Mapping[str, tuple[str, ...]] | None = None


@handles(ChangeAttention)
async def change_attention(work: Work, command: ChangeAttention) -> Outcome:
    """Effective with the next row that anybody sees."""
    before = await house.attention(work.tx, work.organization_id, lock=True)
    names = ("weights", "in_queues", "vip_tags", "vip_priority", "phrases")
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    after = replace(before, **given)
    if command.in_queues and (unknown := await _unknown(work, command.in_queues)):
        return Refusal(Reason.UNKNOWN_TARGET, {"in_queues": unknown})
    states = (shown(before), shown(after))
    if note_changed(work, "attention", (work.organization_id, "attention"), states):
        await work.tx.run("house.set_attention", work.organization_id, states[1])
    return states[1]


def shown(rules: AttentionRules) -> dict[str, Any]:
    """As it is kept and as people see it: queues that say nothing of their own are left out."""
    own = {queue: dict(weights) for queue, weights in rules.in_queues.items() if weights}
    plain: dict[str, Any] = msgspec.to_builtins(replace(rules, in_queues=own), order="deterministic")
    return plain


async def _unknown(work: Work, queues: Collection[str]) -> list[str]:
    rows = await work.tx.rows("settings.known_queues", work.organization_id, sorted(queues))
    return sorted(set(queues) - {row["id"] for row in rows})
