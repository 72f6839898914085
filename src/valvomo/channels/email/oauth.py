"""Access tokens for mail servers (RFC 6749, RFC 7628): asked for when they are needed, kept as long as they last.

A refresh token may be good for one use, and each answer bring the next one (RFC 9700 §4.14.2). So tokens are passes
(`channels/passes.py`): one process asks at a time, with the newest refresh token, and all use what it was given.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Coroutine
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec

from valvomo.channels.email.forms import EmailSecrets
from valvomo.channels.passes import Pass, Turn
from valvomo.channels.port import Account, Http, RejectedError, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem

SLACK_SECONDS = 120.0
"""So long before its end a token is not used any more."""
USUAL_SECONDS = 600.0
"""How long one is used of which the server does not say how long it lasts."""


class _Answer(msgspec.Struct):
    access_token: str = ""
    expires_in: float | int | str | None = None
    refresh_token: str = ""
    error: str = ""
    error_description: str = ""


class Tokens:
    """Those of one process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Pass, float]] = {}
        self._refused: dict[str, str] = {}
        self._unkept: dict[str, tuple[EmailSecrets, EmailSecrets]] = {}

    def forget(self, account: Account) -> None:
        """The mail server does not take it any more."""
        known = self._known.pop(account.id, None)
        if known is not None:
            self._refused[account.id] = known[0].token

    async def access(self, account: Account, http: Http) -> str:
        """A token that opens the mailbox. Raises `RejectedError` or `UnavailableError`."""
        known = self._known.get(account.id)
        if (
            known is not None
            and known[0].mark == _mark(account, account.secrets)
            and known[1] > time.monotonic()
        ):
            return known[0].token
        if account.passes is None:
            raise UnavailableError("nobody has said where tokens are kept")
        async with account.passes.turn() as turn:
            made = self._good(account, turn) or await _whole(self._renewed(account, http, turn))
        seconds = (made.until - turn.at).total_seconds()
        self._known[account.id] = (made, time.monotonic() + seconds)
        return made.token

    def _good(self, account: Account, turn: Turn) -> Pass | None:
        """The pass that is kept, if it may be used: another process may have asked for it just now."""
        one = turn.known
        if one is None or one.until <= turn.at or one.token == self._refused.get(account.id):
            return None
        return one if one.mark == _mark(account, turn.secrets) else None

    async def _renewed(self, account: Account, http: Http, turn: Turn) -> Pass:
        before, after = self._unkept.get(account.id, (None, None))
        secrets: EmailSecrets = after if after is not None and before == turn.secrets else turn.secrets
        answer = await _asked(account, http, secrets)
        if answer.refresh_token:
            secrets = msgspec.structs.replace(secrets, refresh_token=answer.refresh_token)
        lasts = timedelta(seconds=max(0.0, _seconds(answer.expires_in) - SLACK_SECONDS))
        made = Pass(token=answer.access_token, until=turn.at + lasts, mark=_mark(account, secrets))
        # Should it not be kept now, because the database is away, the old one opens nothing any more.
        self._unkept[account.id] = (turn.secrets, secrets)
        await turn.keep(made, secrets)
        del self._unkept[account.id]
        return made


async def _whole(renewing: Coroutine[Any, Any, Pass]) -> Pass:
    """To its end, even if nobody waits for it any more: what the server has given must be kept."""
    task = asyncio.create_task(renewing)  # noqa: TID251 - waited for below, whatever happens
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _mark(account: Account, secrets: EmailSecrets) -> str:
    """For what a token was given out: with other settings or secrets it is another's."""
    settings = account.settings
    said = (
        settings.token_url, settings.client_id, settings.scope, secrets.client_secret, secrets.refresh_token,
    )  # fmt: skip
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


async def _asked(account: Account, http: Http, secrets: EmailSecrets) -> _Answer:
    settings = account.settings
    if not settings.token_url or not settings.client_id:
        raise RejectedError(DeliveryProblem.ACCOUNT, "OAuth needs the address for tokens and a client id")
    said = {"client_id": settings.client_id, "scope": settings.scope, "client_secret": secrets.client_secret}
    said |= (
        {"grant_type": "refresh_token", "refresh_token": secrets.refresh_token}
        if secrets.refresh_token
        else {"grant_type": "client_credentials"}
    )
    body = urlencode({name: value for name, value in said.items() if value}).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
        "user-agent": "Valvomo",
    }
    try:
        reply = await http.request("POST", settings.token_url, headers=headers, body=body)
    except UnavailableError as error:
        raise UnavailableError(error.detail) from error
    try:
        answer = msgspec.json.decode(reply.body, type=_Answer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        answer = _Answer()
    if reply.successful and answer.access_token:
        return answer
    detail = f"HTTP {reply.status} {answer.error} {answer.error_description}".strip()[:200]
    if (
        reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        and answer.error
    ):
        raise RejectedError(DeliveryProblem.ACCOUNT, detail)
    raise UnavailableError(detail)


def _seconds(said: float | str | None) -> float:
    try:
        return float(said) if said is not None else USUAL_SECONDS
    except ValueError:
        return USUAL_SECONDS


def xoauth2(user: str, token: str) -> bytes:
    """What is said by XOAUTH2, as Google and Microsoft document it."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def oauthbearer(user: str, token: str) -> bytes:
    """What is said by OAUTHBEARER (RFC 7628 §3.1)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01auth=Bearer {token}\x01\x01".encode()
