"""How Telegram's Bot API is asked, and what it says (https://core.telegram.org/bots/api#making-requests)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from valvomo.channels.multipart import Form
from valvomo.channels.port import (
    Account,
    Http,
    RejectedError,
    Reply,
    UnavailableError,
)
from valvomo.domain.conversations.delivery import DeliveryProblem

UNAUTHORIZED, FORBIDDEN, CONFLICT, THROTTLED, SERVER_ERROR = 401, 403, 409, 429, 500


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class Answered(msgspec.Struct):
    """As much of an answer as matters here (https://core.telegram.org/bots/api#making-requests)."""

    ok: bool = False
    error_code: int = 0
    description: str = ""
    parameters: _Parameters | None = None
    result: Any = None


async def ask(
    account: Account, http: Http, method: str, said: Mapping[str, Any] | Form | None = None
) -> Reply:
    """One request, with files where it is a form of them."""
    url = f"{account.settings.base_url.rstrip('/')}/bot{account.secrets.bot_token}/{method}"
    headers = {"content-type": "application/json", "accept": "application/json", "user-agent": "Valvomo"}
    with unspoken(account):
        if isinstance(said, Form):
            form, body = said.written()
            return await http.request("POST", url, headers=headers | form, body=body)
        return await http.request("POST", url, headers=headers, body=msgspec.json.encode(said or {}))


@contextmanager
def unspoken(account: Account) -> Iterator[None]:
    """Addresses have the bot's token in them, and what is said of a failure is shown."""
    try:
        yield
    except UnavailableError as error:
        hidden = error.detail.replace(account.secrets.bot_token, "***")
        raise UnavailableError(hidden, retry_after=error.retry_after, lost=error.lost) from None


def judged(reply: Reply) -> Answered:
    """What was answered, if it is what was asked for; raises what else it means."""
    answered = read(reply)
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


def read(reply: Reply) -> Answered:
    """As far as it can be read."""
    try:
        return msgspec.json.decode(reply.body, type=Answered)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Answered()
