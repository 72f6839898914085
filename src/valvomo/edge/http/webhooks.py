"""Webhooks and what was sent to them; administrators only (spec 2)."""

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.webhooks import ChangeWebhook, CreateWebhook, RemoveWebhook
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.outside_requests import ChangeWebhookRequest, CreateWebhookRequest
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import DeliveryDocument, NewWebhook, WebhookDocument
from valvomo.queries import settings

TAGS = ("webhooks",)
ONE = "/webhooks/{webhook_id:str}"


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


@get(f"{ONE}/deliveries", tags=TAGS, operation_id="listDeliveries", summary="A webhook's delivery log")
async def list_deliveries(
    webhook_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Page[DeliveryDocument]:
    """The newest 200 letters: delivered, waiting for the next attempt, or given up, with the reason."""
    async with parts.reader.reading() as tx:
        return found(await settings.deliveries(tx, actor, webhook_id))


async def _document(parts: Parts, actor: Actor, webhook_id: str) -> WebhookDocument:
    async with parts.reader.reading() as tx:
        return found(await settings.webhook(tx, actor, webhook_id))


ROUTES = (list_webhooks, create_webhook, get_webhook, change_webhook, remove_webhook, list_deliveries)
