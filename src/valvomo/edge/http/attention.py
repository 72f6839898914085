"""Settings of attention: weights by queue, VIPs, words that ask for a supervisor; administrators only."""

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.attention import ChangeAttention
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.attention_requests import AttentionSettingsDocument, AttentionSettingsRequest, Weights
from valvomo.queries import attention

TAGS = ("attention",)


@get("/settings/attention", tags=TAGS, operation_id="getAttention", summary="The attention settings")
async def get_attention(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> AttentionSettingsDocument:
    """For how much each part of the score counts, and where."""
    async with parts.reader.reading() as tx:
        return found(await attention.settings(tx, actor))


@put("/settings/attention", tags=TAGS, operation_id="changeAttention", summary="Change attention settings")
async def change_attention(
    data: JSONBody[AttentionSettingsRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> AttentionSettingsDocument:
    """What is left out stays as it is. Effective with the next row that anybody sees, within a second."""
    command = ChangeAttention(
        weights=_plain(data.weights),
        in_queues=None
        if data.in_queues is None
        else {one: _plain(it) or {} for one, it in data.in_queues.items()},
        vip_tags=data.vip_tags,
        vip_priority=data.vip_priority,
        phrases=data.phrases,
    )
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await attention.settings(tx, actor))


def _plain(weights: Weights | None) -> dict[str, int] | None:
    return None if weights is None else {str(name): percent for name, percent in weights.items()}


ROUTES = (get_attention, change_attention)
