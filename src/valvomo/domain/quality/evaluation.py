"""The course of an evaluation: filled by a supervisor, submitted, answered by the agent, closed.

draft --submit--> submitted --reply--> replied --close--> closed
`-------------close----------------^
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.quality.form import Answers, Form, misfit, unanswered
from valvomo.domain.refusals import Reason, Refusal, malformed


class Stage(StrEnum):
    """Where an evaluation is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REPLIED = "replied"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """As much of one as its rules ask for: whose work is judged, by whom (None: by anybody there), how far it is."""

    id: str
    conversation_id: str
    queue_id: str
    agent_id: str
    supervisor_id: str | None
    stage: Stage


def sees(actor: Actor, evaluation: Evaluation) -> bool:
    """Supervisors of the queue see all of it; the agent from when it is submitted, and nobody else."""
    if actor.is_(UserRole.INTEGRATION):
        return False
    if actor.id == evaluation.agent_id:
        return evaluation.stage is not Stage.DRAFT
    return actor.supervises(evaluation.queue_id)


def begin_refusal(actor: Actor, conversation: Conversation, agent_id: str) -> Refusal | None:
    """Why this supervisor cannot judge this agent's work in it: what is closed, may be read, and is not one's own."""
    if not actor.supervises(conversation.queue_id) or actor.is_(UserRole.INTEGRATION):
        return Refusal(Reason.NOT_FOUND)
    if conversation.state is not State.CLOSED:
        return Refusal(Reason.EVALUATION_TOO_EARLY, {"state": conversation.state.value})
    if agent_id == actor.id:
        return Refusal(Reason.EVALUATION_OWN)
    if agent_id not in {*conversation.served_by, conversation.owner_id}:
        return Refusal(Reason.UNKNOWN_TARGET, {"agent": agent_id})
    return read_refusal(actor, conversation)


def draft_refusal(actor: Actor, evaluation: Evaluation) -> Refusal | None:
    """Why the caller cannot work on the draft: it is another supervisor's, who has to be relieved of it first."""
    if refusal := _staged(actor, evaluation, Stage.DRAFT):
        return refusal
    return None if evaluation.supervisor_id in (None, actor.id) else Refusal(Reason.EVALUATION_ANOTHERS)


def take_refusal(actor: Actor, evaluation: Evaluation) -> Refusal | None:
    """Why the caller cannot take the draft over."""
    return _staged(actor, evaluation, Stage.DRAFT)


def fill_refusal(actor: Actor, evaluation: Evaluation, form: Form, answers: Answers) -> Refusal | None:
    """Why it cannot be filled in so."""
    if refusal := draft_refusal(actor, evaluation):
        return refusal
    if wrong := misfit(form, answers):
        return malformed(*wrong)
    return None


def submit_refusal(actor: Actor, evaluation: Evaluation, form: Form, answers: Answers) -> Refusal | None:
    """Why it cannot be submitted: every question that counts has an answer."""
    if refusal := draft_refusal(actor, evaluation):
        return refusal
    missing = unanswered(form, answers)
    return malformed(f"answers.{missing[0]}", "is not answered") if missing else None


def reply_refusal(actor: Actor, evaluation: Evaluation) -> Refusal | None:
    """Why this is not for the caller to answer, once."""
    if not sees(actor, evaluation) or actor.id != evaluation.agent_id:
        return Refusal(Reason.NOT_FOUND)
    return _not_now(evaluation) if evaluation.stage is not Stage.SUBMITTED else None


def close_refusal(actor: Actor, evaluation: Evaluation) -> Refusal | None:
    """Why it cannot be closed: what is submitted can, with a reply or without one."""
    return _staged(actor, evaluation, Stage.SUBMITTED, Stage.REPLIED)


def _staged(actor: Actor, evaluation: Evaluation, *stages: Stage) -> Refusal | None:
    """The supervisor's part: it is in their queue, not about themselves, and has come so far."""
    if not actor.supervises(evaluation.queue_id) or actor.is_(UserRole.INTEGRATION):
        return Refusal(Reason.NOT_FOUND)
    if actor.id == evaluation.agent_id:
        return Refusal(Reason.EVALUATION_OWN)
    return _not_now(evaluation) if evaluation.stage not in stages else None


def _not_now(evaluation: Evaluation) -> Refusal:
    return Refusal(Reason.EVALUATION_NOT_NOW, {"stage_of_evaluation": evaluation.stage.value})
