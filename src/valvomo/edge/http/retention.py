"""Settings of retention: after how many days what was written goes; administrators only."""

from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.retention import ChangeRetention
from valvomo.domain.access.actor import Actor
from valvomo.domain.retention.rule import FEWEST_DAYS, MOST_DAYS, RetentionRule
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.retention import DueDocument, RetentionDocument, RetentionRequest
from valvomo.queries import retention

TAGS = ("retention",)


@get("/settings/retention", tags=TAGS, operation_id="getRetention", summary="What is removed when")
async def get_retention(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> RetentionDocument:
    """The rule, and what is due by it and not removed yet."""
    async with parts.reader.reading() as tx:
        return found(await retention.settings(tx, actor, parts.clock()))


@put("/settings/retention", tags=TAGS, operation_id="changeRetention", summary="Change what is removed when")
async def change_retention(
    data: JSONBody[RetentionRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> RetentionDocument:
    """Effective with the next round, within a minute. What was removed does not come back with more days."""
    command = ChangeRetention(written_days=data.written_days, contact_days=data.contact_days)
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await retention.settings(tx, actor, parts.clock()))


@get(
    "/settings/retention/due",
    tags=TAGS,
    operation_id="getRetentionDue",
    summary="What other days would remove",
)
async def get_retention_due(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    written_days: Annotated[
        int | None, QueryParameter(ge=FEWEST_DAYS, le=MOST_DAYS, description="Days after closing.")
    ] = None,
    contact_days: Annotated[
        int | None, QueryParameter(ge=FEWEST_DAYS, le=MOST_DAYS, description="Days after anything went on.")
    ] = None,
) -> DueDocument:
    """How many conversations would lose what was written, and how many customers be removed, with the next rounds."""
    rule = RetentionRule(written_days=written_days, contact_days=contact_days)
    async with parts.reader.reading() as tx:
        return found(await retention.due_by(tx, actor, rule, parts.clock()))


ROUTES = (get_retention, change_retention, get_retention_due)
