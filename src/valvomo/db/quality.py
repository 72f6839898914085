"""Forms, evaluations and sampling rules: rows as the rules know them."""

from __future__ import annotations

from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.quality.evaluation import Evaluation, Stage
from valvomo.domain.quality.form import Form
from valvomo.domain.quality.sampling import Candidate, SamplingRule
from valvomo.domain.sentiment.levels import Level


async def form(tx: Transaction, organization_id: str, form_id: str, version: int | None = None) -> Any:
    """The row of a form in a version, the newest unless one is asked for; None where there is none."""
    return await tx.row("quality.form", organization_id, form_id, version)


def form_of(body: Any) -> Form:
    """A stored form."""
    return msgspec.convert(body, Form)


def rule_of(row: Any) -> SamplingRule:
    """A row of `sampling_rules`."""
    return msgspec.convert({**row["body"], "id": row["id"], "queue_id": row["queue_id"]}, SamplingRule)


def evaluation_of(row: Any) -> Evaluation:
    """A row of `evaluations`."""
    names = ("id", "conversation_id", "queue_id", "agent_id", "supervisor_id")
    return Evaluation(**{name: row[name] for name in names}, stage=Stage(row["stage"]))


def candidate_of(row: Any) -> Candidate:
    """A closed conversation as sampling rules see it."""
    return Candidate(
        conversation_id=row["conversation_id"],
        agent_id=row["agent_id"],
        closed_at=row["closed_at"],
        seconds=row["seconds"] or 0.0,
        mood=Level(row["mood"]) if row["mood"] else None,
        outcome=row["outcome"] or "",
    )
