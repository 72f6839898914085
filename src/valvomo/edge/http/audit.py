"""The audit log; for auditors and administrators, and supervisors within their queues (spec 2, 3)."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit
from valvomo.edge.http.refused import found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import AuditItem
from valvomo.queries import audit as log

Person = Annotated[str | None, QueryParameter(name="actor", max_length=100, description="Who did it, by id.")]
Kind = Annotated[
    str | None,
    QueryParameter(max_length=60, description="What was done, such as force_closed or setting_changed."),
]
Matter = Annotated[
    str | None, QueryParameter(name="conversation", max_length=36, description="To which, by id.")
]


@get("/audit", tags=("audit",), operation_id="listAudit", summary="The audit log")
async def list_audit(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    by: Person = None,
    kind: Kind = None,
    conversation: Matter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[AuditItem]:
    """Who did what to whom, when and why, the newest first.

    Supervisors' acts, changes of settings, and sign-ins; for supervisors what concerns conversations of the queues
    they supervise, and what they did themselves. Each entry carries its link of the hash chain, which
    `valvomo verify` proves.
    """
    wanted = log.AuditFilter(actor_id=by, kind=kind, conversation_id=conversation)
    async with parts.reader.reading() as tx:
        return found(await log.audit(tx, actor, wanted, cursor=cursor, limit=limit))


ROUTES = (list_audit,)
