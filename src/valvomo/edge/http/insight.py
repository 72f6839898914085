"""Insight: which back end measures, trying one on labelled messages, how measuring goes, readings of a conversation."""

from __future__ import annotations

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream

from valvomo.commands.settings.insight import ChangeInsight
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.insight.choosing import configured
from valvomo.protocol.insight import (
    ConversationSentiment,
    InsightDocument,
    InsightRequest,
    MeasuringItem,
    TrialLine,
    TrialRequest,
)
from valvomo.queries import insight
from valvomo.voices.choosing import voices_configured

TAGS = ("insight",)
LINES = "application/x-ndjson"


@get("/settings/insight", tags=TAGS, operation_id="getInsight", summary="The insight settings")
async def get_insight(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> InsightDocument:
    """Which back end measures sentiment, and which there are."""
    return await _settings(parts, actor)


@put("/settings/insight", tags=TAGS, operation_id="changeInsight", summary="Change insight settings")
async def change_insight(
    data: JSONBody[InsightRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> InsightDocument:
    """What is left out stays as it is. Effective with the next message that is measured."""
    languages = None if data.languages is None else tuple(dict.fromkeys(data.languages))
    command = ChangeInsight(
        backend=data.backend, detect_language=data.detect_language, languages=languages, redact=data.redact,
        speech=data.speech,
    )  # fmt: skip
    done(await parts.executor.execute(actor, command, key))
    return await _settings(parts, actor)


@post(
    "/insight/trials",
    status_code=200,
    tags=TAGS,
    operation_id="tryBackend",
    summary="Try a back end on labelled messages",
    responses={200: ResponseSpec(TrialLine, generate_examples=False, media_type=LINES, description="Lines.")},
)
async def try_backend(
    data: JSONBody[TrialRequest], parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Stream:
    """Lines of JSON as they come: progress, and at last accuracy, F1, opposite errors and latency. Nothing is kept."""
    wanted = await _settings(parts, actor)
    if refusal := parts.trials.refusal(actor.organization_id):
        raise Refused(refusal)
    lines = parts.trials.lines(actor.organization_id, data.backend, data.rows, tuple(wanted.languages))
    # A proxy that collects what it passes on would hide the progress.
    return Stream(lines, media_type=LINES, headers={"X-Accel-Buffering": "no"})


@get("/insight/measuring", tags=TAGS, operation_id="getMeasuring", summary="How measuring goes")
async def get_measuring(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> MeasuringItem:
    """What measures, how many conversations wait, and the oldest message for how long."""
    async with parts.reader.reading() as tx:
        return found(await insight.measuring(tx, actor, parts.clock()))


@get(
    "/conversations/{conversation_id:str}/sentiment",
    tags=TAGS,
    operation_id="getSentiment",
    summary="What the customer feels",
)
async def get_sentiment(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> ConversationSentiment:
    """The mood and the reading of each message; empty for those who may not know."""
    async with parts.reader.reading() as tx:
        return found(await insight.of_conversation(tx, actor, conversation_id))


async def _settings(parts: Parts, actor: Actor) -> InsightDocument:
    able = insight.Able(
        sentiment=configured(parts.trials.places), speech=parts.speech, voices=voices_configured(parts.voices)
    )
    async with parts.reader.reading() as tx:
        return found(await insight.settings(tx, actor, able))


ROUTES = (get_insight, change_insight, try_backend, get_measuring, get_sentiment)
