"""Quality: forms and sampling rules of administrators, evaluations of supervisors, and what agents say to them."""

from typing import Annotated

import msgspec
from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.quality import draw as _draw  # noqa: F401 - registers the handler
from valvomo.commands.quality.evaluations import (
    BeginEvaluation,
    CloseEvaluation,
    FillEvaluation,
    ReplyToEvaluation,
    SubmitEvaluation,
    TakeEvaluation,
)
from valvomo.commands.quality.forms import ChangeForm, CreateForm, CreateSamplingRule, RemoveSamplingRule
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.quality.evaluation import Stage
from valvomo.domain.quality.form import Form
from valvomo.domain.quality.sampling import SamplingRule
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.quality import (
    BeginEvaluationRequest,
    ChangeFormRequest,
    CreateFormRequest,
    CreateSamplingRuleRequest,
    EvaluationDocument,
    EvaluationItem,
    FillEvaluationRequest,
    FormDocument,
    ReplyRequest,
    SamplingRuleDocument,
    Sections,
)
from valvomo.queries import quality
from valvomo.queries.quality import EvaluationFilter

TAGS = ("quality",)
FORM = "/evaluation-forms/{form_id:str}"
ONE = "/evaluations/{evaluation_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
Stages = Annotated[list[Stage] | None, QueryParameter(name="stage", description="Several may be given.")]
Person = Annotated[str, QueryParameter(max_length=64, description="By id.")]


@get("/evaluation-forms", tags=TAGS, operation_id="listForms", summary="List evaluation forms")
async def list_forms(parts: PartsArg, actor: ActorArg) -> Page[FormDocument]:
    """Each in its newest version."""
    async with parts.reader.reading() as tx:
        return found(await quality.forms(tx, actor))


