"""What customers answered to the house's own questions, over HTTP."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.survey_form import QuestionKind
from valvomo.edge.http.figure_questions import answered, question_of
from valvomo.edge.http.parameters import Cursor, Limit
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.survey_figures import SurveyAnswer, SurveyFigures, SurveyText
from valvomo.queries import survey_figures
from valvomo.queries.figure_questions import Question

TAGS = ("figures",)
QUESTION = {"question": Provide(question_of, sync_to_thread=False)}
One = Annotated[str, QueryParameter(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]


@get(
    "/metrics/survey-questions",
    tags=TAGS,
    operation_id="surveyFigures",
    summary="How the house's own questions were answered",
    dependencies=QUESTION,
)
async def survey_questions(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], question: NamedDependency[Question]
) -> SurveyFigures:
    """By question: how many answered how, and the mean. Empty for those to whom surveys are not shown."""
    return await answered(
        parts,
        actor,
        question,
        "survey_questions",
        lambda tx: survey_figures.counted(tx, actor, question),
    )


@get(
    "/metrics/survey-answers",
    tags=TAGS,
    operation_id="surveyAnswers",
    summary="Who answered one of the house's own questions, and how",
    dependencies=QUESTION,
)
async def survey_answers(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    question: NamedDependency[Question],
    *,
    workstream: One,
    of: One,
    kind: Annotated[QuestionKind, QueryParameter()],
    answer: One = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SurveyAnswer]:
    """Exactly what is counted of the question `of` a workstream, or of one `answer` to it; the newest first.

    Empty for those to whom surveys are not shown. What was said in words is not told here.
    """
    wanted = survey_figures.Counted(workstream=workstream, of=of, kind=kind, answer=answer)
    return await answered(
        parts,
        actor,
        question,
        "survey_answers",
        lambda tx: survey_figures.listed(tx, actor, question, wanted, cursor=cursor, limit=limit),
    )


@get(
    "/metrics/survey-texts",
    tags=TAGS,
    operation_id="surveyTexts",
    summary="What customers said in words",
    dependencies=QUESTION,
)
async def survey_texts(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    question: NamedDependency[Question],
    *,
    of: One = "",
    workstream: One = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SurveyText]:
    """In answer to the question `of` a workstream, or besides; of queues that one supervises, the newest first."""
    return await answered(
        parts,
        actor,
        question,
        "survey_texts",
        lambda tx: survey_figures.texts(tx, actor, question, (workstream, of), cursor, limit),
    )


ROUTES = (survey_questions, survey_answers, survey_texts)
