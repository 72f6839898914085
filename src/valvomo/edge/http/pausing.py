"""What supervisors do to bots: pause one, and let it go on (spec 1 §3 f). Instructions are written like messages."""

from litestar import delete, post
from litestar.di import NamedDependency

from valvomo.commands.conversations.bots import PauseBot, ResumeBot
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import PathId
from valvomo.edge.parts import Parts

SUPERVISING = ("supervising",)
PAUSE = "/conversations/{conversation_id:str}/bot-pause"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@post(PAUSE, status_code=200, tags=SUPERVISING, operation_id="pauseBot", summary="Pause the bot")
async def pause(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """It says nothing until it is let go on, or for ten minutes; what the customer writes it is told all the same."""
    return await carried_out(parts, actor, PauseBot(conversation_id=conversation_id), key)


@delete(PAUSE, status_code=200, tags=SUPERVISING, operation_id="resumeBot", summary="Let the bot go on")
async def resume(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """It may speak again, with as much time to answer as ever."""
    return await carried_out(parts, actor, ResumeBot(conversation_id=conversation_id), key)


ROUTES = (pause, resume)
