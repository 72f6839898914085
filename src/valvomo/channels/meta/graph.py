"""How Meta's Graph API is asked, and what it says when it does not want.

An answer that is none of success has an `error` with a `code`, by which it is judged
(https://developers.facebook.com/docs/graph-api/guides/error-handling).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from valvomo.channels.multipart import Form
from valvomo.channels.port import Account, Health, Http, RejectedError, Reply, UnavailableError, retry_after
from valvomo.domain.conversations.delivery import DeliveryProblem

BASE_URL = "https://graph.facebook.com"
VERSION = "v26.0"
"""Published on 29 July 2026; each lives for two years (https://developers.facebook.com/docs/graph-api/changelog)."""
BaseUrl = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"^https?://", extra_json_schema={"format": "uri"})
]
Version = Annotated[str, Meta(pattern=r"^v[1-9]\d{0,2}\.\d$(?!\n)")]
NodeId = Annotated[str, Meta(pattern=r"^\d{5,30}$(?!\n)")]
Token = Annotated[str, Meta(min_length=16, max_length=1000, pattern=r"^[!-~]+$(?!\n)")]
AppSecret = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{32}$(?!\n)")]
VerifyToken = Annotated[str, Meta(min_length=12, max_length=100, pattern=r"^[!-~]+$(?!\n)")]


class Secrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens an account of Meta's, what signs its calls, and what the handshake is made with."""

    access_token: Token
    app_secret: AppSecret
    verify_token: VerifyToken


OK, TOO_MANY_REQUESTS, SERVER_ERROR, UNSERVED = 200, 429, 500, 503
_UNAUTHORIZED = frozenset({401, 403})
_PERMISSIONS = range(200, 300)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What the codes of a platform mean. `paced`: of the account, we were too quick; `pair`: with one customer.

    `away`: not now; `unsure`: not now, and it may have been done all the same. What is none of these is final.
    """

    paced: frozenset[int]
    pair: frozenset[int]
    away: frozenset[int]
    unsure: frozenset[int]
    final: Mapping[tuple[int, int], DeliveryProblem]
    """By code and subcode, and by code and 0 for all others of it."""

    def meaning(self, code: int, subcode: int = 0) -> DeliveryProblem:
        """Why a message will never be taken."""
        known = self.final.get((code, subcode)) or self.final.get((code, 0))
        return known or (DeliveryProblem.ACCOUNT if code in _PERMISSIONS else DeliveryProblem.OTHER)


class _Problem(msgspec.Struct, frozen=True):
    code: int = -1
    error_subcode: int = 0


class _Answered(msgspec.Struct, frozen=True):
    error: _Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The API as an account uses it."""

    base_url: str
    version: str
    token: str

    async def ask(
        self,
        http: Http,
        path: str,
        *,
        fields: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | Form | None = None,
    ) -> Reply:
        """One request: with a body it is told, without one it is asked; files are told as a form."""
        headers = {
            "authorization": f"Bearer {self.token}",
            "accept": "application/json",
            "user-agent": "Valvomo",
        }
        url = f"{self.base_url.rstrip('/')}/{self.version}/{path}"
        if fields:
            url += f"?{urlencode(fields)}"
        if body is None:
            return await http.request("GET", url, headers=headers)
        if isinstance(body, Form):
            form, written = body.written()
            return await http.request("POST", url, headers=headers | form, body=written)
        headers["content-type"] = "application/json"
        return await http.request("POST", url, headers=headers, body=msgspec.json.encode(body))


def graph_of(account: Account) -> Graph:
    """The API as this account is set up."""
    settings = account.settings
    return Graph(base_url=settings.base_url, version=settings.api_version, token=account.secrets.access_token)


def judge(reply: Reply, codes: Codes) -> None:
    """Nothing for success. Raises `RejectedError` or `UnavailableError`."""
    if reply.successful:
        return
    problem = _problem(reply)
    code, detail = problem.code, str(problem.code) if problem.code >= 0 else f"HTTP {reply.status}"
    after = retry_after(reply)
    if code in codes.pair:
        raise UnavailableError(detail, retry_after=after, paced=True, alone=True)
    if code in codes.paced or reply.status == TOO_MANY_REQUESTS:
        raise UnavailableError(detail, retry_after=after, paced=True)
    if code in codes.unsure:
        raise UnavailableError(detail, retry_after=after, lost=True)
    if code in codes.away:
        raise UnavailableError(detail, retry_after=after)
    known = (code, problem.error_subcode) in codes.final or (code, 0) in codes.final
    if reply.status >= SERVER_ERROR and not known:
        raise UnavailableError(detail, retry_after=after, lost=reply.status != UNSERVED)
    unauthorized = reply.status in _UNAUTHORIZED and not known
    raise RejectedError(
        DeliveryProblem.ACCOUNT if unauthorized else codes.meaning(code, problem.error_subcode), detail
    )


@contextmanager
def without_loss() -> Iterator[None]:
    """For what may be done twice without anybody noticing, such as to bring a file that no message has yet."""
    try:
        yield
    except UnavailableError as error:
        raise UnavailableError(
            error.detail, retry_after=error.retry_after, paced=error.paced, alone=error.alone
        ) from error


def ill(reply: Reply, codes: Codes) -> Health | None:
    """Why an account does not work, by an answer; None where it is one of success."""
    try:
        judge(reply, codes)
    except RejectedError as error:
        return Health(well=False, problem=DeliveryProblem.ACCOUNT, detail=error.detail)
    except UnavailableError as error:
        return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail)
    return None


def read(reply: Reply, kind: type[T]) -> T | None:
    """An answer; None where it is not of this kind."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def part(raw: msgspec.Raw, kind: type[T]) -> T | None:
    """A part of an answer or a call; None where it is not of this kind, so that the others are not lost by it."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _problem(reply: Reply) -> _Problem:
    answered = read(reply, _Answered)
    return (answered.error if answered else None) or _Problem()
