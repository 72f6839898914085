"""Access tokens for mail servers (RFC 6749, RFC 7628): asked for when they are needed, kept as long as they last."""

from __future__ import annotations

import hashlib
import time
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec

from valvomo.channels.email.forms import EmailSecrets
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
    """Those of one process. `renewed` are secrets that have taken the place of an account's, by its id."""

    def __init__(self) -> None:
        self.renewed: dict[str, EmailSecrets] = {}
        self._known: dict[str, tuple[str, str, float]] = {}

    def forget(self, account: Account) -> None:
        """The mail server does not take it any more."""
        self._known.pop(account.id, None)

    async def access(self, account: Account, http: Http) -> str:
        """A token that opens the mailbox. Raises `RejectedError` or `UnavailableError`."""
        secrets: EmailSecrets = account.secrets
        mark = _mark(account)
        known = self._known.get(account.id)
        if known is not None and known[0] == mark and known[2] > time.monotonic():
            return known[1]
        answer = await _asked(account, http, secrets)
        until = time.monotonic() + max(0.0, _seconds(answer.expires_in) - SLACK_SECONDS)
        self._known[account.id] = (mark, answer.access_token, until)
        if answer.refresh_token and answer.refresh_token != secrets.refresh_token:
            self.renewed[account.id] = msgspec.structs.replace(secrets, refresh_token=answer.refresh_token)
        return answer.access_token


def _mark(account: Account) -> str:
    """By what a token was asked for: with other secrets it is another's. A renewed refresh token is the same one's."""
    settings, secrets = account.settings, account.secrets
    said = (settings.token_url, settings.client_id, settings.scope, secrets.client_secret)
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
