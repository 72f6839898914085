"""Telegram by its Bot API (https://core.telegram.org/bots/api).

Updates come by webhook, with a secret of our choice in a header (https://core.telegram.org/bots/api#setwebhook), or are
asked for, one request always waiting for what comes next (https://core.telegram.org/bots/api#getupdates): for houses
that nobody can call. Telegram tells either, never both. Sending is one request that knows no key, and Telegram reports
nothing about what becomes of a message.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from valvomo.channels.media import Incoming, Medium
from valvomo.channels.optional import Heard
from valvomo.channels.port import (
    Abilities,
    Account,
    Health,
    Http,
    Inbound,
    Letter,
    Received,
    RejectedError,
    Request,
    Sent,
    UnavailableError,
    UnreadableError,
    UnverifiedError,
)
from valvomo.channels.telegram import files
from valvomo.channels.telegram.api import CONFLICT, ask, judged, read
from valvomo.channels.telegram.updates import KINDS, Update, inbound_of, update_of
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.model import Channel

MAX_TEXT = 4096
MOST_UPDATES = 100
WAIT_SECONDS = 10
"""How long Telegram keeps a request for updates open; shorter than anybody is patient with a provider."""
HEADER = "x-telegram-bot-api-secret-token"


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether Telegram calls us or is asked, and how quickly it may be told things."""

    mode: Literal["webhook", "polling"] = "webhook"
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 25.0
    base_url: Annotated[
        str, Meta(min_length=1, max_length=200, pattern=r"^https?://", extra_json_schema={"format": "uri"})
    ] = "https://api.telegram.org"


class TelegramSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens the bot."""

    bot_token: Annotated[str, Meta(pattern=r"^\d{3,20}:[A-Za-z0-9_-]{20,100}$(?!\n)")]


class _Updates(msgspec.Struct):
    ok: bool
    result: list[msgspec.Raw] = []


class Telegram:
    """The provider."""

    name = "telegram"
    channel = Channel.TELEGRAM
    settings: type[msgspec.Struct] = TelegramSettings
    secrets: type[msgspec.Struct] = TelegramSecrets

    def abilities(self, account: Account) -> Abilities:
        """A bot answers: it cannot write to who has never written to it."""
        return Abilities(
            max_text=MAX_TEXT, per_second=account.settings.per_second, proactive=False, settling_seconds=0.3,
            media=files.ABILITY,
        )  # fmt: skip

    def receive(self, account: Account, request: Request) -> Received:
        """One update."""
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(secret_token(account).encode(), given.encode("utf-8", "replace")):
            raise UnverifiedError
        return Received(items=_items([update_of(request.body)], _bot(account)))

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One message: plain text, a file, or files that go together."""
        if letter.media:
            answered = await files.send(account, letter, http)
        else:
            said = {"chat_id": letter.address, "text": letter.text}
            answered = judged(await ask(account, http, "sendMessage", said))
        # Of files that go together each has a number; the first of them stands for all.
        one = answered.result[0] if isinstance(answered.result, list) and answered.result else answered.result
        number = one.get("message_id") if isinstance(one, Mapping) else None
        if not isinstance(number, int):
            raise UnavailableError("the answer names no message", lost=True)
        return Sent(provider_id=f"{letter.address}:{number}")

    def divide(self, account: Account, letter: Letter) -> tuple[Letter, ...]:
        """Words that are too long for a caption, and files that do not go together."""
        del account
        return files.divide(letter)

    def fetch(self, account: Account, medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
        """A file by its id, which Telegram first turns into an address."""
        return files.fetch(account, medium, http)

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the bot is there; Telegram is told how updates come, if it believes otherwise."""
        del at
        try:
            name = judged(await ask(account, http, "getMe")).result["username"]
            await _agree(account, http)
        except RejectedError as error:
            return Health(well=False, problem=error.problem, detail=error.detail)
        except UnavailableError as error:
            return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail[:200])
        except (KeyError, TypeError):
            return Health(well=False, problem=DeliveryProblem.OTHER, detail="the answer names no bot")
        return Health(well=True, detail=f"@{name}"[:200])

    def listens(self, account: Account) -> bool:
        """Whether Telegram is asked for updates."""
        return bool(account.settings.mode == "polling")

    async def listen(self, account: Account, http: Http) -> Heard:
        """What has come since; waits for it. An update counts as told once the one after it is asked for."""
        # Another bot counts from elsewhere, and to ask beyond what it has would have it forget what it has.
        bot = _bot(account)
        offset = account.cursor.get("offset", 0) if account.cursor.get("bot") == bot else 0
        asked = {
            "timeout": WAIT_SECONDS,
            "limit": MOST_UPDATES,
            "allowed_updates": list(KINDS),
            "offset": offset,
        }
        reply = await ask(account, http, "getUpdates", asked)
        if read(reply).error_code == CONFLICT:
            await _agree(account, http)
        judged(reply)
        try:
            updates = _updates(msgspec.json.decode(reply.body, type=_Updates).result)
        except msgspec.MsgspecError as error:
            raise UnavailableError(str(error)[:200]) from error
        newest = max((one.update_id for one in updates), default=offset - 1)
        cursor = {**account.cursor, "bot": bot, "offset": newest + 1}
        return Heard(items=_items(updates, bot), cursor=cursor)


def secret_token(account: Account) -> str:
    """What Telegram says in a header of each call: nobody else knows the bot's token, of which it is made."""
    key = account.secrets.bot_token.encode()
    return hmac.new(key, f"valvomo webhook {account.id}".encode(), hashlib.sha256).hexdigest()


def _bot(account: Account) -> str:
    """The bot's number, which its token begins with and which is no secret."""
    number: str = account.secrets.bot_token.partition(":")[0]
    return number


def _updates(given: list[msgspec.Raw]) -> list[Update]:
    """Those that are any: what is none has no number either, and is not told again."""
    found = []
    for one in given:
        with contextlib.suppress(UnreadableError):
            found.append(update_of(one))
    return found


def _items(updates: list[Update], bot: str) -> tuple[Inbound, ...]:
    return tuple(one for update in updates if (one := inbound_of(update, bot)) is not None)


async def _agree(account: Account, http: Http) -> None:
    """Telegram calls us, or does not, as the account is set up."""
    known = judged(await ask(account, http, "getWebhookInfo")).result
    url = known.get("url", "") if isinstance(known, Mapping) else ""
    if account.settings.mode == "polling":
        if url:
            judged(await ask(account, http, "deleteWebhook", {"drop_pending_updates": False}))
        return
    # The secret cannot be read back: it is said again, whether or not the address is the same.
    hook = {"url": account.callback, "secret_token": secret_token(account), "allowed_updates": list(KINDS)}
    judged(await ask(account, http, "setWebhook", hook))
