"""Parts: messages that are several at their provider, and how far each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from valvomo.commands.channels.told import Told
from valvomo.commands.work import Work
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem, moves_on, worst


@dataclass(slots=True)
class Parts:
    """Of the messages that are told of, by message and place, locked; those of most messages are none."""

    rows: dict[str, dict[int, Told]] = field(default_factory=dict)
    changed: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    async def of(cls, work: Work, ids: Sequence[str]) -> Parts:
        """After their messages were locked."""
        found = cls()
        for row in await work.tx.rows("dispatches.lock_parts", work.organization_id, ids):
            found.rows.setdefault(row["message_id"], {})[row["place"]] = _told(row)
        return found

    def told(self, one: Told, before: Delivery) -> Told | None:
        """What is to be said of the whole message by that; None where it says nothing new."""
        parts = self.rows.get(one.message_id)
        if parts is None:
            return one if moves_on(before, one.state) else None
        if one.part is None and one.state is Delivery.FAILED:
            return one if moves_on(before, one.state) else None
        for place in parts if one.part is None else [one.part]:
            if place in parts and moves_on(parts[place].state, one.state):
                parts[place] = replace(one, part=place, provider_id=None)
                self.changed.add((one.message_id, place))
        now = worst(each.state for each in parts.values())
        if now is before or (before is Delivery.QUEUED and one.part is not None):
            # Not all of it is with the provider yet.
            return None
        blamed = next(each for each in parts.values() if each.state is now)
        return Told(message_id=one.message_id, state=now, problem=blamed.problem, detail=blamed.detail)

    async def write(self, work: Work) -> None:
        """What has come further."""
        if not self.changed:
            return
        keys = sorted(self.changed)
        parts = [self.rows[message_id][place] for message_id, place in keys]
        await work.tx.run(
            "dispatches.note_parts", work.organization_id, [one for one, _ in keys], [one for _, one in keys],
            [one.state.value for one in parts], [one.problem.value if one.problem else None for one in parts],
            [one.detail or None for one in parts],
        )  # fmt: skip


def _told(row: Any) -> Told:
    return Told(
        message_id=row["message_id"],
        part=row["place"],
        state=Delivery(row["state"]),
        problem=DeliveryProblem(row["problem"]) if row["problem"] else None,
        detail=row["detail"] or "",
    )
