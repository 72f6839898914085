"""Bots: who they are, where they are told what happens, by which token they speak; and what ones of our own know."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import msgspec

from valvomo.commands.conversations.bots import to_people
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed, within_constraints
from valvomo.commands.settings.webhooks import new_signing_secret, url_refusal
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.db.ids import new_secret, secret_digest
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.bot_rules import ModelRules
from valvomo.domain.conversations.bots import DISABLED, Context
from valvomo.domain.refusals import Reason, Refusal, malformed

WEBHOOK, MODEL = "webhook", "model"
PATIENCE, IDLE = 30, 30 * 60
"""Seconds in which a bot answers, and those after which a talk that nobody goes on with ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBot(Command):
    """A new bot: of the kind `webhook` at `url`, or of the kind `model` by these `rules` and this `key`."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"secret", "token", "key"})
    name: str
    kind: str = WEBHOOK
    url: str = ""
    enabled: bool = True
    patience: int = PATIENCE
    idle: int = IDLE
    rules: ModelRules = field(default_factory=ModelRules)
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBot(Command):
    """Change what is given. A bot that is no longer enabled gives everything that it has to people.

    An empty `key` takes it away. Where the rules name another address, the key has to be given again, or taken away.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"key"})
    bot_id: str
    name: str | None = None
    url: str | None = None
    enabled: bool | None = None
    patience: int | None = None
    idle: int | None = None
    rules: ModelRules | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveBot(Command):
    """Remove it, if no workstream begins with it; what it has goes to people."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    bot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewBotToken(Command):
    """Another token; the former one opens nothing from now on."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"token"})
    bot_id: str


@handles(CreateBot)
@within_constraints
async def create_bot(work: Work, command: CreateBot) -> Outcome:
    """Token and signing secret are shown once."""
    if refusal := _refusal(command.kind, command.url, command.rules):
        return refusal
    bot_id = work.new_id()
    outside = command.kind == WEBHOOK
    token = new_secret("vb") if outside else None
    await work.tx.run(
        "bots.create", work.organization_id, bot_id, command.name, command.kind, command.enabled, command.patience,
        command.idle, msgspec.to_builtins(command.rules), _sealed(work, bot_id, command.key),
        secret_digest(token) if token else None, work.now,
    )  # fmt: skip
    made: dict[str, object] = {"id": bot_id}
    if outside:
        secret, webhook_id = new_signing_secret(), work.new_id()
        sealed = work.sealer.seal(secret, work.organization_id, "webhook", webhook_id)
        await work.tx.run(
            "settings.create_webhook", work.organization_id, webhook_id, bot_id, command.url, sealed, [],
            not command.enabled, work.now,
        )  # fmt: skip
        made |= {"token": token, "secret": secret}
    note_created(work, "bot", (bot_id, command.name), _shown(command, command.url))
    return made


@handles(ChangeBot)
@within_constraints
async def change_bot(work: Work, command: ChangeBot) -> Outcome:
    """Effective for the next event."""
    row = await _locked(work, command.bot_id)
    if isinstance(row, Refusal):
        return row
    before = _of(row)
    given = {name: getattr(command, name) for name in _CHANGING if getattr(command, name) is not None}
    after = replace(before, **given)
    url = (row["url"] or "") if command.url is None else command.url
    if refusal := _refusal(row["kind"], url, after.rules):
        return refusal
    # Who may not read the key could have it told to a server of their own.
    if row["has_key"] and command.key is None and after.rules.url != before.rules.url:
        return malformed("key", "must be given again where it would be told to another server")
    await work.tx.run(
        "bots.change", work.organization_id, command.bot_id, after.name, after.enabled, after.patience, after.idle,
        msgspec.to_builtins(after.rules), command.key is not None, _sealed(work, command.bot_id, command.key),
    )  # fmt: skip
    if row["kind"] == WEBHOOK:
        await work.tx.run("bots.set_url", work.organization_id, command.bot_id, url, not after.enabled)
    if not after.enabled:
        await _give_all(work, command.bot_id)
    states = (_shown(before, row["url"] or ""), _shown(after, url))
    note_changed(work, "bot", (command.bot_id, after.name), states)
    return {"id": command.bot_id}


@handles(RemoveBot)
@within_constraints
async def remove_bot(work: Work, command: RemoveBot) -> Outcome:
    """The foreign keys judge whether it is in use."""
    row = await _locked(work, command.bot_id)
    if isinstance(row, Refusal):
        return row
    await _give_all(work, command.bot_id)
    await work.tx.run("bots.remove", work.organization_id, command.bot_id)
    note_removed(work, "bot", (command.bot_id, row["name"]), _shown(_of(row), row["url"] or ""))
    return {"id": command.bot_id}


@handles(RenewBotToken)
async def renew_bot_token(work: Work, command: RenewBotToken) -> Outcome:
    """A repeated command with the same key answers without the token: it is not kept anywhere."""
    row = await _locked(work, command.bot_id)
    if isinstance(row, Refusal):
        return row
    if row["kind"] != WEBHOOK:
        return malformed("bot", "speaks by itself and has no token")
    token = new_secret("vb")
    await work.tx.run("bots.set_token", work.organization_id, command.bot_id, secret_digest(token), work.now)
    states = ({"token_at": row["token_at"]}, {"token_at": work.now})
    note_changed(work, "bot", (command.bot_id, row["name"]), states)
    return {"id": command.bot_id, "token": token}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bot:
    name: str
    kind: str
    enabled: bool
    patience: int
    idle: int
    rules: ModelRules


_CHANGING = ("name", "enabled", "patience", "idle", "rules")


def _of(row: Any) -> _Bot:
    return _Bot(
        name=row["name"],
        kind=row["kind"],
        enabled=row["enabled"],
        patience=row["patience"],
        idle=row["idle"],
        rules=msgspec.convert(row["rules"], ModelRules),
    )


def _shown(bot: _Bot | CreateBot, url: str) -> dict[str, object]:
    rules = msgspec.to_builtins(bot.rules, order="deterministic") if bot.kind == MODEL else None
    return {
        "kind": bot.kind, "url": url, "enabled": bot.enabled, "patience": bot.patience, "idle": bot.idle,
        "rules": rules, "name": bot.name,
    }  # fmt: skip


def _refusal(kind: str, url: str, rules: ModelRules) -> Refusal | None:
    if kind not in (WEBHOOK, MODEL):
        return malformed("kind", f"is none of {WEBHOOK}, {MODEL}")
    if kind == WEBHOOK:
        return url_refusal(url)
    if url_refusal(rules.url):
        return malformed("rules.url", "is not an address that can be asked")
    return None if rules.model else malformed("rules.model", "none is given")


def _sealed(work: Work, bot_id: str, key: str | None) -> bytes | None:
    return work.sealer.seal(key, work.organization_id, "bot", bot_id) if key else None


async def _locked(work: Work, bot_id: str) -> Any:
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("bots.bots", work.organization_id, "", bot_id, 1)
    return Refusal(Reason.NOT_FOUND) if row is None else row


async def _give_all(work: Work, bot_id: str) -> None:
    """Nothing stays with a bot that is not at work: it goes to people, each for this reason."""
    for row in await work.tx.rows("bots.with_bot", work.organization_id, bot_id):
        conversation = await conversations.lock(work.tx, work.organization_id, row["id"])
        if conversation is not None and conversation.bot_id == bot_id:
            context = Context(reason=DISABLED, by_id=work.actor.id, by_role="system")
            await to_people(work, conversation, None, context)
