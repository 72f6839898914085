"""Webhooks: where letters to the outside go, signed as Standard Webhooks say (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed
from valvomo.commands.work import Work
from valvomo.domain.access.actor import UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook(Command):
    """Letters of these kinds, or of all when none is named, to this address."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"secret"})
    url: str
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWebhook(Command):
    """Change what is given. A disabled webhook gets no new letters, and its waiting ones wait."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    webhook_id: str
    url: str | None = None
    kinds: frozenset[str] | None = None
    disabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWebhook(Command):
    """Remove it with its delivery log."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    webhook_id: str


@handles(CreateWebhook)
async def create_webhook(work: Work, command: CreateWebhook) -> Outcome:
    """The signing secret is shown once."""
    if refusal := url_refusal(command.url):
        return refusal
    webhook_id, secret = work.new_id(), "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    kinds = sorted(command.kinds)
    await work.tx.run(
        "settings.create_webhook", work.organization_id, webhook_id, command.url, secret, kinds, work.now
    )
    after = {"url": command.url, "kinds": kinds, "disabled": False}
    note_created(work, "webhook", (webhook_id, _host(command.url)), after)
    return {"id": webhook_id, "secret": secret}


@handles(ChangeWebhook)
async def change_webhook(work: Work, command: ChangeWebhook) -> Outcome:
    """Effective for the next letter."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("settings.webhooks", work.organization_id, "", command.webhook_id, 1)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    before = {"url": row["url"], "kinds": row["kinds"], "disabled": row["disabled"]}
    url = row["url"] if command.url is None else command.url
    if refusal := url_refusal(url):
        return refusal
    kinds = row["kinds"] if command.kinds is None else sorted(command.kinds)
    disabled = row["disabled"] if command.disabled is None else command.disabled
    await work.tx.run(
        "settings.change_webhook", work.organization_id, command.webhook_id, url, kinds, disabled
    )
    after = {"url": url, "kinds": kinds, "disabled": disabled}
    note_changed(work, "webhook", (command.webhook_id, _host(url)), (before, after))
    return {"id": command.webhook_id}


@handles(RemoveWebhook)
async def remove_webhook(work: Work, command: RemoveWebhook) -> Outcome:
    """Letters that have not been delivered are dropped."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("settings.webhooks", work.organization_id, "", command.webhook_id, 1)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("settings.remove_webhook", work.organization_id, command.webhook_id)
    before = {"url": row["url"], "kinds": row["kinds"], "disabled": row["disabled"]}
    note_removed(work, "webhook", (command.webhook_id, _host(row["url"])), before)
    return {"id": command.webhook_id}


def url_refusal(url: str) -> Refusal | None:
    """Why nothing can be sent there. Addresses that a name stands for are judged at delivery, when they matter."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    else:
        sound = sound and parts.username is None and parts.password is None and not parts.fragment
    return (
        None
        if sound and url.isprintable() and " " not in url
        else malformed("url", "is not an address that letters can be sent to")
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
