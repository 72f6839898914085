"""Evaluate a conversation: begin, fill in, submit; the agent replies; close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations, quality
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.events import Evaluated
from valvomo.domain.quality import evaluation as rules
from valvomo.domain.quality.evaluation import Stage
from valvomo.domain.quality.score import Score, score
from valvomo.domain.refusals import Reason, Refusal

Answers = Mapping[str, str | int]
TAKEN = "taken"
"""What the fact says instead of a stage, where a draft has changed hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginEvaluation(Command):
    """Judge an agent's work in a closed conversation by a form; whoever served it last, unless an agent is given."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    conversation_id: str
    form_id: str
    agent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillEvaluation(Command):
    """Answers and comment as they are from now on, as a whole, instead of those of `revision`.

    Whoever fills in a draft that is nobody's makes it theirs.
    """

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    evaluation_id: str
    revision: int
    answers: Answers
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeEvaluation(Command):
    """Another supervisor's draft is mine to judge from now on, with what is filled in."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    evaluation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitEvaluation(Command):
    """From now on the agent sees it, and nothing of it changes."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    evaluation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToEvaluation(Command):
    """What the agent whose work it is says to it, once."""

    evaluation_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEvaluation(Command):
    """Nothing more is said to it."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    evaluation_id: str


@handles(BeginEvaluation)
async def begin(work: Work, command: BeginEvaluation) -> Outcome:
    """A draft in the newest version of the form."""
    conversation = await conversations.get(work.tx, work.organization_id, command.conversation_id)
    if conversation is None:
        return Refusal(Reason.NOT_FOUND)
    agent_id = command.agent_id or conversation.owner_id or next(reversed(conversation.served_by), "")
    if refusal := rules.begin_refusal(work.actor, conversation, agent_id):
        return refusal
    form = await quality.form(work.tx, work.organization_id, command.form_id)
    if form is None or form["retired"]:
        return Refusal(Reason.UNKNOWN_TARGET, {"form": command.form_id})
    evaluation_id = work.new_id()
    await work.tx.run(
        "quality.begin", work.organization_id, evaluation_id, conversation.id, conversation.queue_id, agent_id,
        work.actor.id, form["id"], form["version"], None, None, work.now,
    )  # fmt: skip
    what = (evaluation_id, conversation.id, agent_id)
    note_evaluated(work, what, Stage.DRAFT)
    return {"id": evaluation_id}


@handles(FillEvaluation)
async def fill(work: Work, command: FillEvaluation) -> Outcome:
    """Drafts are no fact: they are nobody's business until they are submitted."""
    row = await _lock(work, command.evaluation_id)
    if isinstance(row, Refusal):
        return row
    form = await _form(work, row)
    refusal = rules.fill_refusal(work.actor, quality.evaluation_of(row), form, command.answers)
    if refusal:
        return refusal
    if command.revision != row["revision"]:
        return Refusal(Reason.CHANGED_MEANWHILE)
    now = {
        **row,
        "answers": dict(command.answers),
        "comment": command.comment,
        "supervisor_id": work.actor.id,
    }
    await _save(work, now, score(form, command.answers))
    return {"id": row["id"]}


@handles(TakeEvaluation)
async def take(work: Work, command: TakeEvaluation) -> Outcome:
    """Noted, because somebody else has worked on it; nothing where it is the caller's already."""
    row = await _lock(work, command.evaluation_id)
    if isinstance(row, Refusal):
        return row
    if refusal := rules.take_refusal(work.actor, quality.evaluation_of(row)):
        return refusal
    if row["supervisor_id"] != work.actor.id:
        form = await _form(work, row)
        await _save(work, {**row, "supervisor_id": work.actor.id}, score(form, row["answers"]))
        note_evaluated(work, _what(row), TAKEN)
    return {"id": row["id"]}


@handles(SubmitEvaluation)
async def submit(work: Work, command: SubmitEvaluation) -> Outcome:
    """With the score that its answers have."""
    row = await _lock(work, command.evaluation_id)
    if isinstance(row, Refusal):
        return row
    form = await _form(work, row)
    if refusal := rules.submit_refusal(work.actor, quality.evaluation_of(row), form, row["answers"]):
        return refusal
    found = score(form, row["answers"])
    now = {**row, "stage": Stage.SUBMITTED, "supervisor_id": work.actor.id, "submitted_at": work.now}
    await _save(work, now, found)
    note_evaluated(work, _what(row), Stage.SUBMITTED, found)
    return {"id": row["id"]}


@handles(ReplyToEvaluation)
async def reply(work: Work, command: ReplyToEvaluation) -> Outcome:
    """Once."""
    row = await _lock(work, command.evaluation_id)
    if isinstance(row, Refusal):
        return row
    if refusal := rules.reply_refusal(work.actor, quality.evaluation_of(row)):
        return refusal
    await _moved(work, row, Stage.REPLIED, reply=command.text, replied_at=work.now)
    return {"id": row["id"]}


@handles(CloseEvaluation)
async def close(work: Work, command: CloseEvaluation) -> Outcome:
    """With or without a reply."""
    row = await _lock(work, command.evaluation_id)
    if isinstance(row, Refusal):
        return row
    if refusal := rules.close_refusal(work.actor, quality.evaluation_of(row)):
        return refusal
    await _moved(work, row, Stage.CLOSED, closed_at=work.now)
    return {"id": row["id"]}


def note_evaluated(work: Work, what: tuple[str, str, str], stage: str, found: Score | None = None) -> None:
    """The fact that this evaluation (its id, the conversation, the agent) has come so far."""
    work.note(
        Evaluated(
            evaluation_id=what[0],
            conversation_id=what[1],
            agent_id=what[2],
            stage=str(stage),
            points=found.points if found else None,
            failed=bool(found and found.failed),
        )
    )


async def _lock(work: Work, evaluation_id: str) -> dict[str, Any] | Refusal:
    row = await work.tx.row("quality.lock", work.organization_id, evaluation_id)
    if row is None or not rules.sees(work.actor, quality.evaluation_of(row)):
        return Refusal(Reason.NOT_FOUND)
    return dict(row)


async def _form(work: Work, row: Any) -> Any:
    found = await quality.form(work.tx, work.organization_id, row["form_id"], row["form_version"])
    return quality.form_of(found["body"])


async def _moved(work: Work, row: dict[str, Any], stage: Stage, **changed: str | datetime) -> None:
    kept = Score(points=row["points"], failed=tuple(row["failed"]), sections=())
    await _save(work, {**row, "stage": stage, **changed}, kept)
    note_evaluated(work, _what(row), stage, kept)


async def _save(work: Work, row: Mapping[str, Any], found: Score) -> None:
    await work.tx.run(
        "quality.save", work.organization_id, row["id"], row["supervisor_id"], str(row["stage"]), row["answers"],
        row["comment"], row["reply"], found.points, list(found.failed), row["submitted_at"], row["replied_at"],
        row["closed_at"],
    )  # fmt: skip


def _what(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["id"], row["conversation_id"], row["agent_id"]
