"""Webhooks: where letters to the outside go, signed as Standard Webhooks say (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed
from valvomo.commands.work import Work
from valvomo.domain.access.actor import UserRole, system_refusal
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.letters import LETTER_KINDS, TEST
from valvomo.protocol.texts.catalogue import text

FAILING = "failing"
"""Why a webhook is disabled that nobody has disabled."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret(Command):
    """Another signing secret; the former one signs beside it for as long as `hours` say."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"secret"})
    webhook_id: str
    hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class TryWebhook(Command):
    """Send it a letter that says nothing, also while it is disabled."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayLetter(Command):
    """Send a letter again, as the same letter with the same id."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    webhook_id: str
    letter_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySpan(Command):
    """Send the letters written from `since` to before `until` again; of them only those that were given up, or all."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    webhook_id: str
    since: datetime
    until: datetime
    only_given_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableFailingWebhook(Command):
    """Nothing has arrived there for days: by the system, which tells administrators."""

    webhook_id: str


@handles(CreateWebhook)
async def create_webhook(work: Work, command: CreateWebhook) -> Outcome:
    """The signing secret is shown once."""
    if refusal := url_refusal(command.url) or kinds_refusal(command.kinds):
        return refusal
    webhook_id, secret = work.new_id(), new_signing_secret()
    kinds = sorted(command.kinds)
    sealed = work.sealer.seal(secret, work.organization_id, "webhook", webhook_id)
    await work.tx.run(
        "settings.create_webhook",
        work.organization_id,
        webhook_id,
        None,
        command.url,
        sealed,
        kinds,
        False,
        work.now,
    )
    after = {"url": command.url, "kinds": kinds, "disabled": False}
    note_created(work, "webhook", (webhook_id, _host(command.url)), after)
    return {"id": webhook_id, "secret": secret}


@handles(ChangeWebhook)
async def change_webhook(work: Work, command: ChangeWebhook) -> Outcome:
    """Effective for the next letter."""
    row = await _locked(work, command.webhook_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    before = {"url": row["url"], "kinds": row["kinds"], "disabled": row["disabled"]}
    url = row["url"] if command.url is None else command.url
    if refusal := url_refusal(url):
        return refusal
    if refusal := kinds_refusal(command.kinds or frozenset()):
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
    row = await _locked(work, command.webhook_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("settings.remove_webhook", work.organization_id, command.webhook_id)
    before = {"url": row["url"], "kinds": row["kinds"], "disabled": row["disabled"]}
    note_removed(work, "webhook", (command.webhook_id, _host(row["url"])), before)
    return {"id": command.webhook_id}


@handles(RotateSecret)
async def rotate_secret(work: Work, command: RotateSecret) -> Outcome:
    """The new secret is shown once."""
    row = await _locked(work, command.webhook_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    where, secret = (work.organization_id, "webhook", command.webhook_id), new_signing_secret()
    former = row["sealed"] if row["sealed"] is not None else work.sealer.seal(row["secret"], *where)
    until = work.now + timedelta(hours=command.hours)
    await work.tx.run(
        "settings.rotate_webhook", work.organization_id, command.webhook_id, work.sealer.seal(secret, *where),
        former, until,
    )  # fmt: skip
    states = ({"former_until": row["former_until"]}, {"former_until": until})
    note_changed(work, "webhook", (command.webhook_id, _host(row["url"])), states)
    return {"id": command.webhook_id, "secret": secret}


@handles(TryWebhook)
async def test_webhook(work: Work, command: TryWebhook) -> Outcome:
    """What comes of it stands in the delivery log, that it was sent in the audit log."""
    row = await _locked(work, command.webhook_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    letter_id, body = work.new_id(), {"at": work.now}
    await work.tx.run(
        "outbox.write_one", work.organization_id, command.webhook_id, letter_id, TEST, body, work.now, None
    )
    _note_sent(work, row, {"test": letter_id})
    return {"id": letter_id}


@handles(ReplayLetter)
async def replay_letter(work: Work, command: ReplayLetter) -> Outcome:
    """With as many attempts as a new one."""
    row = await _locked(work, command.webhook_id)
    which = (work.organization_id, command.webhook_id, command.letter_id)
    if row is None or await work.tx.row("outbox.letter", *which) is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("outbox.replay", *which, work.now)
    _note_sent(work, row, {"replayed": command.letter_id})
    return {"id": command.letter_id}


@handles(ReplaySpan)
async def replay_span(work: Work, command: ReplaySpan) -> Outcome:
    """How many; those that wait are on their way anyway."""
    if command.until <= command.since:
        return malformed("until", "is not after `since`")
    row = await _locked(work, command.webhook_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    replayed = await work.tx.run(
        "outbox.replay_span", work.organization_id, command.webhook_id, command.since, command.until,
        command.only_given_up, work.now,
    )  # fmt: skip
    letters = int(replayed.rpartition(" ")[2])
    span = {"since": command.since.isoformat(), "until": command.until.isoformat()}
    _note_sent(work, row, {"replayed": {**span, "only_given_up": command.only_given_up, "letters": letters}})
    return {"id": command.webhook_id, "letters": letters}


def _note_sent(work: Work, row: Any, what: Mapping[str, object]) -> None:
    """Whoever has something sent outside is told of in the audit log; what was in it is not."""
    note_changed(work, "webhook", (row["id"], _host(row["url"])), (dict.fromkeys(what), dict(what)))


@handles(DisableFailingWebhook)
async def disable_failing_webhook(work: Work, command: DisableFailingWebhook) -> Outcome:
    """Once, with a letter by e-mail to every administrator in their language."""
    if refusal := system_refusal(work.actor):
        return refusal
    row = await _locked(work, command.webhook_id)
    if row is None or row["disabled"] or row["failing_since"] is None:
        return {}
    await work.tx.run("settings.disable_webhook", work.organization_id, command.webhook_id, FAILING)
    host = _host(row["url"])
    states = ({"disabled": False, "disabled_for": None}, {"disabled": True, "disabled_for": FAILING})
    note_changed(work, "webhook", (command.webhook_id, host), states)
    facts = {"host": host, "since": row["failing_since"]}
    for reader in await work.tx.rows("settings.administrators", work.organization_id):
        subject, words = (
            text(reader["language"], ("webhook_mail", one), facts) for one in ("subject", "text")
        )
        await work.tx.run(
            "alerts.write_mails", work.organization_id, [reader["email"]], subject, words, work.now
        )
    return {"id": command.webhook_id}


async def _locked(work: Work, webhook_id: str) -> Any:
    await work.tx.row("house.lock_organization", work.organization_id)
    return await work.tx.row("settings.webhooks", work.organization_id, "", webhook_id, 1)


def new_signing_secret() -> str:
    """As Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def kinds_refusal(kinds: frozenset[str]) -> Refusal | None:
    """Why nobody will ever get letters of such a kind."""
    unknown = sorted(kinds - LETTER_KINDS.keys())
    return malformed("kinds", f"there are no letters of the kind {unknown[0]}") if unknown else None


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
