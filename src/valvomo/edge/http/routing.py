"""Why a conversation is where it is (spec 3 *conversation pane*)."""

from litestar import get
from litestar.di import NamedDependency

from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import found
from valvomo.edge.parts import Parts
from valvomo.protocol.routing import RoutingDocument
from valvomo.queries import routing


@get(
    "/conversations/{conversation_id:str}/routing",
    tags=("conversations",),
    operation_id="getRouting",
    summary="Why here, and why still waiting",
)
async def get_routing(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> RoutingDocument:
    """Every decision of the router with the facts it rests on; for one that waits also the decision as of now."""
    async with parts.reader.reading() as tx:
        return found(await routing.of_conversation(tx, actor, conversation_id, parts.clock()))


ROUTES = (get_routing,)
