"""What one must have been told: that one may be monitored, or what monitoring is for (spec 1 §5)."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.acknowledge import Acknowledge
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.refused import done
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import ToAcknowledge
from valvomo.protocol.settings_requests import AcknowledgeRequest
from valvomo.queries import account

TAGS = ("session",)


@get("/acknowledgements", tags=TAGS, operation_id="listAcknowledgements", summary="What I must acknowledge")
async def list_acknowledgements(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Page[ToAcknowledge]:
    """Texts that the caller must still acknowledge, in their language or else in English."""
    async with parts.reader.reading() as tx:
        return Page(items=await account.to_acknowledge(tx, actor))


@post("/acknowledgements", status_code=200, tags=TAGS, operation_id="acknowledge", summary="Acknowledge")
async def acknowledge(
    data: JSONBody[AcknowledgeRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> Page[ToAcknowledge]:
    """Keeps who acknowledged which version in which language, and answers what is left."""
    command = Acknowledge(kind=data.kind, version=data.version, language=data.language)
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return Page(items=await account.to_acknowledge(tx, actor))


ROUTES = (list_acknowledgements, acknowledge)
