"""The audit log: who did what to whom, when and why (spec 2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from valvomo.db import floor, journal
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.audit import audit_scope
from valvomo.domain.refusals import Refusal, malformed
from valvomo.protocol.auditing import facts_of, sentence
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import AuditItem
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded

_ORDER = "audit"
_NEWEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is looked for; None means any. `kind` is an event's."""

    actor_id: str | None = None
    kind: str | None = None
    conversation_id: str | None = None


async def audit(
    tx: Transaction, actor: Actor, wanted: AuditFilter, *, cursor: str | None, limit: int
) -> Page[AuditItem] | Refusal:
    """The newest first, of what the actor may read (`audit_scope`)."""
    scope = audit_scope(actor)
    if isinstance(scope, Refusal):
        return scope
    try:
        place = decoded(cursor, _ORDER)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    before = place.rank if place else _NEWEST
    what = (wanted.actor_id, wanted.kind, wanted.conversation_id)
    whose = (scope.whole, None if scope.queues is None else sorted(scope.queues), scope.actor_id)
    rows = await tx.rows("journal.audited", actor.organization_id, before, *what, limit + 1, *whose)
    lookups = await floor.lookups(tx, actor.organization_id)
    following = rows[limit - 1]["position"] if len(rows) > limit else None
    return Page(
        items=[_item(row, actor.language, lookups) for row in rows[:limit]],
        next=encoded(Place(sort=_ORDER, rank=following, word="", id="")) if following else None,
    )


def _item(row: Any, language: str, lookups: Lookups) -> AuditItem:
    fact = journal.decode(row)
    return AuditItem(
        position=row["position"],
        at=fact.at,
        actor=Named(fact.actor_id, fact.actor_name),
        kind=fact.kind,
        text=sentence(fact.event, language, lookups),
        conversation=fact.conversation_id,
        customer=row["customer"],
        facts=facts_of(fact.event),
        hash=row["hash"].hex(),
    )
