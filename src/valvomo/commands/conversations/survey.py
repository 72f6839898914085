"""Answer the survey: by the customer alone, once, and otherwise for as long as the form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.conversations import survey as rules
from valvomo.domain.conversations.survey_form import SurveyAnswer
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSurvey(Command):
    """What the customer says of how it went; another answer takes the place of the one before it."""

    conversation_id: str
    score: int
    comment: str = ""
    answers: Mapping[str, int | bool | str] = field(default_factory=dict)


@handles(AnswerSurvey)
async def answer_survey(work: Work, command: AnswerSurvey) -> Outcome:
    """The score as a fact, the words beside it, in one commit."""
    if work.actor.kind is not ActorKind.CUSTOMER:
        return Refusal(Reason.ROLE_NEEDED, {"role": "customer"})
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    answer = SurveyAnswer(score=command.score, comment=command.comment.strip(), answers=command.answers)
    decision = rules.answer_survey(conversation, answer, work.now, shown=work.supervision.show_agents_surveys)
    if isinstance(decision, Refusal):
        return decision
    after = await work.record(conversation, decision)
    await work.tx.run(
        "widgets.answer", work.organization_id, conversation.id, answer.score, answer.comment,
        dict(answer.answers), work.now,
    )  # fmt: skip
    return outcome_of(after)
