"""Webhooks and what was sent to them; administrators only (spec 2)."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.webhooks import (
    ChangeWebhook,
    CreateWebhook,
    RemoveWebhook,
    ReplayLetter,
    ReplaySpan,
    RotateSecret,
    TryWebhook,
)
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.outside_requests import (
    ChangeWebhookRequest,
    CreateWebhookRequest,
    ReplaySpanRequest,
    RotateSecretRequest,
)
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import (
    DeliveryDocument,
    LetterDocument,
    NewSecret,
    NewWebhook,
    SentAgain,
    WebhookDocument,
)
from valvomo.queries import deliveries, settings

TAGS = ("webhooks",)
ONE = "/webhooks/{webhook_id:str}"
LETTER = f"{ONE}/deliveries/{{letter_id:str}}"


@get("/webhooks", tags=TAGS, operation_id="listWebhooks", summary="List webhooks")
async def list_webhooks(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[WebhookDocument]:
    """In order of their making."""
    async with parts.reader.reading() as tx:
        return found(await settings.webhooks(tx, actor, cursor=cursor, limit=limit))


@post("/webhooks", status_code=201, tags=TAGS, operation_id="createWebhook", summary="Create a webhook")
async def create_webhook(
    data: JSONBody[CreateWebhookRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> NewWebhook:
    """Letters are signed with `secret` as Standard Webhooks say; it is shown in this answer only."""
    found(await parts.plain.refusal(actor, {"url": data.url}))
    made = done(await parts.executor.execute(actor, CreateWebhook(url=data.url, kinds=data.kinds), key))
    webhook = await _document(parts, actor, str(made.result["id"]))
    secret = made.result.get("secret")
    return NewWebhook(webhook=webhook, secret=None if secret is None else str(secret))


@get(ONE, tags=TAGS, operation_id="getWebhook", summary="One webhook")
async def get_webhook(
    webhook_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> WebhookDocument:
    """As it is now."""
    return await _document(parts, actor, webhook_id)


@patch(ONE, tags=TAGS, operation_id="changeWebhook", summary="Change a webhook")
async def change_webhook(
    webhook_id: PathId,
    data: JSONBody[ChangeWebhookRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> WebhookDocument:
    """What is left out stays as it is. A disabled webhook gets no new letters, and its waiting ones wait."""
    found(await parts.plain.refusal(actor, {"url": data.url}))
    command = ChangeWebhook(webhook_id=webhook_id, url=data.url, kinds=data.kinds, disabled=data.disabled)
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, webhook_id)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeWebhook", summary="Remove a webhook")
async def remove_webhook(
    webhook_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """With its delivery log; letters that wait are dropped."""
    done(await parts.executor.execute(actor, RemoveWebhook(webhook_id=webhook_id), key))


@post(
    f"{ONE}/secret",
    status_code=201,
    tags=TAGS,
    operation_id="rotateSecret",
    summary="Rotate the signing secret",
)
async def rotate_secret(
    webhook_id: PathId,
    data: JSONBody[RotateSecretRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> NewSecret:
    """For `hours` from now each letter carries a signature by either; the new one is shown in this answer only."""
    command = RotateSecret(webhook_id=webhook_id, hours=data.hours)
    secret = done(await parts.executor.execute(actor, command, key)).result.get("secret")
    return NewSecret(secret=None if secret is None else str(secret))


@post(f"{ONE}/test", status_code=201, tags=TAGS, operation_id="testWebhook", summary="Send a test letter")
async def try_webhook(
    webhook_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> LetterDocument:
    """What comes of it stands in the delivery log; a disabled webhook gets it too."""
    made = done(await parts.executor.execute(actor, TryWebhook(webhook_id=webhook_id), key)).result
    async with parts.reader.reading() as tx:
        return found(await deliveries.letter(tx, actor, webhook_id, str(made["id"])))


@get(f"{ONE}/deliveries", tags=TAGS, operation_id="listDeliveries", summary="A webhook's delivery log")
async def list_deliveries(
    webhook_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    outcome: Annotated[
        Literal["delivered", "waiting", "given_up"] | None,
        QueryParameter(name="state", description="Only what came to this."),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[DeliveryDocument]:
    """The newest letters first: delivered, waiting for the next attempt, or given up, with what the receiver said."""
    async with parts.reader.reading() as tx:
        return found(
            await deliveries.deliveries(tx, actor, webhook_id, state=outcome, cursor=cursor, limit=limit)
        )


@get(LETTER, tags=TAGS, operation_id="getLetter", summary="One letter")
async def get_letter(
    webhook_id: PathId, letter_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> LetterDocument:
    """What it says, and every attempt to send it."""
    async with parts.reader.reading() as tx:
        return found(await deliveries.letter(tx, actor, webhook_id, letter_id))


@post(
    f"{LETTER}/replay", status_code=200, tags=TAGS, operation_id="replayLetter", summary="Send a letter again"
)
async def replay_letter(
    webhook_id: PathId,
    letter_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> LetterDocument:
    """As the same letter with the same id: whoever has it already can tell."""
    done(await parts.executor.execute(actor, ReplayLetter(webhook_id=webhook_id, letter_id=letter_id), key))
    async with parts.reader.reading() as tx:
        return found(await deliveries.letter(tx, actor, webhook_id, letter_id))


@post(
    f"{ONE}/replay",
    status_code=200,
    tags=TAGS,
    operation_id="replaySpan",
    summary="Send a span of time again",
)
async def replay_span(
    webhook_id: PathId,
    data: JSONBody[ReplaySpanRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> SentAgain:
    """Each as the same letter. What waits for its next attempt is on its way anyway and is not counted."""
    command = ReplaySpan(
        webhook_id=webhook_id, since=data.since, until=data.until, only_given_up=data.only_given_up
    )
    made = done(await parts.executor.execute(actor, command, key)).result
    return SentAgain(letters=int(str(made["letters"])))


async def _document(parts: Parts, actor: Actor, webhook_id: str) -> WebhookDocument:
    async with parts.reader.reading() as tx:
        return found(await settings.webhook(tx, actor, webhook_id))


ROUTES = (
    list_webhooks, create_webhook, get_webhook, change_webhook, remove_webhook, rotate_secret, try_webhook,
    list_deliveries, get_letter, replay_letter, replay_span,
)  # fmt: skip
