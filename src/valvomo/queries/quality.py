"""Forms, sampling rules and evaluations for screens; who may see which (`domain/quality/evaluation.sees`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from valvomo.db import quality
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.quality import evaluation as rules
from valvomo.domain.quality.score import score
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.quality import (
    EvaluationDocument,
    EvaluationItem,
    FormDocument,
    SamplingRuleDocument,
    SectionBody,
    WhyDrawn,
)
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded
from valvomo.queries.listing import role_refusal

_ORDER = "evaluations"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFilter:
    """Empty means any; `person` is whose list it is, as who judges or is judged."""

    stages: tuple[str, ...] = ()
    agent: str = ""
    conversation: str = ""
    person: str = ""


async def forms(tx: Transaction, actor: Actor) -> Page[FormDocument] | Refusal:
    """Each in its newest version; for who makes and who fills them."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return refusal
    return Page(items=[_form(row) for row in await tx.rows("quality.forms", actor.organization_id)])


async def form(tx: Transaction, actor: Actor, form_id: str, version: int | None) -> FormDocument | Refusal:
    """One, in any of its versions."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return refusal
    row = await quality.form(tx, actor.organization_id, form_id, version)
    return _form(row) if row else Refusal(Reason.NOT_FOUND)


async def sampling_rules(tx: Transaction, actor: Actor) -> Page[SamplingRuleDocument] | Refusal:
    """All of them, for administrators and for those whose lists they fill."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return refusal
    found = await tx.rows("quality.rules", actor.organization_id, None)
    shown = [row for row in found if actor.is_(UserRole.ADMINISTRATOR) or actor.supervises(row["queue_id"])]
    return Page(items=[_rule(row) for row in shown])


async def evaluations(
    tx: Transaction, actor: Actor, wanted: EvaluationFilter, *, cursor: str | None, limit: int
) -> Page[EvaluationItem] | Refusal:
    """The newest first: of the queues that one supervises, and one's own that are submitted."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR, UserRole.AGENT):
        return refusal
    try:
        place = decoded(cursor, _ORDER)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    rows = await _rows(tx, actor, wanted, (place.id if place else None, None, limit + 1))
    following = rows[limit - 1]["id"] if len(rows) > limit else None
    return Page(
        items=[_item(row, actor) for row in rows[:limit]],
        next=encoded(Place(sort=_ORDER, rank=0, word="", id=following)) if following else None,
    )


async def evaluation(tx: Transaction, actor: Actor, evaluation_id: str) -> EvaluationDocument | Refusal:
    """One, in whole."""
    rows = await _rows(tx, actor, EvaluationFilter(), (None, evaluation_id, 1))
    if not rows or not rules.sees(actor, quality.evaluation_of(rows[0])):
        return Refusal(Reason.NOT_FOUND)
    row, form = rows[0], quality.form_of(rows[0]["form"])
    item = _item(row, actor)
    return EvaluationDocument(
        **{name: getattr(item, name) for name in EvaluationItem.__struct_fields__},
        version=row["form_version"],
        sections=_sections(row["form"]),
        section_points=score(form, row["answers"]).sections,
        answers=row["answers"],
        comment=row["comment"],
        revision=row["revision"],
        reply=row["reply"],
    )


async def _rows(
    tx: Transaction, actor: Actor, wanted: EvaluationFilter, page: tuple[str | None, str | None, int]
) -> list[Any]:
    supervisor = actor.is_(UserRole.SUPERVISOR)
    rows = await tx.rows(
        "quality.evaluations", actor.organization_id, supervisor and actor.supervises_all,
        sorted(actor.supervised) if supervisor else [], actor.id, list(wanted.stages), wanted.agent,
        wanted.conversation, wanted.person, *page,
    )  # fmt: skip
    return [row for row in rows if rules.sees(actor, quality.evaluation_of(row))]


def _item(row: Any, actor: Actor) -> EvaluationItem:
    return EvaluationItem(
        id=row["id"],
        conversation=row["conversation_id"],
        customer=row["customer_name"],
        subject=row["subject"] or "",
        channel=row["channel"],
        queue=Named(row["queue_id"], row["queue_name"] or ""),
        agent=Named(row["agent_id"], row["agent_name"] or ""),
        supervisor=Named(row["supervisor_id"], row["supervisor_name"] or "")
        if row["supervisor_id"]
        else None,
        form=Named(row["form_id"], row["form_name"]),
        stage=row["stage"],
        points=row["points"],
        failed=bool(row["failed"]),
        # How others are drawn is not the agent's to know: a lot that is known can be worked towards.
        why=msgspec.convert(row["why"], WhyDrawn) if row["why"] and actor.id != row["agent_id"] else None,
        created_at=row["created_at"],
        submitted_at=row["submitted_at"],
        replied_at=row["replied_at"],
        closed_at=row["closed_at"],
        acts=_acts(row, actor),
    )


def _acts(row: Any, actor: Actor) -> tuple[str, ...]:
    one = quality.evaluation_of(row)
    drafts = rules.draft_refusal(actor, one) is None
    found = {
        "take": not drafts and rules.take_refusal(actor, one) is None,
        "fill": drafts,
        "submit": drafts,
        "reply": rules.reply_refusal(actor, one) is None,
        "close": rules.close_refusal(actor, one) is None,
    }
    return tuple(name for name, may in found.items() if may)


def _form(row: Any) -> FormDocument:
    names = ("id", "name", "version", "newest", "retired", "created_at")
    return FormDocument(**{name: row[name] for name in names}, sections=_sections(row["body"]))


def _sections(body: Any) -> tuple[SectionBody, ...]:
    return msgspec.convert(body["sections"], tuple[SectionBody, ...])


def _rule(row: Any) -> SamplingRuleDocument:
    rule = quality.rule_of(row)
    return SamplingRuleDocument(
        id=rule.id,
        name=row["name"],
        queue=rule.queue_id,
        form=row["form_id"],
        percent=rule.percent,
        per_agent_week=rule.per_agent_week,
        shortest=rule.shortest,
        longest=rule.longest,
        moods=tuple(one.value for one in rule.moods),
        outcomes=rule.outcomes,
        drawn_to=row["percent_to"] if rule.percent is not None else row["week_to"],
    )
