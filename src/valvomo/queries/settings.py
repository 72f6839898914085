"""Settings for screens: lists page by page, and single ones. Administrators only, unless said otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from valvomo.db import house
from valvomo.db.hours import at_hand
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.supervision import Right
from valvomo.domain.refusals import Refusal
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import (
    QueueDocument,
    SupervisionDocument,
    TextDocument,
    TokenDocument,
    UserDocument,
    WebhookDocument,
    WorkstreamDocument,
)
from valvomo.queries.listing import Ready, one, page, role_refusal, shaped


@dataclass(frozen=True)
class Wanted:
    """Which accounts: by words in the name or the address, by role, by their ids, and whether disabled; or all."""

    words: str = ""
    role: UserRole | None = None
    ids: Sequence[str] | None = None
    disabled: bool | None = None

    @property
    def parameters(self) -> tuple[object, ...]:
        """As the statement `people.users` takes them."""
        return self.words, self.role, None if self.ids is None else list(self.ids), self.disabled


async def users(
    tx: Transaction, actor: Actor, wanted: Wanted, *, cursor: str | None, limit: int
) -> Page[UserDocument] | Refusal:
    """The accounts that are wanted, in order of their making."""
    more = wanted.parameters
    return await page(tx, actor, "people.users", cursor=cursor, limit=limit, shape=_user, more=more)


async def user(tx: Transaction, actor: Actor, user_id: str) -> UserDocument | Refusal:
    """One account."""
    return await one(tx, actor, "people.users", thing=user_id, shape=_user, more=Wanted().parameters)


async def queues(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int, at: datetime
) -> Page[QueueDocument] | Refusal:
    """All queues at this moment, for every account: their names stand all over the console."""
    shape = partial(_queue, at=at)
    return await page(
        tx, actor, "settings.queues", cursor=cursor, limit=limit, shape=shape, ready=_hours(at), role=None
    )


async def queue(tx: Transaction, actor: Actor, queue_id: str, at: datetime) -> QueueDocument | Refusal:
    """One queue at this moment, for every account."""
    shape = partial(_queue, at=at)
    return await one(tx, actor, "settings.queues", thing=queue_id, shape=shape, ready=_hours(at), role=None)


async def workstreams(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int
) -> Page[WorkstreamDocument] | Refusal:
    """All workstreams, for every account: integrations start conversations in them."""
    return await page(
        tx, actor, "settings.workstreams", cursor=cursor, limit=limit, shape=_workstream, role=None
    )


async def workstream(tx: Transaction, actor: Actor, workstream_id: str) -> WorkstreamDocument | Refusal:
    """One workstream, for every account."""
    return await one(tx, actor, "settings.workstreams", thing=workstream_id, shape=_workstream, role=None)


async def tokens(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int
) -> Page[TokenDocument] | Refusal:
    """All API tokens, revoked and expired ones included."""
    return await page(tx, actor, "people.tokens", cursor=cursor, limit=limit, shape=_token)


async def token(tx: Transaction, actor: Actor, token_id: str) -> TokenDocument | Refusal:
    """One API token."""
    return await one(tx, actor, "people.tokens", thing=token_id, shape=_token)


async def webhooks(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int
) -> Page[WebhookDocument] | Refusal:
    """All webhooks."""
    return await page(tx, actor, "settings.webhooks", cursor=cursor, limit=limit, shape=_webhook)


async def webhook(tx: Transaction, actor: Actor, webhook_id: str) -> WebhookDocument | Refusal:
    """One webhook."""
    return await one(tx, actor, "settings.webhooks", thing=webhook_id, shape=_webhook)


async def texts(
    tx: Transaction, actor: Actor, *, subject: str | None, kind: str | None, every_version: bool
) -> Page[TextDocument] | Refusal:
    """The newest version of every text, or every version with the newest of each first."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    statement = "settings.text_versions" if every_version else "settings.newest_texts"
    rows = await tx.rows(statement, actor.organization_id, subject, kind)
    return Page(items=[_text(row) for row in rows])


async def supervision(tx: Transaction, actor: Actor) -> SupervisionDocument | Refusal:
    """The switches and their narrowing."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    stored = await house.supervision(tx, actor.organization_id)
    return SupervisionDocument(
        supervisor_monitor=Right.MONITOR in stored.on,
        supervisor_assign=Right.ASSIGN in stored.on,
        supervisor_transfer=Right.TRANSFER in stored.on,
        force_close=Right.FORCE_CLOSE in stored.on,
        show_agents_monitored=stored.show_agents_monitored,
        show_agents_sentiment=stored.show_agents_sentiment,
        show_agents_surveys=stored.show_agents_surveys,
        agent_figures=stored.agent_figures,
        denied_to={who: sorted(rights) for who, rights in stored.denied_to.items()},
        denied_in={where: sorted(rights) for where, rights in stored.denied_in.items()},
    )


def administrator_refusal(actor: Actor) -> Refusal | None:
    """Why settings are not for this account."""
    return role_refusal(actor, UserRole.ADMINISTRATOR)


def _user(row: Any) -> UserDocument:
    capacity = 0 if row["capacity"] is None else row["capacity"]
    return shaped(
        row, UserDocument, capacity=capacity, limits=row["limits"] or {}, skills=row["skills"] or {}
    )


def _hours(at: datetime) -> Ready:
    async def ready(rows: Sequence[Any]) -> None:
        await at_hand((row["hours"] for row in rows), at)

    return ready


def _queue(row: Any, at: datetime) -> QueueDocument:
    is_open, opens_at = house.opening(row, at)
    people = {"members": row["member_ids"], "supervisors": row["supervisor_ids"]}
    return shaped(row, QueueDocument, open=is_open, opens_at=opens_at, **people)


def _workstream(row: Any) -> WorkstreamDocument:
    more = {"attachments": row["attachments"] or {}, "callback_account": row["callback_account_id"]}
    return shaped(row, WorkstreamDocument, **more)


def _text(row: Any) -> TextDocument:
    return shaped(row, TextDocument)


def _token(row: Any) -> TokenDocument:
    return shaped(row, TokenDocument, user=Named(row["user_id"], row["user_name"]))


def _webhook(row: Any) -> WebhookDocument:
    return shaped(row, WebhookDocument)