@post("/evaluation-forms", status_code=201, tags=TAGS, operation_id="createForm", summary="Create a form")
async def create_form(
    data: JSONBody[CreateFormRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> FormDocument:
    """Sections of questions with weights; critical ones fail the whole."""
    command = CreateForm(name=data.name.strip(), form=_form(data.sections))
    return await _shown_form(parts, actor, command, key)


@get(FORM, tags=TAGS, operation_id="getForm", summary="One form")
async def get_form(
    form_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    version: Annotated[
        int | None, QueryParameter(ge=1, le=1_000_000, description="The newest if not given.")
    ] = None,
) -> FormDocument:
    """In any of its versions."""
    async with parts.reader.reading() as tx:
        return found(await quality.form(tx, actor, form_id, version))


@patch(FORM, tags=TAGS, operation_id="changeForm", summary="Change a form")
async def change_form(
    form_id: PathId, data: JSONBody[ChangeFormRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> FormDocument:
    """Other questions make a new version; what was judged by the one before stays as it is."""
    form = _form(data.sections) if data.sections is not None else None
    command = ChangeForm(form_id=form_id, name=data.name, form=form, retired=data.retired)
    return await _shown_form(parts, actor, command, key)


@get("/sampling-rules", tags=TAGS, operation_id="listSamplingRules", summary="List sampling rules")
async def list_rules(parts: PartsArg, actor: ActorArg) -> Page[SamplingRuleDocument]:
    """By which rules conversations are drawn for evaluation."""
    async with parts.reader.reading() as tx:
        return found(await quality.sampling_rules(tx, actor))


@post("/sampling-rules", status_code=201, tags=TAGS, operation_id="createSamplingRule",
      summary="Create a sampling rule")  # fmt: skip
async def create_rule(
    data: JSONBody[CreateSamplingRuleRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> SamplingRuleDocument:
    """It draws from what is closed from now on, and gives each to the supervisor with the fewest waiting."""
    rule = SamplingRule(
        id="", queue_id=data.queue, percent=data.percent, per_agent_week=data.per_agent_week,
        shortest=data.shortest, longest=data.longest, moods=data.moods, outcomes=data.outcomes,
    )  # fmt: skip
    command = CreateSamplingRule(name=data.name.strip(), form_id=data.form, rule=rule)
    made = done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        rules = found(await quality.sampling_rules(tx, actor))
    return next(one for one in rules.items if one.id == made.result["id"])


@delete("/sampling-rules/{rule_id:str}", status_code=204, tags=TAGS, operation_id="removeSamplingRule",
        summary="Remove a sampling rule")  # fmt: skip
async def remove_rule(rule_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """What it drew stays."""
    done(await parts.executor.execute(actor, RemoveSamplingRule(rule_id=rule_id), key))


@get("/evaluations", tags=TAGS, operation_id="listEvaluations", summary="List evaluations")
async def list_evaluations(
    parts: PartsArg,
    actor: ActorArg,
    stages: Stages = None,
    agent: Person = "",
    conversation: Person = "",
    mine: Annotated[bool, QueryParameter(description="Mine to judge, or of my own work.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EvaluationItem]:
    """The newest first: of the caller's queues, and of the caller's own work once they are submitted."""
    wanted = EvaluationFilter(
        stages=tuple(one.value for one in stages or ()),
        agent=agent,
        conversation=conversation,
        person=actor.id if mine else "",
    )
    async with parts.reader.reading() as tx:
        return found(await quality.evaluations(tx, actor, wanted, cursor=cursor, limit=limit))


@post(
    "/evaluations", status_code=201, tags=TAGS, operation_id="beginEvaluation", summary="Begin an evaluation"
)
async def begin_evaluation(
    data: JSONBody[BeginEvaluationRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> EvaluationDocument:
    """Of a closed conversation that the caller may read, by the newest version of a form."""
    command = BeginEvaluation(conversation_id=data.conversation, form_id=data.form, agent_id=data.agent)
    return await _shown(parts, actor, command, key)


@get(ONE, tags=TAGS, operation_id="getEvaluation", summary="One evaluation")
async def get_evaluation(evaluation_id: PathId, parts: PartsArg, actor: ActorArg) -> EvaluationDocument:
    """With its form, answers and score."""
    async with parts.reader.reading() as tx:
        return found(await quality.evaluation(tx, actor, evaluation_id))


@put(ONE, tags=TAGS, operation_id="fillEvaluation", summary="Fill an evaluation in")
async def fill_evaluation(
    evaluation_id: PathId,
    data: JSONBody[FillEvaluationRequest],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
) -> EvaluationDocument:
    """One's own draft or nobody's, as a whole; it may have gaps."""
    command = FillEvaluation(
        evaluation_id=evaluation_id, revision=data.revision, answers=data.answers, comment=data.comment
    )
    return await _shown(parts, actor, command, key)


@post(f"{ONE}/take", status_code=200, tags=TAGS, operation_id="takeEvaluation", summary="Take a draft over")
async def take_evaluation(
    evaluation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg
) -> EvaluationDocument:
    """Another supervisor's, with what is filled in; it is noted."""
    return await _shown(parts, actor, TakeEvaluation(evaluation_id=evaluation_id), key)


@post(
    f"{ONE}/submit",
    status_code=200,
    tags=TAGS,
    operation_id="submitEvaluation",
    summary="Submit an evaluation",
)
async def submit_evaluation(
    evaluation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg
) -> EvaluationDocument:
    """From now on the agent sees it, and nothing of it changes."""
    return await _shown(parts, actor, SubmitEvaluation(evaluation_id=evaluation_id), key)


@post(
    f"{ONE}/reply",
    status_code=200,
    tags=TAGS,
    operation_id="replyToEvaluation",
    summary="Reply to an evaluation",
)
async def reply_to_evaluation(
    evaluation_id: PathId, data: JSONBody[ReplyRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> EvaluationDocument:
    """By the agent whose work it is, once."""
    command = ReplyToEvaluation(evaluation_id=evaluation_id, text=data.text)
    return await _shown(parts, actor, command, key)


@post(
    f"{ONE}/close", status_code=200, tags=TAGS, operation_id="closeEvaluation", summary="Close an evaluation"
)
async def close_evaluation(
    evaluation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg
) -> EvaluationDocument:
    """With or without a reply; nothing more is said to it."""
    return await _shown(parts, actor, CloseEvaluation(evaluation_id=evaluation_id), key)


async def _shown(parts: Parts, actor: Actor, command: Command, key: str | None) -> EvaluationDocument:
    outcome = done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await quality.evaluation(tx, actor, str(outcome.result["id"])))


async def _shown_form(parts: Parts, actor: Actor, command: Command, key: str | None) -> FormDocument:
    outcome = done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await quality.form(tx, actor, str(outcome.result["id"]), None))


def _form(sections: Sections) -> Form:
    return msgspec.convert({"sections": msgspec.to_builtins(sections)}, Form)


ROUTES = (
    list_forms, create_form, get_form, change_form, list_rules, create_rule, remove_rule, list_evaluations,
    begin_evaluation, get_evaluation, fill_evaluation, take_evaluation, submit_evaluation, reply_to_evaluation,
    close_evaluation,
)  # fmt: skip
