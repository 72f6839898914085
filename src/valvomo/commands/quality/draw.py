"""Draw conversations for evaluation by a rule, and give each to one of the queue's supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from valvomo.commands.quality.evaluations import note_evaluated
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import quality
from valvomo.domain.quality.evaluation import Stage
from valvomo.domain.quality.sampling import Draw, draw_percent, draw_week
from valvomo.domain.refusals import Reason, Refusal

SETTLED = timedelta(minutes=1)
"""What was closed later than this ago is left for the next time: clocks differ, and transactions take a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSample(Command):
    """Draw by this rule from all that it has not drawn from yet: what was closed, or one week that is over."""

    rule_id: str


@handles(DrawSample)
async def draw_sample(work: Work, command: DrawSample) -> Outcome:
    """What is drawn, and how far the rule has drawn, in one commit: it is drawn once, whoever draws."""
    row = await work.tx.row("quality.lock_rule", work.organization_id, command.rule_id, work.now)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    rule, until = quality.rule_of(row), work.now - SETTLED
    weekly = rule.per_agent_week is not None
    if weekly and (row["week_end"] > row["this_week"] or row["week_end"] > until):
        return {"drawn": 0}
    since, end = (row["week_to"], row["week_end"]) if weekly else (row["percent_to"], until)
    found = await work.tx.rows(
        "quality.candidates", work.organization_id, rule.queue_id, since, max(since, end)
    )
    closed = [quality.candidate_of(one) for one in found if not one["unreadable"]]
    draws = draw_week(rule, closed) if weekly else draw_percent(rule, closed)
    given = await _give(work, row, draws)
    reached: tuple[datetime, datetime] = (
        (row["percent_to"], end) if weekly else (max(since, end), row["week_to"])
    )
    await work.tx.run("quality.drawn_to", work.organization_id, rule.id, *reached)
    return {"drawn": given}


async def _give(work: Work, row: Any, draws: list[Draw]) -> int:
    """Each to whoever has the fewest waiting, of those who may judge it; to nobody in particular if there is nobody."""
    form = await quality.form(work.tx, work.organization_id, row["form_id"])
    if form is None:
        raise LookupError(f"no form {row['form_id']}")
    supervisors = await work.tx.rows("quality.supervisors", work.organization_id, row["queue_id"])
    waiting = {one["id"]: one["waiting"] for one in supervisors}
    given = 0
    for draw in draws:
        agent = draw.candidate.agent_id
        judge = min(
            (one for one in waiting if one != agent), key=lambda one: (waiting[one], one), default=None
        )
        evaluation_id = work.new_id()
        why = {name: value for name, value in msgspec.to_builtins(draw).items() if name != "candidate"}
        new = await work.tx.value(
            "quality.begin", work.organization_id, evaluation_id, draw.candidate.conversation_id, row["queue_id"],
            agent, judge, form["id"], form["version"], row["id"], {**why, "rule": row["name"]}, work.now,
        )  # fmt: skip
        if new:
            given += 1
            note_evaluated(work, (evaluation_id, draw.candidate.conversation_id, agent), Stage.DRAFT)
            if judge is not None:
                waiting[judge] += 1
    return given
