"""The four switches for supervisors' acts and their narrowing; administrators only (spec 1 §3)."""

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import Right
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.settings import SupervisionDocument
from valvomo.protocol.settings_requests import SupervisionRequest
from valvomo.queries import settings

TAGS = ("supervision",)


@get("/settings/supervision", tags=TAGS, operation_id="getSupervision", summary="The supervision settings")
async def get_supervision(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> SupervisionDocument:
    """What supervisors may do in this organization."""
    async with parts.reader.reading() as tx:
        return found(await settings.supervision(tx, actor))


@put(
    "/settings/supervision",
    tags=TAGS,
    operation_id="changeSupervision",
    summary="Change supervision settings",
)
async def change_supervision(
    data: JSONBody[SupervisionRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> SupervisionDocument:
    """What is left out stays as it is; narrowing is replaced as a whole. Effective at the next event."""
    switches = {right: on for right in Right if (on := getattr(data, right.value)) is not None}
    command = ChangeSupervision(
        switches=switches,
        denied_to=data.denied_to,
        denied_in=data.denied_in,
        show_agents_monitored=data.show_agents_monitored,
        show_agents_sentiment=data.show_agents_sentiment,
        show_agents_surveys=data.show_agents_surveys,
        agent_figures=data.agent_figures,
    )
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await settings.supervision(tx, actor))


ROUTES = (get_supervision, change_supervision)
