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
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from valvomo.channels.port import (
    Abilities,
    Account,
    Health,
    Heard,
    Http,
    Inbound,
    Letter,
    Received,
    RejectedError,
    Reply,
    Request,
    Sent,
    UnavailableError,
    UnreadableError,
    UnverifiedError,
)
from valvomo.channels.telegram.updates import KINDS, Update, inbound_of, update_of
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.model import Channel

MAX_TEXT = 4096
MOST_UPDATES = 100
WAIT_SECONDS = 10
"""How long Telegram keeps a request for updates open; shorter than anybody is patient with a provider."""
UNAUTHORIZED, FORBIDDEN, CONFLICT, THROTTLED, SERVER_ERROR = 401, 403, 409, 429, 500
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

    bot_token: Annotated[str, Meta(pattern=r"^\d{3,20}:[A-Za-z0-9_-]{20,100}$")]


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Answered(msgspec.Struct):
    """As much of an answer as matters here (https://core.telegram.org/bots/api#making-requests)."""

    ok: bool = False
    error_code: int = 0
    description: str = ""
    parameters: _Parameters | None = None
    result: Any = None


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
            max_text=MAX_TEXT, per_second=account.settings.per_second, proactive=False, settling_seconds=0.3
        )

    def receive(self, account: Account, request: Request) -> Received:
        """One update."""
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(secret_token(account).encode(), given.encode("utf-8", "replace")):
            raise UnverifiedError
        return Received(items=_items([update_of(request.body)], _bot(account)))

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One message, as plain text."""
        said = {"chat_id": letter.address, "text": letter.text}
        answered = _judged(await _ask(account, http, "sendMessage", said))
        number = answered.result.get("message_id") if isinstance(answered.result, Mapping) else None
        if not isinstance(number, int):
            raise UnavailableError("the answer names no message", lost=True)
        return Sent(provider_id=f"{letter.address}:{number}")

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the bot is there; Telegram is told how updates come, if it believes otherwise."""
        del at
        try:
            name = _judged(await _ask(account, http, "getMe")).result["username"]
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
        reply = await _ask(account, http, "getUpdates", asked)
        if _read(reply).error_code == CONFLICT:
            await _agree(account, http)
        _judged(reply)
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
    known = _judged(await _ask(account, http, "getWebhookInfo")).result
    url = known.get("url", "") if isinstance(known, Mapping) else ""
    if account.settings.mode == "polling":
        if url:
            _judged(await _ask(account, http, "deleteWebhook", {"drop_pending_updates": False}))
        return
    # The secret cannot be read back: it is said again, whether or not the address is the same.
    hook = {"url": account.callback, "secret_token": secret_token(account), "allowed_updates": list(KINDS)}
    _judged(await _ask(account, http, "setWebhook", hook))


async def _ask(account: Account, http: Http, method: str, said: Mapping[str, Any] | None = None) -> Reply:
    url = f"{account.settings.base_url.rstrip('/')}/bot{account.secrets.bot_token}/{method}"
    headers = {"content-type": "application/json", "accept": "application/json", "user-agent": "Valvomo"}
    try:
        return await http.request("POST", url, headers=headers, body=msgspec.json.encode(said or {}))
    except UnavailableError as error:
        # The address has the bot's token in it, and what is said of a failure is shown.
        hidden = error.detail.replace(account.secrets.bot_token, "***")
        raise UnavailableError(hidden, retry_after=error.retry_after, lost=error.lost) from None


def _judged(reply: Reply) -> _Answered:
    """What was answered, if it is what was asked for; raises what else it means."""
    answered = _read(reply)
    code = answered.error_code or reply.status
    detail = f"{code} {answered.description}".strip()[:200]
    if answered.ok:
        return answered
    if code == THROTTLED:
        after = answered.parameters.retry_after if answered.parameters else None
        raise UnavailableError(detail, retry_after=after, paced=True)
    if code >= SERVER_ERROR or code == CONFLICT or reply.successful:
        raise UnavailableError(detail, lost=True)
    raise RejectedError(_meaning(code, answered.description.lower()), detail)


def _meaning(code: int, description: str) -> DeliveryProblem:
    """By code, and by Telegram's words where one code means several things: it numbers them no further."""
    if code == UNAUTHORIZED or (code == 404 and description == "not found"):  # noqa: PLR2004 - no such bot
        return DeliveryProblem.ACCOUNT
    if code == FORBIDDEN:
        return DeliveryProblem.BLOCKED if "block" in description else DeliveryProblem.UNREACHABLE
    if "too long" in description:
        return DeliveryProblem.TOO_LONG
    if "chat not found" in description or "user not found" in description:
        return DeliveryProblem.INVALID_ADDRESS
    return DeliveryProblem.REFUSED


def _read(reply: Reply) -> _Answered:
    try:
        return msgspec.json.decode(reply.body, type=_Answered)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Answered()
