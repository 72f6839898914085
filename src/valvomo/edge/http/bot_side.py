"""The bot's side: what a bot may do with its token, to the public side of its own conversations (docs/bots.md)."""

from collections.abc import Mapping
from typing import Annotated

import uuid_utils
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.conversations.bots import DescribeByBot, EndByBot, Escalate
from valvomo.commands.conversations.messages import PostMessage
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import LARGEST, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.http.writing import posted_once
from valvomo.edge.parts import Parts
from valvomo.live.typing import TypingSignal
from valvomo.protocol.bot_side import (
    BotConversation,
    BotConversations,
    BotDetails,
    BotDone,
    BotMe,
    BotMessages,
    BotTyping,
    BotWords,
    EscalateRequest,
)
from valvomo.protocol.customer import PublicMessageItem
from valvomo.queries import bot_side, customers
from valvomo.queries.customers import Guest

TAGS = ("bot",)
ONE = "/conversations/{conversation_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
After = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="Read on from here: what follows this number.")
]


@get("/me", tags=TAGS, operation_id="getBotItself", summary="Who this token is")
async def me(actor: ActorArg) -> BotMe:
    """The bot's own name."""
    return BotMe(id=actor.id, name=actor.name)


@get("/conversations", tags=TAGS, operation_id="listBotConversations", summary="The bot's conversations")
async def conversations(
    parts: PartsArg,
    actor: ActorArg,
    after: Annotated[str, QueryParameter(max_length=36, description="`next` of the page before.")] = "",
    limit: Limit = 100,
) -> BotConversations:
    """Those that it has now: what a bot that was restarted goes on with."""
    async with parts.reader.reading() as tx:
        return await bot_side.ongoing(tx, actor, after=after, limit=limit)


@get(ONE, tags=TAGS, operation_id="getBotConversation", summary="One of the bot's conversations")
async def conversation(conversation_id: PathId, parts: PartsArg, actor: ActorArg) -> BotConversation:
    """As it is now; not found once it is the bot's no more."""
    async with parts.reader.reading() as tx:
        return found(await bot_side.conversation(tx, actor, conversation_id))


@get(f"{ONE}/messages", tags=TAGS, operation_id="readBotMessages", summary="What was said")
async def read_messages(
    conversation_id: PathId, parts: PartsArg, actor: ActorArg, after: After = 0, limit: Limit = 100
) -> BotMessages:
    """What the customer can read after a number, in its order."""
    async with parts.reader.reading() as tx:
        return found(await bot_side.messages(tx, actor, conversation_id, after=after, limit=limit))


@post(f"{ONE}/messages", tags=TAGS, operation_id="writeBotMessage", summary="Say something")
async def write_message(
    conversation_id: PathId, data: JSONBody[BotWords], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> PublicMessageItem:
    """To the customer, in the bot's name; refused while a supervisor has paused the bot."""
    command = PostMessage(
        conversation_id=conversation_id,
        text=data.text,
        client_id=data.client_id or key or str(uuid_utils.uuid7()),
        attachments=data.attachments,
    )
    posted = posted_once(await parts.lane.post(actor, command), command, key)
    return customers.message(posted, Guest(actor=actor, origins=()))


@post(f"{ONE}/typing", status_code=204, tags=TAGS, operation_id="sayBotTyping", summary="Show that it writes")
async def typing(
    conversation_id: PathId, data: JSONBody[BotTyping], parts: PartsArg, actor: ActorArg
) -> None:
    """A hint that is never stored."""
    async with parts.reader.reading() as tx:
        found(await bot_side.conversation(tx, actor, conversation_id))
    parts.live.tell_typing(
        TypingSignal(
            organization_id=actor.organization_id,
            conversation_id=conversation_id,
            author_id=actor.id,
            author_name=actor.name,
            typing=data.typing,
        )
    )


@patch(ONE, tags=TAGS, operation_id="describeByBot", summary="Set subject, tags, language")
async def describe(
    conversation_id: PathId, data: JSONBody[BotDetails], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> BotConversation:
    """What agents will see, and what queues go by."""
    command = DescribeByBot(
        conversation_id=conversation_id, subject=data.subject, tags=data.tags, language=data.language
    )
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await bot_side.conversation(tx, actor, conversation_id))


@post(f"{ONE}/escalate", status_code=200, tags=TAGS, operation_id="escalate", summary="Give it to people")
async def escalate(
    conversation_id: PathId, data: JSONBody[EscalateRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> BotDone:
    """It waits in a queue from now on, with what the bot knows; the bot has it no more."""
    command = Escalate(
        conversation_id=conversation_id,
        reason=data.reason.strip(),
        summary=data.summary,
        answers=data.answers,
        skills=data.skills,
        queue=data.queue,
    )
    return _done(done(await parts.executor.execute(actor, command, key)).result)


@post(f"{ONE}/end", status_code=200, tags=TAGS, operation_id="endByBot", summary="End it")
async def end(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> BotDone:
    """The matter is settled; the customer is told that the conversation has ended."""
    return _done(
        done(await parts.executor.execute(actor, EndByBot(conversation_id=conversation_id), key)).result
    )


def _done(result: Mapping[str, object]) -> BotDone:
    return BotDone(id=str(result["id"]), state=str(result["state"]))


ROUTES = (
    me, conversations, conversation, read_messages, write_message, typing, describe, escalate, end,
)  # fmt: skip
