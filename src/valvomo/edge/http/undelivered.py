"""Messages that did not reach the customer: whoever speaks with them has one sent again, or lets it be."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.channels.mending import MendMessage
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done
from valvomo.edge.parts import Parts
from valvomo.protocol.channels import MendMessageRequest


@post(
    "/conversations/{conversation_id:str}/mend", status_code=204, tags=("messages",),
    operation_id="mendMessage", summary="Send an undelivered message again, or let it be",
)  # fmt: skip
async def mend_message(
    conversation_id: PathId,
    data: JSONBody[MendMessageRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """One that is sent again is waiting once more; one that is let be stays failed, and asks for nobody's attention."""
    command = MendMessage(conversation_id=conversation_id, seq=data.seq, drop=data.drop)
    done(await parts.executor.execute(actor, command, key))


ROUTES = (mend_message,)
