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
from valvomo.domain.quality.sampling import Draw, SamplingRule, draw_percent, draw_week
from valvomo.domain.refusals import Reason, Refusal

SETTLED = timedelta(minutes=1)
"""What was closed later than this ago is left for the next time: clocks differ, and transactions take a while."""


BATCH = 500
"""Evaluations that are begun in one transaction, which must end long before others wait for what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSample(Command):
    """Draw by this rule from all that it has not drawn from yet: what was closed, or one week that is over."""

    rule_id: str


@handles(DrawSample)
async def draw_sample(work: Work, command: DrawSample) -> Outcome:
    """What is drawn, and how far the rule has drawn, in one commit: it is drawn once, whoever draws.

    Some at a time: while there is `more`, the rule has not drawn from the period yet, and its lots are the same again.
    """
    row = await work.tx.row("quality.lock_rule", work.organization_id, command.rule_id, work.now)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    rule, until = quality.rule_of(row), work.now - SETTLED
    weekly = rule.per_agent_week is not None
    if weekly and (row["week_end"] > row["this_week"] or row["week_end"] > until):
        return {"drawn": 0, "more": False}
    # A week that had begun before the rule was made is drawn from then on.
    week = max(row["week_to"], row["created_at"]), row["week_end"]
    since, end = week if weekly else (row["percent_to"], until)
    form = await quality.form(work.tx, work.organization_id, row["form_id"])
    draws = [] if form["retired"] else await _draws(work, rule, since, max(since, end))
    await _give(work, row, form, draws[:BATCH])
    if len(draws) > BATCH:
        return {"drawn": BATCH, "more": True}
    reached: tuple[datetime, datetime] = (
        (row["percent_to"], end) if weekly else (max(since, end), row["week_to"])
    )
    await work.tx.run("quality.drawn_to", work.organization_id, rule.id, *reached)
    return {"drawn": len(draws), "more": False}


async def _draws(work: Work, rule: SamplingRule, since: datetime, until: datetime) -> list[Draw]:
    """What the rule draws from a period, without what it has drawn already."""
    found = await work.tx.rows(
        "quality.candidates", work.organization_id, rule.queue_id, since, until, rule.id
    )
    closed = [quality.candidate_of(one) for one in found if not one["unreadable"]]
    drawn = {one["conversation_id"] for one in found if one["drawn"]}
    draws = draw_week(rule, closed) if rule.per_agent_week is not None else draw_percent(rule, closed)
    return [one for one in draws if one.candidate.conversation_id not in drawn]


async def _give(work: Work, row: Any, form: Any, draws: list[Draw]) -> None:
    """Each to whoever has the fewest waiting, of those who may judge it; to nobody in particular if there is nobody."""
    supervisors = await work.tx.rows("quality.supervisors", work.organization_id, row["queue_id"])
    waiting = {one["id"]: one["waiting"] for one in supervisors}
    begun: list[tuple[object, ...]] = []
    for draw in draws:
        evaluation_id, agent = work.new_id(), draw.candidate.agent_id
        others = (one for one in waiting if one != agent)
        judge = min(others, key=lambda one: (waiting[one], one), default=None)
        if judge is not None:
            waiting[judge] += 1
        why = {name: value for name, value in msgspec.to_builtins(draw).items() if name != "candidate"}
        begun.append((
            work.organization_id, evaluation_id, draw.candidate.conversation_id, row["queue_id"], agent, judge,
            form["id"], form["version"], row["id"], {**why, "rule": row["name"]}, work.now,
        ))  # fmt: skip
        note_evaluated(work, (evaluation_id, draw.candidate.conversation_id, agent), Stage.DRAFT)
    await work.tx.many("quality.begin", begun)
