"""Offer templates: administrators may read them, administrators change them (spec 3 *Administration*)."""

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.kinds import OfferTemplate
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import ChangeTemplateRequest, CreateTemplateRequest, TemplateDocument
from valvomo.queries.resources import TEMPLATES

TAGS = ("templates",)
ONE = "/templates/{template_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/templates", tags=TAGS, operation_id="listTemplates", summary="List offer templates")
async def list_templates(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[TemplateDocument]:
    """In order of their making."""
    return await listed(parts, actor, TEMPLATES, cursor=cursor, limit=limit)


@post(
    "/templates",
    status_code=201,
    tags=TAGS,
    operation_id="createTemplate",
    summary="Create an offer template",
)
async def create_template(
    data: JSONBody[CreateTemplateRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> TemplateDocument:
    """A workstream that uses it takes how agents are asked from it."""
    new = OfferTemplate(
        name=data.name,
        seconds=data.seconds,
        auto_accept=data.auto_accept,
        reject_reasons=data.reject_reasons,
        sound=data.sound,
        desktop=data.desktop,
    )
    return await created(parts, actor, TEMPLATES, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getTemplate", summary="One offer template")
async def get_template(template_id: PathId, parts: PartsArg, actor: ActorArg) -> TemplateDocument:
    """As it is now."""
    return await shown(parts, actor, TEMPLATES, template_id)


@patch(ONE, tags=TAGS, operation_id="changeTemplate", summary="Change an offer template")
async def change_template(
    template_id: PathId, data: JSONBody[ChangeTemplateRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> TemplateDocument:
    """What is left out stays as it is."""
    changes = changes_of(data)
    return await changed(parts, actor, TEMPLATES, resource_id=template_id, changes=changes, key=key)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeTemplate", summary="Remove an offer template")
async def remove_template(template_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """Refused while a workstream uses it."""
    await removed(parts, actor, TEMPLATES, resource_id=template_id, key=key)


ROUTES = (list_templates, create_template, get_template, change_template, remove_template)
