"""The survey over a channel: the question goes out behind the last word, and a number that comes next is the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from valvomo.db import dispatches
from valvomo.db.dispatches import HouseWords
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.survey import SurveyAsked, answer_survey
from valvomo.domain.conversations.survey_form import SurveyAnswer
from valvomo.domain.conversations.survey_text import answered_by
from valvomo.domain.refusals import Refusal
from valvomo.protocol.texts.catalogue import text

if TYPE_CHECKING:
    from valvomo.commands.work import Work


async def put_question(work: Work, events: Iterable[Event], conversation: Conversation) -> None:
    """In the conversation's language, where one of these events asks it."""
    if any(isinstance(one, SurveyAsked) and one.minutes is not None for one in events):
        await _say(work, conversation, "question")


async def take_answer(work: Work, conversation: Conversation, said: str, at: datetime) -> bool:
    """Whether what a customer wrote was the answer; it begins nothing then, and they are thanked."""
    score = answered_by(conversation, said, at)
    if score is None:
        return False
    shown = work.supervision.show_agents_surveys
    decision = answer_survey(conversation, SurveyAnswer(score=score), work.now, shown=shown)
    if isinstance(decision, Refusal):
        return False
    await work.record(conversation, decision)
    key = (work.organization_id, conversation.id)
    await work.tx.run("widgets.answer", *key, score, "", {}, work.now)
    await _say(work, conversation, "thanks")
    return True


async def _say(work: Work, conversation: Conversation, code: str) -> None:
    words = HouseWords(
        organization_id=work.organization_id,
        conversation_id=conversation.id,
        id=work.new_id(),
        text=text(conversation.language, ("survey", code)),
        again=True,
    )
    await dispatches.write(work.tx, [words], work.now)
