"""What a workstream says of its widget; administrators change it, and are shown its identity secret once."""

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.widgets import ChangeWidget, RotateIdentitySecret
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.survey_form import SurveyForm
from valvomo.edge.http.given import given
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.outside_requests import RotateSecretRequest
from valvomo.protocol.settings import NewSecret
from valvomo.protocol.widget_settings import ChangeWidgetRequest, WidgetDocument
from valvomo.queries import widgets

TAGS = ("workstreams",)
ONE = "/workstreams/{workstream_id:str}/widget"


@get(ONE, tags=TAGS, operation_id="getWidget", summary="What a workstream says of its widget")
async def get_widget(
    workstream_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> WidgetDocument:
    """The usual, where nothing has been set."""
    return await _document(parts, actor, workstream_id)


@patch(ONE, tags=TAGS, operation_id="changeWidget", summary="Change what a workstream says of its widget")
async def change_widget(
    workstream_id: PathId,
    data: JSONBody[ChangeWidgetRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> WidgetDocument:
    """What is left out stays as it is."""
    command = ChangeWidget(
        workstream_id=workstream_id,
        survey=None if data.survey is None else msgspec.convert(msgspec.to_builtins(data.survey), SurveyForm),
        identity=data.identity,
        closed_to=given(data.closed_to),
        answers_by=given(data.answers_by),
        voice_to=given(data.voice_to),
        video_to=given(data.video_to),
    )
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, workstream_id)


@post(
    f"{ONE}/secret",
    status_code=200,
    tags=TAGS,
    operation_id="rotateIdentitySecret",
    summary="Another secret to sign visitors with",
)
async def rotate_identity_secret(
    workstream_id: PathId,
    data: JSONBody[RotateSecretRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> NewSecret:
    """Shown once. The former one counts beside it for as long as is asked."""
    command = RotateIdentitySecret(workstream_id=workstream_id, hours=data.hours)
    made = done(await parts.executor.execute(actor, command, key))
    secret = made.result.get("secret")
    return NewSecret(secret=None if secret is None else str(secret))


async def _document(parts: Parts, actor: Actor, workstream_id: str) -> WidgetDocument:
    async with parts.reader.reading() as tx:
        return found(await widgets.document(tx, actor, workstream_id))


ROUTES = (get_widget, change_widget, rotate_identity_secret)
