"""Custom presences: everybody may read them, administrators change them (spec 3 *Administration*)."""

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.kinds import CustomPresence
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import Presence
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import ChangePresenceRequest, CreatePresenceRequest, PresenceDocument
from valvomo.queries.resources import PRESENCES

TAGS = ("presences",)
ONE = "/presences/{presence_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/presences", tags=TAGS, operation_id="listPresences", summary="List custom presences")
async def list_presences(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[PresenceDocument]:
    """In order of their making."""
    return await listed(parts, actor, PRESENCES, cursor=cursor, limit=limit)


@post(
    "/presences",
    status_code=201,
    tags=TAGS,
    operation_id="createCustomPresence",
    summary="Create a custom presence",
)
async def create_presence(
    data: JSONBody[CreatePresenceRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> PresenceDocument:
    """Agents choose it by its name; the rules go by the presence that it stands for."""
    new = CustomPresence(name=data.name, names=data.names, presence=Presence(data.presence))
    return await created(parts, actor, PRESENCES, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getCustomPresence", summary="One custom presence")
async def get_presence(presence_id: PathId, parts: PartsArg, actor: ActorArg) -> PresenceDocument:
    """As it is now."""
    return await shown(parts, actor, PRESENCES, presence_id)


@patch(ONE, tags=TAGS, operation_id="changeCustomPresence", summary="Change a custom presence")
async def change_presence(
    presence_id: PathId, data: JSONBody[ChangePresenceRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> PresenceDocument:
    """What is left out stays as it is. What agents have chosen cannot come to stand for something else."""
    changes = changes_of(data)
    if data.presence is not None:
        changes["presence"] = Presence(data.presence)
    return await changed(parts, actor, PRESENCES, resource_id=presence_id, changes=changes, key=key)


@delete(
    ONE, status_code=204, tags=TAGS, operation_id="removeCustomPresence", summary="Remove a custom presence"
)
async def remove_presence(presence_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """Refused while somebody has chosen it."""
    await removed(parts, actor, PRESENCES, resource_id=presence_id, key=key)


ROUTES = (list_presences, create_presence, get_presence, change_presence, remove_presence)
