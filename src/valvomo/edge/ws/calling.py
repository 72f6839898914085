"""Calls over the live connection: what a browser offers goes to who carries the call, and the answer comes back."""

from __future__ import annotations

import asyncio

from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.parts import Parts
from valvomo.live.connection import Connection
from valvomo.protocol.frames import Agree, Calling, ComeIn, MuteMe, answer_frame, unanswered_frame
from valvomo.protocol.problems import problem_of


async def calling(parts: Parts, connection: Connection, frame: Calling, group: asyncio.TaskGroup) -> None:
    """Do what the client says of its call; only who comes is answered.

    What it says next waits until this is said where the call is carried, so that a client costs no more than that at a
    time, and what it says stays in order. An engine's answer may take a while, and whoever waits for it reads on.
    Whether they have a part in it is judged where the call is carried, on the conversation as it is there and then.
    """
    actor = connection.actor
    conversation_id = _conversation(connection, frame)
    # By however many connections, customers come as one.
    wait = parts.paces["call"].wait(actor.conversation_id or connection.id)
    match frame:
        case ComeIn():
            if wait:
                _refuse(connection, frame, Refusal(Reason.RATE_LIMITED, {"retry_after": wait}))
                return
            said = asyncio.Event()
            group.create_task(_come(parts, connection, frame, said))
            await said.wait()
        case _ if wait:
            return
        case Agree(answer=agreed):
            await parts.calling.tell(actor, conversation_id, "agree", agreed)
        case MuteMe(muted=muted):
            await parts.calling.tell(actor, conversation_id, "mute" if muted else "unmute")
        case _:
            await parts.calling.tell(actor, conversation_id, "go")


async def _come(parts: Parts, connection: Connection, frame: ComeIn, said: asyncio.Event) -> None:
    conversation_id = _conversation(connection, frame)
    try:
        answer = await parts.calling.come(connection.actor, conversation_id, frame.offer, said.set)
    finally:
        said.set()
    if isinstance(answer, Refusal):
        _refuse(connection, frame, answer)
    else:
        connection.sink.write(answer_frame(conversation_id, answer.answer, answer.offer))


def _refuse(connection: Connection, frame: ComeIn, refusal: Refusal) -> None:
    problem = problem_of(refusal, connection.actor.language).document()
    connection.sink.write(unanswered_frame(_conversation(connection, frame), problem))


def _conversation(connection: Connection, frame: Calling) -> str:
    return connection.actor.conversation_id or frame.conversation or ""
