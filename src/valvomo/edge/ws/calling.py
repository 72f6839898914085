"""Calls over the live connection: what a browser offers goes to who carries the call, and the answer comes back."""

from __future__ import annotations

from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.parts import Parts
from valvomo.live.connection import Connection
from valvomo.protocol.frames import Agree, Calling, ComeIn, MuteMe, answer_frame, unanswered_frame
from valvomo.protocol.problems import problem_of


async def calling(parts: Parts, connection: Connection, frame: Calling) -> None:
    """Do what the client says of its call; only who comes is answered.

    Whether they have a part in it is judged where the call is carried, on the conversation as it is there and then.
    """
    actor = connection.actor
    conversation_id = actor.conversation_id or frame.conversation or ""
    match frame:
        case ComeIn(offer=offer):
            wait = parts.paces["call"].wait(connection.id)
            refused = Refusal(Reason.RATE_LIMITED, {"retry_after": wait})
            answer = refused if wait else await parts.calling.come(actor, conversation_id, offer)
            if isinstance(answer, Refusal):
                problem = problem_of(answer, actor.language).document()
                connection.sink.write(unanswered_frame(conversation_id, problem))
            else:
                connection.sink.write(answer_frame(conversation_id, answer.answer, answer.offer))
        case Agree(answer=agreed):
            # Once for each offer, of which there are not too many.
            await parts.calling.tell(actor, conversation_id, "agree", agreed)
        case MuteMe(muted=muted):
            if not parts.paces["call"].wait(connection.id):
                await parts.calling.tell(actor, conversation_id, "mute" if muted else "unmute")
        case _:
            await parts.calling.tell(actor, conversation_id, "go")
