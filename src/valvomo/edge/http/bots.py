"""Bots and what they know; administrators only."""

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.bot_snippets import ChangeSnippet, CreateSnippet, RemoveSnippet
from valvomo.commands.settings.bots import ChangeBot, CreateBot, RemoveBot, RenewBotToken
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.bot_rules import ModelRules
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.bots import (
    BotDocument,
    BotToken,
    ChangeBotRequest,
    CreateBotRequest,
    NewBot,
    SnippetDocument,
    SnippetRequest,
)
from valvomo.protocol.pages import Page
from valvomo.queries import bots

TAGS = ("bots",)
ONE = "/bots/{bot_id:str}"
SNIPPET = f"{ONE}/snippets/{{snippet_id:str}}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/bots", tags=TAGS, operation_id="listBots", summary="List bots")
async def list_bots(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[BotDocument]:
    """In order of their making."""
    async with parts.reader.reading() as tx:
        return found(await bots.bots(tx, actor, cursor=cursor, limit=limit))


@post("/bots", status_code=201, tags=TAGS, operation_id="createBot", summary="Create a bot")
async def create_bot(
    data: JSONBody[CreateBotRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> NewBot:
    """What it is told is signed with `secret`, it speaks by `token`; both are shown in this answer only."""
    command = CreateBot(
        name=data.name,
        kind=data.kind,
        url=data.url or "",
        enabled=data.enabled,
        patience=data.patience,
        idle=data.idle,
        rules=data.model.rules() if data.model else ModelRules(),
        key=data.key,
    )
    found(await parts.plain.refusal(actor, {"url": command.url, "rules.url": command.rules.url}))
    made = done(await parts.executor.execute(actor, command, key)).result
    token, secret = made.get("token"), made.get("secret")
    return NewBot(
        bot=await _document(parts, actor, str(made["id"])),
        token=None if token is None else str(token),
        secret=None if secret is None else str(secret),
    )


@get(ONE, tags=TAGS, operation_id="getBot", summary="One bot")
async def get_bot(bot_id: PathId, parts: PartsArg, actor: ActorArg) -> BotDocument:
    """As it is now."""
    return await _document(parts, actor, bot_id)


@patch(ONE, tags=TAGS, operation_id="changeBot", summary="Change a bot")
async def change_bot(
    bot_id: PathId, data: JSONBody[ChangeBotRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> BotDocument:
    """What is left out stays as it is. A bot that is no longer enabled gives everything that it has to people."""
    command = ChangeBot(
        bot_id=bot_id,
        name=data.name,
        url=data.url,
        enabled=data.enabled,
        patience=data.patience,
        idle=data.idle,
        rules=data.model.rules() if data.model else None,
        key=data.key,
    )
    asked = command.rules.url if command.rules else None
    found(await parts.plain.refusal(actor, {"url": command.url, "rules.url": asked}))
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, bot_id)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeBot", summary="Remove a bot")
async def remove_bot(bot_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """Refused while a workstream begins with it; what it has goes to people."""
    done(await parts.executor.execute(actor, RemoveBot(bot_id=bot_id), key))


@post(f"{ONE}/token", status_code=201, tags=TAGS, operation_id="renewBotToken", summary="Renew a bot's token")
async def renew_token(bot_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> BotToken:
    """The former one opens nothing from the next request on."""
    made = done(await parts.executor.execute(actor, RenewBotToken(bot_id=bot_id), key)).result
    token = made.get("token")
    return BotToken(token=None if token is None else str(token))


@get(f"{ONE}/snippets", tags=TAGS, operation_id="listSnippets", summary="What a bot knows")
async def list_snippets(
    bot_id: PathId, parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[SnippetDocument]:
    """In order of their making."""
    async with parts.reader.reading() as tx:
        return found(await bots.snippets(tx, actor, bot_id, cursor=cursor, limit=limit))


@post(f"{ONE}/snippets", status_code=201, tags=TAGS, operation_id="createSnippet", summary="Teach a bot")
async def create_snippet(
    bot_id: PathId, data: JSONBody[SnippetRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> SnippetDocument:
    """It is given to the model where its words fit what the customer writes."""
    command = CreateSnippet(bot_id=bot_id, title=data.title, text=data.text, language=data.language)
    made = done(await parts.executor.execute(actor, command, key)).result
    return await _snippet(parts, actor, bot_id, str(made["id"]))


@put(SNIPPET, tags=TAGS, operation_id="changeSnippet", summary="Change what a bot knows")
async def change_snippet(
    bot_id: PathId,
    snippet_id: PathId,
    data: JSONBody[SnippetRequest],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
) -> SnippetDocument:
    """As a whole."""
    command = ChangeSnippet(
        bot_id=bot_id, snippet_id=snippet_id, title=data.title, text=data.text, language=data.language
    )
    done(await parts.executor.execute(actor, command, key))
    return await _snippet(parts, actor, bot_id, snippet_id)


@delete(SNIPPET, status_code=204, tags=TAGS, operation_id="removeSnippet", summary="Make a bot forget")
async def remove_snippet(
    bot_id: PathId, snippet_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg
) -> None:
    """One less."""
    done(await parts.executor.execute(actor, RemoveSnippet(bot_id=bot_id, snippet_id=snippet_id), key))


async def _document(parts: Parts, actor: Actor, bot_id: str) -> BotDocument:
    async with parts.reader.reading() as tx:
        return found(await bots.bot(tx, actor, bot_id))


async def _snippet(parts: Parts, actor: Actor, bot_id: str, snippet_id: str) -> SnippetDocument:
    async with parts.reader.reading() as tx:
        return found(await bots.snippet(tx, actor, bot_id, snippet_id))


ROUTES = (
    list_bots, create_bot, get_bot, change_bot, remove_bot, renew_token, list_snippets, create_snippet,
    change_snippet, remove_snippet,
)  # fmt: skip
